// Ctrl-C and SIGTERM as a question that can be asked with a deadline.
#pragma once

#include "engine/base/clock.h"

namespace vigie {

// Made on main before any thread of ours is started, so that every thread inherits the blocked
// signals and only wait() takes them. SIGPIPE is ignored: a reader that went away is an error code.
class StopSignal {
 public:
  StopSignal();

  // True when asked to stop before the deadline, and ever after.
  [[nodiscard]] bool wait(Deadline deadline);

 private:
  bool stopped_ = false;
};

}  // namespace vigie
