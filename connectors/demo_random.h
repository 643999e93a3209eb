// Randomness of the demo: small, fast, and the same everywhere, which the distributions of the
// standard library are not.
#pragma once

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <numbers>

namespace vigie {

// splitmix64's finaliser: every bit of the input touches every bit of the result.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31);
}

// A plain value: a copy goes on from where the original stands.
class DemoRandom {
 public:
  // One stream for each list of numbers.
  DemoRandom(std::initializer_list<std::uint64_t> key) {
    for (const std::uint64_t part : key) state_ = mix(state_ + kStep + part);
  }

  std::uint64_t next() { return mix(state_ += kStep); }
  // In [0, 1).
  double uniform() { return static_cast<double>(next() >> 11) * 0x1p-53; }
  bool chance(double probability) { return uniform() < probability; }
  // In [0, count). REQUIRES: 0 < count < 2^32.
  std::uint64_t below(std::uint64_t count) { return ((next() >> 32) * count) >> 32; }
  template <class List>
  const auto& pick(const List& list) {
    return list[below(list.size())];
  }
  // With mean 1.
  double exponential() { return -std::log1p(-uniform()); }
  // With mean 0 and deviation 1.
  double normal() {
    const double radius = std::sqrt(2 * exponential());
    return radius * std::cos(2 * std::numbers::pi * uniform());
  }
  // How many of many rare things happen when `mean` of them are expected.
  std::uint32_t poisson(double mean) {
    if (mean > 30) {  // close enough to a normal, and its cost does not grow
      return static_cast<std::uint32_t>(
          std::fmax(0, std::round(mean + std::sqrt(mean) * normal())));
    }
    const double limit = std::exp(-mean);
    std::uint32_t count = 0;
    double product = uniform();
    while (product > limit) {
      product *= uniform();
      ++count;
    }
    return count;
  }

 private:
  static constexpr std::uint64_t kStep = 0x9E3779B97F4A7C15ULL;
  std::uint64_t state_ = 0;
};

}  // namespace vigie
