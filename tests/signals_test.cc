// Signals are sent to this process, which has blocked them: they wait until they are asked for.
#include "engine/app/signals.h"

#include <doctest/doctest.h>
#include <unistd.h>

#include <chrono>
#include <csignal>

namespace vigie {
namespace {

Asked now(Signals* signals) { return signals->wait(Clock::now()); }

TEST_CASE("SIGHUP reloads once for any number of them, and the process goes on") {
  Signals signals(Asked::reload);
  CHECK(now(&signals) == Asked::nothing);
  kill(getpid(), SIGHUP);
  kill(getpid(), SIGHUP);
  CHECK(signals.wait(after(std::chrono::seconds{20})) == Asked::reload);
  CHECK(now(&signals) == Asked::nothing);
}

TEST_CASE("SIGTERM and SIGINT stop, and stay") {
  for (const int number : {SIGTERM, SIGINT}) {
    Signals signals(Asked::reload);
    kill(getpid(), number);
    CHECK(now(&signals) == Asked::stop);
    kill(getpid(), SIGHUP);
    CHECK(now(&signals) == Asked::stop);
    Signals next(Asked::reload);
    CHECK(now(&next) == Asked::reload);  // it was left for whoever asks next
  }
}

TEST_CASE("where there is nothing to reload, SIGHUP stops") {
  Signals signals(Asked::stop);
  kill(getpid(), SIGHUP);
  CHECK(now(&signals) == Asked::stop);
}

TEST_CASE("under nohup, SIGHUP does not stop") {
  std::signal(SIGHUP, SIG_IGN);
  sigset_t hangup;
  sigemptyset(&hangup);
  sigaddset(&hangup, SIGHUP);
  pthread_sigmask(SIG_UNBLOCK, &hangup, nullptr);
  Signals signals(Asked::stop);
  kill(getpid(), SIGHUP);
  CHECK(now(&signals) == Asked::nothing);
  std::signal(SIGHUP, SIG_DFL);
}

}  // namespace
}  // namespace vigie
