#include "tests/detection_proof.h"

#include <algorithm>
#include <cmath>

namespace vigie::simulated {
namespace {

constexpr std::size_t kMinutesPerDay = 1440;
constexpr Duration kMinute = std::chrono::minutes{1};

double minutes_between(EventTime from, EventTime to) {
  return static_cast<double>((to - from).count()) / static_cast<double>(kMinute.count());
}

std::size_t decade_of(double rate) {
  const double decade = std::floor(std::log10(rate) + 1);
  return std::min(static_cast<std::size_t>(std::max(decade, 0.0)), kDecades - 1);
}

// One brand under one detector: what comes in, with what a crisis adds to it.
class Brand {
 public:
  Brand(const Shape& shape, std::uint64_t seed, const Judge& judge)
      : background_(shape, seed), extra_(seed ^ 0x9e3779b97f4a7c15), judge_(judge) {}

  struct Step {
    Background::Minute minute;
    detection::Reading reading;
    double long_sum = 0;
    bool is_onset = false;
  };
  Step step(double added = 0) {
    Step step;
    step.minute = background_.next();
    if (in_gap_) step.minute.has_data = false;
    step.minute.count += extra_.poisson(added);
    if (const auto seen = windows_.add(step.minute)) {
      step.reading = judge_(*seen, step.minute.expected);
      step.long_sum = seen->long_sum;
      step.is_onset = episodes_.add(step.minute.begin, step.reading.firing);
    }
    return step;
  }
  EventTime run(std::size_t minutes) {
    EventTime end;
    for (std::size_t i = 0; i < minutes; ++i) end = step().minute.begin + kMinute;
    return end;
  }
  void set_gap(bool in_gap) { in_gap_ = in_gap; }
  Background& background() { return background_; }
  [[nodiscard]] const Episodes& episodes() const { return episodes_; }

 private:
  Background background_;
  Random extra_;
  const Judge& judge_;
  MinuteWindows windows_;
  Episodes episodes_;
  bool in_gap_ = false;
};

Brand brand_of(const Embedding& embedding, const Judge& judge) {
  Random random(embedding.seed);
  Shape shape = some_shape(embedding.rate, embedding.dispersion, &random);
  shape.gaps = 0;
  return {shape, random.seed(), judge};
}

}  // namespace

// --- Where nothing happens -----------------------------------------------------------------------

void BackgroundTally::add(const BackgroundTally& other) {
  brand_weeks += other.brand_weeks;
  episodes += other.episodes;
  brands_alerted += other.brands_alerted;
  minutes += other.minutes;
  for (std::size_t i = 0; i < below.size(); ++i) below[i] += other.below[i];
}

namespace {

// A contender on one brand.
struct Entrant {
  Judge judge;
  Episodes episodes;
  BackgroundTally tally;

