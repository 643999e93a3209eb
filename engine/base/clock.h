// The machine's clock: for waiting, deadlines and log lines only. See event_time.h for the other one.
#pragma once

#include <chrono>

namespace vigie {

using Clock = std::chrono::steady_clock;
using Deadline = Clock::time_point;

[[nodiscard]] inline Deadline after(Clock::duration wait) { return Clock::now() + wait; }

}  // namespace vigie
