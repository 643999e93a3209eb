#include "engine/analysis/detection/episode.h"

#include <algorithm>

namespace vigie::detection {
namespace {

constexpr std::int64_t kHour = 3'600'000'000;  // microseconds
constexpr std::int64_t kRise = kHour;

}  // namespace

Turn Episode::advance(EventTime now, double variate, bool alarming, const Tuning& tuning) {
  const std::int64_t time = now.time_since_epoch().count();
  const std::int64_t silence = static_cast<std::int64_t>(tuning.silence_hours * kHour);
  if (state_.active && time - state_.loud > silence && !alarming) {
    state_.active = false;
    return Turn::resolved;
  }
  if (!state_.active) {
    if (!alarming) return Turn::none;
    state_ = {.active = true, .told = static_cast<float>(variate), .loud = time, .told_at = time};
    return Turn::onset;
  }
  if (variate >= tuning.quiet) state_.loud = time;
  // How an event goes on rising at first was to be expected of it.
  if (time - state_.told_at < kRise) {
    state_.told = std::max(state_.told, static_cast<float>(variate));
    return Turn::none;
  }
  if (!alarming || variate < state_.told * tuning.escalation) return Turn::none;
  state_.told = static_cast<float>(variate);
  state_.told_at = time;
  return Turn::escalation;
}

}  // namespace vigie::detection
