// The state of brands against a twin that keeps every post, however the records are cut, repeated,
// saved and read again.
#include "engine/analysis/aggregator.h"
#include "tests/state_twin.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <map>
#include <memory>
#include <optional>
#include <random>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/analysis/state.pb.h"
#include "engine/analysis/state_shard.h"
#include "engine/base/text.h"
#include "tests/state_stream.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

const EventTime kStart = *parse_rfc3339("2026-11-22T06:00:00Z");
const std::vector<std::string> kNames{"Acme", "Bé/ta%", "Acme/posts"};
using Store = std::map<std::string, std::string>;
using Records = std::vector<StreamOp>;

std::shared_ptr<const BrandList> brand_list() {
  auto list = std::make_shared<BrandList>();
  list->names = kNames;
  for (BrandId id = 0; id < kNames.size(); ++id) {
    BrandList::Live& live = list->live.emplace_back();
    live.id = id;
    live.campaigns = {{.name = "Spring"}, {.name = "Autumn"}};
  }
  return list;
}

Aggregator make() {
  Aggregator aggregator({}, {});
  aggregator.set_brands(brand_list());
  return aggregator;
}

void write(const std::vector<StateRecord>& records, Store* store) {
  for (const StateRecord& record : records) {
    if (record.value) {
      (*store)[record.key] = *record.value;
    } else {
      store->erase(record.key);
    }
  }
}

void save_all(Aggregator* aggregator, Store* store) {
  std::vector<StateRecord> records;
  aggregator->save_shard(0, &records);
  for (const BrandId brand : aggregator->unsaved()) aggregator->save(brand, &records);
  write(records, store);
}

Aggregator load(const Store& store) {
  Aggregator aggregator = make();
  const std::map<PartitionId, PartitionId> partitions{{0, 0}, {1, 1}};
  for (const auto& [key, value] : store) {
    const Result<void> loaded = aggregator.load(key, value, partitions);
    if (!loaded) FAIL(loaded.error().text());
  }
  const Result<void> loaded = aggregator.loaded();
  if (!loaded) FAIL(loaded.error().text());
  return aggregator;
}

void add(const ApplyCounts& more, std::map<std::string, std::uint64_t>* to) {
  const auto add_one = [&](std::string_view name, std::uint64_t by) {
    (*to)[std::string(name)] += by;
  };
  add_one("applied", more.applied);
  add_one("repeated", more.repeated);
  add_one("duplicates", more.duplicates);
  add_one("edited", more.edited);
  add_one("answers", more.answers);
  add_one("late", more.late);
  add_one("backdated", more.backdated);
  add_one("overflow", more.overflow);
  for (const std::uint64_t updates : more.updates) add_one("updates", updates);
  add_one("updates_repeated", more.updates_repeated);
  add_one("updates_unknown", more.updates_unknown);
  add_one("retracted", more.retracted);
  add_one("forgotten", more.forgotten);
}

// Feeds records in batches of any size, a watermark ends its batch, and up to `at_once_max` of them
// at once.
class Feeder {
 public:
  Feeder(std::uint64_t cut, std::size_t at_once_max) : random_(cut), at_once_max_(at_once_max) {}

  void feed(Aggregator* aggregator, std::span<const StreamOp> records) {
    batches_.emplace_back();
    for (const StreamOp& record : records) {
      batches_.back().add(record);
      if (!record.watermark && random_() % 5 != 0) continue;
      watermarks_.push_back(record.watermark);
      if (watermarks_.size() > random_() % at_once_max_) apply(aggregator);
      batches_.emplace_back();
    }
    watermarks_.emplace_back();
    apply(aggregator);
  }
  [[nodiscard]] const std::map<std::string, std::uint64_t>& counts() const { return counts_; }
  // The closed minutes, as text.
  [[nodiscard]] std::string closed() const {
    std::string out;
    for (const ClosedMinute& one : closed_) {
      append_to(&out, one.minute.time_since_epoch().count(), " ", one.brand, " ",
                one.platform.view(), " ", one.mentions, "\n");
    }
    return out;
  }

 private:
  void apply(Aggregator* aggregator) {
    std::vector<ToldBatch> told;
    for (std::size_t i = 0; i < watermarks_.size(); ++i) {
      told.push_back({&batches_[i].facts, batches_[i].updates, watermarks_[i]});
    }
    add(aggregator->apply(told, &closed_), &counts_);
    batches_.clear();
    watermarks_.clear();
  }

