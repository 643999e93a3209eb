// How unlikely a count is, where counts are negative-binomial: variance = mean + dispersion *
// mean^2.
#pragma once

namespace vigie::detection {

struct Counts {
  double mean = 0;        // > 0
  double dispersion = 0;  // 0: Poisson
};

// The root of the deviance of a count, signed: about normal, were all as usual.
[[nodiscard]] double signed_root(double count, const Counts& usual);
// P(as many or more), by the saddle point (Lugannani and Rice, 1980).
[[nodiscard]] double upper_tail(double count, const Counts& usual);

// The whole counts that are as unlikely to be fallen below and to be passed as so many standard
// deviations of a normal law: a gamma law of the same mean and variance, by its cube root (Wilson
// and Hilferty, 1931).
struct Band {
  double lower = 0;
  double upper = 0;
};
[[nodiscard]] Band band_of(const Counts& usual, double spreads);

}  // namespace vigie::detection
