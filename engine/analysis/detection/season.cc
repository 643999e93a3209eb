#include "engine/analysis/detection/season.h"

#include <algorithm>

#include "engine/analysis/state.pb.h"

namespace vigie::detection {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;
constexpr std::int64_t kDay = 24 * kHour;
constexpr double kFactorMin = 0.02;

// The rest that is never negative.
constexpr std::int64_t modulo(std::int64_t value, std::int64_t by) {
  const std::int64_t rest = value % by;
  return rest < 0 ? rest + by : rest;
}

}  // namespace

Season::Season() {
  hours_.fill(1);
  quarters_.fill(1);
}

// Factors of hours hold in their middles, and between them on the line from one to the next.
Season::Place Season::place(EventTime at) {
  const std::int64_t time = at.time_since_epoch().count();
  const std::int64_t shifted = modulo(time - kHour / 2, kDay);
  return {static_cast<std::size_t>(shifted / kHour),
          static_cast<double>(shifted % kHour) / static_cast<double>(kHour),
          static_cast<std::size_t>(modulo(time, 7 * kDay) / (kDay / 4))};
}

double Season::hour_factor(const Place& at) const {
  const std::size_t next = at.hour + 1 == kHours ? 0 : at.hour + 1;
  return hours_[at.hour] + at.next * (hours_[next] - hours_[at.hour]);
}

double Season::factor(EventTime at) const {
  const Place here = place(at);
  return std::max(hour_factor(here) * quarters_[here.quarter], kFactorMin);
}

double Season::factor(EventTime begin, Duration span) const {
  constexpr int kPoints = 4;
  if (span <= std::chrono::hours{1}) return factor(begin + span / 2);
  double sum = 0;
  for (int i = 0; i < kPoints; ++i) sum += factor(begin + span * (2 * i + 1) / (2 * kPoints));
  return sum / kPoints;
}

void Season::learn(EventTime at, double multiple, double bucket_days, double days,
                   const Tuning& tuning) {
  const Place here = place(at);
  const double by_hour = hour_factor(here);
  const double by_quarter = quarters_[here.quarter];
  // One visit of an hour in a day weighs as one day, however many buckets it has.
  const double hour_rate = std::min(1.0, bucket_days * 24) /
                           (tuning.hour_prior_days + std::min(days, tuning.season_days));
  const double quarter_rate =
      std::min(1.0, bucket_days * 4) /
      (tuning.week_prior_weeks + std::min(days, tuning.season_days * 2) / 7);
  const double hour_error = multiple / std::max(by_quarter, kFactorMin) - by_hour;
  const double quarter_error = multiple / std::max(by_hour, kFactorMin) - by_quarter;
  const std::size_t next = here.hour + 1 == kHours ? 0 : here.hour + 1;
  hours_[here.hour] += static_cast<float>(hour_rate * (1 - here.next) * hour_error);
  hours_[next] += static_cast<float>(hour_rate * here.next * hour_error);
  quarters_[here.quarter] += static_cast<float>(std::min(quarter_rate, 1.0) * quarter_error);
}

void Season::save(pb::Detector* out) const {
  for (const float factor : hours_) out->add_hour(factor);
  for (const float factor : quarters_) out->add_quarter(factor);
}

bool Season::load(const pb::Detector& in) {
  if (in.hour_size() != kHours || in.quarter_size() != kQuarters) return false;
  std::copy(in.hour().begin(), in.hour().end(), hours_.begin());
  std::copy(in.quarter().begin(), in.quarter().end(), quarters_.begin());
  return true;
}

}  // namespace vigie::detection
