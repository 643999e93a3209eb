#include "engine/analysis/detection/tail.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vigie::detection {
namespace {

constexpr double kDispersionMin = 1e-6;  // below, the two laws are the same to the eye
constexpr double kMeanMin = 1e-9;
// Nearer to the mean than this the saddle point divides by nothing.
constexpr double kNearMean = 0.05;

double normal_tail(double spreads) { return 0.5 * std::erfc(spreads / std::numbers::sqrt2); }

}  // namespace

double signed_root(double count, const Counts& usual) {
  const double mean = std::max(usual.mean, kMeanMin);
  const double dispersion = std::max(usual.dispersion, kDispersionMin);
  const double gain = count > 0 ? count * std::log(count / mean) : 0;
  const double loss = (1 / dispersion + count) *
                      std::log1p(dispersion * (count - mean) / (1 + dispersion * mean));
  const double root = std::sqrt(std::max(2 * (gain - loss), 0.0));
  return count < mean ? -root : root;
}

double upper_tail(double count, const Counts& usual) {
  if (count <= 0) return 1;
  const double mean = std::max(usual.mean, kMeanMin);
  const double dispersion = std::max(usual.dispersion, kDispersionMin);
  const double root = signed_root(count, usual);
  if (std::abs(root) < kNearMean) {
    const double spread = std::sqrt(mean + dispersion * mean * mean);
    return normal_tail((count - 0.5 - mean) / spread);
  }
  const double tilt = mean * (1 + dispersion * count) / (count * (1 + dispersion * mean));
  const double slope = (1 - tilt) * std::sqrt(count + dispersion * count * count);
  const double density = std::exp(-root * root / 2) / std::sqrt(2 * std::numbers::pi);
  return std::clamp(normal_tail(root) + density * (1 / slope - 1 / root), 0.0, 1.0);
}

double quantile(double spreads, const Counts& usual) {
  const double root = std::sqrt(std::max(usual.dispersion, kDispersionMin));
  const double stable = std::asinh(root * std::sqrt(usual.mean)) + root * spreads / 2;
  if (stable <= 0) return 0;
  const double back = std::sinh(stable) / root;
  return back * back;
}

}  // namespace vigie::detection
