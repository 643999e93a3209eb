// What an update of the detector costs, against a floor: the few logarithms that it cannot do
// without. Before the time its answers are checked: the expected counts and the sums against slow
// ones, and the tail probabilities against sums of their terms.
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <vector>

#include "bench/measure.h"
#include "engine/analysis/detection/detector.h"
#include "engine/analysis/detection/windows.h"
#include "engine/analysis/state.pb.h"

namespace vigie::detection {
namespace {

constexpr std::int64_t kBuckets = 20'000;
constexpr int kRounds = 15;
constexpr double kUpdateNanosecondsMax = 200;
constexpr int kFloorLogarithms = 3;

struct Count {
  EventTime begin;
  double value;
};

std::vector<Count> counts_of(double rate) {
  std::mt19937_64 random(7);
  std::vector<Count> counts;
  const EventTime start{std::chrono::seconds{1'772'409'600}};
  for (std::int64_t i = 0; i < kBuckets; ++i) {
    const double season = 1 + 0.6 * std::sin(static_cast<double>(i) * 0.0218166);
    const double mean = std::gamma_distribution<double>(10, rate * season / 10)(random);
    counts.push_back({start + i * std::chrono::minutes{5},
                      static_cast<double>(std::poisson_distribution<std::int64_t>(mean)(random))});
  }
  return counts;
}

// The sums of the windows, each added up anew.
bool sums_are_right(const std::vector<Count>& counts, const std::vector<Observation>& seen) {
  for (std::size_t i = 36; i < counts.size(); ++i) {
    double sum = 0;
    for (std::size_t j = i - 35; j <= i; ++j) sum += counts[j].value;
    if (seen[i].long_sum != sum) return false;
  }
  return true;
}

// What is expected is, at the end, what the series was made from.
bool expects_what_is(double rate, const std::vector<Reading>& readings) {
  double error = 0;
  for (std::size_t i = kBuckets / 2; i < readings.size(); ++i) {
    const double season = 1 + 0.6 * std::sin(static_cast<double>(i) * 0.0218166);
    error += std::abs(readings[i].expected / (rate * season) - 1);
  }
  return error / (static_cast<double>(kBuckets) / 2) < 0.2;
}

bool tails_are_right() {
  const Counts usual{30, 0.2};
  const double share = 1 / (1 + usual.mean * usual.dispersion);
  const double size = 1 / usual.dispersion;
  double above = 1;
  for (int i = 0; i < 200; ++i) {
    const double fast = upper_tail(i, usual);
    if (i > 40 && above > 1e-9 && std::abs(fast / above - 1) > 0.1) return false;
    above -= std::exp(std::lgamma(i + size) - std::lgamma(size) - std::lgamma(i + 1.0) +
                      size * std::log(share) + i * std::log1p(-share));
  }
  return true;
}

bool measure(double rate) {
  const Settings settings;
  const Plan plan(settings);
  const std::vector<Count> counts = counts_of(rate);
  Windows windows(settings);
  std::vector<Observation> seen;
  for (const Count& count : counts) seen.push_back(windows.add(count.begin, count.value));
  Detector detector(plan);
  std::vector<Reading> readings;
  for (const Observation& observation : seen) readings.push_back(detector.update(observation));
  if (!sums_are_right(counts, seen) || !expects_what_is(rate, readings) || !tails_are_right()) {
    std::fprintf(stderr, "detector_bench: the readings at a rate of %g are wrong\n", rate);
    return false;
  }
  double sink = 0;
  const std::vector<bench::Contender> contenders = {
      {"update",
       [&] {
         Detector fresh(plan);
         for (const Observation& observation : seen) sink += fresh.update(observation).score;
       }},
      {"floor",
       [&] {
         for (const Observation& observation : seen) {
           for (int i = 0; i < kFloorLogarithms; ++i)
             sink += std::log(observation.long_sum + i + 1);
         }
       }},
  };
  const std::vector<double> seconds = bench::median_seconds(contenders, kRounds);
  const double update = seconds[0] * 1e9 / static_cast<double>(kBuckets);
  const double floor = seconds[1] * 1e9 / static_cast<double>(kBuckets);
  pb::Detector saved;
  detector.save(&saved);
  std::printf("%8g %12.1f %12.1f %8.1f %8zu %8zu %s\n", rate, update, floor, update / floor,
              sizeof(Detector), saved.ByteSizeLong(), sink > 0 ? "" : "!");
  return update < kUpdateNanosecondsMax;
}

}  // namespace
}  // namespace vigie::detection

int main() {
  std::printf("%8s %12s %12s %8s %8s %8s\n", "rate", "update ns", "floor ns", "ratio", "bytes",
              "saved");
  bool right = true;
  for (const double rate : {0.5, 20.0, 5000.0}) right = vigie::detection::measure(rate) && right;
  return right ? 0 : 1;
}
