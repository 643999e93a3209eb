#include "connectors/lmdb_store.h"

#include <fcntl.h>
#include <lmdb.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <cstddef>
#include <cstring>
#include <optional>
#include <span>
#include <utility>

#include "connectors/file_handle.h"
#include "connectors/lmdb_errors.h"
#include "connectors/lmdb_pages.h"
#include "connectors/lmdb_records.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// The record that tells a store of Vigie, and its format, from any other file of LMDB. It sorts
// before all others.
constexpr std::string_view kFormatKey = "#vigie-state";
constexpr std::string_view kFormat = "1";
constexpr std::string_view kRestore = kRestoreState;
constexpr mode_t kDirectoryMode = 0700;
constexpr mode_t kFileMode = 0600;
constexpr std::size_t kHeadPages = 2;
constexpr std::size_t kHeadBytes = 128UL << 10;  // two of LMDB's largest pages and more
constexpr int kTriesMax = 10;                    // to catch the file between two saves

std::string_view as_text(const MDB_val& value) {
  return {static_cast<const char*>(value.mv_data), value.mv_size};
}
MDB_val as_value(std::string_view text) {
  return {text.size(), const_cast<char*>(text.data())};  // LMDB only reads it
}

std::unexpected<Error> failed(int code, std::string_view doing, const std::string& place) {
  return std::unexpected(lmdb_error(code, doing, place));
}

// --- The directory -------------------------------------------------------------------------------

void sync_directory(const std::string& path) {
  const FileHandle directory(open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.is_open()) fsync(directory.get());  // some file systems refuse; they need none
}

std::string parent_of(std::string path) {
  while (path.size() > 1 && path.back() == '/') path.pop_back();
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Result<void> provide_directory(const std::string& path, StoreAccess access) {
  struct stat is{};
  if (stat(path.c_str(), &is) == 0) {
    if (S_ISDIR(is.st_mode)) return {};
    return fail(ErrorKind::unreadable, "is not a directory; give one of the state's own", path);
  }
  const int code = errno;
  if (code != ENOENT || access == StoreAccess::read) {
    return fail(ErrorKind::unreadable,
                cat("cannot be opened: ", std::strerror(code),
                    "; give the directory of a state and see that it may be read"),
                path);
  }
  if (mkdir(path.c_str(), kDirectoryMode) == 0) {
    sync_directory(parent_of(path));
    return {};
  }
  return fail(ErrorKind::unreadable,
              cat("this directory cannot be made: ", std::strerror(errno),
                  "; make the one above it, and see that it may be written"),
              path);
}

// The process that holds the lock, as far as its file says so.
std::string holder(int lock) {
  std::array<char, 32> text{};
  const ssize_t count = pread(lock, text.data(), text.size(), 0);
  long id = 0;
  if (count <= 0 || std::from_chars(text.data(), text.data() + count, id).ec != std::errc{}) {
    return "another process";
  }
  return cat("process ", id);
}

// Held as long as the handle is open, and given back by the system when the process ends.
Result<FileHandle> lock_directory(const std::string& path) {
  const std::string name = cat(path, '/', kStoreLock);
  FileHandle lock(open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, kFileMode));
  if (!lock.is_open()) {
    return fail(ErrorKind::unreadable,
                cat("the state's directory cannot be written: ", std::strerror(errno),
                    "; see that this user owns it, and that it is not mounted read-only"),
                path);
  }
  if (flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno != EWOULDBLOCK) return failed(errno, "locked", path);
    return fail(ErrorKind::refused,
                cat("the state is in use by ", holder(lock.get()),
                    "; stop it first, or give this one a directory of its own"),
                path);
  }
  const std::string id = cat(getpid(), '\n');
  // The id is for people: a full disk does not keep an engine from its state.
  if (ftruncate(lock.get(), 0) == 0 && pwrite(lock.get(), id.data(), id.size(), 0) < 0) errno = 0;
  return lock;
}

// --- The file ------------------------------------------------------------------------------------

// The whole file, to be read.
class FileMap {
 public:
  explicit FileMap(int file) {
    struct stat is{};
    if (fstat(file, &is) != 0 || is.st_size <= 0) return;
    bytes_ = static_cast<std::size_t>(is.st_size);
    memory_ = mmap(nullptr, bytes_, PROT_READ, MAP_SHARED, file, 0);
  }
  ~FileMap() {
    if (memory_ != MAP_FAILED) munmap(memory_, bytes_);
  }
  FileMap(const FileMap&) = delete;
  FileMap& operator=(const FileMap&) = delete;

