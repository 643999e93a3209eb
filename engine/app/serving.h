// The engine with its server around it: what `run` and `demo` share.
#pragma once

#include <functional>
#include <string>

#include "engine/app/commands.h"
#include "engine/app/stop_signal.h"
#include "engine/base/counters.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/settings.h"

namespace vigie {

// Told of what happens, for those who watch the terminal. Called on main's thread.
struct Narrator {
  std::function<void(const std::string& address)> serving;  // once, when the port answers
  std::function<void()> running = [] {};                    // about ten times a second
};

// Serves and runs until asked to stop. The server answers until the engine has drained.
[[nodiscard]] Exit serve_and_run(Parts parts, const Settings& settings, const std::string& intro,
                                 StopSignal* stop, Counters* counters, const Narrator& narrator);

}  // namespace vigie
