// `vigie run`: the configured sources, until asked to stop.
#include <string>
#include <utility>

#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/serving.h"
#include "engine/app/signals.h"
#include "engine/app/wire.h"
#include "engine/base/counters.h"
#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {

Exit run_command(const RunArguments& arguments) {
  const auto configuration = load_configuration(arguments.config);
  if (!configuration) return Exit::not_started;
  if (configuration->settings.sources.empty()) {
    complain(Error{ErrorKind::config,
                   "no sources: add a `sources:` list with a `kafka:` or `files:` entry",
                   arguments.config});
    return Exit::not_started;
  }
  Counters counters;
  auto parts = wire_run(*configuration, &counters);
  if (!parts) return complain(parts.error()), Exit::not_started;
  if (parts->store == nullptr) {
    log(LogLevel::info,
        "the state is kept in memory only, and begins anew at each start: `state: {path: DIR}` "
        "keeps it");
  }
  // Until here Ctrl-C ends the process at once, also while it waits for a broker. The threads made
  // so far are librdkafka's, which take no signals.
  Signals signals(Asked::reload);
  Narrator narrator;
  narrator.serving = [](const std::string& address) {
    log(LogLevel::info, cat("vigie ", VIGIE_VERSION, " serves http://", address,
                            "/ and /metrics; stop with Ctrl-C or SIGTERM, reload with SIGHUP"));
  };
  const Exit exit = serve_and_run(std::move(*parts), {.configuration = &*configuration,
                                                      .path = arguments.config,
                                                      .narrator = narrator,
                                                      .signals = &signals,
                                                      .counters = &counters});
  if (exit == Exit::done) log(LogLevel::info, "drained and stopped");
  return exit;
}

}  // namespace vigie
