// The whole pipeline over a made-up log that is read in chunks of any size and delivers records
// again: the results equal a plain count.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <map>
#include <memory>
#include <random>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "connectors/decode.h"
#include "connectors/local_link.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/runtime/engine.h"

namespace vigie {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr PartitionId kPartitions = 4;

// The raw log: per partition its records, in order. Shared by the fake sources, read only.
struct Log {
  std::vector<std::vector<std::string>> partitions{kPartitions};
};

using MinuteKey = std::tuple<EventTime, std::string, std::string>;  // minute, brand, platform
using Expected = std::map<MinuteKey, std::uint32_t>;

// A source over some partitions of the log, that reads in chunks of any size and now and then goes
// back to records that it has delivered before.
class FakeSource final : public Source {
 public:
  FakeSource(const Log* log, std::vector<PartitionId> owned, std::uint64_t seed,
             std::map<PartitionId, std::int64_t>* committed)
      : log_(log), owned_(std::move(owned)), random_(seed), committed_(committed) {}

  Result<void> read(Batch* batch, Deadline) override {
    batch->clear();
    if (!std::exchange(announced_, true)) batch->assignment = FactBatch::Assignment{owned_};
    batch->storage.clear();
    batch->storage.reserve(1UL << 20);  // views must stay valid while the chunk grows
    bool more = false;
    for (const PartitionId partition : owned_) more = add_chunk(partition, batch) || more;
    batch->storage.insert(batch->storage.end(), kRecordPaddingBytes, ' ');
    batch->ended = !more;
    return {};
  }
  void commit(std::span<const Position> positions) override {
    for (const Position& position : positions) {
      (*committed_)[position.partition] = position.next_offset;
    }
  }
  void close(Deadline) override {}
  [[nodiscard]] PartitionName name(PartitionId partition) const override {
    return {"log", static_cast<std::int32_t>(partition)};
  }
  void on_release(Release*) override {}

 private:
  bool add_chunk(PartitionId partition, Batch* batch) {
    const auto& records = log_->partitions[partition];
    std::size_t& next = next_[partition];
    if (random_() % 8 == 0) next -= std::min<std::size_t>(next, random_() % 50);
    const std::size_t end = std::min(records.size(), next + random_() % 200);
    for (std::size_t i = next; i < end; ++i) {
      const std::size_t start = batch->storage.size();
      batch->storage.insert(batch->storage.end(), records[i].begin(), records[i].end());
      batch->records.push_back({.key = {},
                                .value = {batch->storage.data() + start, records[i].size()},
                                .tombstone = false,
                                .partition = partition,
                                .offset = static_cast<std::int64_t>(i),
                                .recorded_at = std::nullopt});
    }
    next = end;
    batch->news.push_back({.partition = partition,
                           .next_offset = static_cast<std::int64_t>(next),
                           .caught_up = next == records.size(),
                           .lag = static_cast<std::int64_t>(records.size() - next)});
    return next < records.size();
  }

