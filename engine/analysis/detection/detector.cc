#include "engine/analysis/detection/detector.h"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace vigie::detection {
namespace {

constexpr double kDayMicroseconds = 86.4e9;
constexpr std::int64_t kQuarterDay = 21'600'000'000;
constexpr double kSlack = 1;             // mentions that a bucket may always teach
constexpr double kLevelMin = 0.001;      // mentions a bucket
constexpr double kBandSpreads = 2.5758;  // 99 of 100, on two sides
constexpr double kDampedScore = 0.49;    // of an event that was told of
constexpr double kFirstDays = 0.25;      // in which nothing fires, and all is learnt as it comes
constexpr double kFirmDays = 14;         // at which it is as sure as it gets
// The smaller of two probabilities is not one: the windows overlap, so that it counts for less than
// twice. Measured on simulated brands (bench/detection.md).
constexpr double kEitherWindow = 1.4;
constexpr double kOutlierSpreads = 6;  // beyond, a count teaches the dispersion no more
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

// One step of an exponential mean of over-dispersion. It may be negative for a while: were that cut
// off at each step, the mean of a series without any would lie above 0.
void learn_dispersion(double count, double mean, double rate, float* dispersion) {
  const double usual = std::max(mean, kLevelMin);
  const double known = std::max(double{*dispersion}, 0.0);
  const double reach = kOutlierSpreads * std::sqrt(usual + known * usual * usual) + 3;
  const double error = std::clamp(count - usual, -reach, reach);
  const double seen = (error * error - usual) / std::max(usual * usual, 1.0);
  *dispersion += static_cast<float>(rate * (seen - *dispersion));
}

}  // namespace

Plan::Plan(const Settings& settings, const Tuning& tuning)
    : settings_(settings),
      tuning_(tuning),
      bucket_days_(days_of(settings.bucket)),
      short_buckets_(std::max(std::floor(days_of(settings.short_window) / bucket_days_), 1.0)),
      long_buckets_(std::max(std::floor(days_of(settings.long_window) / bucket_days_), 1.0)),
      short_span_(static_cast<std::int64_t>(short_buckets_) * settings.bucket),
      long_span_(static_cast<std::int64_t>(long_buckets_) * settings.bucket),
      level_rate_(rate_of(bucket_days_, tuning.level_days)),
      dispersion_rate_(rate_of(bucket_days_, tuning.dispersion_days)),
      slow_keep_(std::exp2(-bucket_days_ * 24 / tuning.slow_hours)),
      bar_keep_(std::exp2(-bucket_days_ / tuning.bar_days)),
      alarm_(std::log(tuning.period_days)),
      fires_at_(alarm_ + std::log(period_factor(settings.sensitivity))) {}

// What a bucket is held against.
struct Detector::View {
  double level;   // a bucket
  double factor;  // the season of the bucket
  double expected;
  double short_expected;
  double long_expected;
  // Logarithms of the ratios.
  double short_value;
  double long_value;
  double slow_value;
};

Detector::Detector(const Plan& plan)
    : plan_(&plan),
      bucket_dispersion_(static_cast<float>(plan.tuning_.dispersion_prior)),
      short_dispersion_(bucket_dispersion_),
      long_dispersion_(bucket_dispersion_),
      short_peaks_(plan.tuning_.peak_prior_short, plan.tuning_.peak_prior_short_spread),
      long_peaks_(plan.tuning_.peak_prior_long, plan.tuning_.peak_prior_long_spread),
      slow_peaks_(plan.tuning_.peak_prior_slow, plan.tuning_.peak_prior_slow_spread) {}

double Detector::days() const { return buckets_ * plan_->bucket_days_; }

Detector::View Detector::view(const Observation& observation) {
  const Plan& plan = *plan_;
  const EventTime end = observation.begin + plan.settings_.bucket;
  const double pseudo = plan.tuning_.pseudo;
  const auto value = [&](double seen, double expected) {
    return std::log((seen + pseudo) / (expected + pseudo));
  };
  View view{};
  view.level = std::max(buckets_ > 0 ? double{level_} : observation.count, kLevelMin);
  view.factor = season_.factor(observation.begin, plan.settings_.bucket);
  view.expected = view.level * view.factor;
  view.short_expected = view.level * plan.short_buckets_ * observation.short_share *
                        season_.factor(end - plan.short_span_, plan.short_span_);
  view.long_expected = view.level * plan.long_buckets_ * observation.long_share *
                       season_.factor(end - plan.long_span_, plan.long_span_);
  slow_seen_ = static_cast<float>(slow_seen_ * plan.slow_keep_ + observation.count);
  slow_expected_ = static_cast<float>(slow_expected_ * plan.slow_keep_ + view.expected);
  view.short_value = value(observation.short_sum, view.short_expected);
  view.long_value = value(observation.long_sum, view.long_expected);
  view.slow_value = value(slow_seen_, slow_expected_);
  return view;
}

