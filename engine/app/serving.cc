#include "engine/app/serving.h"

#include <utility>

#include "engine/app/configuration.h"
#include "engine/serve/server.h"

namespace vigie {

Exit serve_and_run(Parts parts, const Settings& settings, const std::string& intro,
                   StopSignal* stop, Counters* counters, const Narrator& narrator) {
  Engine engine(std::move(parts),
                {.event_time = settings.event_time, .engine = settings.engine, .replay = false},
                counters);
  auto server =
      Server::start({.listen = settings.serve.listen, .version = VIGIE_VERSION, .intro = intro},
                    engine.snapshots(), &engine.status(), counters);
  if (!server) return complain(server.error()), Exit::not_started;
  narrator.serving((*server)->address());
  const auto stop_requested = [&](Deadline deadline) {
    narrator.running();
    return stop->wait(deadline);
  };
  const Result<void> ran = engine.run(stop_requested, /*stay=*/true);
  (*server)->stop();
  if (!ran) return complain(ran.error()), Exit::stopped_by_error;
  return Exit::done;
}

}  // namespace vigie