  void see(const detection::Observation& seen, double truth, bool counts) {
    const detection::Reading reading = judge(seen, truth);
    const bool onset = episodes.add(seen.begin, reading.firing);
    if (!counts) return;
    tally.episodes += onset ? 1 : 0;
    tally.minutes += 1;
    for (std::size_t i = 0; i < kProbabilities.size(); ++i) {
      tally.below[i] += reading.tail_probability < kProbabilities[i] ? 1 : 0;
    }
  }
};

}  // namespace

std::vector<BackgroundTallies> run_background(const BackgroundPlan& plan,
                                              std::span<const Contender> contenders) {
  std::vector<BackgroundTallies> tallies(contenders.size());
  Random random(plan.seed);
  for (std::size_t i = 0; i < plan.brands; ++i) {
    const auto dispersion = static_cast<Dispersion>(i % kDispersions);
    const Shape shape = some_shape(random.scale_between(0.1, 1000), dispersion, &random);
    Background background(shape, random.seed());
    MinuteWindows windows;
    std::vector<Entrant> entrants;
    for (const Contender& contender : contenders) entrants.push_back({contender.make(), {}, {}});
    const std::size_t before = plan.weeks_before * 7 * kMinutesPerDay;
    const std::size_t end = before + plan.weeks * 7 * kMinutesPerDay;
    for (std::size_t minute = 0; minute < end; ++minute) {
      const Background::Minute now = background.next();
      const auto seen = windows.add(now);
      if (!seen) continue;
      for (Entrant& entrant : entrants) entrant.see(*seen, now.expected, minute >= before);
    }
    for (std::size_t k = 0; k < entrants.size(); ++k) {
      BackgroundTally& tally = entrants[k].tally;
      tally.brand_weeks = static_cast<double>(plan.weeks);
      tally.brands_alerted = tally.episodes > 0 ? 1 : 0;
      tallies[k][decade_of(shape.rate)][i % kDispersions].add(tally);
    }
  }
  return tallies;
}

// --- Crises --------------------------------------------------------------------------------------

Curve curve_of(std::span<const double> minutes) {
  constexpr std::size_t kNeighbours = 5;
  constexpr double kSpreadMax = 60;
  if (minutes.empty()) return {};
  // From an hour before the first post, so that it too can be spread.
  const double begin = minutes.front() - kSpreadMax;
  Curve curve(static_cast<std::size_t>(minutes.back() - begin) + 1);
  for (std::size_t i = 0; i < minutes.size(); ++i) {
    const double to = minutes[i] - begin;
    double from = i >= kNeighbours ? minutes[i - kNeighbours] - begin : to - kSpreadMax;
    from = std::clamp(from, to - kSpreadMax, std::max(to - 1, 0.0));
    const auto first = static_cast<std::size_t>(std::max(from, 0.0));
    const auto last = std::max(static_cast<std::size_t>(to), first + 1);
    for (std::size_t k = first; k < last; ++k) {
      curve[std::min(k, curve.size() - 1)] += 1 / static_cast<double>(last - first);
    }
  }
  return curve;
}

void scale_to_peak(double peak_per_hour, Curve* curve) {
  double sum = 0;
  double highest = 0;
  for (std::size_t i = 0; i < curve->size(); ++i) {
    sum += (*curve)[i] - (i >= 60 ? (*curve)[i - 60] : 0);
    highest = std::max(highest, sum);
  }
  for (double& value : *curve) value *= peak_per_hour / highest;
}

Curve sudden_crisis(double rise_minutes, double half_life_minutes) {
  Curve curve(2 * kMinutesPerDay);
  for (std::size_t i = 0; i < curve.size(); ++i) {
    const double minute = static_cast<double>(i) + 1;
    const double since_peak = minute - rise_minutes;
    curve[i] = since_peak < 0 ? minute / rise_minutes : std::exp2(-since_peak / half_life_minutes);
  }
  return curve;
}

namespace {

// Means over the last minutes.
class MeanOver {
 public:
  explicit MeanOver(std::size_t length) : ring_(length) {}
  void add(double value) {
    sum_ += value - ring_[next_];
    ring_[next_] = value;
    next_ = (next_ + 1) % ring_.size();
  }
  [[nodiscard]] double sum() const { return sum_; }

 private:
  std::vector<double> ring_;
  std::size_t next_ = 0;
  double sum_ = 0;
};

struct Trace {
  EventTime begin;
  double expected = 0;
  double added = 0;
  bool firing = false;
  bool allowed = false;
};

// The end of the first hour that has this part of what the highest one adds.
std::size_t risen(const std::vector<Trace>& trace, double part) {
  std::vector<double> hours;
  MeanOver added(60);
  for (const Trace& minute : trace) {
    added.add(minute.added);
    hours.push_back(added.sum());
  }
  const double bar = *std::ranges::max_element(hours) * part;
  return static_cast<std::size_t>(
      std::ranges::find_if(hours, [&](double sum) { return sum >= bar; }) - hours.begin());
}

// See CrisisOutcome.
std::optional<std::size_t> onset_of(const std::vector<Trace>& trace, std::size_t risen,
                                    std::size_t minutes) {
  MeanOver surplus(minutes);
  std::optional<std::size_t> passed;
  std::size_t below = 0;
  for (std::size_t i = 0; i <= risen; ++i) {
    surplus.add(trace[i].added - trace[i].expected);
    if (surplus.sum() >= 0) {
      if (!passed) passed = i;
      below = 0;
    } else if (++below >= 60) {
      passed.reset();
    }
  }
  return passed;
}

}  // namespace

CrisisOutcome run_crisis(const Curve& curve, const Embedding& embedding, const Judge& judge) {
  constexpr std::size_t kLate = 720;
  constexpr std::size_t kPeakWithin = 3 * kMinutesPerDay;
  Brand brand = brand_of(embedding, judge);
  const EventTime begin = brand.run(embedding.days_before * kMinutesPerDay);
  CrisisOutcome outcome;
  outcome.days_before = static_cast<double>(embedding.days_before);
  outcome.false_alerts = static_cast<double>(brand.episodes().count(kBegin, begin));
  std::vector<Trace> trace;
  for (const double added : curve) {
    const Brand::Step step = brand.step(added);
    trace.push_back(
        {step.minute.begin, step.minute.expected, added, step.reading.firing, step.long_sum >= 20});
  }
  const std::size_t rise = risen(trace, 0.25);
  const std::optional<std::size_t> onset = onset_of(trace, rise, 15);
  const std::optional<std::size_t> hour_onset = onset_of(trace, rise, 60);
  if (!onset || !hour_onset) return outcome;
  const std::size_t peak = std::min(risen(trace, 1), *onset + kPeakWithin);
  const std::size_t end = std::min(std::max(*onset + kLate, peak + 1), trace.size());
  std::size_t allowed = *hour_onset;
  while (allowed < end && !trace[allowed].allowed) ++allowed;
  if (allowed == end) return outcome;
  outcome.passes = true;
  for (std::size_t i = *onset; i < end; ++i) {
    if (!trace[i].firing) continue;
    outcome.detected = true;
    outcome.delay_minutes = minutes_between(trace[*onset].begin, trace[i].begin);
    outcome.delay_of_hour_minutes = minutes_between(trace[allowed].begin, trace[i].begin);
    break;
  }
  return outcome;
}

// --- What changes, and what is new ---------------------------------------------------------------

namespace {

// How long it takes until expectations of a whole day are near the truth.
class Adaptation {
 public:
  void add(double expected, double truth) {
    expected_.add(expected);
    truth_.add(truth);
    ++minutes_;
    if (adapted_ || minutes_ < kMinutesPerDay) return;
    const double ratio = expected_.sum() / truth_.sum();
    if (ratio > 0.8 && ratio < 1.2) adapted_ = minutes_;
  }
  [[nodiscard]] double ratio() const { return expected_.sum() / truth_.sum(); }
  // Of the begin of that day.
  [[nodiscard]] double days(double otherwise) const {
    if (!adapted_) return otherwise;
    return static_cast<double>(*adapted_ - kMinutesPerDay) / kMinutesPerDay;
  }