// Gumbel's reduced variate of what is seen: about the logarithm of its return period in days.
double Detector::variate(const View& view) const {
  const Tuning& tuning = plan_->tuning_;
  // Either a burst, in both of the windows, or a slow rise.
  const double burst = (short_peaks_.standardised(view.short_value, tuning) +
                        long_peaks_.standardised(view.long_value, tuning)) /
                       2;
  const double rise = slow_peaks_.standardised(view.slow_value, tuning);
  return std::max(burst, rise) * kGumbelSpread + kGumbelMean;
}

Reading Detector::update(const Observation& observation) {
  const Plan& plan = *plan_;
  const View view = this->view(observation);
  Reading reading;
  const double short_tail =
      upper_tail(observation.short_sum, {view.short_expected, short_dispersion_});
  const double long_tail = upper_tail(observation.long_sum, {view.long_expected, long_dispersion_});
  reading.tail_probability = std::min(kEitherWindow * std::min(short_tail, long_tail), 1.0);
  reading.ratio = short_tail < long_tail ? observation.short_sum / view.short_expected
                                         : observation.long_sum / view.long_expected;
  reading.expected = view.expected;
  const Band band = band_of({view.expected, bucket_dispersion_}, kBandSpreads);
  reading.lower = band.lower;
  reading.upper = band.upper;
  reading.confidence = std::min(days() / kFirmDays, 1.0);

  const double variate = this->variate(view);
  const bool open = observation.long_sum >= plan.settings_.count_min &&
                    reading.tail_probability < plan.tuning_.probability_max && days() >= kFirstDays;
  reading.turn = episode_.advance(observation.begin + plan.settings_.bucket, variate,
                                  open && variate >= plan.fires_at_ + bar_, plan.tuning_);
  reading.firing = episode_.active();
  const bool told = reading.turn == Turn::onset || reading.turn == Turn::escalation;
  reading.score = 1 / (1 + std::exp(plan.alarm_ + bar_ - variate));
  if (!told) reading.score = std::min(reading.score, kDampedScore);
  reading.return_period_days = 1 / -std::expm1(-std::exp(-variate));

  bar_ = static_cast<float>(bar_ * plan.bar_keep_);
  if (reading.turn == Turn::onset) bar_ += static_cast<float>(plan.tuning_.bar_step);
  learn(observation, view);
  return reading;
}

void Detector::learn_peaks(EventTime begin, const View& view) {
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
    slow_peaks_.turn(quarter, quarter - quarter_, learnt, tuning);
  }
  quarter_ = quarter;
  short_peaks_.add(quarter, view.short_value);
  long_peaks_.add(quarter, view.long_value);
  slow_peaks_.add(quarter, view.slow_value);
}

void Detector::learn(const Observation& observation, const View& view) {
  const Plan& plan = *plan_;
  const Tuning& tuning = plan.tuning_;
  learn_peaks(observation.begin, view);
  if (!episode_.active()) {
    const double rate = std::max(plan.dispersion_rate_,
                                 plan.bucket_days_ / (tuning.dispersion_prior_days + days()));
    learn_dispersion(observation.count, view.expected, rate, &bucket_dispersion_);
    learn_dispersion(observation.short_sum, view.short_expected, rate, &short_dispersion_);
    learn_dispersion(observation.long_sum, view.long_expected, rate, &long_dispersion_);
  }
  const double known = days();
  const double cap =
      known < kFirstDays ? observation.count : tuning.level_cap * view.expected + kSlack;
  const double taught = std::min(observation.count, cap);
  buckets_ = std::min(buckets_ + 1, 1e7F);
  const double rate = std::max(plan.level_rate_, 1.0 / buckets_);
  level_ = static_cast<float>(view.level + rate * (taught / view.factor - view.level));
  season_.learn(observation.begin + plan.settings_.bucket / 2,
                taught / std::max(double{level_}, kLevelMin), plan.bucket_days_, known, tuning);
}

}  // namespace vigie::detection