  const Log* log_;
  std::vector<PartitionId> owned_;
  std::mt19937_64 random_;
  std::map<PartitionId, std::int64_t>* committed_;
  std::map<PartitionId, std::size_t> next_;
  bool announced_ = false;
};

constexpr std::array<std::string_view, 4> kTexts{"I switched to Orvelane today",
                                                 "Beurre Crémoline et fibre Orvelane",
                                                 "nothing to see", "CREMOLINE is back #cremoline"};
constexpr std::array<std::string_view, 3> kPlatforms{"mastodon", "reddit", "x"};

// What is told of posts beside the posts themselves, and the op that counts it.
struct Told {
  std::string_view rest;  // of the record, behind its id
  PostUpdate::Kind kind;
};
constexpr std::array<Told, 6> kTold{
    {{R"(,"op":"delete"})", PostUpdate::Kind::remove},
     {R"(,"op":"increment","metrics":{"likes":1}})", PostUpdate::Kind::increment},
     {R"(,"op":"metrics","metrics":{"likes":3,"views":9}})", PostUpdate::Kind::metrics},
     {R"(,"op":"delete_author","author":{"id":"a"}})", PostUpdate::Kind::remove_author},
     {R"(,"text":"nothing any more","created_at":1700000000000000,"edited_at":1700000600000000})",
      PostUpdate::Kind::edit},
     {R"(,"text":"nor here","created_at":1700000000000000,"replaces_id":"q1"})",
      PostUpdate::Kind::edit}}};
using Updates = std::array<std::uint64_t, kUpdateKinds>;

// Scatters them over the log; of posts that are in no brand, so that they change nothing.
Updates tell(std::uint64_t seed, Log* log) {
  std::mt19937_64 random(seed + 1000);
  Updates told{};
  for (int i = 0; i < 500; ++i) {
    const Told& one = kTold[random() % kTold.size()];
    auto& records = log->partitions[random() % kPartitions];
    const auto at = static_cast<std::ptrdiff_t>(random() % (records.size() + 1));
    records.insert(records.begin() + at,
                   cat(R"({"id":"q)", random() % 3000, R"(","platform":"x")", one.rest));
    ++told[static_cast<std::size_t>(one.kind)];
  }
  return told;
}

// Posts of a few hours, out of order by up to half an hour within a partition.
Expected fill(std::uint64_t seed, Log* log) {
  std::mt19937_64 random(seed);
  Expected expected;
  const EventTime start{seconds{1'700'000'000}};
  for (int i = 0; i < 3000; ++i) {
    const EventTime time = start + seconds{i * 5} + seconds{random() % 1800};
    const std::string_view text = kTexts[random() % kTexts.size()];
    const std::string platform(kPlatforms[random() % kPlatforms.size()]);
    std::string record = cat("{\"id\":\"p", i, "\",\"platform\":\"", platform, "\",\"text\":");
    append_json_string(text, &record);
    record += cat(",\"created_at\":\"", to_rfc3339(time), "\"}");
    log->partitions[random() % kPartitions].push_back(std::move(record));
    const EventTime minute{std::chrono::floor<minutes>(time.time_since_epoch())};
    if (text.contains("Orvelane")) ++expected[{minute, "Orvelane", platform}];
    if (text.contains("Crémol") || text.contains("CREMOLINE")) {
      ++expected[{minute, "Crémoline", platform}];
    }
  }
  return expected;
}

void run_once(std::uint64_t seed) {
  CAPTURE(seed);
  Log log;
  const Expected expected = fill(seed, &log);
  const Updates told = tell(seed, &log);
  const std::vector<rules::Brand> brands{{.name = "Orvelane"}, {.name = "Crémoline"}};
  const auto rules = rules::compile(brands, {.seed = seed}, nullptr);
  REQUIRE(rules);
  std::map<PartitionId, std::int64_t> committed[2];
  Parts parts;
  parts.rules = *rules;
  for (std::uint32_t i = 0; i < 2; ++i) {
    const std::vector<PartitionId> owned{2 * i, 2 * i + 1};
    parts.inputs.push_back({std::make_unique<FakeSource>(&log, owned, seed * 2 + i, &committed[i]),
                            make_native_decoder({})});
  }
  const std::uint32_t shards = 1 + static_cast<std::uint32_t>(seed % 3);
  parts.link = std::make_unique<LocalLink>(shards, 2);
  EngineOptions options;
  options.engine.shards = shards;
  options.replay = true;
  Counters counters;
  Engine engine(std::move(parts), options, &counters);
  REQUIRE(
      engine.run([](Deadline deadline) { return Clock::now() > deadline + minutes{1}; }, false));

  Expected counted;
  for (const auto& minute : engine.closed_minutes()) {
    const MinuteKey key{minute.minute, brands[minute.brand].name, minute.platform.view()};
    CHECK_MESSAGE(!counted.contains(key), "a minute closes once");
    counted[key] = minute.mentions;
  }
  CHECK(counted == expected);
  CHECK(counters.facts_late == 0);
  std::uint64_t updates = 0;
  for (std::size_t i = 0; i < kUpdateKinds; ++i) {
    CAPTURE(i);
    CHECK(counters.updates[i] >= told[i] * shards);  // every shard has them, some more than once
    updates += counters.updates[i];
  }
  CHECK(counters.updates_unknown == updates);
  for (PartitionId partition = 0; partition < kPartitions; ++partition) {
    CHECK(committed[partition / 2][partition] ==
          static_cast<std::int64_t>(log.partitions[partition].size()));
  }
}

TEST_CASE("chunks, repeats and two workers change nothing in the counts") {
  const std::uint64_t count = std::getenv("VIGIE_LONG") != nullptr ? 5000 : 50;
  for (std::uint64_t seed = 1; seed <= count; ++seed) run_once(seed);
}

// One partition that is empty, and one that never stops.
class BusyBesideQuiet final : public Source {
 public:
  Result<void> read(Batch* batch, Deadline) override {
    batch->clear();
    if (next_ == 0) {
      batch->assignment = FactBatch::Assignment{{{0, 1}}};
      batch->news.push_back({.partition = 0, .next_offset = 0, .caught_up = true, .lag = 0});
    }
    record_ = cat(R"({"id":"1","platform":"x","text":"orvelane","created_at":)",
                  1'700'000'000'000'000 + next_ * 1000, "}");
    record_.resize(record_.size() + kRecordPaddingBytes);
    batch->records.push_back({.key = {},
                              .value = {record_.data(), record_.size() - kRecordPaddingBytes},
                              .tombstone = false,
                              .partition = 1,
                              .offset = next_,
                              .recorded_at = std::nullopt});
    batch->news.push_back({.partition = 1, .next_offset = ++next_, .caught_up = false, .lag = 9});
    return {};
  }
  void commit(std::span<const Position>) override {}
  void close(Deadline) override {}
  [[nodiscard]] PartitionName name(PartitionId partition) const override {
    return {"log", static_cast<std::int32_t>(partition)};
  }
  void on_release(Release*) override {}

 private:
  std::string record_;
  std::int64_t next_ = 0;
};

TEST_CASE("an empty partition beside a busy one does not hold the watermark back for ever") {
  const std::vector<rules::Brand> brands{{.name = "Orvelane"}};
  Parts parts;
  parts.rules = *rules::compile(brands, {}, nullptr);
  parts.inputs.push_back({std::make_unique<BusyBesideQuiet>(), make_native_decoder({})});
  parts.link = std::make_unique<LocalLink>(1, 1);
  EngineOptions options;
  options.event_time.idle_after = std::chrono::milliseconds{1};
  options.engine.snapshot_every = std::chrono::milliseconds{1};
  Counters counters;
  Engine engine(std::move(parts), options, &counters);
  const Deadline give_up = after(seconds{20});
  const auto moved = [&] { return engine.snapshots()[0]->load()->watermark.has_value(); };
  REQUIRE(engine.run([&](Deadline) { return moved() || Clock::now() > give_up; }, false));
  CHECK(moved());
}

// Two partitions that go on until they are told that it is enough, in small chunks, with repeats.
class EndlessSource final : public Source {
 public:
  EndlessSource(PartitionId first, std::uint64_t seed, const std::atomic<bool>* enough)
      : first_(first), random_(seed), enough_(enough) {}

  Result<void> read(Batch* batch, Deadline) override {
    batch->clear();
    if (next_.empty()) {
      batch->assignment = FactBatch::Assignment{{{first_, first_ + 1}}};
      next_ = {{first_, 0}, {first_ + 1, 0}};
    }
    batch->ended = enough_->load();
    texts_.clear();
    for (auto& [partition, next] : next_) {
      const std::int64_t begin = batch->ended ? next : next - std::min(next, below(8));
      const std::int64_t end = batch->ended ? next : std::max(next, begin + below(24));
      for (std::int64_t i = begin; i < end; ++i) add(partition, i, batch);
      next = end;
      batch->news.push_back(
          {.partition = partition, .next_offset = next, .caught_up = batch->ended, .lag = 1});
    }
    return {};
  }
  void commit(std::span<const Position> positions) override {
    for (const Position& position : positions) committed[position.partition] = position.next_offset;
  }
  void close(Deadline) override {}
  [[nodiscard]] PartitionName name(PartitionId partition) const override {
    return {"log", static_cast<std::int32_t>(partition)};
  }
  void on_release(Release*) override {}

  std::map<PartitionId, std::int64_t> committed;

 private:
  std::int64_t below(std::uint64_t n) { return static_cast<std::int64_t>(random_() % n); }

  void add(PartitionId partition, std::int64_t i, Batch* batch) {
    static constexpr std::array<std::string_view, 4> kWords{"steady left right", "left right",
                                                            "nothing", "#one steady"};
    std::string& text =
        texts_.emplace_back(cat(R"({"id":")", partition, '-', i, R"(","platform":"x","text":")",
                                kWords[static_cast<std::size_t>(i) % 4], R"(","created_at":)",
                                1'700'000'000'000'000 + i * 10'000, "}"));
    const std::size_t size = text.size();
    text.resize(size + kRecordPaddingBytes);
    batch->records.push_back({.key = {},
                              .value = {text.data(), size},
                              .tombstone = false,
                              .partition = partition,
                              .offset = i,
                              .recorded_at = std::nullopt});
  }

  PartitionId first_;
  std::mt19937_64 random_;
  const std::atomic<bool>* enough_;
  std::map<PartitionId, std::int64_t> next_;
  std::deque<std::string> texts_;
};

// Steady never changes, but for the order of its campaigns; Turn looks for either of two words,
// which come together; of the others there are more and fewer, in any order.
std::vector<rules::Brand> watched(std::size_t others, bool left, std::uint64_t seed) {
  std::vector<rules::Campaign> campaigns{{.name = "One", .hashtags = {"one"}},
                                         {.name = "Two", .hashtags = {"two"}}};
  if (left) std::ranges::reverse(campaigns);
  std::vector<rules::Brand> brands{{.name = "Steady", .campaigns = std::move(campaigns)},
                                   {.name = "Turn", .names = {left ? "left" : "right"}}};
  for (std::size_t i = 0; i < others; ++i) {
    brands.push_back({.name = cat("Other ", i), .names = {"steady"}});
  }
  std::shuffle(brands.begin(), brands.end(), std::mt19937_64(seed));
  return brands;
}

RulesInUse compiled(const BrandList& known, const std::vector<rules::Brand>& brands,
                    std::uint64_t seed) {
  RulesInUse out;
  out.brands = *next_brands(known, brands);
  const std::vector<BrandId> ids = ids_of(*out.brands);
  out.rules = *rules::compile(brands, {.seed = seed, .ids = ids}, nullptr);
  return out;
}

// Mentions by name, over all shards, and their sum.
std::map<std::string, std::uint64_t> mentions_of(const Engine& engine) {
  std::map<std::string, std::uint64_t> out;
  for (const Cell<Snapshot>* cell : engine.snapshots()) {
    for (const BrandSnapshot& brand : cell->load()->brands) out[brand.name] += brand.mentions;
  }
  return out;
}

std::map<std::string, std::int64_t> contributions_to(const Engine& engine, std::string_view name) {
  std::map<std::string, std::int64_t> out;
  for (const Cell<Snapshot>* cell : engine.snapshots()) {
    const std::shared_ptr<const Snapshot> snapshot = cell->load();
    for (const BrandSnapshot& brand : snapshot->brands) {
      if (brand.name != name) continue;
      for (const Campaigns::Report& one : brand.kpis->campaigns)
        out[one.name] = one.all.contributions;
    }
  }
  return out;
}

TEST_CASE("a thousand reloads under load lose nothing and count nothing twice") {
  constexpr std::size_t kReloads = 1000;
  constexpr std::size_t kOthers = 40;
  std::mt19937_64 random(7);
  std::atomic<bool> enough{false};
  RulesInUse now = compiled({}, watched(3, true, 1), 1);
  Parts parts;
  parts.rules = now.rules;
  parts.brands = now.brands;
  std::array<EndlessSource*, 2> sources{};
  for (std::uint32_t i = 0; i < 2; ++i) {
    auto source = std::make_unique<EndlessSource>(2 * i, i, &enough);
    sources[i] = source.get();
    parts.inputs.push_back({std::move(source), make_native_decoder({})});
  }
  parts.link = std::make_unique<LocalLink>(3, 2);
  EngineOptions options;
  options.engine.shards = 3;
  Counters counters;
  Engine engine(std::move(parts), options, &counters);

  std::size_t reloads = 0;
  std::uint64_t seen = 0;
  const auto control = [&](Deadline) {
    if (counters.records == seen || enough) return false;
    seen = counters.records;
    for (std::size_t burst = 1 + random() % 3; burst > 0 && reloads < kReloads; --burst) {
      const bool last = ++reloads == kReloads;
      now = compiled(*now.brands,
                     watched(last ? kOthers : random() % kOthers, random() % 2 == 0, random()),
                     random());
      engine.set_rules(now);
    }
    enough = reloads == kReloads;
    return false;
  };
  REQUIRE(engine.run(control, false));

  std::uint64_t steady = 0;
  std::uint64_t turn = 0;
  std::int64_t one = 0;
  for (const EndlessSource* source : sources) {
    for (const auto& [partition, end] : source->committed) {
      for (std::int64_t i = 0; i < end; ++i) {
        steady += i % 4 == 0 || i % 4 == 3 ? 1 : 0;
        turn += i % 4 < 2 ? 1 : 0;
        one += i % 4 == 3 ? 1 : 0;
      }
    }
  }
  std::map<std::string, std::uint64_t> mentions = mentions_of(engine);
  CHECK(mentions.size() == kOthers + 2);
  CHECK(steady > kReloads / 4);
  CHECK(mentions["Steady"] == steady);
  CHECK(mentions["Turn"] == turn);
  CHECK(contributions_to(engine, "Steady") ==
        std::map<std::string, std::int64_t>{{"One", one}, {"Two", 0}});
  std::uint64_t all = 0;
  for (const auto& [name, count] : mentions) {
    CHECK_MESSAGE((name == "Turn" || count <= steady), name);
    all += count;
  }
  CHECK(counters.facts_applied == all);
  CHECK(counters.facts_applied + counters.facts_repeated == counters.hits);
}

}  // namespace
}  // namespace vigie
