// `vigie run` and `vigie demo`: the engine with its server, until asked to stop.
#include <cstdio>

#include <chrono>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/demo_brands.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/stop_signal.h"
#include "engine/app/wire.h"
#include "engine/base/counters.h"
#include "engine/base/log.h"
#include "engine/base/text.h"
#include "engine/runtime/engine.h"
#include "engine/serve/server.h"

namespace vigie::app {
namespace {

// What happens around a running engine: told once it serves, and asked now and then.
struct Narrator {
  std::function<void(const std::string& address)> serving;
  std::function<void(const Counters&)> watching = [](const Counters&) {};
};

// Serves and runs until asked to stop; the server answers until the engine has drained.
Exit serve_and_run(runtime::Parts parts, const runtime::Settings& settings, StopSignal* stop,
                   Counters* counters, const Narrator& narrator) {
  runtime::Engine engine(std::move(parts),
                         {.event_time = settings.event_time,
                          .engine = settings.engine,
                          .version = VIGIE_VERSION,
                          .replay = false},
                         counters);
  auto server = serve::Server::start({.listen = settings.serve.listen, .version = VIGIE_VERSION},
                                     engine.snapshots(), &engine.status(), counters);
  if (!server) return complain(server.error()), Exit::not_started;
  narrator.serving((*server)->address());
  const auto stop_requested = [&](Deadline deadline) {
    narrator.watching(*counters);
    return stop->wait(deadline);
  };
  const Result<void> ran = engine.run(stop_requested, /*stay=*/true);
  (*server)->stop();
  if (!ran) return complain(ran.error()), Exit::stopped_by_error;
  return Exit::done;
}

EventTime wall_clock_minute() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return EventTime{std::chrono::floor<std::chrono::minutes>(now)};
}

void say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

}  // namespace

Exit run_command(const RunOptions& options) {
  StopSignal stop;
  const auto configuration = load_configuration(options.config);
  if (!configuration) return Exit::not_started;
  if (configuration->settings.sources.empty()) {
    complain(Error{ErrorKind::config,
                   "no sources: add a `sources:` list with a `kafka:` or `files:` entry",
                   options.config});
    return Exit::not_started;
  }
  Counters counters;
  auto parts = wire_run(configuration->settings, configuration->rules, &counters);
  if (!parts) return complain(parts.error()), Exit::not_started;
  Narrator narrator;
  narrator.serving = [](const std::string& address) {
    log(LogLevel::info, cat("vigie ", VIGIE_VERSION, " serves http://", address,
                            "/ and /metrics; stop with Ctrl-C or SIGTERM"));
  };
  const Exit exit = serve_and_run(std::move(*parts), configuration->settings, &stop, &counters,
                                  narrator);
  if (exit == Exit::done) log(LogLevel::info, "drained and stopped");
  return exit;
}

Exit demo_command(const DemoOptions& options) {
  StopSignal stop;
  runtime::Settings settings;
  settings.serve.listen = options.listen;
  for (const connectors::DemoBrand& brand : connectors::demo_brands()) {
    settings.brands.push_back({.name = brand.name,
                               .names = brand.names,
                               .hashtags = brand.hashtags,
                               .handles = brand.handles,
                               .exclude = brand.exclude,
                               .regex = {}});
  }
  std::vector<rules::Warning> warnings;
  auto rules = rules::compile(settings.brands, {.seed = options.seed}, &warnings);
  if (!rules) return complain(rules.error()), Exit::not_started;
  Counters counters;
  runtime::Parts parts = wire_demo(options.seed, wall_clock_minute(), settings, *rules);
  Narrator narrator;
  narrator.serving = [&](const std::string& address) {
    say(cat("vigie ", VIGIE_VERSION, " demo, seed ", options.seed,
            ": made-up brands, made-up posts, the real pipeline\n"
            "  open     http://", address, "/          brands now\n"
            "           http://", address, "/metrics   for Prometheus\n"
            "           http://", address, "/api/v1/brands\n"
            "  story    ", connectors::demo_story(), "\n"
            "  stop     Ctrl-C\n"));
  };
  const auto started = Clock::now();
  bool live = false;
  narrator.watching = [&](const Counters& now) {
    if (live || now.records.load() < connectors::demo_backfill_records()) return;
    live = true;
  };
  const Exit exit = serve_and_run(std::move(parts), settings, &stop, &counters, narrator);
  std::ignore = started;
  if (exit == Exit::done) say(cat("stopped: ", counters.mentions.load(), " posts, ",
                                  counters.hits.load(), " hits\n"));
  return exit;
}

}  // namespace vigie::app
