#include "connectors/lmdb_errors.h"

#include <lmdb.h>

#include <cerrno>
#include <cstring>

#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::string_view kKept = "what was saved last is kept";

// What broke, and how to mend it; empty where it says nothing special.
struct Advice {
  ErrorKind kind = ErrorKind::unreadable;
  std::string_view what;
  std::string_view mend;
};

Advice advice_for(int code) {
  switch (code) {
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return {ErrorKind::refused, {}, "make room on the disk, or raise the limit on file sizes"};
    case EIO:  // a write that was cut short says so, too
      return {ErrorKind::refused, "the disk is full or broken",
              "make room, or look at the system's log"};
    case EROFS:
      return {ErrorKind::refused, "its disk is mounted read-only, as after a fault",
              "look at the system's log, and mount it for writing"};
    case ENOMEM:
      return {ErrorKind::refused, "there is no address space for its file",
              "raise the limit on memory (ulimit -v, or the container's)"};
    case MDB_MAP_FULL:
      return {ErrorKind::refused, "it has outgrown the address space that it was given",
              "start the engine again, which gives it more"};
    case MDB_PANIC:
      return {ErrorKind::refused, "a write failed, after which nothing can be written",
              "look at the system's log for what broke, and start the engine again"};
    case MDB_READERS_FULL:
      return {ErrorKind::refused, "too many processes read it", "end some of them"};
    case MDB_CORRUPTED:
    case MDB_PAGE_NOTFOUND:
    case MDB_INVALID:
    case MDB_VERSION_MISMATCH: return {ErrorKind::corrupt, {}, kRestoreState};
    default: return {ErrorKind::unreadable, {}, "check the directory and its permissions"};
  }
}

}  // namespace

Error lmdb_error(int code, std::string_view doing, const std::string& place) {
  const Advice advice = advice_for(code);
  const std::string_view said = mdb_strerror(code);
  if (advice.kind == ErrorKind::corrupt) {
    return {advice.kind, cat("the state is damaged: ", said, "; ", advice.mend), place};
  }
  std::string text = cat("the state cannot be ", doing, ": ");
  text += advice.what.empty() ? std::string(said) : cat(advice.what, " (", said, ")");
  append_to(&text, "; ", advice.mend);
  if (advice.kind == ErrorKind::refused) append_to(&text, ": ", kKept);
  return {advice.kind, std::move(text), place};
}

}  // namespace vigie
