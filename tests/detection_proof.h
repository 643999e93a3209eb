// What detectors are measured by: false alerts and calibration where nothing happens, crises,
// shifts of the level, gaps and first days. bench/detection_bench.cc prints it in full; a small
// part of it is held by detection_simulation_test.cc.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "tests/background.h"
#include "tests/detection_runs.h"

namespace vigie::simulated {

// --- Where nothing happens -----------------------------------------------------------------------

inline constexpr std::size_t kDecades = 4;  // from 0.1, 1, 10, 100 mentions an hour
inline constexpr std::array<double, 3> kProbabilities{1e-2, 1e-3, 1e-4};

struct BackgroundPlan {
  std::size_t brands = 100;  // rates log-uniform from 0.1 to 1,000 an hour
  std::size_t weeks_before = 4;
  std::size_t weeks = 4;
  std::uint64_t seed = 1;
};

struct BackgroundTally {
  double brand_weeks = 0;
  double episodes = 0;
  double brands_alerted = 0;
  double minutes = 0;
  std::array<double, kProbabilities.size()> below{};  // minutes whose probability is below
  void add(const BackgroundTally& other);
};
// By decade and dispersion; dispersions take turns from brand to brand.
using BackgroundTallies = std::array<std::array<BackgroundTally, kDispersions>, kDecades>;

// One for each contender; all see the same minutes.
std::vector<BackgroundTallies> run_background(const BackgroundPlan& plan,
                                              std::span<const Contender> contenders);

// --- Crises --------------------------------------------------------------------------------------

// Mentions a minute that a crisis adds, from its first one on.
using Curve = std::vector<double>;

// A curve from the minutes at which posts came: each of them is spread evenly over the time since
// the fifth before it, at most an hour. So a curve can be scaled without its posts becoming clumps.
// REQUIRES: `minutes` is sorted.
Curve curve_of(std::span<const double> minutes);
// So that its highest hour has so many mentions.
void scale_to_peak(double peak_per_hour, Curve* curve);
// Rises to its peak within `rise_minutes` and halves every `half_life_minutes`; for two days.
Curve sudden_crisis(double rise_minutes, double half_life_minutes);

struct Embedding {
  double rate = 10;
  Dispersion dispersion = Dispersion::middle;
  std::size_t days_before = 14;
  std::uint64_t seed = 1;
};

// The onset is when the volume passes twice the expected, for the last time before the first hour
// that has a quarter of the highest hour's mentions. Volume and expected are means, without chance,
// of background and crisis together and of the background alone; it is not below twice until it was
// for an hour.
struct CrisisOutcome {
  // There is an onset, and 20 mentions came in 3 hours, below which nothing may fire, in time.
  bool passes = false;
  bool detected = false;  // in time: within 12 hours, or before the highest hour of 3 days ends
  // From the onset of volumes of 15 minutes; 0 where it was firing already.
  double delay_minutes = 0;
  // From the onset of volumes of an hour, and 20 mentions in 3 hours, which is what an alert on
  // twice the volume of an hour waits for; negative where it fired earlier.
  double delay_of_hour_minutes = 0;
  double false_alerts = 0;  // in the days before the crisis' first post
  double days_before = 0;
};
CrisisOutcome run_crisis(const Curve& curve, const Embedding& embedding, const Judge& judge);

// --- What changes, and what is new ---------------------------------------------------------------

struct ShiftOutcome {
  double alerts = 0;  // in 14 days
  // Until what is expected has been within a fifth of the truth for a day; 14 where never.
  double days_to_adapt = 0;
};
// After four weeks the level is multiplied.
ShiftOutcome run_shift(double factor, const Embedding& embedding, const Judge& judge);

struct SecondCrisisOutcome {
  std::array<std::optional<double>, 2> delay_minutes;  // from the first mention of each
  // What is expected when the second begins, as a multiple of what is where there was no first.
  double expected = 1;
};
// A crisis of ten times the mean rate, and the same again at the same hour a week later.
SecondCrisisOutcome run_second_crisis(const Embedding& embedding, const Contender& contender);

// Alerts in the day after data come again.
double alerts_after_gap(std::size_t gap_minutes, const Embedding& embedding, const Judge& judge);

// Alerts of a brand's first 14 days, each day.
std::array<double, 14> alerts_of_first_days(const Embedding& embedding, const Judge& judge);

}  // namespace vigie::simulated
