// What signals ask of the process, as a question that can be asked with a deadline.
#pragma once

#include <csignal>
#include <cstdint>

#include "engine/base/clock.h"

namespace vigie {

enum class Asked : std::uint8_t { nothing, stop, reload };

// Made on main before any thread of ours is started, so that every thread inherits the blocked
// signals and only wait() takes them. SIGPIPE is ignored: a reader that went away is an error code.
class Signals {
 public:
  // Ctrl-C and SIGTERM ask to stop; what SIGHUP asks for is up to the command. Where it is to stop
  // and the process was started under nohup, it asks for nothing.
  explicit Signals(Asked hangup);

  // What was asked before the deadline: `stop` once and ever after, `reload` once for all SIGHUPs
  // since the last time.
  [[nodiscard]] Asked wait(Deadline deadline);

 private:
  sigset_t taken_{};
  Asked hangup_;
  bool stopped_ = false;
};

}  // namespace vigie
