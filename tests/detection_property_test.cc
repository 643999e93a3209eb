// What must hold of the detector for every series.
#include <doctest/doctest.h>

#include <chrono>
#include <cmath>
#include <vector>

#include "engine/analysis/detection/detector.h"
#include "engine/analysis/detection/windows.h"
#include "tests/background.h"
#include "tests/detection_runs.h"

namespace vigie::simulated {
namespace {

using detection::Detector;
using detection::Observation;
using detection::Plan;
using detection::Reading;
using detection::Settings;
using detection::Windows;
using std::chrono::hours;
using std::chrono::minutes;

constexpr std::size_t kHourBuckets = 12;  // of 5 minutes
constexpr std::size_t kDayBuckets = 24 * kHourBuckets;

// Counts of buckets of 5 minutes, a crisis of ten times as many on the last day but one.
std::vector<double> some_counts(double rate, std::size_t days, std::uint64_t seed) {
  Random random(seed);
  Shape shape = some_shape(rate, Dispersion::middle, &random);
  shape.gaps = 0;
  Background background(shape, seed);
  std::vector<double> counts(days * kDayBuckets);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    for (int k = 0; k < 5; ++k) counts[i] += static_cast<double>(background.next().count);
    const bool is_crisis = i / kHourBuckets == (days - 2) * 24 + 10;
    if (is_crisis) counts[i] += static_cast<double>(random.poisson(10 * rate / kHourBuckets));
  }
  return counts;
}

std::vector<Reading> readings_of(const std::vector<double>& counts, EventTime begin,
                                 const Settings& settings = {}) {
  const Plan plan(settings);
  Detector detector(plan);
  Windows windows(settings);
  std::vector<Reading> readings;
  for (const double count : counts) {
    readings.push_back(detector.update(windows.add(begin, count)));
    begin += settings.bucket;
  }
  return readings;
}

bool same(const Reading& a, const Reading& b) {
  return a.expected == b.expected && a.lower == b.lower && a.upper == b.upper &&
         a.ratio == b.ratio && a.tail_probability == b.tail_probability &&
         a.return_period_days == b.return_period_days && a.score == b.score &&
         a.firing == b.firing && a.confidence == b.confidence;
}

bool same(const std::vector<Reading>& a, const std::vector<Reading>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!same(a[i], b[i])) return false;
  }
  return true;
}

std::size_t first_firing(const std::vector<Reading>& readings) {
  std::size_t i = 0;
  while (i < readings.size() && !readings[i].firing) ++i;
  return i;
}

std::size_t onsets(const std::vector<Reading>& readings) {
  std::size_t count = 0;
  for (std::size_t i = 1; i < readings.size(); ++i) {
    if (readings[i].firing && !readings[i - 1].firing) ++count;
  }
  return count;
}

bool in_range(const Reading& reading) {
  const bool finite = std::isfinite(reading.expected) && std::isfinite(reading.lower) &&
                      std::isfinite(reading.upper) && std::isfinite(reading.ratio) &&
                      std::isfinite(reading.score) && !std::isnan(reading.return_period_days);
  return finite && reading.expected >= 0 && reading.lower >= 0 && reading.lower <= reading.upper &&
         reading.tail_probability >= 0 && reading.tail_probability <= 1 && reading.score >= 0 &&
         reading.score <= 1 && reading.confidence >= 0 && reading.confidence <= 1;
}

TEST_CASE("the same buckets give the same readings, bit for bit") {
  const std::vector<double> counts = some_counts(100, 30, 1);
  CHECK(same(readings_of(counts, kBegin), readings_of(counts, kBegin)));
}

TEST_CASE("a reading does not know what comes after it") {
  std::vector<double> counts = some_counts(100, 30, 2);
  const std::vector<Reading> whole = readings_of(counts, kBegin);
  counts.resize(20 * kDayBuckets);
  std::vector<Reading> part = whole;
  part.resize(counts.size());
  CHECK(same(part, readings_of(counts, kBegin)));
}

TEST_CASE("moved by whole weeks, a series is judged as before, bit for bit") {
  const std::vector<double> counts = some_counts(50, 30, 3);
  const std::vector<Reading> readings = readings_of(counts, kBegin);
  CHECK(same(readings, readings_of(counts, kBegin + hours{7 * 24})));
  CHECK(same(readings, readings_of(counts, kBegin - hours{52 * 7 * 24})));
}

TEST_CASE("moved by any time, a crisis is found within minutes of before, and nothing else is") {
  for (std::uint64_t seed = 4; seed < 8; ++seed) {
    const std::vector<double> counts = some_counts(100, 30, seed);
    const std::vector<Reading> readings = readings_of(counts, kBegin);
    for (const Duration by : {Duration{minutes{5}}, Duration{minutes{95}}, Duration{hours{61}}}) {
      const std::vector<Reading> moved = readings_of(counts, kBegin + by);
      CAPTURE(seed);
      CHECK(onsets(moved) == onsets(readings));
      CHECK(std::abs(static_cast<double>(first_firing(moved)) -
                     static_cast<double>(first_firing(readings))) <= 3);
    }
  }
}