  std::mt19937_64 random_;
  std::size_t at_once_max_;
  std::vector<StreamBatch> batches_;
  std::vector<std::optional<EventTime>> watermarks_;
  std::vector<ClosedMinute> closed_;
  std::map<std::string, std::uint64_t> counts_;
};

// Records [first, end), cut and put together as `cut` says; 1: each batch for itself.
void feed(Aggregator* aggregator, const Records& records, std::size_t first, std::size_t end,
          std::uint64_t cut) {
  Feeder(cut, cut == 1 ? 1 : 4 * cut)
      .feed(aggregator, std::span(records).subspan(first, end - first));
}

StateTwin::Sums sums(const pb::Track& track) {
  StateTwin::Sums out;
  int at = 0;
  for (int i = 0; i < track.period_size(); ++i) {
    for (std::uint32_t n = track.measures_in_period(i); n > 0; --n, ++at) {
      const std::optional<Measure> measure = measure_of_number(track.measure(at));
      REQUIRE(measure.has_value());
      if (track.sum(at) != 0) vigie::at(out[track.period(i)], *measure) = track.sum(at);
    }
  }
  return out;
}

std::string text(const StateTwin::Sums& sums) {
  std::string out;
  for (const auto& [period, measures] : sums) {
    std::string line;
    for (std::size_t i = 0; i < kMeasures; ++i) {
      if (measures[i] != 0) append_to(&line, " ", measure_specs()[i].name, "=", measures[i]);
    }
    if (!line.empty()) append_to(&out, period, ":", line, "\n");
  }
  return out;
}

void compare_slices(const pb::Brand& brand, const StateTwin& twin, BrandId id) {
  std::map<StateTwin::Slice, std::string> found;
  for (const pb::Slices::Slice& slice : brand.slices().slice()) {
    const std::string in = text(sums(slice.hours()));
    if (!in.empty()) found[{static_cast<Dimension>(slice.dimension()), slice.value()}] = in;
  }
  std::map<StateTwin::Slice, std::string> expected;
  for (const auto& [slice, by_hour] : twin.slices(id)) {
    const std::string in = text(by_hour);
    if (!in.empty()) expected[slice] = in;
  }
  for (const auto& [slice, in] : expected) {
    CAPTURE(slice.second);
    REQUIRE(found[slice] == in);
  }
  REQUIRE(found.size() == expected.size());
}

void compare(Aggregator& aggregator, const Store& store, const StateTwin& twin) {
  aggregator.compute_kpis();
  const Snapshot shown = aggregator.snapshot(0, 1);
  for (BrandId id = 0; id < kNames.size(); ++id) {
    CAPTURE(id);
    pb::Brand brand;
    REQUIRE(brand.ParseFromString(store.at(brand_key(kNames[id]))));
    REQUIRE(text(sums(brand.hours())) == text(twin.hours(id)));
    REQUIRE(text(sums(brand.months())) == text(twin.months(id)));
    REQUIRE(text(sums(brand.called())) == text(twin.called(id)));
    compare_slices(brand, twin, id);
    REQUIRE(shown.brands[id].mentions == twin.mentions(id));
    REQUIRE(shown.brands[id].late == twin.late(id));
    if (!twin.watermark()) continue;
    const EventTime end = std::chrono::floor<minutes>(*twin.watermark()) + minutes{1};
    for (std::size_t i = 0; i < kWindows.size(); ++i) {
      const minutes length{kWindows[i].minutes};
      const WindowCounts& counts = shown.brands[id].windows[i];
      REQUIRE(counts.current == twin.live_between(id, end - length, end));
      REQUIRE(counts.previous == twin.live_between(id, end - 2 * length, end - length));
    }
    for (const pb::Campaigns::Campaign& campaign : brand.campaigns().campaign()) {
      const unsigned bit = campaign.name() == "Spring" ? 0 : 1;
      const auto& [all, originals, rejected, authors] = twin.campaign(id, bit);
      REQUIRE(campaign.all().contributions() == all);
      REQUIRE(campaign.all().originals() == originals);
      REQUIRE(campaign.all().rejected() == rejected);
    }
  }
}

