// The store of state: how long a checkpoint takes, and how long a start. Wall time, as both wait
// for the disk; the checksums and the pages are looked at as in the engine.
#include <CLI/CLI.hpp>

#include <chrono>
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "connectors/lmdb_store.h"
#include "engine/base/check.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

double wall_seconds(const std::function<void()>& run) {
  const auto start = std::chrono::steady_clock::now();
  run();
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
}

std::string noise(std::size_t bytes, std::mt19937_64* random) {
  std::string out(bytes, '\0');
  for (std::size_t at = 0; at + 8 <= bytes; at += 8) {
    const std::uint64_t word = (*random)();
    out.replace(at, 8, reinterpret_cast<const char*>(&word), 8);
  }
  return out;
}

std::unique_ptr<StateStore> open(const std::string& path) {
  auto store = open_lmdb_store(path, StoreAccess::engine);
  if (!store) std::fprintf(stderr, "%s\n", store.error().text().c_str());
  CHECK(store);
  return std::move(*store);
}

std::uint64_t load(StateStore* store) {
  std::uint64_t bytes = 0;
  CHECK(store->load([&bytes](std::string_view, std::string_view value) {
    bytes += value.size();
    return Result<void>{};
  }));
  return bytes;
}

void report(const char* what, double seconds, std::uint64_t bytes) {
  std::printf("%-52s %8.0f ms %8.0f MB/s\n", what, seconds * 1e3,
              static_cast<double>(bytes) / 1e6 / seconds);
}

// Ten thousand small brands, all of which have changed.
void bench_checkpoints(const std::string& path, std::size_t brands, std::size_t bytes) {
  std::mt19937_64 random(1);
  std::vector<StateRecord> records;
  for (std::size_t i = 0; i < brands; ++i) {
    records.push_back({cat("brand/", i), noise(bytes, &random)});
  }
  auto store = open(path);
  const auto save = [&] { CHECK(store->save(records)); };
  report("first checkpoint of all brands", wall_seconds(save), brands * bytes);
  for (int round = 0; round < 3; ++round) {
    report("checkpoint of all brands", wall_seconds(save), brands * bytes);
  }
  const std::vector<StateRecord> one(records.begin(), records.begin() + 1);
  report("checkpoint of one brand", wall_seconds([&] { CHECK(store->save(one)); }), bytes);
  CHECK(load(store.get()) == brands * bytes);
}

// Pages of posts of some 150 KB each.
void bench_start(const std::string& path, std::size_t megabytes) {
  constexpr std::size_t kPageBytes = 150'000;
  std::mt19937_64 random(2);
  const std::size_t pages = megabytes * 1'000'000 / kPageBytes;
  {
    std::vector<StateRecord> records;
    for (std::size_t i = 0; i < pages; ++i) {
      records.push_back({cat("brand/A/posts/", i), noise(kPageBytes, &random)});
    }
    auto store = open(path);
    const double seconds = wall_seconds([&] { CHECK(store->save(records)); });
    report("one save of the pages of posts", seconds, pages * kPageBytes);
  }
  for (int round = 0; round < 3; ++round) {
    std::unique_ptr<StateStore> store;
    const double opening = wall_seconds([&] { store = open(path); });
    std::uint64_t bytes = 0;
    const double loading = wall_seconds([&] { bytes = load(store.get()); });
    CHECK(bytes == pages * kPageBytes);
    report("open: every page looked at", opening, bytes);
    report("load: every checksum", loading, bytes);
    report("load again, as an engine does when it starts", wall_seconds([&] { load(store.get()); }),
           bytes);
  }
}

int bench(int argc, char** argv) {
  CLI::App app{"How long the store of state takes"};
  std::string path = (std::filesystem::temp_directory_path() / "vigie-store-bench").string();
  std::size_t brands = 10'000;
  std::size_t bytes = 4000;
  std::size_t megabytes = 1000;
  app.add_option("--path", path, "A directory that is not there yet")->capture_default_str();
  app.add_option("--brands", brands, "Small brands")->capture_default_str();
  app.add_option("--bytes", bytes, "Of each of them")->capture_default_str();
  app.add_option("--megabytes", megabytes, "Of the state that is loaded")->capture_default_str();
  CLI11_PARSE(app, argc, argv);
  CHECK(std::filesystem::create_directory(path));
  bench_checkpoints(path + "/brands", brands, bytes);
  bench_start(path + "/posts", megabytes);
  std::filesystem::remove_all(path);
  return 0;
}

}  // namespace
}  // namespace vigie

int main(int argc, char** argv) { return vigie::bench(argc, argv); }