  [[nodiscard]] std::span<const std::byte> bytes() const {
    if (memory_ == MAP_FAILED) return {};
    return {static_cast<const std::byte*>(memory_), bytes_};
  }

 private:
  void* memory_ = MAP_FAILED;
  std::size_t bytes_ = 0;
};

Error not_sound(const Error& error, const std::string& place) {
  if (error.kind != ErrorKind::corrupt) {
    return {error.kind,
            cat("is no state of Vigie: ", error.message, "; give the state a directory of its own"),
            place};
  }
  return {error.kind, cat("the state is damaged: ", error.message, "; ", kRestore), place};
}

// The head of a file that is long enough to have one; what the tree reaches is looked at later.
Result<LmdbHead> sound_head(std::span<const std::byte> start, std::size_t file_bytes,
                            const std::string& place) {
  Result<LmdbHead> head = lmdb_head(start);
  if (!head) return std::unexpected(not_sound(head.error(), place));
  if (file_bytes / head->page_bytes >= kHeadPages) return head;
  return fail(
      ErrorKind::corrupt,
      cat("the state is damaged: its file was cut short, to ", file_bytes, " bytes; ", kRestore),
      place);
}

// Whether there is a file; and where there is one, that LMDB can open it without harm.
Result<bool> look_at_file(const std::string& path) {
  struct stat is{};
  if (stat(path.c_str(), &is) != 0) {
    if (errno == ENOENT) return false;
    return failed(errno, "opened", path);
  }
  const FileHandle file(open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!S_ISREG(is.st_mode) || !file.is_open()) {
    return fail(ErrorKind::unreadable,
                cat("the state cannot be read: ",
                    S_ISREG(is.st_mode) ? std::strerror(errno) : "it is no regular file",
                    "; see that this user owns it"),
                path);
  }
  std::vector<std::byte> start(kHeadBytes);
  const ssize_t count = pread(file.get(), start.data(), start.size(), 0);
  if (count < 0) return failed(errno, "read", path);
  start.resize(static_cast<std::size_t>(count));
  const auto head = sound_head(start, static_cast<std::size_t>(is.st_size), path);
  if (!head) return std::unexpected(head.error());
  return true;
}

// --- LMDB ----------------------------------------------------------------------------------------

// A transaction that is given up unless it is committed.
class Transaction {
 public:
  Transaction() = default;
  ~Transaction() {
    if (txn_ != nullptr) mdb_txn_abort(txn_);
  }
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  [[nodiscard]] int begin(MDB_env* env, unsigned flags) {
    return mdb_txn_begin(env, nullptr, flags, &txn_);
  }
  [[nodiscard]] int commit() { return mdb_txn_commit(std::exchange(txn_, nullptr)); }
  [[nodiscard]] MDB_txn* get() const { return txn_; }

 private:
  MDB_txn* txn_ = nullptr;
};

class LmdbStore final : public StateStore {
 public:
  LmdbStore(const std::string& directory, StoreAccess access, FileHandle lock)
      : directory_(directory),
        file_(cat(directory, '/', kStoreFile)),
        access_(access),
        lock_(std::move(lock)) {}
  ~LmdbStore() override {
    if (env_ != nullptr) mdb_env_close(env_);
  }
  LmdbStore(const LmdbStore&) = delete;
  LmdbStore& operator=(const LmdbStore&) = delete;

  Result<void> open();
  Result<void> load(const Take& take) override;
  Result<void> save(std::span<const StateRecord> records) override;
  [[nodiscard]] std::uint64_t bytes() const override;

 private:
  [[nodiscard]] int begin_reading(Transaction* transaction);
  [[nodiscard]] Result<bool> check(Transaction* transaction);
  [[nodiscard]] Result<void> check_format(MDB_txn* txn);
  [[nodiscard]] int write(std::span<const StateRecord> records);
  [[nodiscard]] int put(MDB_txn* txn, const StateRecord& record);
  [[nodiscard]] int make_room(std::size_t bytes);

  std::string directory_;
  std::string file_;
  StoreAccess access_;
  FileHandle lock_;
  MDB_env* env_ = nullptr;
  MDB_dbi records_ = 0;
  std::size_t map_bytes_ = 0;
  std::optional<std::size_t> sound_transaction_;  // all of its records were
};

std::uint64_t LmdbStore::bytes() const {
  struct stat is{};
  return ::stat(file_.c_str(), &is) == 0 ? static_cast<std::uint64_t>(is.st_size) : 0;
}