Records records_of(std::uint32_t seed, std::size_t count) {
  StateStream stream(seed, kStart, {});
  return stream.take(count);
}

TEST_CASE("all sums equal those of a twin that keeps every post") {
  for (std::uint32_t seed = 1; seed <= 30; ++seed) {
    CAPTURE(seed);
    const Records records = records_of(seed, 700);
    Aggregator aggregator = make();
    StateTwin twin(kNames.size(), hours{1});
    Store store;
    for (std::size_t first = 0; first < records.size(); first += 70) {
      feed(&aggregator, records, first, first + 70, seed);
      for (std::size_t i = first; i < first + 70; ++i) twin.apply(records[i]);
      save_all(&aggregator, &store);
      compare(aggregator, store, twin);
    }
  }
}

std::string everything(Aggregator* aggregator, Store store) {
  save_all(aggregator, &store);
  std::string out;
  for (const auto& [key, value] : store) append_to(&out, key, "=", value, "\n");
  return out;
}

TEST_CASE("neither the cuts between batches nor repeats change a byte") {
  for (std::uint32_t seed = 40; seed < 50; ++seed) {
    CAPTURE(seed);
    const Records records = records_of(seed, 500);
    Aggregator one = make();
    feed(&one, records, 0, records.size(), 1);
    Aggregator other = make();
    for (std::size_t first = 0; first < records.size(); first += 50) {
      feed(&other, records, first, first + 50, 2);
      // Read again, as after a rebalance.
      feed(&other, records, first >= 30 ? first - 30 : 0, first + 50, 3);
    }
    REQUIRE(everything(&one, {}) == everything(&other, {}));
  }
}

TEST_CASE("many batches at once are folded as one after the other") {
  for (std::uint32_t seed = 100; seed < 130; ++seed) {
    CAPTURE(seed);
    const Records records = records_of(seed, 500);
    // With few blocks of hours, too, for which brands compete.
    const std::size_t blocks_max = seed % 3 == 0 ? 20 : kHourBlocksMax;
    Aggregator one({}, {.hour_blocks_max = blocks_max});
    one.set_brands(brand_list());
    Aggregator other({}, {.hour_blocks_max = blocks_max});
    other.set_brands(brand_list());
    Feeder single(seed, 1);
    single.feed(&one, records);
    Feeder many(seed + 1, 200);
    many.feed(&other, records);
    REQUIRE(single.counts() == many.counts());
    REQUIRE(single.closed() == many.closed());
    REQUIRE(everything(&one, {}) == everything(&other, {}));
    if (blocks_max == 20) CHECK(single.counts().at("overflow") > 0);
  }
}

TEST_CASE("what was saved and loaded goes on as if nothing had happened") {
  for (std::uint32_t seed = 60; seed < 70; ++seed) {
    CAPTURE(seed);
    const Records records = records_of(seed, 600);
    Aggregator one = make();
    feed(&one, records, 0, 300, 1);
    Store store;
    save_all(&one, &store);
    Aggregator other = load(store);
    REQUIRE(other.unsaved().empty());
    feed(&one, records, 300, 600, 2);
    feed(&other, records, 300, 600, 2);
    REQUIRE(everything(&one, store) == everything(&other, store));
  }
}

TEST_CASE("brands saved at different moments catch up from the oldest of them") {
  for (std::uint32_t seed = 80; seed < 100; ++seed) {
    CAPTURE(seed);
    const Records records = records_of(seed, 600);
    Aggregator whole = make();
    feed(&whole, records, 0, records.size(), 1);

    Aggregator one = make();
    feed(&one, records, 0, 200, 2);
    Store store;
    std::vector<StateRecord> saved;
    one.save_shard(0, &saved);
    std::vector<BrandId> brands = one.unsaved();
    std::ranges::shuffle(brands, std::mt19937(seed));
    std::size_t at = 200;
    for (const BrandId brand : brands) {
      one.save(brand, &saved);
      feed(&one, records, at, at + 60, 3);
      at += 60;
    }
    write(saved, &store);
    Aggregator other = load(store);
    feed(&other, records, 200, records.size(), 4);
    REQUIRE(everything(&whole, {}) == everything(&other, {}));
  }
}

}  // namespace
}  // namespace vigie
