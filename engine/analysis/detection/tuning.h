// The numbers of the detector that are the same for every series. bench/detection.md shows how much
// each of them matters.
#pragma once

namespace vigie::detection {

struct Tuning {
  // Level: an exponential mean, taught by no bucket more than so many times what it expected.
  double level_days = 14;  // half-life
  double level_cap = 4;
  // Season: factors of the hour of the day and of the quarters of the days of the week.
  double season_days = 28;      // how long they remember
  double hour_prior_days = 3;   // weight of "all hours are alike"
  double week_prior_weeks = 2;  // weight of "all days are alike"
  // Daily peaks of the logarithms of the ratios.
  double peak_days = 14;  // half-life
  double peak_cap = 2;    // in spreads, how far one peak can teach
  double peak_prior_days = 2;
  double peak_prior_short = 1.2;
  double peak_prior_long = 0.8;
  double peak_prior_short_spread = 0.45;
  double peak_prior_long_spread = 0.35;
  double peak_spread_min = 0.15;
  double pseudo = 1;          // mentions, added to both sides of a ratio
  double long_weight = 0.45;  // of the long window in the mean of the two
  // Over-dispersion: variance = mean + dispersion * mean^2.
  double dispersion_prior = 0.15;
  double dispersion_prior_days = 1;
  // Bars.
  double period_days = 28;  // return period at which `balanced` fires
  double deviance_min = 3.5;
  // An event ends once it was quiet for so long, and is told of again when it gets so much worse.
  double silence_hours = 5;
  double quiet = 2;         // reduced variate below which it is quiet
  double escalation = 2;  // in reduced variates: e^2 times as rare
};

}  // namespace vigie::detection
