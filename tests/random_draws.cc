#include "tests/random_draws.h"

#include <cmath>
#include <numbers>

namespace vigie::simulated {

double Random::scale_between(double low, double high) {
  return low * std::exp(std::log(high / low) * uniform());
}

double Random::exponential() { return -std::log1p(-uniform()); }

double Random::normal() {
  return std::sqrt(2 * exponential()) * std::cos(2 * std::numbers::pi * uniform());
}

std::uint64_t Random::poisson(double mean) {
  if (mean <= 0) return 0;
  if (mean >= 10) return poisson_by_rejection(mean);
  double term = std::exp(-mean);
  double left = uniform() - term;
  std::uint64_t count = 0;
  while (left >= 0 && count < 1000) {
    ++count;
    term *= mean / static_cast<double>(count);
    left -= term;
  }
  return count;
}

std::uint64_t Random::poisson_by_rejection(double mean) {
  const double b = 0.931 + 2.53 * std::sqrt(mean);
  const double a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4);
  const double v_r = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = uniform() - 0.5;
    const double v = uniform();
    const double us = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / us + b) * u + mean + 0.43);
    if (us >= 0.07 && v <= v_r) return static_cast<std::uint64_t>(k);
    if (k < 0 || (us < 0.013 && v > us)) continue;
    const double log_density = -mean + k * std::log(mean) - std::lgamma(k + 1);
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (us * us) + b) <= log_density) {
      return static_cast<std::uint64_t>(k);
    }
  }
}

}  // namespace vigie::simulated
