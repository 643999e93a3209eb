// The store of state: all of a save or nothing, whatever ends the process; and one clear error,
// with nothing overwritten, for every state of a directory that cannot be used.
#include "connectors/lmdb_store.h"

#include <doctest/doctest.h>
#include <lmdb.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "connectors/lmdb_records.h"
#include "connectors/lmdb_rewrite.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "tests/files.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;
using Records = std::vector<std::pair<std::string, std::string>>;

// A directory of this case's own that is not there yet; the one above it is.
fs::path fresh(const std::string& name) {
  const fs::path above = fs::temp_directory_path() / cat("vigie-store-test-", getpid());
  fs::create_directories(above);
  fs::remove_all(above / name);
  return above / name;
}

Result<std::unique_ptr<StateStore>> open_store(const fs::path& path,
                                               StoreAccess access = StoreAccess::engine) {
  return open_lmdb_store(path.string(), access);
}

Result<Records> load_all(StateStore& store) {
  Records records;
  Result<void> loaded = store.load([&](std::string_view key, std::string_view value) {
    records.emplace_back(key, value);
    return Result<void>{};
  });
  if (!loaded) return std::unexpected(loaded.error());
  return records;
}

// What the store at this path holds; opens and closes it.
Result<Records> load_all(const fs::path& path) {
  auto store = open_store(path);
  if (!store) return std::unexpected(store.error());
  return load_all(**store);
}

void save_all(const fs::path& path, std::vector<StateRecord> records) {
  auto store = open_store(path);
  REQUIRE(store);
  REQUIRE((*store)->save(records));
}

std::string error_of(const fs::path& path, StoreAccess access = StoreAccess::engine) {
  const auto store = open_store(path, access);
  if (store) return "opened";
  std::string text = store.error().text();
  const std::string directory = path.string();
  for (std::size_t at = text.find(directory); at != std::string::npos; at = text.find(directory)) {
    text.replace(at, directory.size(), "DIR");
  }
  return text;
}

