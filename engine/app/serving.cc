#include "engine/app/serving.h"

#include <memory>
#include <optional>
#include <utility>

#include "engine/app/reloader.h"
#include "engine/base/text.h"
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

// Looks at the saved state, if any, and takes over what rules and workers need of it: the seed of
// the keys, and the names of brands that are not configured any more.
Result<KeySeed> take_saved(const Settings& settings, Parts* parts) {
  const PrivacySettings& privacy = settings.privacy;
  const std::string& path = settings.state.path;
  const bool given = !privacy.key.value.empty();
  const KeySeed fresh = given ? seed_of(privacy.key) : fresh_key_seed();
  if (parts->store == nullptr) return fresh;
  Result<SavedState> saved = look_at_state(parts->store.get());
  if (!saved) return std::unexpected(std::move(saved.error()));
  if (parts->brands != nullptr) {
    auto brands = with_names(*parts->brands, saved->brands);
    if (!brands) return std::unexpected(std::move(brands.error()));
    parts->brands = std::move(*brands);
  }
  const KeySeed seed = saved->fresh ? fresh : saved->meta.key_seed;
  if (given && seed != fresh) {
    return fail(
        ErrorKind::config,
        "the state was begun under another privacy.key, so that it would know no post and no "
        "author again; write that key, or none, or another state.path",
        path);
  }
  if (!saved->fresh && saved->meta.plain_names == privacy.pseudonymise) {
    const bool plain = saved->meta.plain_names;
    return fail(ErrorKind::config,
                cat("the state holds authors by ", plain ? "their names" : "pseudonyms",
                    ", and privacy.pseudonymise is ", plain ? "true" : "false",
                    ", so that both would stand side by side in it; write 'privacy: "
                    "{pseudonymise: ",
                    plain ? "false" : "true", "}', or give another state.path",
                    plain ? " and delete this directory, which holds the names" : ""),
                path);
  }
  parts->saved = std::move(*saved);
  return seed;
}

}  // namespace

Exit serve_and_run(Parts parts, const Serving& serving) {
  const Settings& settings = serving.configuration->settings;
  parts.brands = serving.configuration->brands;
  const Result<KeySeed> key_seed = take_saved(settings, &parts);
  if (!key_seed) return complain(key_seed.error()), Exit::not_started;
  Engine engine(std::move(parts),
                {.event_time = settings.event_time,
                 .engine = settings.engine,
                 .errors = settings.errors,
                 .state = settings.state,
                 .kpis = settings.kpis,
                 .version = VIGIE_VERSION,
                 .key_seed = *key_seed,
                 .pseudonymise = settings.privacy.pseudonymise,
                 .sentiment = settings.sentiment.source,
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