Result<void> LmdbStore::open() {
  const Result<bool> there = look_at_file(file_);
  if (!there) return std::unexpected(there.error());
  const bool reading = access_ == StoreAccess::read;
  if (!*there && reading) {
    return fail(ErrorKind::unreadable, cat("holds no state: there is no ", kStoreFile, " in it"),
                directory_);
  }
  struct stat is{};
  if (stat(file_.c_str(), &is) == 0) map_bytes_ = static_cast<std::size_t>(is.st_size);
  map_bytes_ = std::max(kStateBytesMin, map_bytes_);
  int code = mdb_env_create(&env_);
  if (code == 0) code = mdb_env_set_mapsize(env_, map_bytes_);
  // Reading transactions belong to no thread.
  const unsigned flags = MDB_NOTLS | (reading ? MDB_RDONLY : 0U);
  if (code == 0) code = mdb_env_open(env_, directory_.c_str(), flags, kFileMode);
  if (code != 0) return failed(code, "opened", directory_);
  if (!reading) {
    int stale = 0;
    code = mdb_reader_check(env_, &stale);  // of copies that were killed
    if (code != 0) return failed(code, "opened", directory_);
    if (!*there) sync_directory(directory_);
  }
  for (int tries = 0; tries < kTriesMax; ++tries) {
    Transaction transaction;
    const Result<bool> checked = check(&transaction);
    if (!checked) return std::unexpected(checked.error());
    if (*checked) return check_format(transaction.get());
  }
  return fail(ErrorKind::refused, "the state changes faster than it can be read; try again", file_);
}

// As the process that writes may have made the map larger.
int LmdbStore::begin_reading(Transaction* transaction) {
  int code = transaction->begin(env_, MDB_RDONLY);
  if (code != MDB_MAP_RESIZED) return code;
  code = mdb_env_set_mapsize(env_, 0);
  return code == 0 ? transaction->begin(env_, MDB_RDONLY) : code;
}

// As long as the transaction lasts no page that it can see is written to. False when the file went
// on before its head could be read.
Result<bool> LmdbStore::check(Transaction* transaction) {
  int code = begin_reading(transaction);
  int file = -1;
  if (code == 0) code = mdb_env_get_fd(env_, &file);
  if (code != 0) return failed(code, "opened", file_);
  const FileMap map(file);
  const Result<LmdbHead> head = sound_head(map.bytes(), map.bytes().size(), file_);
  if (!head) return std::unexpected(head.error());
  if (head->transaction != mdb_txn_id(transaction->get())) return false;
  const Result<void> sound = check_lmdb_pages(map.bytes(), *head);
  if (!sound) return std::unexpected(not_sound(sound.error(), file_));
  return true;
}

Result<void> LmdbStore::check_format(MDB_txn* txn) {
  int code = mdb_dbi_open(txn, nullptr, 0, &records_);
  MDB_stat has{};
  if (code == 0) code = mdb_stat(txn, records_, &has);
  if (code != 0) return failed(code, "read", file_);
  if (has.ms_entries == 0) return {};
  MDB_val key = as_value(kFormatKey);
  MDB_val value{};
  code = mdb_get(txn, records_, &key, &value);
  if (code == MDB_NOTFOUND) {
    return fail(ErrorKind::refused,
                "is a file of LMDB, and no state of Vigie; give the state a directory of its own",
                file_);
  }
  if (code != 0) return failed(code, "read", file_);
  if (as_text(value) == kFormat) return {};
  return fail(ErrorKind::refused,
              "the state is stored in a format that this engine does not know; use the newer "
              "engine that wrote it, or give another directory",
              file_);
}

Result<void> LmdbStore::load(const Take& take) {
  Transaction transaction;
  int code = begin_reading(&transaction);
  MDB_cursor* cursor = nullptr;
  if (code == 0) code = mdb_cursor_open(transaction.get(), records_, &cursor);
  if (code != 0) return failed(code, "read", file_);
  const std::unique_ptr<MDB_cursor, decltype(&mdb_cursor_close)> closer(cursor, mdb_cursor_close);
  MDB_val key{};
  MDB_val value{};
  // An engine loads twice when it starts: what was found sound need not be looked at again.
  const std::size_t transaction_id = mdb_txn_id(transaction.get());
  const bool known = sound_transaction_ == transaction_id;
  for (code = mdb_cursor_get(cursor, &key, &value, MDB_FIRST); code == 0;
       code = mdb_cursor_get(cursor, &key, &value, MDB_NEXT)) {
    if (as_text(key) == kFormatKey) continue;
    const auto record = read_record(as_text(key), as_text(value));
    if (!record || !(known || is_sound(as_text(key), as_text(value)))) {
      return fail(ErrorKind::corrupt,
                  cat("the state is damaged: the checksum of the record '", as_text(key),
                      "' is wrong; ", kRestore),
                  file_);
    }
    if (Result<void> taken = take(record->key, record->value); !taken) return taken;
  }
  if (code != MDB_NOTFOUND) return failed(code, "read", file_);
  sound_transaction_ = transaction_id;
  return {};
}

