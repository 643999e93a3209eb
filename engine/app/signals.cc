#include "engine/app/signals.h"

#include <ctime>

#include <algorithm>
#include <chrono>

namespace vigie {
namespace {

// A blocked signal is kept for us even where it was to be ignored.
bool hangup_is_ignored() {
  struct sigaction before{};
  return sigaction(SIGHUP, nullptr, &before) == 0 && before.sa_handler == SIG_IGN;
}

}  // namespace

Signals::Signals(Asked hangup) : hangup_(hangup) {
  sigemptyset(&taken_);
  sigaddset(&taken_, SIGINT);
  sigaddset(&taken_, SIGTERM);
  if (hangup == Asked::reload || !hangup_is_ignored()) sigaddset(&taken_, SIGHUP);
  pthread_sigmask(SIG_BLOCK, &taken_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN);  // a limit on file sizes is an error of the write
}

Asked Signals::wait(Deadline deadline) {
  if (stopped_) return Asked::stop;
  const auto left = std::max(Clock::duration::zero(), deadline - Clock::now());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(left - seconds);
  const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = nanos.count()};
  const int taken = sigtimedwait(&taken_, nullptr, &timeout);
  if (taken <= 0) return Asked::nothing;
  const Asked asked = taken == SIGHUP ? hangup_ : Asked::stop;
  stopped_ = asked == Asked::stop;
  return asked;
}

}  // namespace vigie