 private:
  MeanOver expected_{kMinutesPerDay};
  MeanOver truth_{kMinutesPerDay};
  std::size_t minutes_ = 0;
  std::optional<std::size_t> adapted_;
};

constexpr std::size_t kFourWeeks = 28 * kMinutesPerDay;

}  // namespace

ShiftOutcome run_shift(double factor, const Embedding& embedding, const Judge& judge) {
  constexpr std::size_t kDays = 14;
  Brand brand = brand_of(embedding, judge);
  const EventTime begin = brand.run(kFourWeeks);
  brand.background().scale(factor);
  Adaptation adaptation;
  for (std::size_t i = 0; i < kDays * kMinutesPerDay; ++i) {
    const Brand::Step step = brand.step();
    adaptation.add(step.reading.expected, step.minute.expected);
  }
  return {static_cast<double>(brand.episodes().count(begin, kEventTimeMax)),
          adaptation.days(kDays)};
}

SecondCrisisOutcome run_second_crisis(const Embedding& embedding, const Contender& contender) {
  constexpr std::size_t kWeek = 7 * kMinutesPerDay;
  const Judge judge = contender.make();
  const Judge twin_judge = contender.make();
  Brand brand = brand_of(embedding, judge);
  Brand twin = brand_of(embedding, twin_judge);  // to whom nothing happens
  Curve curve = sudden_crisis(10, 180);
  scale_to_peak(10 * embedding.rate, &curve);
  brand.run(kFourWeeks);
  twin.run(kFourWeeks + kWeek);
  SecondCrisisOutcome outcome;
  double expected = 0;
  double twin_expected = 0;
  for (std::size_t i = 0; i < kWeek + curve.size(); ++i) {
    const std::size_t which = i / kWeek;
    const std::size_t minute = i % kWeek;
    const Brand::Step step = brand.step(minute < curve.size() ? curve[minute] : 0);
    std::optional<double>& delay = outcome.delay_minutes[which];
    if (step.reading.firing && !delay && minute < 720) delay = static_cast<double>(minute + 1);
    if (which == 0 || minute >= 30) continue;
    expected += step.reading.expected;
    twin_expected += twin.step().reading.expected;
  }
  outcome.expected = expected / twin_expected;
  return outcome;
}

double alerts_after_gap(std::size_t gap_minutes, const Embedding& embedding, const Judge& judge) {
  Brand brand = brand_of(embedding, judge);
  brand.run(kFourWeeks);
  brand.set_gap(true);
  const EventTime begin = brand.run(gap_minutes);
  brand.set_gap(false);
  brand.run(kMinutesPerDay);
  return static_cast<double>(brand.episodes().count(begin, kEventTimeMax));
}

std::array<double, 14> alerts_of_first_days(const Embedding& embedding, const Judge& judge) {
  Brand brand = brand_of(embedding, judge);
  std::array<double, 14> alerts{};
  for (double& count : alerts) {
    for (std::size_t i = 0; i < kMinutesPerDay; ++i) count += brand.step().is_onset ? 1 : 0;
  }
  return alerts;
}

}  // namespace vigie::simulated
