// The rhythm of a series: how its hours and the quarters of its days of the week differ from its
// level. Learnt, without knowing time zones or when a weekend is. Weeks begin anywhere: only that
// they have seven days is assumed.
#pragma once

#include <array>

#include "engine/analysis/detection/tuning.h"
#include "engine/base/event_time.h"

namespace vigie::pb {
class Detector;
}

namespace vigie::detection {

class Season {
 public:
  static constexpr std::size_t kHours = 24;
  static constexpr std::size_t kQuarters = 28;  // of days, in a week

  Season();

  // What the level is multiplied with at this instant; mean 1 or nearly.
  [[nodiscard]] double factor(EventTime at) const;
  // The mean over a span of at most a day.
  [[nodiscard]] double factor(EventTime begin, Duration span) const;

  // What the counts around an instant were, as a multiple of the level. `days`: seen so far.
  void learn(EventTime at, double multiple, double bucket_days, double days, const Tuning& tuning);

  void save(pb::Detector* out) const;
  [[nodiscard]] bool load(const pb::Detector& in);

 private:
  struct Place {
    std::size_t hour;  // and the next
    double next;       // weight of the next hour, 0..1
    std::size_t quarter;
  };
  [[nodiscard]] static Place place(EventTime at);
  [[nodiscard]] double hour_factor(const Place& at) const;

  std::array<float, kHours> hours_{};
  std::array<float, kQuarters> quarters_{};
};

}  // namespace vigie::detection
