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
  const double loss =
      (1 / dispersion + count) * std::log1p(dispersion * (count - mean) / (1 + dispersion * mean));
  const double root = std::sqrt(std::max(2 * (gain - loss), 0.0));
  return count < mean ? -root : root;
}

double upper_tail(double count, const Counts& usual) {
  if (count <= 0) return 1;
  const double mean = std::max(usual.mean, kMeanMin);
  const double dispersion = std::max(usual.dispersion, kDispersionMin);
  const auto near = [&] {
    return normal_tail((count - 0.5 - mean) / std::sqrt(mean + dispersion * mean * mean));
  };
  if (count <= mean) return near();  // nobody needs the left side exactly
  const double root = signed_root(count, usual);
  if (root < kNearMean) return near();
  const double tilt = mean * (1 + dispersion * count) / (count * (1 + dispersion * mean));
  const double slope = (1 - tilt) * std::sqrt(count + dispersion * count * count);
  const double density = std::exp(-root * root / 2) / std::sqrt(2 * std::numbers::pi);
  return std::clamp(normal_tail(root) + density * (1 / slope - 1 / root), 0.0, 1.0);
}

Band band_of(const Counts& usual, double spreads) {
  const double mean = std::max(usual.mean, kMeanMin);
  const double shape = mean / (1 + std::max(usual.dispersion, 0.0) * mean);
  const double middle = 1 - 1 / (9 * shape);
  const double step = spreads / (3 * std::sqrt(shape));
  const auto back = [&](double root) { return root > 0 ? mean * root * root * root : 0; };
  return {std::floor(back(middle - step)), std::ceil(back(middle + step))};
}

}  // namespace vigie::detection
