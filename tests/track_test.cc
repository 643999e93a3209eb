#include "engine/analysis/track.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <random>
#include <vector>

#include "engine/analysis/state.pb.h"

namespace vigie {
namespace {

std::size_t index(Measure measure) { return static_cast<std::size_t>(measure); }

Change change(Measure measure, std::int64_t by) { return {static_cast<std::uint8_t>(measure), by}; }

// The obvious way.
struct Oracle {
  std::map<Period, Measures> cells;

  void add(Period period, const std::vector<Change>& changes) {
    for (const Change& one : changes) cells[period][one.measure] += one.by;
  }
  [[nodiscard]] Measures sum(Period first, Period last) const {
    Measures out{};
    for (auto at = cells.lower_bound(first); at != cells.end() && at->first <= last; ++at) {
      for (std::size_t i = 0; i < kMeasures; ++i) out[i] += at->second[i];
    }
    return out;
  }
};

Measures sum(const Track& track, Period first, Period last) {
  Measures out{};
  track.sum(first, last, &out);
  return out;
}

std::string saved(const Track& track) {
  pb::Track out;
  track.save(&out);
  return out.SerializeAsString();
}

// A few changes, of values from 1 to some 2^40, now and then negative.
std::vector<Change> some_changes(std::mt19937_64& random, std::size_t measures) {
  std::vector<Change> out;
  for (std::size_t i = 0; i < measures; ++i) {
    if (random() % 3 != 0) continue;
    const auto value = static_cast<std::int64_t>((random() >> 24) >> (random() % 40));
    if (value != 0) out.push_back({static_cast<std::uint8_t>(i), random() % 4 ? value : -value});
  }
  return out;
}

struct Shape {
  const char* name;
  std::size_t measures;
  Period periods;  // over which the changes are strewn
  int changes;
  double at_newest;  // of them so many in the newest period
};

void compare(const Shape& shape, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  Track track(shape.measures);
  Oracle oracle;
  const Period start = 490'000 - static_cast<Period>(seed % 24);
  for (int i = 0; i < shape.changes; ++i) {
    const Period newest =
        start + static_cast<Period>(std::int64_t{i} * shape.periods / shape.changes);
    const bool old = static_cast<double>(random() % 1000) >= shape.at_newest * 1000;
    const Period period =
        old ? start + static_cast<Period>(random() % static_cast<std::uint64_t>(shape.periods))
            : newest;
    const std::vector<Change> changes = some_changes(random, shape.measures);
    track.add(period, changes);
    oracle.add(period, changes);
    if (random() % 16 == 0) {
      const Period first = start - 30 + static_cast<Period>(random() % 1600);
      const Period last = first + static_cast<Period>(random() % 800);
      REQUIRE(sum(track, first, last) == oracle.sum(first, last));
      REQUIRE(track.sum(first, last, Measure::likes) ==
              oracle.sum(first, last)[index(Measure::likes)]);
    }
    if (random() % 400 == 0) {
      const Period first = newest - static_cast<Period>(random() % 300);
      track.drop_before(first);
      oracle.cells.erase(oracle.cells.begin(), oracle.cells.lower_bound(first));
    }
    if (random() % 500 == 0) {
      pb::Track out;
      track.save(&out);
      Track loaded(shape.measures);
      loaded.add(3, std::vector<Change>{change(Measure::likes, 1)});
      REQUIRE(loaded.load(out));
      REQUIRE(saved(loaded) == out.SerializeAsString());
      track = std::move(loaded);
    }
  }
  REQUIRE(sum(track, 0, 1'000'000) == oracle.sum(0, 1'000'000));
}

TEST_CASE("any changes add up as in a map of maps") {
  const Shape shapes[] = {
      {"a post a day", kMeasures, 1464, 60, 1.0},
      {"a busy brand", kMeasures, 1464, 4000, 0.9},
      {"a busy slice", kSlicedMeasures, 1464, 6000, 0.5},
      {"everywhere", kSlicedMeasures, 1464, 3000, 0.0},
      {"a few hours", kMeasures, 3, 1000, 0.5},
  };
  for (const Shape& shape : shapes) {
    for (std::uint64_t seed = 1; seed <= 3; ++seed) {
      INFO(shape.name, ", seed ", seed);
      compare(shape, seed);
    }
  }
}

TEST_CASE("what is added and taken back leaves nothing") {
  Track track(kMeasures);
  CHECK(track.empty());
  std::vector<Change> changes{change(Measure::mentions, 1), change(Measure::views, 5'000'000'000)};
  for (const Period hour : {10, 12, 11, 12}) track.add(hour, changes);
  CHECK_FALSE(track.empty());
  for (Change& one : changes) one.by = -one.by;
  for (const Period hour : {12, 12, 10, 11}) track.add(hour, changes);
  CHECK(sum(track, 0, 100) == Measures{});
  CHECK(saved(track).empty());
  CHECK(track.empty());
}

TEST_CASE("adding nothing makes no cell") {
  Track track(kMeasures);
  track.add(5, {});
  CHECK(track.empty());
}

TEST_CASE("periods before 1970 and days of them") {
  Track track(kSlicedMeasures);
  Oracle oracle;
  for (Period period = -200; period < 200; ++period) {
    const std::vector<Change> changes{change(Measure::mentions, 1000 + period)};
    track.add(period, changes);
    oracle.add(period, changes);
  }
  for (Period first = -210; first < 150; first += 7) {
    for (Period last = first; last < 210; last += 11) {
      REQUIRE(sum(track, first, last) == oracle.sum(first, last));
    }
  }
}

TEST_CASE("what no track has saved is refused, and nothing changes") {
  Track track(kSlicedMeasures);
  track.add(7, std::vector<Change>{change(Measure::mentions, 3)});
  const std::string before = saved(track);
  pb::Track good;
  good.add_period(1);
  good.add_measures_in_period(2);
  good.add_period(2);
  good.add_measures_in_period(1);
  for (const std::uint32_t measure : {0U, 3U, 0U}) good.add_measure(measure);
  for (const int value : {5, 6, 7}) good.add_sum(value);
  {
    Track other(kSlicedMeasures);
    REQUIRE(other.load(good));
    CHECK(other.sum(0, 9, Measure::mentions) == 12);
  }
  {  // What a newer engine knows beside is stepped over.
    pb::Track newer = good;
    newer.set_measure(1, kMeasureNumbersMax - 1);
    newer.set_measure(2, number_of(Measure::reposts));
    Track other(kSlicedMeasures);
    REQUIRE(other.load(newer));
    CHECK(other.sum(0, 9, Measure::mentions) == 5);
    CHECK(other.sum(2, 2, Measure::mentions) == 0);
  }
  const auto refused = [&](auto&& spoil) {
    pb::Track bad = good;
    spoil(bad);
    CHECK_FALSE(track.load(bad));
    CHECK(saved(track) == before);
  };
  refused([](pb::Track& bad) { bad.set_period(1, 1); });
  refused([](pb::Track& bad) { bad.set_period(1, -5); });
  refused([](pb::Track& bad) { bad.set_period(1, 2'000'000'000); });
  refused([](pb::Track& bad) { bad.add_period(3); });
  refused([](pb::Track& bad) { bad.set_measures_in_period(1, 0); });
  refused([](pb::Track& bad) { bad.set_measures_in_period(1, 2); });
  refused([](pb::Track& bad) { bad.set_measures_in_period(0, 1); });
  refused([](pb::Track& bad) { bad.set_measures_in_period(0, 4'000'000'000); });
  refused([](pb::Track& bad) { bad.set_measure(1, 0); });
  refused([](pb::Track& bad) { bad.set_measure(1, 256); });
  refused([](pb::Track& bad) { bad.set_sum(0, 0); });
  refused([](pb::Track& bad) { bad.set_sum(0, std::int64_t{1} << 62); });
  refused([](pb::Track& bad) { bad.add_measure(9); });
  refused([](pb::Track& bad) { bad.add_sum(9); });
}

// What a post with all its counters adds to a slice and, some more, to the brand.
std::vector<Change> one_post(std::mt19937_64& random, bool slice) {
  std::vector<Change> out;
  for (const Measure measure :
       {Measure::mentions, Measure::originals, Measure::deduplicated, Measure::positive}) {
    out.push_back(change(measure, 1));
  }
  for (const Measure measure :
       {Measure::likes, Measure::comments, Measure::shares, Measure::views, Measure::shares_viewed,
        Measure::engagement_viewed, Measure::followers, Measure::engagement_followed}) {
    out.push_back(change(measure, 1 + static_cast<std::int64_t>(random() % 2'000)));
  }
  if (slice) return out;
  for (const Measure measure : {Measure::replies, Measure::opinions, Measure::linked}) {
    out.push_back(change(measure, 1));
  }
  return out;
}

TEST_CASE("a brand with a post a day takes little memory") {
  std::mt19937_64 random(5);
  Track brand(kMeasures);
  Track slice(kSlicedMeasures);
  for (Period day = 0; day < 30; ++day) {
    brand.add(490'000 + day * 24 + static_cast<Period>(random() % 24), one_post(random, false));
    slice.add(490'000 + day * 24 + static_cast<Period>(random() % 24), one_post(random, true));
  }
  MESSAGE("bytes a period: ", brand.memory_bytes() / 30, " of a brand, ", slice.memory_bytes() / 30,
          " of a slice");
  CHECK(brand.memory_bytes() < std::size_t{30} * 60);
  CHECK(slice.memory_bytes() < std::size_t{30} * 55);
}

}  // namespace
}  // namespace vigie
