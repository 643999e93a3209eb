#include "engine/analysis/detection/peaks.h"

#include <algorithm>
#include <cmath>
#include <limits>

namespace vigie::detection {
namespace {

constexpr float kNothing = -std::numeric_limits<float>::infinity();

std::size_t slot(std::int64_t quarter) { return static_cast<std::size_t>(quarter & 3); }

}  // namespace

Peaks::Peaks(double mean, double spread)
    : state_{{kNothing, kNothing, kNothing, kNothing},
             static_cast<float>(mean),
             static_cast<float>(spread * spread)} {}

double Peaks::standardised(double value, const Tuning& tuning) const {
  const double spread = std::max(std::sqrt(double{state_.variance}), tuning.peak_spread_min);
  return (value - state_.mean) / spread;
}

void Peaks::turn(std::int64_t quarter, std::int64_t passed, double rate, const Tuning& tuning) {
  const float highest = *std::ranges::max_element(state_.highest);
  if (rate > 0 && highest != kNothing) {
    const double spread = std::max(std::sqrt(double{state_.variance}), tuning.peak_spread_min);
    const double reach = tuning.peak_cap * spread;
    const double error = std::clamp(double{highest} - state_.mean, -reach, reach);
    state_.mean += static_cast<float>(rate * error);
    state_.variance +=
        static_cast<float>(rate * ((1 - rate) * error * error - double{state_.variance}));
  }
  for (std::int64_t i = 0; i < std::min<std::int64_t>(passed, 4); ++i) {
    state_.highest[slot(quarter - i)] = kNothing;
  }
}

void Peaks::add(std::int64_t quarter, double value) {
  float& highest = state_.highest[slot(quarter)];
  highest = std::max(highest, static_cast<float>(value));
}

}  // namespace vigie::detection
