#include "engine/app/stop_signal.h"

#include <csignal>
#include <ctime>

#include <algorithm>
#include <chrono>

namespace vigie {
namespace {

sigset_t stop_signals() {
  sigset_t set;
  sigemptyset(&set);
  sigaddset(&set, SIGINT);
  sigaddset(&set, SIGTERM);
  return set;
}

}  // namespace

StopSignal::StopSignal() {
  const sigset_t set = stop_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

bool StopSignal::wait(Deadline deadline) {
  if (stopped_) return true;
  const auto left = std::max(Clock::duration::zero(), deadline - Clock::now());
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(left);
  const auto nanos = std::chrono::duration_cast<std::chrono::nanoseconds>(left - seconds);
  const timespec timeout{.tv_sec = seconds.count(), .tv_nsec = nanos.count()};
  const sigset_t set = stop_signals();
  stopped_ = sigtimedwait(&set, nullptr, &timeout) > 0;
  return stopped_;
}

}  // namespace vigie
