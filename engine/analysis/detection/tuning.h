// The numbers of the detector that are the same for every series. bench/detection.md shows how much
// each of them matters.
#pragma once

namespace vigie::detection {

struct Tuning {
  // Level: an exponential mean, taught by no bucket more than so many times what it expected.
  double level_days = 3.5;  // half-life
  double level_cap = 4;
  // Season: factors of the hour of the day and of the quarters of the days of the week.
  double season_days = 28;      // how long they remember
  double hour_prior_days = 4;   // weight of "all hours are alike"
  double week_prior_weeks = 5;  // weight of "all days are alike"
  // Logarithms of the ratios of what is seen to what is expected.
  double pseudo = 5;      // mentions, added to both sides
  double slow_hours = 3;  // half-life of the slow one
  // Their daily peaks: mean and spread.
  double peak_days = 4.25;  // half-life
  double peak_cap = 2.1;    // in spreads, how far one peak can teach
  double peak_prior_days = 1;
  double peak_prior_short = 1;
  double peak_prior_short_spread = 0.5;
  double peak_prior_long = 1;
  double peak_prior_long_spread = 0.3;
  double peak_prior_slow = 0.55;
  double peak_prior_slow_spread = 0.2;
  double peak_spread_min = 0.05;
  // Over-dispersion: variance = mean + dispersion * mean^2.
  double dispersion_prior = 0.1;
  double dispersion_prior_days = 0.5;
  double dispersion_days = 14;  // half-life
  // Bars.
  double period_days = 10;  // return period at which `balanced` fires
  double probability_max = 1e-4;
  // An onset raises the bar, which comes down again.
  double bar_step = 1.15;  // in reduced variates
  double bar_days = 1.25;  // half-life
  // An event ends once it was quiet for so long, and is told of again when it gets so much worse.
  double silence_hours = 1.25;
  double quiet = 1;         // reduced variate below which it is quiet
  double escalation = 2.5;  // times the reduced variate that was told of
};

}  // namespace vigie::detection
