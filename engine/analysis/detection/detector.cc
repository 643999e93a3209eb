#include "engine/analysis/detection/detector.h"

#include <algorithm>
#include <cmath>
#include <numbers>

#include "engine/analysis/state.pb.h"

namespace vigie::detection {
namespace {

constexpr double kDayMicroseconds = 86.4e9;
constexpr std::int64_t kQuarterDay = 21'600'000'000;
constexpr double kLevelMin = 0.001;      // mentions a bucket
constexpr double kBandSpreads = 2.5758;  // 99 of 100, on two sides
constexpr double kDampedScore = 0.49;    // of an event that was told of
constexpr double kFirstDays = 0.25;      // in which nothing fires, and all is learnt as it comes
constexpr double kFirmDays = 14;         // at which it is as sure as it gets
constexpr double kOutlierSpreads = 4;    // beyond, a count teaches the dispersion no more
// Of Gumbel's law: spread / scale and (mean - mode) / scale.
const double kGumbelSpread = std::numbers::pi / std::sqrt(6.0);
constexpr double kGumbelMean = std::numbers::egamma;

double days_of(Duration duration) {
  return static_cast<double>(duration.count()) / kDayMicroseconds;
}
double rate_of(double days, double half_life_days) { return 1 - std::exp2(-days / half_life_days); }

// How often the bars may be passed, as multiples of the period of `balanced`.
double period_factor(Sensitivity sensitivity) {
  switch (sensitivity) {
    case Sensitivity::fewer: return 4;
    case Sensitivity::balanced: return 1;
    case Sensitivity::more: return 0.25;
  }
  return 1;
}

// One step of an exponential mean of over-dispersion.
void learn_dispersion(double count, double mean, double rate, float* dispersion) {
  const double usual = std::max(mean, kLevelMin);
  const double reach = kOutlierSpreads * std::sqrt(usual + *dispersion * usual * usual) + 3;
  const double error = std::clamp(count - usual, -reach, reach);
  const double seen = (error * error - usual) / std::max(usual * usual, 1.0);
  *dispersion = std::max(*dispersion + static_cast<float>(rate * (seen - *dispersion)), 0.0F);
}

}  // namespace

Plan::Plan(const Settings& settings, const Tuning& tuning)
    : settings_(settings),
      tuning_(tuning),
      bucket_days_(days_of(settings.bucket)),
      short_buckets_(std::max(days_of(settings.short_window) / bucket_days_, 1.0)),
      long_buckets_(std::max(days_of(settings.long_window) / bucket_days_, 1.0)),
      level_rate_(rate_of(bucket_days_, tuning.level_days)),
      alarm_(std::log(tuning.period_days)),
      fires_at_(alarm_ + std::log(period_factor(settings.sensitivity))) {}

struct Detector::Sums {
  double level;
  double factor;  // the season of the bucket
  double expected;
  double short_expected;
  double long_expected;
  double short_value;  // logarithm of the ratio
  double long_value;
  bool calm;  // no event is under way
};

Detector::Detector(const Plan& plan)
    : plan_(&plan),
      bucket_dispersion_(static_cast<float>(plan.tuning_.dispersion_prior)),
      short_dispersion_(bucket_dispersion_),
      long_dispersion_(bucket_dispersion_),
      short_peaks_(plan.tuning_.peak_prior_short, plan.tuning_.peak_prior_short_spread),
      long_peaks_(plan.tuning_.peak_prior_long, plan.tuning_.peak_prior_long_spread) {}

double Detector::days() const { return buckets_ * plan_->bucket_days_; }

Reading Detector::update(const Observation& observation) {
  const Plan& plan = *plan_;
  const Tuning& tuning = plan.tuning_;
  const EventTime end = observation.begin + plan.settings_.bucket;
  const auto span = [&](double buckets) {
    return Duration{static_cast<std::int64_t>(buckets) * plan.settings_.bucket.count()};
  };
  const Duration short_span = span(plan.short_buckets_);
  const Duration long_span = span(plan.long_buckets_);
  Sums sums{};
  sums.level = std::max(buckets_ > 0 ? double{level_} : observation.count, kLevelMin);
  sums.factor = season_.factor(observation.begin, plan.settings_.bucket);
  sums.expected = sums.level * sums.factor;
  sums.short_expected = sums.level * plan.short_buckets_ * observation.short_share *
                        season_.factor(end - short_span, short_span);
  sums.long_expected = sums.level * plan.long_buckets_ * observation.long_share *
                       season_.factor(end - long_span, long_span);
  const auto value = [&](double seen, double expected) {
    return std::log((seen + tuning.pseudo) / (expected + tuning.pseudo));
  };
  sums.short_value = value(observation.short_sum, sums.short_expected);
  sums.long_value = value(observation.long_sum, sums.long_expected);
  const double standardised =
      short_peaks_.standardised(sums.short_value, tuning) * (1 - tuning.long_weight) +
      long_peaks_.standardised(sums.long_value, tuning) * tuning.long_weight;
  const double variate = standardised * kGumbelSpread + kGumbelMean;

  const Counts short_usual{sums.short_expected, short_dispersion_};
  const Counts long_usual{sums.long_expected, long_dispersion_};
  const double short_tail = upper_tail(observation.short_sum, short_usual);
  const double long_tail = upper_tail(observation.long_sum, long_usual);
  const bool short_leads = short_tail < long_tail;
  const double deviance = std::max(signed_root(observation.short_sum, short_usual),
                                   signed_root(observation.long_sum, long_usual));
  const bool open = observation.long_sum >= plan.settings_.count_min &&
                    deviance >= tuning.deviance_min && days() >= kFirstDays;

  Reading reading;
  reading.turn = episode_.advance(end, variate, open && variate >= plan.fires_at_, tuning);
  reading.firing = episode_.active();
  reading.score = 1 / (1 + std::exp(plan.alarm_ - variate));
  if (!open || reading.turn == Turn::none || reading.turn == Turn::resolved) {
    reading.score = std::min(reading.score, kDampedScore);
  }
  reading.return_period_days = 1 / -std::expm1(-std::exp(-variate));
  reading.tail_probability = std::min(short_tail, long_tail);
  reading.ratio = short_leads ? observation.short_sum / sums.short_expected
                              : observation.long_sum / sums.long_expected;
  const Counts usual{sums.expected, bucket_dispersion_};
  reading.expected = sums.expected;
  reading.lower = quantile(-kBandSpreads, usual);
  reading.upper = quantile(kBandSpreads, usual);
  reading.confidence = std::min(days() / kFirmDays, 1.0);
  sums.calm = !episode_.active();
  learn(observation, sums);
  return reading;
}

void Detector::learn_peaks(EventTime begin, const Sums& sums) {
  const Tuning& tuning = plan_->tuning_;
  const std::int64_t quarter = begin.time_since_epoch().count() / kQuarterDay;
  if (quarter_ >= 0 && quarter != quarter_) {
    const double passed = std::min(static_cast<double>(quarter - quarter_) / 4, 1.0);
    peak_days_ += static_cast<float>(passed);
    const double rate =
        std::max(rate_of(passed, tuning.peak_days), passed / (tuning.peak_prior_days + peak_days_));
    const double learnt = peak_days_ >= 1 ? rate : 0;
    short_peaks_.turn(quarter, quarter - quarter_, learnt, tuning);
    long_peaks_.turn(quarter, quarter - quarter_, learnt, tuning);
  }
  quarter_ = quarter;
  short_peaks_.add(quarter, sums.short_value);
  long_peaks_.add(quarter, sums.long_value);
}

void Detector::learn(const Observation& observation, const Sums& sums) {
  const Plan& plan = *plan_;
  const Tuning& tuning = plan.tuning_;
  learn_peaks(observation.begin, sums);
  if (sums.calm) {
    const double rate =
        std::max(plan.level_rate_, plan.bucket_days_ / (tuning.dispersion_prior_days + days()));
    learn_dispersion(observation.count, sums.expected, rate, &bucket_dispersion_);
    learn_dispersion(observation.short_sum, sums.short_expected, rate, &short_dispersion_);
    learn_dispersion(observation.long_sum, sums.long_expected, rate, &long_dispersion_);
  }
  const double known = days();
  const double cap = known < kFirstDays ? observation.count
                                        : tuning.level_cap * sums.expected + tuning.pseudo;
  const double taught = std::min(observation.count, cap);
  buckets_ = std::min(buckets_ + 1, 1e7F);
  const double rate = std::max(plan.level_rate_, 1.0 / buckets_);
  level_ = static_cast<float>(sums.level + rate * (taught / sums.factor - sums.level));
  season_.learn(observation.begin + plan.settings_.bucket / 2,
                taught / std::max(double{level_}, kLevelMin), plan.bucket_days_, known, tuning);
}

}  // namespace vigie::detection
