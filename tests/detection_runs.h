// Running detectors over simulated brands: windows, episodes and the detectors that ours is held
// against.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/analysis/detection/detector.h"
#include "engine/base/event_time.h"
#include "tests/background.h"

namespace vigie::simulated {

// `truth`: the mean of the bucket without bursts, which only one contender looks at.
using Judge = std::function<detection::Reading(const detection::Observation&, double truth)>;

// A new one for each brand.
Judge our_detector(detection::Sensitivity sensitivity = detection::Sensitivity::balanced);
// What many tools do. Mean and variance of the 15-minute sum, exponentially forgotten (half-life of
// a day), no rhythm; fires 4 standard deviations above, at 20 mentions in 3 hours.
Judge flat_z_score();
// The sum of an hour against the same hour a week ago; fires at more than twice of it, at 20
// mentions. Silent in its first week.
Judge twice_last_week();
// A bound: it need not learn what to expect, as it is told the truth. Negative-binomial tails over
// 15 minutes, an hour and 3 hours, their dispersion learnt; fires at 1e-5, at 20 mentions in 3
// hours.
Judge told_the_truth();

struct Contender {
  std::string_view name;
  std::function<Judge()> make;
};
std::array<Contender, 4> contenders();

// Sums over windows of 15 minutes and 3 hours of a series of minutes; those without data are left
// out.
class MinuteWindows {
 public:
  // Nothing for a minute without data.
  std::optional<detection::Observation> add(const Background::Minute& minute);

 private:
  static constexpr std::size_t kShort = 15;
  static constexpr std::size_t kLong = 180;
  struct Sum {
    std::uint64_t mentions = 0;
    std::size_t minutes = 0;  // with data
  };
  struct Slot {
    std::uint64_t count = 0;
    bool has_data = false;
  };
  void move(std::size_t length, const Slot& in, Sum* sum) const;

  std::array<Slot, kLong> ring_{};
  std::size_t next_ = 0;
  Sum short_;
  Sum long_;
};

// One alert per event: it goes on until it has been quiet for 5 hours.
class Episodes {
 public:
  // True where one begins.
  bool add(EventTime now, bool firing);
  [[nodiscard]] const std::vector<EventTime>& begins() const { return begins_; }
  [[nodiscard]] std::size_t count(EventTime from, EventTime to) const;

 private:
  static constexpr Duration kQuiet = std::chrono::hours{5};
  std::optional<EventTime> fired_;
  std::vector<EventTime> begins_;
};

}  // namespace vigie::simulated
