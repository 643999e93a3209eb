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
constexpr std::size_t kPacedFacts = 64;  // of a batch while a round is measured
constexpr std::chrono::microseconds kLookEvery{200};

struct Options {
  std::size_t brands = 10'000;
  std::size_t posts = 400'000;  // folded before the rounds that are measured
  int rounds = 7;
  std::size_t rate = 20'000;  // facts a second while a round goes on
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

// Tells facts to the shard: as many as wanted at once, or so many in a second of wall time,
// whatever the machine can do. So a round saves the same on all machines.
class Feeder {
 public:
  Feeder(std::size_t brands, LocalLink* link) : posts_(brands), link_(link) {}

  void tell(std::size_t facts) {
    FactBatch batch = posts_.next(facts);
    sequence_ = batch.sequence;
    told_ += facts;
    while (!link_->publish(0, std::move(batch), after(milliseconds{100}))) continue;
  }

  void tell_at_once(std::size_t facts) {
    for (std::size_t sent = 0; sent < facts; sent += kBatchFacts) tell(kBatchFacts);
  }

  void start_pace() {
    since_ = Clock::now();
    paced_ = 0;
  }
  // What is due since then.
  void keep_pace(std::size_t facts_per_second) {
    const double seconds = std::chrono::duration<double>(Clock::now() - since_).count();
    const auto due = static_cast<std::size_t>(seconds * static_cast<double>(facts_per_second));
    for (; paced_ + kPacedFacts <= due; paced_ += kPacedFacts) tell(kPacedFacts);
  }

  [[nodiscard]] std::uint64_t sequence() const { return sequence_; }  // of the last batch
  [[nodiscard]] std::uint64_t told() const { return told_; }          // facts

 private:
  Posts posts_;
  LocalLink* link_;
  std::uint64_t sequence_ = 0;
  std::uint64_t told_ = 0;
  Clock::time_point since_{};
  std::size_t paced_ = 0;
};

// Sees when facts are folded: the waits between two moments at which their number grew.
class GapProbe {
 public:
  explicit GapProbe(const Counters* counters) : counters_(counters) {}

  void start() {
    seen_ = counters_->facts_applied;
    moved_ = Clock::now();
  }
  void look() {
    const std::uint64_t now = counters_->facts_applied;
    if (now == seen_) return;
    seen_ = now;
    gaps_.push_back(ms_since(std::exchange(moved_, Clock::now())));
  }
  void print(const char* when) {
    std::ranges::sort(gaps_);
    std::printf("gaps in applied facts %s: %zu, median %.1f ms, p99 %.1f ms, longest %.1f ms\n",
                when, gaps_.size(), median(gaps_), gaps_[gaps_.size() * 99 / 100], gaps_.back());
  }

 private:
  const Counters* counters_;
  std::uint64_t seen_ = 0;
  Clock::time_point moved_{};
  std::vector<double> gaps_;
};

void wait_until_folded(const Counters& counters, std::uint64_t facts) {
  while (counters.facts_applied < facts) std::this_thread::sleep_for(kLookEvery);
}

// One round under load. Milliseconds from the wish to the answer.
double measure_round(const Options& options, Part* part, Feeder* feeder, GapProbe* probe) {
  feeder->tell_at_once(options.brands * 16);  // so that every brand has changed
  wait_until_folded(part->counters, feeder->told());
  const std::uint64_t wished = feeder->sequence();
  const Clock::time_point start = Clock::now();
  part->checkpointer.wish(0, wished);
  feeder->start_pace();
  probe->start();
  while (part->link.applied_everywhere(0) < wished) {
    feeder->keep_pace(options.rate);
    probe->look();
    std::this_thread::sleep_for(kLookEvery);
  }
  return ms_since(start);
}

// The same load without a round, for comparison.
void measure_quiet(const Options& options, const Part& part, Feeder* feeder) {
  GapProbe probe(&part.counters);
  feeder->start_pace();
  probe.start();
  const Deadline end = after(std::chrono::seconds{3});
  while (Clock::now() < end) {
    feeder->keep_pace(options.rate);
    probe.look();
    std::this_thread::sleep_for(kLookEvery);
  }
  probe.print("between rounds");
}

void measure_rounds(const Options& options, const fs::path& folder) {
  Part part(folder, options.brands, std::chrono::hours{1});
  if (!part.checkpointer.save_first({}, {})) return;
  part.checkpointer.start();
  Feeder feeder(options.brands, &part.link);
  std::thread thread([&] { part.shard.run(); });
  feeder.tell_at_once(options.posts);
  // The first saves all that came so far, as none does later.
  GapProbe first_probe(&part.counters);
  const double first = measure_round(options, &part, &feeder, &first_probe);
  const double first_bytes = static_cast<double>(part.counters.saved_bytes);
  const auto first_saves = static_cast<double>(part.counters.saves);
  const auto first_microseconds = static_cast<double>(part.counters.save_microseconds);
  std::printf("first round: %.0f ms, %.1f MB\n", first, first_bytes / 1e6);
  first_probe.print("in it");
  std::vector<double> rounds;
  GapProbe probe(&part.counters);
  for (int round = 0; round < options.rounds; ++round) {
    rounds.push_back(measure_round(options, &part, &feeder, &probe));
  }
  const double saves = static_cast<double>(part.counters.saves) - first_saves;
  std::printf(
      "round of %zu brands: median %.0f ms, longest %.0f ms; %.1f MB, in the store %.0f ms\n",
      options.brands, median(rounds), *std::ranges::max_element(rounds),
      (static_cast<double>(part.counters.saved_bytes) - first_bytes) / 1e6 / saves,
      (static_cast<double>(part.counters.save_microseconds) - first_microseconds) / 1e3 / saves);
  probe.print("in rounds");
  measure_quiet(options, part, &feeder);
  part.link.close();
  thread.join();
  part.checkpointer.stop();
  std::printf("state on disk: %.1f MB, %llu of %llu facts applied\n",
              static_cast<double>(part.store->bytes()) / 1e6,
              static_cast<unsigned long long>(part.counters.facts_applied.load()),
              static_cast<unsigned long long>(feeder.told()));
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
  app.add_option("--rate", options.rate, "facts a second while a round goes on");
  app.add_option("--folder", options.folder,
                 "where the state is put; the present one if not given");
  CLI11_PARSE(app, argc, argv);
  return vigie::bench::run(options);
}
