// What is said when the state's store fails: what happened, to what, and how to mend it.
#include "connectors/lmdb_errors.h"

#include <doctest/doctest.h>
#include <lmdb.h>

#include <cerrno>
#include <string>
#include <vector>

namespace vigie {
namespace {

TEST_CASE("every fault of the store says what is wrong and how to mend it") {
  struct Fault {
    int code;
    ErrorKind kind;
    std::string what, mend;
  };
  const std::vector<Fault> faults{
      {ENOSPC, ErrorKind::refused, "No space left on device", "make room"},
      {EIO, ErrorKind::refused, "full or broken (Input/output error)", "the system's log"},
      {EROFS, ErrorKind::refused, "mounted read-only", "mount it for writing"},
      {ENOMEM, ErrorKind::refused, "no address space", "raise the limit on memory"},
      {MDB_MAP_FULL, ErrorKind::refused, "outgrown", "start the engine again"},
      {MDB_PANIC, ErrorKind::refused, "a write failed", "start the engine again"},
      {MDB_CORRUPTED, ErrorKind::corrupt, "damaged", "restore the directory"},
      {MDB_PAGE_NOTFOUND, ErrorKind::corrupt, "damaged", "restore the directory"},
      {EACCES, ErrorKind::unreadable, "Permission denied", "its permissions"},
  };
  for (const Fault& fault : faults) {
    const Error error = lmdb_error(fault.code, "saved", "/some/state");
    CAPTURE(error.text());
    CHECK(error.kind == fault.kind);
    CHECK(error.place == "/some/state");
    CHECK(error.message.find(fault.what) != std::string::npos);
    CHECK(error.message.find(fault.mend) != std::string::npos);
    const bool kept = error.message.find("what was saved last is kept") != std::string::npos;
    CHECK(kept == (fault.kind == ErrorKind::refused));
  }
}

}  // namespace
}  // namespace vigie
