// What is said about a brand where nothing happens, minute by minute: for proving detectors of what
// does happen. Deterministic: the same shape and seed give the same minutes.
//
//   count ~ Poisson(rate x rhythm x holiday x level x slow x fast)
//
// - rate: mentions an hour, on the average of a usual week.
// - rhythm: exp of two harmonics of the day, of any phase; a factor and a later start at weekends;
// a
//   factor of each day of the week.
// - holiday: some days are as a Sunday, and quieter.
// - level: a random walk of its logarithm, a step a day. scale() shifts it.
// - slow, fast: bursts, as posts set off others: gamma processes of mean 1 whose autocorrelation
// dies
//   off within hours and minutes, made of jumps that decay (Barndorff-Nielsen and Shephard,
//   "Non-Gaussian Ornstein-Uhlenbeck-based models", 2001). A count of a minute is negative-binomial
//   so, and neighbouring minutes burst together.
// - gaps: stretches of 10 minutes to 12 hours without data.
//
// How large these are was read off five labelled series of brands (NAB, realTweets; labelled
// windows left out): variance of (sum / expected) beyond Poisson's in 15 minutes and 3 hours,
// covariance over lags, and the highest hour of the day over the lowest:
//
//   mentions/h   15 min   3 h     lag 15 min   1 h     3 h     day
//   AMZN  604    0.09     0.02    0.03         0.01    0.00    2.7
//   GOOG  223    0.23     0.10    0.12         0.08    0.02    3.7
//   IBM    46    0.51     0.17    0.24         0.15    0.09    5.1
//   UPS    28    bursts of one post that make all others small            20.6
//   CVS   3.6    1.08     0.26    0.46         0.40    0.13    6.2
//
// Part of it are real events that nobody labelled (without the highest 1 % of sums AMZN has 0.04
// and 0.015, GOOG 0.10 and 0.04, IBM 0.25 and 0.12, CVS 0.16 and 0.16). Dispersions are drawn from
// there.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/event_time.h"
#include "tests/random_draws.h"

namespace vigie::simulated {

// How over-dispersed a brand is: the relative variances of slow and fast.
enum class Dispersion : std::uint8_t { poisson, low, middle, high };
inline constexpr std::size_t kDispersions = 4;

struct Bursts {
  double variance = 0;  // 0: none
  double minutes = 10;  // after which a burst has died off to 1/e
};

struct Shape {
  double rate = 10;  // mentions an hour
  // exp(day_size x cos(...) + half_day_size x cos(...)); the highest hours, of a weekday.
  double day_size = 0;
  double day_peak_hour = 14;
  double half_day_size = 0;
  double half_day_peak_hour = 10;
  std::array<double, 7> days{1, 1, 1, 1, 1, 1, 1};  // Monday first
  double weekend_delay_hours = 0;
  Bursts slow{.variance = 0, .minutes = 120};
  Bursts fast{.variance = 0, .minutes = 10};
  double drift = 0;     // standard deviation of the level's logarithm after a day
  double holidays = 0;  // of a day, the probability
  double gaps = 0;      // a week, on average
};

// A brand as they come: shape, phase and dispersion drawn.
Shape some_shape(double rate, Dispersion dispersion, Random* random);

inline constexpr EventTime kBegin{std::chrono::seconds{1'767'571'200}};  // Monday 2026-01-05

class Background {
 public:
  Background(const Shape& shape, std::uint64_t seed);

  struct Minute {
    EventTime begin;
    double expected = 0;  // the mean without bursts: what a perfect baseline would say
    std::uint64_t count = 0;
    bool has_data = true;
  };
  Minute next();
  // Shifts the level from the next minute on.
  void scale(double factor) { level_ *= factor; }

 private:
  static constexpr std::size_t kMinutesPerStep = 5;
  static constexpr std::size_t kStepsPerDay = std::size_t{1440} / kMinutesPerStep;

  void begin_day();
  void step(const Bursts& bursts, double* value);

  Shape shape_;
  Random random_;
  std::vector<double> week_;  // mentions a minute, by steps of a week
  double level_ = 1;
  double slow_ = 1;
  double fast_ = 1;
  double holiday_ = 1;  // factor of this day
  bool is_holiday_ = false;
  std::size_t minute_ = 0;       // since kBegin
  std::size_t gap_minutes_ = 0;  // still to come
};

}  // namespace vigie::simulated
