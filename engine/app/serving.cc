#include "engine/app/serving.h"

#include <memory>
#include <optional>
#include <utility>

#include "engine/app/reloader.h"
#include "engine/serve/server.h"

namespace vigie {
namespace {

// Waits for a signal and does what it, a request or a changed file asks for; whether to stop.
bool stop_requested(const Serving& serving, std::optional<Reloader>* reloader, Deadline deadline) {
  serving.narrator.running();
  const Asked asked = serving.signals->wait(deadline);
  if (!*reloader) return asked == Asked::stop;
  switch (asked) {
    case Asked::stop: (*reloader)->close(); return true;
    case Asked::reload: (*reloader)->reload("SIGHUP"); break;
    case Asked::nothing: break;
  }
  (*reloader)->poll(Clock::now());
  return false;
}

}  // namespace

Exit serve_and_run(Parts parts, const Serving& serving) {
  const Settings& settings = serving.configuration->settings;
  parts.brands = serving.configuration->brands;
  Engine engine(std::move(parts),
                {.event_time = settings.event_time,
                 .engine = settings.engine,
                 .errors = settings.errors,
                 .key_seed = fresh_key_seed(),
                 .replay = false},
                serving.counters);
  std::optional<Reloader> reloader;
  if (!serving.path.empty()) reloader.emplace(serving.path, serving.configuration, &engine);
  const Cell<ConfigStatus> unchanging(std::make_shared<const ConfigStatus>(fresh_config_status()));
  auto server = Server::start(
      {.listen = settings.serve.listen, .version = VIGIE_VERSION, .intro = serving.intro},
      {.shards = engine.snapshots(),
       .workers = engine.reports(),
       .status = &engine.status(),
       .config = reloader ? &reloader->status() : &unchanging,
       .counters = serving.counters,
       .reloads = reloader ? reloader->requests() : nullptr});
  if (!server) return complain(server.error()), Exit::not_started;
  serving.narrator.serving((*server)->address());
  const Result<void> ran =
      engine.run([&](Deadline deadline) { return stop_requested(serving, &reloader, deadline); },
                 /*stay=*/true);
  if (reloader) reloader->close();
  (*server)->stop();
  if (!ran) return complain(ran.error()), Exit::stopped_by_error;
  return Exit::done;
}

}  // namespace vigie
