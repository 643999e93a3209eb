// Saving and loading the state: how long a round of all brands takes, for how long it keeps facts
// waiting, and how long a start takes. Through the real shard, checkpointer and store; the answer
// is checked after loading.
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <random>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "bench/measure.h"
#include "connectors/lmdb_store.h"
#include "connectors/local_link.h"
#include "engine/base/text.h"
#include "engine/runtime/checkpointer.h"
#include "engine/runtime/restore.h"
#include "engine/runtime/shard.h"

namespace vigie::bench {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr std::size_t kBatchFacts = 512;

struct Options {
  std::size_t brands = 10'000;
  std::size_t posts = 2'000'000;  // folded before the rounds that are measured
  int rounds = 7;
  std::string folder;
};

double ms_since(Clock::time_point start) {
  return std::chrono::duration<double, std::milli>(Clock::now() - start).count();
}

// Brand names, and posts about them: a Zipf-like share for each.
class Posts {
 public:
  explicit Posts(std::size_t brands) {
    std::vector<double> weights;
    for (std::size_t i = 0; i < brands; ++i) weights.push_back(1.0 / static_cast<double>(i + 1));
    choose_ = std::discrete_distribution<BrandId>(weights.begin(), weights.end());
  }

  FactBatch next(std::size_t facts) {
    FactBatch batch;
    batch.sequence = ++sequence_;
    for (std::size_t i = 0; i < facts; ++i) {
      FactPost& post = batch.facts.posts.emplace_back();
      post.origin = {0, ++offset_, 0};
      post.place = static_cast<std::uint32_t>(i);
      post.event_time =
          EventTime{std::chrono::seconds{1'700'000'000} + std::chrono::milliseconds{offset_}};
      post.key = {random_(), random_()};
      const std::uint64_t author = random_() % 50'000 + 1;
      post.author = {author * 0x9E3779B97F4A7C15, author * 0xC2B2AE3D27D4EB4F};  // as keys are
      post.platform = ShortName("mastodon");
      Fact& fact = batch.facts.facts.emplace_back();
      fact.post = static_cast<std::uint32_t>(i);
      fact.brand =
          offset_ % 16 == 0 ? static_cast<BrandId>(every_++ % choose_.max()) : choose_(random_);
    }
    batch.progress.push_back({.partition = 0,
                              .next_offset = offset_ + 1,
                              .event_time = batch.facts.posts.back().event_time,
                              .idle = std::nullopt});
    if (batch.sequence == 1) batch.assignment = FactBatch::Assignment{{{0}}};
    return batch;
  }

 private:
  std::mt19937_64 random_{1};
  std::discrete_distribution<BrandId> choose_;
  std::int64_t offset_ = 0;
  std::uint64_t sequence_ = 0;
  std::size_t every_ = 0;
};

Cell<RulesInUse> brands_of(std::size_t count) {
  auto list = std::make_shared<BrandList>();
  for (BrandId id = 0; id < count; ++id) {
    list->names.push_back(cat("brand ", id));
    list->live.push_back({.id = id});
  }
  return Cell<RulesInUse>(std::make_shared<const RulesInUse>(RulesInUse{nullptr, list}));
}

// One shard with its store and its link.
struct Part {
  Part(const fs::path& folder, std::size_t brands, Duration every)
      : rules(brands_of(brands)),
        link(1, 1),
        store(std::move(*open_lmdb_store(folder.native(), StoreAccess::engine))),
        checkpointer({.store = store.get(),
                      .link = &link,
                      .counters = &counters,
                      .shards = 1,
                      .writers = 1,
                      .name = [](std::uint32_t, PartitionId) { return PartitionName{"posts", 0}; }},
                     {.every = every, .bytes = 1UL << 40, .retry_wait = milliseconds{100}}),
        shard({.number = 0,
               .shards = 1,
               .writers = 1,
               .lateness = std::chrono::hours{1},
               .snapshot_every = std::chrono::hours{1},
               .keep_closed = false},
              {.rules = &rules,
               .link = &link,
               .checkpointer = &checkpointer,
               .counters = &counters}) {}

  Cell<RulesInUse> rules;
  Counters counters;
  LocalLink link;
  std::unique_ptr<StateStore> store;
  Checkpointer checkpointer;
  Shard shard;
};

void publish(LocalLink* link, FactBatch batch) {
  while (!link->publish(0, std::move(batch), after(milliseconds{100}))) continue;
}

// Rounds under load: every brand has changed, and a probe sees when facts are folded.
void measure_rounds(const Options& options, const fs::path& folder) {
  Part part(folder, options.brands, std::chrono::hours{1});
  if (!part.checkpointer.save_first({}, {})) return;
  part.checkpointer.start();
  Posts posts(options.brands);
  std::uint64_t sequence = 0;
  std::thread thread([&] { part.shard.run(); });
  for (std::size_t sent = 0; sent < options.posts; sent += kBatchFacts) {
    publish(&part.link, posts.next(kBatchFacts));
    ++sequence;
  }
  std::vector<double> rounds;
  std::vector<double> gaps;
  for (int round = 0; round < options.rounds; ++round) {
    // All of them change.
    for (std::size_t sent = 0; sent < options.brands * 16; sent += kBatchFacts) {
      publish(&part.link, posts.next(kBatchFacts));
      ++sequence;
    }
    const Clock::time_point start = Clock::now();
    part.checkpointer.wish(0, sequence);
    std::uint64_t applied = part.counters.facts_applied;
    Clock::time_point moved = Clock::now();
    std::uint64_t more = sequence;
    while (part.link.applied_everywhere(0) < sequence) {
      // Room is made for as many batches as are folded, so that facts always wait.
      if (part.link.use(0).bytes < (1U << 20)) {
        publish(&part.link, posts.next(kBatchFacts));
        ++more;
      }
      const std::uint64_t now = part.counters.facts_applied;
      if (now == applied) continue;
      applied = now;
      gaps.push_back(ms_since(std::exchange(moved, Clock::now())));
    }
    rounds.push_back(ms_since(start));
    sequence = more;
  }
  part.link.close();
  thread.join();
  part.checkpointer.stop();
  std::ranges::sort(gaps);
  std::printf("round of %zu brands: median %.0f ms, longest %.0f ms, %.1f MB saved a round\n",
              options.brands, median(rounds), *std::ranges::max_element(rounds),
              static_cast<double>(part.counters.saved_bytes) / 1e6 /
                  static_cast<double>(part.counters.saves));
  std::printf(
      "gaps in applied facts meanwhile: %zu, median %.2f ms, p99 %.2f ms, longest %.2f ms\n",
      gaps.size(), median(gaps), gaps[gaps.size() * 99 / 100], gaps.back());
  std::printf("state on disk: %.1f MB, %llu facts applied\n",
              static_cast<double>(part.store->bytes()) / 1e6,
              static_cast<unsigned long long>(part.counters.facts_applied.load()));
}

bool measure_start(const Options& options, const fs::path& folder) {
  std::vector<double> starts;
  std::uint64_t mentions = 0;
  for (int round = 0; round < 3; ++round) {
    Part part(folder, options.brands, std::chrono::hours{1});
    const Clock::time_point start = Clock::now();
    const auto saved = look_at_state(part.store.get());
    if (!saved) return std::printf("%s\n", saved.error().text().c_str()), false;
    PartitionsFound found;
    found.ids[0] = 0;
    const SavedInput input = join_inputs(saved->shards, found);
    std::vector<std::unique_ptr<Shard>> shards;
    shards.push_back(std::make_unique<Shard>(ShardSettings{.number = 0,
                                                           .shards = 1,
                                                           .writers = 1,
                                                           .lateness = std::chrono::hours{1},
                                                           .snapshot_every = std::chrono::hours{1},
                                                           .keep_closed = false},
                                             ShardContext{.rules = &part.rules,
                                                          .link = &part.link,
                                                          .checkpointer = &part.checkpointer,
                                                          .counters = &part.counters}));
    const auto brands = part.rules.load()->brands;
    if (auto loaded = load_state(part.store.get(), *brands, input, found, shards); !loaded) {
      return std::printf("%s\n", loaded.error().text().c_str()), false;
    }
    starts.push_back(ms_since(start));
    mentions = 0;
    for (const BrandSnapshot& brand : shards[0]->snapshot().load()->brands) {
      mentions += brand.mentions;
    }
  }
  std::printf("start: median %.0f ms, %llu mentions loaded\n", median(starts),
              static_cast<unsigned long long>(mentions));
  return true;
}

int run(const Options& options) {
  const fs::path folder = fs::path(options.folder.empty() ? "." : options.folder) /
                          cat("checkpoint-bench-", static_cast<std::int64_t>(getpid()));
  fs::create_directories(folder);
  measure_rounds(options, folder);
  const bool fine = measure_start(options, folder);
  fs::remove_all(folder);
  return fine ? 0 : 1;
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app("Saving and loading the state of many brands");
  vigie::bench::Options options;
  app.add_option("--brands", options.brands);
  app.add_option("--posts", options.posts, "folded before the rounds that are measured");
  app.add_option("--rounds", options.rounds);
  app.add_option("--folder", options.folder,
                 "where the state is put; the present one if not given");
  CLI11_PARSE(app, argc, argv);
  return vigie::bench::run(options);
}
