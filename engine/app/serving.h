// The engine with its server around it: what `run` and `demo` share.
#pragma once

#include <functional>
#include <string>

#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/signals.h"
#include "engine/base/counters.h"
#include "engine/runtime/engine.h"

namespace vigie {

// Told of what happens, for those who watch the terminal. Called on main's thread.
struct Narrator {
  std::function<void(const std::string& address)> serving;  // once, when the port answers
  std::function<void()> running = [] {};                    // about ten times a second
};

struct Serving {
  const Configuration* configuration = nullptr;
  std::string path{};   // what it was read from; empty: from nothing that could be read again
  std::string intro{};  // a sentence at the top of the page
  Narrator narrator{};
  Signals* signals = nullptr;
  Counters* counters = nullptr;
};

// Serves and runs until asked to stop, and reloads when asked to. The server answers until the
// engine has drained. `parts` were made for the configuration.
[[nodiscard]] Exit serve_and_run(Parts parts, const Serving& serving);

}  // namespace vigie
