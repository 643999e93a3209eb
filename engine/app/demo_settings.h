// The configuration of `vigie demo`: its brands with panels, a campaign and accounts of their own,
// so that every KPI has something to tell.
#pragma once

#include <string>

#include "engine/base/event_time.h"
#include "engine/runtime/settings.h"

namespace vigie {

// `start` is the minute where the past day ends.
[[nodiscard]] Settings demo_settings(const std::string& listen, EventTime start);

}  // namespace vigie
