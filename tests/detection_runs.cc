#include "tests/detection_runs.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numbers>

#include "engine/analysis/detection/tail.h"

namespace vigie::simulated {
namespace {

constexpr double kMentionsMin = 20;

class FlatZScore {
 public:
  detection::Reading judge(const detection::Observation& seen) {
    const double value = seen.short_sum / seen.short_share;
    const double error = value - mean_;
    const double z = error / std::sqrt(std::max(variance_, std::max(mean_, 0.1)));
    detection::Reading reading;
    reading.expected = mean_ / 15;
    reading.ratio = value / std::max(mean_, 0.01);
    reading.tail_probability = 0.5 * std::erfc(z / std::numbers::sqrt2);
    reading.firing = minutes_ > 1440 && z >= 4 && seen.long_sum >= kMentionsMin;
    const double rate = std::max(1 / ++minutes_, std::numbers::ln2 / 1440);
    mean_ += rate * error;
    variance_ += rate * ((1 - rate) * error * error - variance_);
    return reading;
  }

 private:
  double minutes_ = 0;
  double mean_ = 0;
  double variance_ = 0;
};

class TwiceLastWeek {
 public:
  detection::Reading judge(const detection::Observation& seen) {
    constexpr std::int64_t kMinute = 60'000'000;
    const std::int64_t now = seen.begin.time_since_epoch().count() / kMinute;
    const std::int64_t left_out = last_ ? now - *last_ - 1 : 0;
    for (std::int64_t i = 0; i < std::min(left_out, std::int64_t{kRing}); ++i) push(0);
    last_ = now;
    push(seen.count);
    const double then = sum(kWeek);
    const double count = sum(0);
    detection::Reading reading;
    reading.expected = then / 60;
    reading.ratio = (count + 1) / (then + 1);
    reading.firing = pushed_ > kRing && reading.ratio > 2 && count >= kMentionsMin;
    return reading;
  }

 private:
  static constexpr std::size_t kWeek = 10'080;
  static constexpr std::size_t kHour = 60;
  static constexpr std::size_t kRing = kWeek + kHour + 1;

  // Of all that was ever pushed: sums over hours are differences.
  void push(double count) {
    const double before = sums_[pushed_ % kRing];
    sums_[++pushed_ % kRing] = before + count;
  }
  [[nodiscard]] double sum(std::size_t ago) const {
    if (pushed_ < ago + kHour) return 0;
    return sums_[(pushed_ - ago) % kRing] - sums_[(pushed_ - ago - kHour) % kRing];
  }

  std::vector<double> sums_ = std::vector<double>(kRing);
  std::size_t pushed_ = 0;
  std::optional<std::int64_t> last_;
};

class ToldTheTruth {
 public:
  detection::Reading judge(const detection::Observation& seen, double truth) {
    detection::Reading reading;
    reading.expected = truth;
    days_ += 1.0 / 1440;
    for (Window& window : windows_) {
      const double tail = window.add(seen.count, truth, days_);
      reading.tail_probability = std::min(reading.tail_probability, tail);
    }
    reading.firing =
        reading.tail_probability < 1e-5 && seen.long_sum >= kMentionsMin && days_ > 0.5;
    return reading;
  }

 private:
  class Window {
   public:
    explicit Window(std::size_t minutes) : ring_(minutes) {}
    double add(double count, double truth, double days) {
      Sums& old = ring_[next_];
      next_ = (next_ + 1) % ring_.size();
      sums_.count += count - old.count;
      sums_.truth += truth - old.truth;
      old = {count, truth};
      const double mean = std::max(sums_.truth, 1e-3);
      const double tail = detection::upper_tail(sums_.count, {mean, std::max(dispersion_, 0.0)});
      const double reach = 6 * std::sqrt(mean + dispersion_ * mean * mean) + 3;
      const double error = std::clamp(sums_.count - mean, -reach, reach);
      const double found = (error * error - mean) / std::max(mean * mean, 1.0);
      const double rate = std::max(1.0 / 14, 1 / (1 + days)) / 1440;
      dispersion_ = std::max(dispersion_ + rate * (found - dispersion_), 0.0);
      return tail;
    }

   private:
    struct Sums {
      double count = 0;
      double truth = 0;
    };
    std::vector<Sums> ring_;
    std::size_t next_ = 0;
    Sums sums_;
    double dispersion_ = 0.1;
  };
  std::array<Window, 3> windows_{Window(15), Window(60), Window(180)};
  double days_ = 0;
};

template <typename Detector>
Judge judge_of(const std::shared_ptr<Detector>& detector) {
  return [detector](const detection::Observation& seen, double) { return detector->judge(seen); };
}

}  // namespace

Judge our_detector(detection::Sensitivity sensitivity) {
  struct Planned {
    explicit Planned(const detection::Settings& settings) : plan(settings) {}
    detection::Plan plan;
    detection::Detector detector{plan};
  };
  const auto planned = std::make_shared<Planned>(detection::Settings{
      .bucket = std::chrono::minutes{1}, .count_min = kMentionsMin, .sensitivity = sensitivity});
  return [planned](const detection::Observation& seen, double) {
    return planned->detector.update(seen);
  };
}

Judge flat_z_score() { return judge_of(std::make_shared<FlatZScore>()); }

Judge twice_last_week() { return judge_of(std::make_shared<TwiceLastWeek>()); }

Judge told_the_truth() {
  const auto detector = std::make_shared<ToldTheTruth>();
  return [detector](const detection::Observation& seen, double truth) {
    return detector->judge(seen, truth);
  };
}

std::array<Contender, 4> contenders() {
  return {{{"ours", [] { return our_detector(); }},
           {"flat z-score", flat_z_score},
           {"twice last week", twice_last_week},
           {"told the truth", told_the_truth}}};
}

void MinuteWindows::move(std::size_t length, const Slot& in, Sum* sum) const {
  const Slot& out = ring_[(next_ + kLong - length) % kLong];
  sum->mentions += in.count - out.count;
  sum->minutes += static_cast<std::size_t>(in.has_data) - static_cast<std::size_t>(out.has_data);
}

std::optional<detection::Observation> MinuteWindows::add(const Background::Minute& minute) {
  const Slot in{minute.has_data ? minute.count : 0, minute.has_data};
  move(kShort, in, &short_);
  move(kLong, in, &long_);
  ring_[next_] = in;
  next_ = (next_ + 1) % kLong;
  if (!minute.has_data) return std::nullopt;
  return detection::Observation{.begin = minute.begin,
                                .count = static_cast<double>(minute.count),
                                .short_sum = static_cast<double>(short_.mentions),
                                .long_sum = static_cast<double>(long_.mentions),
                                .short_share = static_cast<double>(short_.minutes) / kShort,
                                .long_share = static_cast<double>(long_.minutes) / kLong};
}

bool Episodes::add(EventTime now, bool firing) {
  if (!firing) return false;
  const bool begins = !fired_ || now - *fired_ > kQuiet;
  fired_ = now;
  if (begins) begins_.push_back(now);
  return begins;
}

std::size_t Episodes::count(EventTime from, EventTime to) const {
  return static_cast<std::size_t>(
      std::ranges::count_if(begins_, [&](EventTime begin) { return begin >= from && begin < to; }));
}

}  // namespace vigie::simulated
