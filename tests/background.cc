#include "tests/background.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vigie::simulated {
namespace {

constexpr std::size_t kSunday = 6;

double rhythm(const Shape& shape, std::size_t day, double hour) {
  const double later = day >= 5 ? shape.weekend_delay_hours : 0;
  const double turn = 2 * std::numbers::pi / 24;
  return shape.days[day] *
         std::exp(shape.day_size * std::cos(turn * (hour - later - shape.day_peak_hour)) +
                  shape.half_day_size *
                      std::cos(2 * turn * (hour - later - shape.half_day_peak_hour)));
}

Bursts some_bursts(double low, double high, double minutes, Random* random) {
  return {.variance = random->scale_between(low, high),
          .minutes = random->scale_between(minutes / 1.5, minutes * 1.5)};
}

}  // namespace

Shape some_shape(double rate, Dispersion dispersion, Random* random) {
  Shape shape;
  shape.rate = rate;
  shape.day_size = random->scale_between(0.45, 1.5);  // highest over lowest hour 2.5 to 20
  shape.day_peak_hour = random->between(0, 24);
  shape.half_day_size = shape.day_size * random->between(0, 0.4);
  shape.half_day_peak_hour = random->between(0, 12);
  const double weekend = random->scale_between(0.4, 1.2);
  for (std::size_t day = 0; day < shape.days.size(); ++day) {
    shape.days[day] = random->between(0.9, 1.1) * (day >= 5 ? weekend : 1);
  }
  shape.weekend_delay_hours = random->between(0, 3);
  switch (dispersion) {
    case Dispersion::poisson: break;
    case Dispersion::low:
      shape.slow = some_bursts(0.01, 0.03, 120, random);
      shape.fast = some_bursts(0.02, 0.06, 10, random);
      break;
    case Dispersion::middle:
      shape.slow = some_bursts(0.03, 0.08, 120, random);
      shape.fast = some_bursts(0.06, 0.2, 10, random);
      break;
    case Dispersion::high:
      shape.slow = some_bursts(0.08, 0.2, 120, random);
      shape.fast = some_bursts(0.2, 0.5, 10, random);
      break;
  }
  shape.drift = 0.03;
  shape.holidays = 0.02;
  shape.gaps = random->chance(0.5) ? 0.5 : 0;
  return shape;
}

Background::Background(const Shape& shape, std::uint64_t seed)
    : shape_(shape), random_(seed), week_(7 * kStepsPerDay) {
  double sum = 0;
  for (std::size_t i = 0; i < week_.size(); ++i) {
    const double hour = 24 * static_cast<double>(i % kStepsPerDay) / kStepsPerDay;
    week_[i] = rhythm(shape_, i / kStepsPerDay, hour);
    sum += week_[i];
  }
  const double mean = sum / static_cast<double>(week_.size());
  for (double& value : week_) value *= shape_.rate / 60 / mean;
}

void Background::begin_day() {
  level_ *= std::exp(shape_.drift * random_.normal());
  is_holiday_ = random_.chance(shape_.holidays);
  holiday_ = is_holiday_ ? random_.scale_between(0.4, 1) : 1;
}

// The jumps of a minute, each decayed since it came.
void Background::step(const Bursts& bursts, double* value) {
  if (bursts.variance <= 0) return;
  *value *= std::exp(-1 / bursts.minutes);
  const double jumps = 1 / (bursts.variance * bursts.minutes);
  for (std::uint64_t left = random_.poisson(jumps); left > 0; --left) {
    *value +=
        bursts.variance * random_.exponential() * std::exp(-random_.uniform() / bursts.minutes);
  }
}

Background::Minute Background::next() {
  constexpr std::size_t kMinutesPerDay = 1440;
  if (minute_ % kMinutesPerDay == 0) begin_day();
  step(shape_.slow, &slow_);
  step(shape_.fast, &fast_);
  const std::size_t day = is_holiday_ ? kSunday : minute_ / kMinutesPerDay % 7;
  const std::size_t step_of_day = minute_ % kMinutesPerDay / kMinutesPerStep;
  Minute minute;
  minute.begin = kBegin + std::chrono::minutes{minute_++};
  minute.expected = week_[day * kStepsPerDay + step_of_day] * holiday_ * level_;
  minute.count = random_.poisson(minute.expected * slow_ * fast_);
  if (gap_minutes_ == 0 && random_.chance(shape_.gaps / (7 * kMinutesPerDay))) {
    gap_minutes_ = static_cast<std::size_t>(random_.scale_between(10, 720));
  }
  if (gap_minutes_ > 0) {
    --gap_minutes_;
    minute.has_data = false;
  }
  return minute;
}

}  // namespace vigie::simulated