bool holds(const std::string& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

// Runs it in a process of its own; false when it said so, or did not end by itself.
bool in_child(const std::function<bool()>& run) {
  const pid_t child = fork();
  if (child == 0) _exit(run() ? 0 : 1);
  int status = 0;
  return waitpid(child, &status, 0) == child && WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST_CASE("what is saved is loaded again, in the order of keys") {
  const fs::path path = fresh("saved");
  save_all(path, {{"shard/0", "s"},
                  {"meta", std::string("m\0n", 3)},
                  {"brand/A/posts/1", "p1"},
                  {"brand/A", std::string(100'000, 'a')},
                  {"brand/A b", ""},
                  {"brand/A/posts/0", "p0"}});
  CHECK(load_all(path).value() == Records{{"brand/A", std::string(100'000, 'a')},
                                          {"brand/A b", ""},
                                          {"brand/A/posts/0", "p0"},
                                          {"brand/A/posts/1", "p1"},
                                          {"meta", std::string("m\0n", 3)},
                                          {"shard/0", "s"}});
  save_all(path, {{"brand/A", "new"},
                  {"brand/A/posts/0", std::nullopt},
                  {"brand/none", std::nullopt},
                  {"brand/A b", std::nullopt}});
  CHECK(load_all(path).value() == Records{{"brand/A", "new"},
                                          {"brand/A/posts/1", "p1"},
                                          {"meta", std::string("m\0n", 3)},
                                          {"shard/0", "s"}});
}

TEST_CASE("an open store saves and loads as often as wanted") {
  const fs::path path = fresh("often");
  auto store = open_store(path);
  REQUIRE(store);
  CHECK(load_all(**store).value().empty());
  Records expected;
  for (int i = 0; i < 20; ++i) {
    const std::string key = cat("brand/", 10 + i);
    expected.emplace_back(key, std::string(1000UL * static_cast<std::size_t>(i), 'x'));
    REQUIRE((*store)->save(std::vector<StateRecord>{{key, expected.back().second}}));
    CHECK(load_all(**store).value() == expected);
  }
}

TEST_CASE("what take refuses ends the loading with its error") {
  const fs::path path = fresh("refused");
  save_all(path, {{"a", "1"}, {"b", "2"}});
  auto store = open_store(path);
  REQUIRE(store);
  int taken = 0;
  const Result<void> loaded = (*store)->load([&](std::string_view, std::string_view) {
    ++taken;
    return Result<void>(fail(ErrorKind::corrupt, "no"));
  });
  REQUIRE(!loaded);
  CHECK(loaded.error().message == "no");
  CHECK(taken == 1);
}

TEST_CASE("names longer than a key of LMDB keep their records together") {
  const std::string name(3000, 'n');
  const fs::path path = fresh("long");
  Records expected;
  std::vector<StateRecord> records;
  for (const char* last : {"1", "2"}) {
    for (const char* rest : {"", "/posts/0", "/posts/1"}) {
      records.push_back({cat("brand/", name, last, rest), cat(last, rest)});
      expected.emplace_back(records.back().key, *records.back().value);
    }
  }
  for (const StateRecord& record : records) CHECK(stored_key(record.key).size() <= 511);
  save_all(path, records);
  Records loaded = load_all(path).value();
  REQUIRE(loaded.size() == 6);
  if (loaded.front() != expected.front()) std::ranges::rotate(loaded, loaded.begin() + 3);
  CHECK(loaded == expected);
  save_all(path, {{records[0].key, std::nullopt}, {records[2].key, "again"}});
  CHECK(load_all(path).value().size() == 5);
}

TEST_CASE("short keys are kept as they are") {
  CHECK(stored_key("brand/A%2FB/posts/12") == "brand/A%2FB/posts/12");
  CHECK(stored_key("meta") == "meta");
  const std::string part(129, 'p');
  CHECK(stored_key(cat("brand/", part)).starts_with(cat("brand/", part.substr(0, 96), "%~")));
  CHECK(stored_key(cat("brand/", part)).size() == 6 + 96 + 2 + 32);
}

TEST_CASE("a save larger than the address space reserved at first makes room") {
  const fs::path path = fresh("grows");
  auto store = open_store(path);
  REQUIRE(store);
  REQUIRE((*store)->save(std::vector<StateRecord>{{"small", "1"}}));
  const std::size_t bytes = kStateBytesMin + (1UL << 20);
  REQUIRE((*store)->save(std::vector<StateRecord>{{"large", std::string(bytes, 'x')}}));
  const Records loaded = load_all(**store).value();
  REQUIRE(loaded.size() == 2);
  CHECK(loaded[0].second.size() == bytes);
  CHECK(loaded[1].second == "1");
}

TEST_CASE("directory and files are for their owner only") {
  const fs::path path = fresh("modes");
  save_all(path, {{"a", "1"}});
  const auto mode = [](const fs::path& of) {
    struct stat is{};
    return stat(of.c_str(), &is) == 0 ? is.st_mode & 0777 : 0U;
  };
  CHECK(mode(path) == 0700);
  for (const auto& entry : fs::directory_iterator(path)) CHECK(mode(entry.path()) == 0600);
}

TEST_CASE("a store is for one process, and may be read beside it") {
  const fs::path path = fresh("one");
  auto store = open_store(path);
  REQUIRE(store);
  CHECK(error_of(path) == cat("DIR: the state is in use by process ", getpid(),
                              "; stop it first, or give this one a directory of its own"));
  REQUIRE((*store)->save(std::vector<StateRecord>{{"a", "1"}}));
  CHECK(in_child([&] {
    auto other = open_store(path, StoreAccess::read);
    if (!other || load_all(**other).value() != Records{{"a", "1"}}) return false;
    const Result<void> saved = (*other)->save(std::vector<StateRecord>{{"a", "2"}});
    return !saved && saved.error().kind == ErrorKind::refused;
  }));
  REQUIRE((*store)->save(std::vector<StateRecord>{{"a", "3"}}));
  store->reset();
  CHECK(load_all(path).value() == Records{{"a", "3"}});
}

TEST_CASE("what is no directory, or has none above it, is told") {
  const fs::path file = fresh("file");
  std::ofstream(file) << "text";
  CHECK(error_of(file) == "DIR: is not a directory; give one of the state's own");
  CHECK(holds(error_of(file / "below"), "cannot be opened: Not a directory"));
  CHECK(read_file(file) == "text");
  const fs::path deep = fresh("missing") / "below";
  CHECK(error_of(deep) ==
        "DIR: this directory cannot be made: No such file or directory; make the one above it, "
        "and see that it may be written");
  const fs::path none = fresh("none");
  CHECK(holds(error_of(none, StoreAccess::read), "cannot be opened: No such file"));
  CHECK(!fs::exists(none));
  fs::create_directory(none);
  CHECK(error_of(none, StoreAccess::read) == "DIR: holds no state: there is no data.mdb in it");
  CHECK(fs::is_empty(none));
}

TEST_CASE("a directory that may not be written is told") {
  const fs::path path = fresh("read_only");
  save_all(path, {{"a", "1"}});
  constexpr auto kRead = fs::perms::owner_read | fs::perms::group_read | fs::perms::others_read;
  constexpr auto kEnter = fs::perms::owner_exec | fs::perms::group_exec | fs::perms::others_exec;
  fs::permissions(path, kRead | kEnter);
  for (const auto& entry : fs::directory_iterator(path)) fs::permissions(entry, kRead);
  CHECK(in_child([&] {
    if (getuid() == 0 && setresuid(65534, 65534, 65534) != 0) return false;
    return error_of(path) ==
           "DIR: the state's directory cannot be written: Permission denied; see that this user "
           "owns it, and that it is not mounted read-only";
  }));
  CHECK(in_child([&] {
    if (getuid() == 0 && setresuid(65534, 65534, 65534) != 0) return false;
    const fs::path below = path / "below";
    return holds(error_of(below), "this directory cannot be made: Permission denied");
  }));
  fs::permissions(path, fs::perms{0700});
}

TEST_CASE("a file that is not LMDB's, or of another kind, is refused and left alone") {
  const fs::path path = fresh("foreign");
  fs::create_directory(path);
  const fs::path file = path / "data.mdb";
  for (const std::string& content :
       {std::string(), std::string("hello"), std::string(8192, '\0'), std::string(100'000, 'x')}) {
    std::ofstream(file, std::ios::binary | std::ios::trunc) << content;
    CHECK(error_of(path) ==
          "DIR/data.mdb: the state is damaged: it does not begin as an LMDB file does; restore the "
          "directory from a copy, or move it away to begin anew; nothing was changed");
    CHECK(read_file(file) == content);
  }
  fs::remove(file);
  fs::create_directory(file);
  CHECK(holds(error_of(path), "it is no regular file"));
}

// Writes one record as another program would.
void write_plain(const fs::path& path, std::string key, std::string value, const char* name) {
  fs::create_directories(path);
  MDB_env* env = nullptr;
  REQUIRE(mdb_env_create(&env) == 0);
  REQUIRE(mdb_env_set_maxdbs(env, 4) == 0);
  REQUIRE(mdb_env_open(env, path.c_str(), 0, 0600) == 0);
  MDB_txn* txn = nullptr;
  REQUIRE(mdb_txn_begin(env, nullptr, 0, &txn) == 0);
  MDB_dbi database = 0;
  REQUIRE(mdb_dbi_open(txn, name, MDB_CREATE, &database) == 0);
  MDB_val k{key.size(), key.data()};
  MDB_val v{value.size(), value.data()};
  REQUIRE(mdb_put(txn, database, &k, &v, 0) == 0);
  REQUIRE(mdb_txn_commit(txn) == 0);
  mdb_env_close(env);
}

TEST_CASE("a store of another program, and one of a newer format, are refused") {
  const fs::path other = fresh("other");
  write_plain(other, "key", "value", nullptr);
  CHECK(error_of(other) ==
        "DIR/data.mdb: is a file of LMDB, and no state of Vigie; give the state a directory of its "
        "own");
  const fs::path named = fresh("named");
  write_plain(named, "key", "value", "table");
  CHECK(error_of(named) ==
        "DIR/data.mdb: is no state of Vigie: it holds databases within the database; give the "
        "state a directory of its own");
  const fs::path newer = fresh("newer");
  write_plain(newer, "#vigie-state", "2", nullptr);
  CHECK(holds(error_of(newer), "stored in a format that this engine does not know"));
}

// --- Damage
// ---------------------------------------------------------------------------------------

// A store with pages of every kind: branches, leaves, large values, free pages.
fs::path made_of_everything(const std::string& name) {
  const fs::path path = fresh(name);
  std::vector<StateRecord> records;
  for (int i = 0; i < 400; ++i) {
    records.push_back({cat("brand/", i), std::string(i % 40 == 0 ? 20'000 : 3 * i, 'v')});
  }
  auto store = open_store(path);
  REQUIRE(store);
  REQUIRE((*store)->save(records));
  for (int i = 0; i < 400; i += 7) records[i].value.reset();
  REQUIRE((*store)->save(records));
  for (int i = 0; i < 400; i += 11) records[i].value = std::string(5000, 'w');
  REQUIRE((*store)->save(records));
  return path;
}

TEST_CASE("a file that was cut short is told, wherever it was cut") {
  const fs::path path = made_of_everything("cut");
  const std::string whole = read_file(path / "data.mdb");
  const std::size_t pages = whole.size() / 4096;
  REQUIRE(pages > 50);
  for (std::size_t kept = 0; kept < whole.size(); kept += 4096 * (1 + pages / 17) - 100) {
    std::ofstream(path / "data.mdb", std::ios::binary | std::ios::trunc) << whole.substr(0, kept);
    CHECK(holds(error_of(path), "the state is damaged: "));
    CHECK(read_file(path / "data.mdb").size() == kept);
  }
  std::ofstream(path / "data.mdb", std::ios::binary | std::ios::trunc) << whole.substr(0, 40'960);
  CHECK(holds(error_of(path), "DIR/data.mdb: the state is damaged: it speaks of page "));
  CHECK(holds(error_of(path), "restore the directory from a copy, or move it away to begin anew"));
}

// Some bytes, or a page, are replaced.
std::string damaged(std::string bytes, std::mt19937_64& random) {
  const std::size_t pages = bytes.size() / 4096;
  const std::size_t page = random() % pages * 4096;
  switch (random() % 4) {
    case 0:
      for (int i = 0; i < 4096; ++i) bytes[page + i] = static_cast<char>(random());
      break;
    case 1: bytes.replace(page, 4096, bytes, random() % pages * 4096, 4096); break;
    case 2: bytes.replace(page, 4096, 4096, '\0'); break;
    default:
      for (int i = 0; i < 4; ++i) bytes[page + random() % 64] = static_cast<char>(random());
  }
  return bytes;
}

TEST_CASE("damaged pages never end the process, and nothing is overwritten") {
  const fs::path path = made_of_everything("damaged");
  const Records expected = load_all(path).value();
  const std::string whole = read_file(path / "data.mdb");
  int refused = 0;
  const std::uint64_t rounds = std::getenv("VIGIE_LONG") != nullptr ? 5000 : 150;
  for (std::uint64_t seed = 0; seed < rounds; ++seed) {
    CAPTURE(seed);
    std::mt19937_64 random(seed);
    const std::string bytes = damaged(whole, random);
    std::ofstream(path / "data.mdb", std::ios::binary | std::ios::trunc) << bytes;
    const Result<Records> loaded = load_all(path);
    if (!loaded) {
      ++refused;
      CHECK(loaded.error().kind != ErrorKind::config);
      CHECK(read_file(path / "data.mdb") == bytes);
      continue;
    }
    // The damage was to what is free, or to the older head; or the newer one is gone, and with it
    // the last save.
    CHECK(loaded->size() > expected.size() / 2);
    auto store = open_store(path);
    REQUIRE(store);
    REQUIRE((*store)->save(std::vector<StateRecord>{{"brand/x", std::string(30'000, 'x')}}));
    CHECK(load_all(**store).value().size() == loaded->size() + 1);
  }
  CHECK(refused > 50);
}

TEST_CASE("a value that was changed on the disk is told by its record") {
  const fs::path path = fresh("changed");
  save_all(path, {{"brand/Orvelane", "some text that stands out"}});
  std::string bytes = read_file(path / "data.mdb");
  bytes[bytes.rfind("stands")] = 'S';
  std::ofstream(path / "data.mdb", std::ios::binary | std::ios::trunc) << bytes;
  const Result<Records> loaded = load_all(path);
  REQUIRE(!loaded);
  CHECK(loaded.error().kind == ErrorKind::corrupt);
  CHECK(holds(loaded.error().message, "the checksum of the record 'brand/Orvelane' is wrong"));
}

// --- Written anew
// ---------------------------------------------------------------------------------

TEST_CASE("a store that is written anew holds the same, and nothing of what was removed") {
  const fs::path path = fresh("anew");
  save_all(path,
           {{"brand/A", "something secret"}, {"brand/B", std::string(9000, 's')}, {"c", "1"}});
  save_all(path, {{"brand/A", "something else"}, {"brand/B", std::nullopt}});
  const std::string before = read_file(path / "data.mdb");
  CHECK(holds(before, "something secret"));
  CHECK(holds(before, std::string(4000, 's')));
  REQUIRE(rewrite_lmdb_store(path.string()));
  const std::string after = read_file(path / "data.mdb");
  CHECK(!holds(after, "something secret"));
  CHECK(!holds(after, std::string(4000, 's')));
  CHECK(load_all(path).value() == Records{{"brand/A", "something else"}, {"c", "1"}});
  CHECK(!fs::exists(path / "rewriting"));
}

TEST_CASE("a store that is in use is not written anew") {
  const fs::path path = fresh("anew_in_use");
  auto store = open_store(path);
  REQUIRE(store);
  REQUIRE((*store)->save(std::vector<StateRecord>{{"a", "1"}}));
  const Result<void> rewritten = rewrite_lmdb_store(path.string());
  REQUIRE(!rewritten);
  CHECK(holds(rewritten.error().message, "in use by process"));
  CHECK(load_all(**store).value() == Records{{"a", "1"}});
}

// --- No room
// --------------------------------------------------------------------------------------

// Saves fail until there is room again, and what was saved stays as it was. `give_room` makes room.
bool survives_no_room(const fs::path& path, const std::function<void()>& give_room) {
  auto store = open_store(path);
  if (!store) return false;
  const std::vector<StateRecord> small{{"a", "2"}};
  const std::vector<StateRecord> large{{"a", "3"}, {"b", std::string(3UL << 20, 'b')}};
  if (!(*store)->save(small)) return false;
  for (int i = 0; i < 3; ++i) {
    const Result<void> saved = (*store)->save(large);
    if (saved || saved.error().kind != ErrorKind::refused) return false;
    if (!holds(saved.error().message, "make room")) return false;
    if (load_all(**store).value() != Records{{"a", "2"}}) return false;
  }
  store->reset();
  if (load_all(path).value() != Records{{"a", "2"}}) return false;
  give_room();
  store = open_store(path);
  return store && (*store)->save(large) && load_all(**store).value().size() == 2;
}

TEST_CASE("a save that reaches a limit on file sizes leaves what was there") {
  const fs::path path = fresh("limit");
  save_all(path, {{"a", "1"}});
  CHECK(in_child([&] {
    std::signal(SIGXFSZ, SIG_IGN);
    rlimit limit{};
    getrlimit(RLIMIT_FSIZE, &limit);
    const rlim_t before = limit.rlim_cur;
    limit.rlim_cur = 1UL << 20;
    setrlimit(RLIMIT_FSIZE, &limit);
    return survives_no_room(path, [&] {
      limit.rlim_cur = before;
      setrlimit(RLIMIT_FSIZE, &limit);
    });
  }));
}

TEST_CASE("a save on a full disk leaves what was there") {
  const fs::path path = fresh("disk");
  fs::create_directory(path);
  if (mount("vigie-test", path.c_str(), "tmpfs", 0, "size=2m") != 0) {
    MESSAGE("skipped: no small file system can be mounted here");
    return;
  }
  CHECK(survives_no_room(
      path / "state", [&] { mount("vigie-test", path.c_str(), "tmpfs", MS_REMOUNT, "size=16m"); }));
  CHECK(umount(path.c_str()) == 0);
}

// --- Ends in the middle
// ---------------------------------------------------------------------------

std::vector<StateRecord> generation(std::uint64_t number) {
  std::mt19937_64 random(number);
  std::vector<StateRecord> records{{"generation", cat(number)}};
  for (int i = 0; i < 60; ++i) {
    // Some come and go with the generation.
    const bool gone = (number + i) % 5 == 0;
    std::string value =
        cat(number, ' ') + std::string(random() % (i % 10 == 0 ? 40'000 : 900), 'v');
    records.push_back({cat("brand/", i), gone ? std::nullopt : std::optional(std::move(value))});
  }
  return records;
}

Records without_gone(const std::vector<StateRecord>& records) {
  std::map<std::string, std::string> sorted;
  for (const StateRecord& record : records) {
    if (record.value) sorted[record.key] = *record.value;
  }
  return {sorted.begin(), sorted.end()};
}

// Saves one generation after the other and says through the pipe which one is done.
[[noreturn]] void save_forever(const fs::path& path, std::uint64_t first, int done) {
  auto store = open_store(path);
  for (std::uint64_t number = first; store; ++number) {
    if (!(*store)->save(generation(number))) break;
    if (write(done, &number, sizeof number) != sizeof number) break;
  }
  _exit(1);
}

TEST_CASE("a process killed while it saves leaves all of a save or nothing of it") {
  const fs::path path = fresh("killed");
  std::mt19937_64 random(7);
  std::uint64_t last = 0;
  for (int kill_number = 0; kill_number < 12; ++kill_number) {
    int ends[2];
    REQUIRE(pipe(ends) == 0);
    const pid_t child = fork();
    if (child == 0) save_forever(path, last + 1, ends[1]);
    close(ends[1]);
    // After a few saves, and then at any moment of the next.
    std::uint64_t done = last;
    for (auto saves = 1 + random() % 4; saves > 0; --saves) {
      REQUIRE(read(ends[0], &done, sizeof done) == sizeof done);
    }
    for (volatile auto spin = random() % 2'000'000; spin > 0;) spin = spin - 1;
    kill(child, SIGKILL);
    waitpid(child, nullptr, 0);
    while (read(ends[0], &done, sizeof done) == sizeof done) {
    }
    close(ends[0]);
    const Records loaded = load_all(path).value();
    REQUIRE(!loaded.empty());
    REQUIRE(loaded.back().first == "generation");
    last = std::stoull(loaded.back().second);
    CHECK(last >= done);      // what was told to be saved is
    CHECK(last <= done + 1);  // one more may be, untold
    CHECK(loaded == without_gone(generation(last)));
  }
}

}  // namespace
}  // namespace vigie
