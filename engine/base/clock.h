// The machine's clock: for waiting, deadlines and log lines only. The other one is in event_time.h.
#pragma once

#include <chrono>

namespace vigie {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

[[nodiscard]] inline Deadline after(Clock::duration wait) { return Clock::now() + wait; }

}  // namespace vigie
