// The detector: what it must do on made-up series, whatever its numbers are.
#include "engine/analysis/detection/detector.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <random>
#include <vector>

#include "engine/analysis/detection/tail.h"
#include "engine/analysis/detection/windows.h"
#include "engine/analysis/state.pb.h"

namespace vigie::detection {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const EventTime kStart = *parse_rfc3339("2026-03-02T00:00:00Z");  // a Monday
constexpr std::int64_t kDayBuckets = 288;

struct Count {
  EventTime begin;
  double value;
};
using Series = std::vector<Count>;

// Counts around `mean(bucket)`, negative-binomial.
Series series(std::int64_t buckets, double dispersion, std::uint64_t seed,
              const std::function<double(std::int64_t)>& mean) {
  std::mt19937_64 random(seed);
  Series out;
  for (std::int64_t i = 0; i < buckets; ++i) {
    double rate = mean(i);
    if (rate > 0) rate = std::gamma_distribution<double>(1 / dispersion, rate * dispersion)(random);
    const auto count = std::poisson_distribution<int>(std::max(rate, 1e-9))(random);
    out.push_back({kStart + i * minutes{5}, static_cast<double>(count)});
  }
  return out;
}

// The rhythm of a day: between 1/3 and 5/3.
double daily(std::int64_t bucket) {
  return 1 + 2.0 / 3 * std::sin(static_cast<double>(bucket) * 2 * 3.14159265 / kDayBuckets);
}

std::vector<Reading> readings(const Series& series, const Settings& settings = {}) {
  const Plan plan(settings);
  Detector detector(plan);
  Windows windows(settings);
  std::vector<Reading> out;
  for (const Count& count : series) {
    out.push_back(detector.update(windows.add(count.begin, count.value)));
  }
  return out;
}

bool told(const Reading& reading) {
  return reading.turn == Turn::onset || reading.turn == Turn::escalation;
}
// Alerts in the buckets [first, last).
std::int64_t alerts(const std::vector<Reading>& all, std::int64_t first, std::int64_t last) {
  return std::count_if(all.begin() + first, all.begin() + last, told);
}
std::optional<std::int64_t> first_alert(const std::vector<Reading>& all, std::int64_t from) {
  const auto found = std::find_if(all.begin() + from, all.end(), told);
  if (found == all.end()) return std::nullopt;
  return found - all.begin();
}

bool same(const Reading& a, const Reading& b) {
  return a.expected == b.expected && a.lower == b.lower && a.upper == b.upper &&
         a.ratio == b.ratio && a.tail_probability == b.tail_probability &&
         a.return_period_days == b.return_period_days && a.score == b.score && a.turn == b.turn &&
         a.firing == b.firing && a.confidence == b.confidence;
}

TEST_CASE("a crisis is told of within minutes, once, and is no baseline afterwards") {
  for (const double rate : {2.0, 20.0, 2000.0}) {
    CAPTURE(rate);
    const std::int64_t begin = 21 * kDayBuckets + 130;
    const std::int64_t end = begin + 60;
    const auto all = readings(series(24 * kDayBuckets, 0.1, 1, [&](std::int64_t i) {
      return rate * daily(i) * (i >= begin && i < end ? 12 : 1);
    }));
    const std::optional<std::int64_t> found = first_alert(all, begin - 24);
    REQUIRE(found.has_value());
    CHECK(*found >= begin);
    CHECK(*found <= begin + 4);
    CHECK(alerts(all, begin, begin + kDayBuckets) <= 2);
    CHECK(all[static_cast<std::size_t>(*found)].score >= 0.5);
    CHECK_FALSE(all[static_cast<std::size_t>(end + kDayBuckets)].firing);
    const double usual = all[static_cast<std::size_t>(begin - kDayBuckets)].expected;
    CHECK(all[static_cast<std::size_t>(begin + kDayBuckets)].expected < 1.4 * usual);
  }
}

TEST_CASE("what comes every day at the same hours is no event") {
  const auto all = readings(series(28 * kDayBuckets, 0.1, 2, [](std::int64_t i) {
    return 20 * daily(i) * (i % kDayBuckets / 24 == 7 ? 2 : 1);
  }));
  CHECK(alerts(all, 7 * kDayBuckets, 28 * kDayBuckets) <= 1);
}

TEST_CASE("the expected count follows the hours, and the band holds what is usual") {
  const auto counts = series(28 * kDayBuckets, 0.1, 3, [](auto i) { return 50 * daily(i); });
  const auto all = readings(counts);
  std::size_t outside = 0;
  double error = 0;
  const std::size_t first = 14 * kDayBuckets;
  for (std::size_t i = first; i < all.size(); ++i) {
    outside += counts[i].value < all[i].lower || counts[i].value > all[i].upper ? 1U : 0U;
    error += std::abs(all[i].expected / (50 * daily(static_cast<std::int64_t>(i))) - 1);
  }
  const double count = static_cast<double>(all.size() - first);
  CHECK(static_cast<double>(outside) / count < 0.02);
  CHECK(error / count < 0.12);
}

TEST_CASE("three times as much from one day to the next is told of, and becomes the usual") {
  const std::int64_t begin = 28 * kDayBuckets + 100;
  const auto all = readings(series(49 * kDayBuckets, 0.1, 4, [&](std::int64_t i) {
    return 20 * daily(i) * (i >= begin ? 3 : 1);
  }));
  const std::optional<std::int64_t> found = first_alert(all, begin);
  REQUIRE(found.has_value());
  CHECK(*found <= begin + kDayBuckets);
  CHECK(alerts(all, begin, begin + 14 * kDayBuckets) <= 2);
  CHECK_FALSE(all.back().firing);
  const std::size_t last = all.size() - kDayBuckets / 2;
  CHECK(all[last].expected ==
        doctest::Approx(60 * daily(static_cast<std::int64_t>(last))).epsilon(0.25));
}

TEST_CASE("whole weeks later the same is said") {
  const Series counts = series(21 * kDayBuckets, 0.3, 5, [](auto i) { return 3 * daily(i); });
  Series later = counts;
  for (Count& count : later) count.begin += days{7 * 31};
  const auto here = readings(counts);
  const auto there = readings(later);
  for (std::size_t i = 0; i < here.size(); ++i) REQUIRE(same(here[i], there[i]));
}

TEST_CASE("what comes later changes nothing that was said") {
  const Series counts = series(10 * kDayBuckets, 0.3, 6, [](auto i) { return 3 * daily(i); });
  Series other(counts.begin(), counts.begin() + 5 * kDayBuckets);
  const auto whole = readings(counts);
  const auto part = readings(other);
  for (std::size_t i = 0; i < part.size(); ++i) REQUIRE(same(part[i], whole[i]));
}

TEST_CASE("saved and loaded it goes on as if nothing had been, also within an event") {
  const std::int64_t burst = 8 * kDayBuckets;
  const Series counts = series(12 * kDayBuckets, 0.3, 7, [&](std::int64_t i) {
    return 3 * daily(i) * (i > burst && i < burst + 40 ? 20 : 1);
  });
  const Settings settings;
  const Plan plan(settings);
  for (const std::int64_t cut : {std::int64_t{0}, std::int64_t{100}, burst + 20}) {
    Detector whole(plan);
    Windows windows(settings);
    std::optional<Detector> loaded;
    for (std::int64_t i = 0; i < std::ssize(counts); ++i) {
      if (i == cut) {
        pb::Detector saved;
        whole.save(&saved);
        CHECK(saved.ByteSizeLong() < 400);
        loaded.emplace(plan);
        REQUIRE(loaded->load(saved));
        pb::Detector again;
        loaded->save(&again);
        CHECK(again.SerializeAsString() == saved.SerializeAsString());
      }
      const Count& count = counts[static_cast<std::size_t>(i)];
      const Observation seen = windows.add(count.begin, count.value);
      const Reading reading = whole.update(seen);
      if (loaded) REQUIRE(same(loaded->update(seen), reading));
    }
  }
}

TEST_CASE("a state that is not whole is refused") {
  const Plan plan(Settings{});
  Detector detector(plan);
  pb::Detector saved;
  detector.save(&saved);
  saved.mutable_hour()->RemoveLast();
  CHECK_FALSE(detector.load(saved));
  CHECK_FALSE(detector.load(pb::Detector{}));
}

TEST_CASE("no data is not silence, and the hours after a gap are no event") {
  Series counts = series(28 * kDayBuckets, 0.1, 8, [](auto i) { return 20 * daily(i); });
  const auto gap = counts.begin() + 20 * kDayBuckets;
  counts.erase(gap, gap + 3 * kDayBuckets / 2);
  const auto all = readings(counts);
  const auto after = static_cast<std::size_t>(20 * kDayBuckets);
  CHECK(alerts(all, 20 * kDayBuckets, 23 * kDayBuckets) == 0);
  CHECK(all[after].expected > 5);  // not forgotten
}

TEST_CASE("a new series is not judged in its first hours, and says how little it knows") {
  const auto all = readings(series(20 * kDayBuckets, 0.1, 9, [](auto i) { return 20 * daily(i); }));
  CHECK(alerts(all, 0, 72) == 0);
  CHECK(all[0].confidence < 0.01);
  CHECK(all[7 * kDayBuckets].confidence == doctest::Approx(0.5).epsilon(0.01));
  CHECK(all.back().confidence == 1);
}

TEST_CASE("few mentions are no event, however few there were before") {
  const auto all = readings(series(30 * kDayBuckets, 0.1, 10, [](std::int64_t i) {
    return i > 20 * kDayBuckets && i < 20 * kDayBuckets + 6 ? 2.0 : 0.002;
  }));
  CHECK(alerts(all, 0, 30 * kDayBuckets) == 0);
}

TEST_CASE("nothing at all, and very much, give numbers") {
  for (const double value : {0.0, 1e5, 1e12}) {
    Series counts;
    for (std::int64_t i = 0; i < 3 * kDayBuckets; ++i) {
      counts.push_back({kStart + i * minutes{5}, value});
    }
    counts.push_back({kStart + days{40}, 3 * value});
    for (const Reading& reading : readings(counts)) {
      REQUIRE(std::isfinite(reading.expected));
      REQUIRE(std::isfinite(reading.upper));
      REQUIRE(std::isfinite(reading.ratio));
      REQUIRE(reading.lower <= reading.expected + 1e-9);
      REQUIRE(reading.score >= 0);
      REQUIRE(reading.score <= 1);
      REQUIRE(reading.tail_probability >= 0);
      REQUIRE(reading.tail_probability <= 1);
    }
  }
}

TEST_CASE("buckets of a minute, an hour and a day see the same crisis") {
  for (const Duration bucket : {Duration{minutes{1}}, Duration{hours{1}}, Duration{days{1}}}) {
    CAPTURE(to_text(bucket));
    Settings settings;
    settings.bucket = bucket;
    const std::int64_t buckets = days{60} / bucket;
    const double share = static_cast<double>(bucket / minutes{1});
    std::mt19937_64 random(11);
    Series counts;
    for (std::int64_t i = 0; i < buckets; ++i) {
      const EventTime begin = kStart + i * bucket;
      const bool crisis = begin >= kStart + days{50} && begin < kStart + days{51};
      const double mean = share * (crisis ? 30 : 2);
      counts.push_back(
          {begin, static_cast<double>(std::poisson_distribution<std::int64_t>(mean)(random))});
    }
    const auto all = readings(counts, settings);
    const auto found = first_alert(all, days{49} / bucket);
    REQUIRE(found.has_value());
    CHECK(counts[static_cast<std::size_t>(*found)].begin >= kStart + days{50});
    CHECK(counts[static_cast<std::size_t>(*found)].begin <= kStart + days{50} + hours{1});
    CHECK(alerts(all, days{51} / bucket, buckets) == 0);
  }
}

TEST_CASE("more sensitive means no fewer events") {
  const Series counts = series(40 * kDayBuckets, 0.5, 12, [](std::int64_t i) {
    const bool burst = i / kDayBuckets % 5 == 4 && i % kDayBuckets < 12;
    return 10 * daily(i) * (burst ? 2 + static_cast<double>(i / kDayBuckets % 7) : 1);
  });
  std::int64_t before = 0;
  for (const Sensitivity sensitivity :
       {Sensitivity::fewer, Sensitivity::balanced, Sensitivity::more}) {
    Settings settings;
    settings.sensitivity = sensitivity;
    const std::int64_t found = alerts(readings(counts, settings), 0, std::ssize(counts));
    CHECK(found >= before);
    before = found;
  }
  CHECK(before > 0);
}

// P(as many or more), added up term by term.
double slow_tail(int count, const Counts& usual) {
  const double size = 1 / usual.dispersion;
  const double share = size / (size + usual.mean);
  double below = 0;
  for (int i = 0; i < count; ++i) {
    below += std::exp(std::lgamma(i + size) - std::lgamma(size) - std::lgamma(i + 1.0) +
                      size * std::log(share) + i * std::log1p(-share));
  }
  return 1 - below;
}

TEST_CASE("tail probabilities are those of the sum of the terms") {
  for (const double mean : {0.3, 2.0, 30.0, 400.0}) {
    for (const double dispersion : {0.001, 0.1, 0.5, 2.0}) {
      const Counts usual{mean, dispersion};
      const double spread = std::sqrt(mean + dispersion * mean * mean);
      for (double at = mean + spread / 4 + 1; at < mean + 8 * spread + 8; at += 1 + spread / 2) {
        const int count = static_cast<int>(at);
        const double slow = slow_tail(count, usual);
        if (slow < 1e-9) break;
        CAPTURE(mean);
        CAPTURE(dispersion);
        CAPTURE(count);
        const double fast = upper_tail(count, usual);
        CHECK(fast < 1.25 * slow);
        CHECK(fast > 0.75 * slow);
      }
    }
  }
}

TEST_CASE("a window knows how much of it there is") {
  Settings settings;
  Windows windows(settings);
  Observation seen = windows.add(kStart, 4);
  CHECK(seen.short_sum == 4);
  CHECK(seen.short_share == doctest::Approx(1.0 / 3));
  CHECK(seen.long_share == doctest::Approx(1.0 / 36));
  seen = windows.add(kStart + minutes{5}, 5);
  seen = windows.add(kStart + minutes{15}, 7);  // ten minutes later
  CHECK(seen.short_sum == 12);
  CHECK(seen.long_sum == 16);
  CHECK(seen.short_share == doctest::Approx(2.0 / 3));
  seen = windows.add(kStart + days{2}, 1);
  CHECK(seen.long_sum == 1);
}

}  // namespace
}  // namespace vigie::detection
