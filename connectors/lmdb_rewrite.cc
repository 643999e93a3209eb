#include "connectors/lmdb_rewrite.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/file_handle.h"
#include "connectors/lmdb_store.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kSaveBytes = 64UL << 20;

Result<void> copy_records(StateStore* from, StateStore* to) {
  std::vector<StateRecord> records;
  std::size_t bytes = 0;
  const auto save = [&]() -> Result<void> {
    Result<void> saved = to->save(records);
    records.clear();
    bytes = 0;
    return saved;
  };
  Result<void> copied = from->load([&](std::string_view key, std::string_view value) {
    records.push_back({std::string(key), std::string(value)});
    bytes += value.size();
    return bytes < kSaveBytes ? Result<void>{} : save();
  });
  return copied ? save() : copied;
}

}  // namespace

Result<void> rewrite_lmdb_store(const std::string& directory) {
  // Held until the end: nobody else may save meanwhile.
  auto store = open_lmdb_store(directory, StoreAccess::engine);
  if (!store) return std::unexpected(store.error());
  const std::string aside = directory + "/rewriting";
  std::error_code ignored;  // it says so again when it is made
  fs::remove_all(aside, ignored);
  auto fresh = open_lmdb_store(aside, StoreAccess::engine);
  if (!fresh) return std::unexpected(fresh.error());
  Result<void> copied = copy_records(store->get(), fresh->get());
  fresh->reset();
  const std::string file = cat(directory, '/', kStoreFile);
  if (copied && std::rename(cat(aside, '/', kStoreFile).c_str(), file.c_str()) != 0) {
    copied = fail(ErrorKind::refused, cat("cannot be replaced: ", std::strerror(errno)), file);
  }
  const FileHandle synced(open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (synced.is_open()) fsync(synced.get());
  fs::remove_all(aside, ignored);
  return copied;
}

}  // namespace vigie
