// A small part of bench/detection_bench.cc with fixed seeds: what the detector is good for stays
// so. The bars are those of the product where a small sample can tell, else a little above what was
// measured.
#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <vector>

#include "tests/background.h"
#include "tests/detection_proof.h"
#include "tests/detection_runs.h"
#include "tests/random_draws.h"

namespace vigie::simulated {
namespace {

double median_of(std::vector<double> values) {
  REQUIRE(!values.empty());
  std::ranges::sort(values);
  return values[values.size() / 2];
}

// One brand of each dispersion at 10, 100 and 1,000 mentions an hour.
std::vector<Embedding> some_brands() {
  std::vector<Embedding> brands;
  for (const double rate : {10.0, 100.0, 1000.0}) {
    for (std::size_t i = 0; i < kDispersions; ++i) {
      brands.push_back(
          {.rate = rate, .dispersion = static_cast<Dispersion>(i), .seed = brands.size() + 1});
    }
  }
  return brands;
}

TEST_CASE("Poisson draws have the mean and the variance of their law") {
  Random random(1);
  for (const double mean : {0.01, 0.7, 6.0, 12.0, 300.0, 1e5}) {
    constexpr int kDraws = 20'000;
    double sum = 0;
    double squares = 0;
    for (int i = 0; i < kDraws; ++i) {
      const double count = static_cast<double>(random.poisson(mean)) - mean;
      sum += count;
      squares += count * count;
    }
    CAPTURE(mean);
    CHECK(std::abs(sum / kDraws) < 5 * std::sqrt(mean / kDraws));
    CHECK(squares / kDraws == doctest::Approx(mean).epsilon(mean < 1 ? 0.3 : 0.06));
  }
}

TEST_CASE("a background has the rate and the dispersion it was asked for") {
  Shape shape{.rate = 600};
  shape.slow.variance = 0.05;
  shape.fast.variance = 0.2;
  Background background(shape, 1);
  constexpr int kMinutes = 60 * 1440;
  double sum = 0;
  double squares = 0;
  for (int i = 0; i < kMinutes; ++i) {
    const Background::Minute minute = background.next();
    CHECK(minute.expected == doctest::Approx(10));
    const double error = static_cast<double>(minute.count) - 10;
    sum += error;
    squares += error * error;
  }
  CHECK(sum / kMinutes == doctest::Approx(0).scale(10).epsilon(0.03));
  // Poisson, and the product of two gammas of these variances.
  CHECK(squares / kMinutes == doctest::Approx(10 + 100 * (1.05 * 1.2 - 1)).epsilon(0.08));
}

TEST_CASE("where nothing happens it is silent, and its probabilities are what they say") {
  const std::vector<Contender> ours{{"ours", [] { return our_detector(); }}};
  const BackgroundTallies tallies =
      run_background({.brands = 48, .weeks_before = 3, .weeks = 2, .seed = 7}, ours).front();
  BackgroundTally all;
  for (const auto& decade : tallies) {
    for (const BackgroundTally& tally : decade) all.add(tally);
  }
  CHECK(all.brand_weeks == 96);
  CHECK(all.episodes / all.brand_weeks < 0.15);
  const double said = all.below[1] / all.minutes / kProbabilities[1];
  CAPTURE(said);
  CHECK(said > 0.5);
  CHECK(said < 2);
}

TEST_CASE("a sudden crisis is found within minutes, without alerts before") {
  std::vector<double> delays;
  double false_alerts = 0;
  const std::vector<Embedding> brands = some_brands();
  for (const Embedding& brand : brands) {
    Curve curve = sudden_crisis(10, 180);
    scale_to_peak(20 * brand.rate, &curve);
    const CrisisOutcome outcome = run_crisis(curve, brand, our_detector());
    CHECK(outcome.passes);
    CHECK(outcome.detected);
    delays.push_back(outcome.delay_minutes);
    false_alerts += outcome.false_alerts;
  }
  CHECK(false_alerts <= 1);
  CHECK(median_of(delays) <= 10);
  CHECK(std::ranges::max(delays) <= 30);
}

TEST_CASE("a level that trebles is told of once or twice, and then known") {
  std::vector<double> days;
  double alerts = 0;
  for (const Embedding& brand : some_brands()) {
    const ShiftOutcome outcome = run_shift(3, brand, our_detector());
    CHECK(outcome.alerts <= 2);
    alerts += outcome.alerts;
    days.push_back(outcome.days_to_adapt);
  }
  CHECK(alerts / static_cast<double>(days.size()) <= 1.5);
  CHECK(median_of(days) <= 7);
}

TEST_CASE("a crisis does not become the baseline: the next one is found as well") {
  double found[2] = {0, 0};
  std::vector<double> expected;
  const Contender ours{"ours", [] { return our_detector(); }};
  for (const Embedding& brand : some_brands()) {
    const SecondCrisisOutcome outcome = run_second_crisis(brand, ours);
    for (std::size_t i = 0; i < 2; ++i) found[i] += outcome.delay_minutes[i] ? 1 : 0;
    expected.push_back(outcome.expected);
  }
  CHECK(found[0] == 12);
  CHECK(found[1] >= 11);
  CHECK(median_of(expected) < 2);
}

TEST_CASE("data that come again and new brands raise no alerts") {
  double alerts = 0;
  for (const Embedding& brand : some_brands()) {
    alerts += alerts_after_gap(180, brand, our_detector());
    for (const double count : alerts_of_first_days(brand, our_detector())) alerts += count;
  }
  CHECK(alerts <= 1);
}

}  // namespace
}  // namespace vigie::simulated
