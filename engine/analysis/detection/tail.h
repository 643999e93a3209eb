// How unlikely a count is, where counts are negative-binomial: variance = mean + dispersion * mean^2.
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
// The count that lies `spreads` standard deviations off the mean, where the counts are made normal
// by their variance-stabilising function; never negative.
[[nodiscard]] double quantile(double spreads, const Counts& usual);

}  // namespace vigie::detection