TEST_CASE("a hundred times as many mentions are judged alike, where there are many") {
  const std::vector<double> counts = some_counts(3000, 30, 8);
  std::vector<double> scaled = counts;
  for (double& count : scaled) count *= 100;
  const std::vector<Reading> readings = readings_of(counts, kBegin);
  const std::vector<Reading> more = readings_of(scaled, kBegin);
  CHECK(onsets(more) == onsets(readings));
  CHECK(std::abs(static_cast<double>(first_firing(more)) -
                 static_cast<double>(first_firing(readings))) <= 2);
  const std::size_t last = counts.size() - 1;
  CHECK(more[last].expected == doctest::Approx(100 * readings[last].expected).epsilon(0.01));
  // Of the windows, either may be the more surprising one near the mean: not compared there.
  const std::size_t crisis = (28 * 24 + 11) * kHourBuckets - 1;
  CHECK(more[crisis].ratio == doctest::Approx(readings[crisis].ratio).epsilon(0.02));
}

TEST_CASE("a brand of 0 to 2 mentions in 5 minutes never fires on 3") {
  Random random(9);
  for (int brand = 0; brand < 40; ++brand) {
    const double usual = random.between(0.05, 1.2);
    std::vector<double> counts(28 * kDayBuckets);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      counts[i] = std::min(static_cast<double>(random.poisson(usual)), 2.0);
      if (i % 701 == 700) counts[i] = 3;
    }
    std::size_t firing = 0;
    for (const Reading& reading : readings_of(counts, kBegin)) firing += reading.firing ? 1 : 0;
    CAPTURE(usual);
    CHECK(firing == 0);
  }
}

TEST_CASE("100,000 mentions in a bucket are judged as a few are") {
  std::vector<double> counts(28 * kDayBuckets);
  Random random(10);
  for (double& count : counts) count = static_cast<double>(random.poisson(100'000));
  const std::size_t spike = counts.size() - kHourBuckets;
  for (std::size_t i = spike; i < counts.size(); ++i) counts[i] *= 3;
  const std::vector<Reading> readings = readings_of(counts, kBegin);
  CHECK(readings[spike].expected == doctest::Approx(100'000).epsilon(0.02));
  CHECK(readings[spike].lower > 50'000);
  CHECK(readings[spike].upper < 150'000);
  CHECK(first_firing(readings) >= spike);
  CHECK(first_firing(readings) <= spike + 6);
}

TEST_CASE("no data is not zero: what is expected does not fall in a gap") {
  std::vector<double> counts(26 * kDayBuckets);
  Random random(11);
  for (std::size_t i = 0; i < counts.size(); ++i) {
    const double hour = static_cast<double>(i % kDayBuckets) / kHourBuckets;
    counts[i] = static_cast<double>(random.poisson(20 + 10 * std::cos(hour / 24 * 6.283)));
  }
  const Settings settings;
  const Plan plan(settings);
  Detector detector(plan);
  Windows windows(settings);
  const std::size_t gap = 21 * kDayBuckets;
  double before = 0;
  double after = 0;
  for (std::size_t i = 0; i < counts.size(); ++i) {
    if (i >= gap && i < gap + 3 * kDayBuckets + 37) continue;
    const EventTime begin = kBegin + i * settings.bucket;
    const Reading reading = detector.update(windows.add(begin, counts[i]));
    if (i < gap && i + 7 * kDayBuckets >= gap + 4 * kDayBuckets &&
        i + 7 * kDayBuckets < gap + 5 * kDayBuckets) {
      before += reading.expected;
    }
    if (i >= gap + 4 * kDayBuckets && i < gap + 5 * kDayBuckets) after += reading.expected;
    CHECK_FALSE(reading.firing);
  }
  // A day four days after the begin of the gap, and the day a week before it.
  CHECK(after == doctest::Approx(before).epsilon(0.05));
}

TEST_CASE("whatever comes, readings are numbers in their ranges") {
  Random random(12);
  for (int run = 0; run < 6; ++run) {
    std::vector<double> counts(20 * kDayBuckets);
    double scale = 1;
    for (double& count : counts) {
      if (random.chance(0.01)) scale = random.scale_between(1e-3, 1e6);
      count = static_cast<double>(random.poisson(scale * random.exponential()));
      if (random.chance(0.001)) count = 1e12;
    }
    std::size_t bad = 0;
    for (const Reading& reading : readings_of(counts, kBegin)) bad += in_range(reading) ? 0 : 1;
    CHECK(bad == 0);
  }
  std::size_t bad = 0;
  for (const Reading& reading : readings_of(std::vector<double>(20 * kDayBuckets), kBegin)) {
    bad += in_range(reading) && !reading.firing ? 0 : 1;
  }
  CHECK(bad == 0);
}

TEST_CASE("windows that add up anew and windows that are kept up to date say the same") {
  Random random(13);
  Shape shape = some_shape(300, Dispersion::high, &random);
  shape.gaps = 14;
  Background background(shape, 13);
  const Settings settings{.bucket = minutes{1}};
  Windows windows(settings);
  MinuteWindows kept;
  std::size_t gaps = 0;
  for (int i = 0; i < 5 * 1440; ++i) {
    const Background::Minute minute = background.next();
    const std::optional<Observation> found = kept.add(minute);
    gaps += found ? 0 : 1;
    if (!found) continue;
    const Observation expected = windows.add(minute.begin, static_cast<double>(minute.count));
    REQUIRE(found->short_sum == expected.short_sum);
    REQUIRE(found->long_sum == expected.long_sum);
    REQUIRE(found->short_share == expected.short_share);
    REQUIRE(found->long_share == expected.long_share);
  }
  CHECK(gaps > 100);
}

}  // namespace
}  // namespace vigie::simulated
