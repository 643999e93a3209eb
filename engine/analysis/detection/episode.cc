#include "engine/analysis/detection/episode.h"

namespace vigie::detection {

Turn Episode::advance(EventTime now, double variate, bool alarming, const Tuning& tuning) {
  const std::int64_t time = now.time_since_epoch().count();
  const std::int64_t silence = static_cast<std::int64_t>(tuning.silence_hours * 3.6e9);
  if (state_.active && time - state_.loud > silence && !alarming) {
    state_.active = false;
    return Turn::resolved;
  }
  if (!state_.active) {
    if (!alarming) return Turn::none;
    state_ = {true, static_cast<float>(variate), time};
    return Turn::onset;
  }
  if (variate >= tuning.quiet) state_.loud = time;
  if (!alarming || variate < state_.told + tuning.escalation) return Turn::none;
  state_.told = static_cast<float>(variate);
  return Turn::escalation;
}

}  // namespace vigie::detection
