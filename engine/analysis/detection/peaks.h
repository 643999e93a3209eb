// How high the highest value of a day usually is, and how much that varies: block maxima (Gumbel,
// 1958). Days begin anywhere: a day is any four quarters in a row, learnt from every six hours with
// a fourth of the weight.
#pragma once

#include <array>
#include <cstdint>

#include "engine/analysis/detection/tuning.h"
#include "engine/base/event_time.h"

namespace vigie::detection {

class Peaks {
 public:
  struct Saved {
    std::array<float, 4> highest;
    float mean;
    float variance;
  };
  Peaks(double mean, double spread);
  explicit Peaks(const Saved& saved) : state_(saved) {}

  // How many spreads a value lies above the mean of the daily peaks.
  [[nodiscard]] double standardised(double value, const Tuning& tuning) const;

  // A new quarter of a day begins, `passed` quarters after the last one. Learns from the day that
  // ends here, with the weight `rate`.
  void turn(std::int64_t quarter, std::int64_t passed, double rate, const Tuning& tuning);
  void add(std::int64_t quarter, double value);

  [[nodiscard]] const Saved& saved() const { return state_; }

 private:
  Saved state_;
};

}  // namespace vigie::detection
