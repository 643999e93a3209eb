// Asking a running process to read its configuration again, from any thread.
#pragma once

#include <cstdint>
#include <future>
#include <string>

#include "engine/base/queue.h"

namespace vigie {

struct ReloadOutcome {
  enum class Kind : std::uint8_t {
    done,      // in use
    refused,   // there is an error in it, and nothing has changed
    stopping,  // nobody answers any more
  };
  Kind kind = Kind::done;
  std::string text;  // for people: what is in use now, or what is wrong, in lines
};

// Who pushes it waits for the answer; who pops it gives one.
struct ReloadRequest {
  std::promise<ReloadOutcome> outcome;
};

// Counted as one byte each.
using ReloadRequests = Queue<ReloadRequest>;

}  // namespace vigie