Result<void> LmdbStore::save(std::span<const StateRecord> records) {
  if (access_ == StoreAccess::read) {
    return fail(ErrorKind::refused, "the state was opened to be read only", file_);
  }
  std::size_t bytes = 0;
  for (const StateRecord& record : records) bytes += record.value ? record.value->size() : 0;
  MDB_envinfo info{};
  int code = mdb_env_info(env_, &info);
  MDB_stat has{};
  if (code == 0) code = mdb_env_stat(env_, &has);
  if (code == 0) code = make_room((info.me_last_pgno + 1) * has.ms_psize + bytes);
  if (code == 0) code = write(records);
  while (code == MDB_MAP_FULL && map_bytes_ < kStateBytesMax) {
    code = make_room(map_bytes_ + 1);
    if (code == 0) code = write(records);
  }
  if (code == 0) return {};
  if (code == MDB_MAP_FULL) {
    return fail(ErrorKind::refused,
                cat("the state needs more than the ", kStateBytesMax >> 30,
                    " GB that it may have; watch fewer brands, or give them to several engines"),
                file_);
  }
  return failed(code, "saved", file_);
}

// At least so many bytes may then be mapped, as far as there may be so many. REQUIRES: no
// transaction is open.
int LmdbStore::make_room(std::size_t bytes) {
  if (bytes <= map_bytes_) return 0;
  std::size_t larger = map_bytes_;
  while (larger < bytes && larger < kStateBytesMax) larger = std::min(2 * larger, kStateBytesMax);
  if (larger == map_bytes_) return 0;
  const int code = mdb_env_set_mapsize(env_, larger);
  if (code == 0) map_bytes_ = larger;
  return code;
}

int LmdbStore::write(std::span<const StateRecord> records) {
  Transaction transaction;
  if (const int code = transaction.begin(env_, 0); code != 0) return code;
  MDB_val key = as_value(kFormatKey);
  MDB_val value = as_value(kFormat);
  int code = mdb_put(transaction.get(), records_, &key, &value, MDB_NOOVERWRITE);
  if (code != 0 && code != MDB_KEYEXIST) return code;
  for (const StateRecord& record : records) {
    if (code = put(transaction.get(), record); code != 0) return code;
  }
  return transaction.commit();
}

int LmdbStore::put(MDB_txn* txn, const StateRecord& record) {
  CHECK(!record.key.empty() && record.key != kFormatKey);
  const std::string stored = stored_key(record.key);
  MDB_val key = as_value(stored);
  if (!record.value) {
    const int code = mdb_del(txn, records_, &key, nullptr);
    return code == MDB_NOTFOUND ? 0 : code;
  }
  const std::string tail = value_tail(record.key, stored, *record.value);
  MDB_val value{record.value->size() + tail.size(), nullptr};
  const int code = mdb_put(txn, records_, &key, &value, MDB_RESERVE);
  if (code != 0) return code;
  char* to = static_cast<char*>(value.mv_data);
  record.value->copy(to, record.value->size());
  tail.copy(to + record.value->size(), tail.size());
  return 0;
}

}  // namespace

Result<std::unique_ptr<StateStore>> open_lmdb_store(const std::string& directory,
                                                    StoreAccess access) {
  if (Result<void> there = provide_directory(directory, access); !there) {
    return std::unexpected(there.error());
  }
  FileHandle lock;
  if (access == StoreAccess::engine) {
    Result<FileHandle> locked = lock_directory(directory);
    if (!locked) return std::unexpected(locked.error());
    lock = std::move(*locked);
  }
  auto store = std::make_unique<LmdbStore>(directory, access, std::move(lock));
  if (Result<void> opened = store->open(); !opened) return std::unexpected(opened.error());
  return store;
}

}  // namespace vigie
