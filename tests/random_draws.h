// Draws that are the same with every standard library, for simulations: <random> fixes its engines
// but not its distributions.
#pragma once

#include <cstdint>
#include <random>

namespace vigie::simulated {

class Random {
 public:
  explicit Random(std::uint64_t seed) : engine_(seed) {}

  // In [0, 1).
  double uniform() { return static_cast<double>(engine_() >> 11) * 0x1p-53; }
  double between(double low, double high) { return low + (high - low) * uniform(); }
  // Log-uniform. REQUIRES: 0 < low <= high.
  double scale_between(double low, double high);
  bool chance(double probability) { return uniform() < probability; }
  double exponential();  // of mean 1
  double normal();       // of mean 0, variance 1
  // By inversion below a mean of 10, else by transformed rejection (Hoermann, "The transformed
  // rejection method for generating Poisson random variables", 1993).
  std::uint64_t poisson(double mean);
  // A seed for another such generator.
  std::uint64_t seed() { return engine_(); }

 private:
  std::uint64_t poisson_by_rejection(double mean);

  std::mt19937_64 engine_;
};

}  // namespace vigie::simulated
