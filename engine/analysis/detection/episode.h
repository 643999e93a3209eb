// One alert per event: an event begins, may get worse, and ends once it was quiet for a while.
#pragma once

#include <cstdint>

#include "engine/analysis/detection/tuning.h"
#include "engine/base/event_time.h"

namespace vigie::detection {

enum class Turn : std::uint8_t { none, onset, escalation, resolved };

class Episode {
 public:
  struct Saved {
    bool active = false;
    float told = 0;  // the reduced variate that was told of last, or was reached soon after
    // Microseconds since 1970.
    std::int64_t loud = 0;     // when it was not quiet, last
    std::int64_t told_at = 0;  // when it was told of, last
  };
  Episode() = default;
  explicit Episode(const Saved& saved) : state_(saved) {}

  // `variate`: the reduced variate of now; `alarming`: whether it is one to tell of.
  Turn advance(EventTime now, double variate, bool alarming, const Tuning& tuning);

  [[nodiscard]] bool active() const { return state_.active; }
  [[nodiscard]] const Saved& saved() const { return state_; }

 private:
  Saved state_;
};

}  // namespace vigie::detection
