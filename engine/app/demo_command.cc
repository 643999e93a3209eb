// `vigie demo`: made-up brands and posts through the real pipeline, without a broker.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "connectors/demo_brands.h"
#include "connectors/demo_source.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/demo_settings.h"
#include "engine/app/serving.h"
#include "engine/app/signals.h"
#include "engine/app/wire.h"
#include "engine/base/counters.h"
#include "engine/base/text.h"
#include "engine/runtime/brand_ids.h"
#include "rules/rules.h"

namespace vigie {
namespace {

EventTime wall_clock_minute() {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return EventTime{std::chrono::floor<std::chrono::minutes>(now)};
}

void say(const std::string& text) {
  std::fputs(text.c_str(), stdout);
  std::fflush(stdout);
}

// As a configuration file would be compiled: with the packs that are built in.
Result<std::shared_ptr<const rules::RuleSet>> compile(const Settings& settings,
                                                      std::uint64_t seed) {
  const rules::RecommendationPack opinions = opinions_of(settings);
  const std::vector<rules::CrisisSector> crises = rules::crisis_pack();
  return rules::compile(
      settings.brands,
      {.seed = seed, .segments = settings.segments, .opinions = &opinions, .crises = crises},
      nullptr);
}

// Says what to open at once, and when the past day is in.
Narrator narrator_of(const DemoArguments& arguments, const DemoOptions& demo,
                     const Counters& counters) {
  Narrator narrator;
  narrator.serving = [&arguments](const std::string& address) {
    const std::string url = cat("http://", address);
    say(cat("vigie ", VIGIE_VERSION, " demo, seed ", arguments.seed,
            ": made-up brands and posts through the real pipeline\n", "  open   ", url,
            "/                the brands now\n", "         ", url,
            "/metrics         for Prometheus\n", "         ", url, "/api/v1/brands  as JSON\n",
            "  story  ", demo_story(), "\n", "  stop   Ctrl-C\n"));
  };
  narrator.running = [&counters, past = demo_past_records(demo), start = Clock::now(),
                      live = false]() mutable {
    const std::uint64_t records = counters.records.load();
    if (live || records < past) return;
    live = true;
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    say(cat("  now    the past day is in: ", records, " posts, ", counters.hits.load(),
            " mentions, in ", took.count(), " ms; live from here on\n"));
  };
  return narrator;
}

}  // namespace

Exit demo_command(const DemoArguments& arguments) {
  Signals signals(Asked::stop);
  Configuration configuration;
  const DemoOptions demo{.seed = arguments.seed, .start = wall_clock_minute()};
  Settings& settings = configuration.settings;
  settings = demo_settings(arguments.listen, demo.start);
  auto rules = compile(settings, arguments.seed);
  if (!rules) return complain(rules.error()), Exit::not_started;
  configuration.rules = std::move(*rules);
  auto brands = next_brands({}, settings.brands, settings.segments);
  if (!brands) return complain(brands.error()), Exit::not_started;
  configuration.brands = std::move(*brands);
  Counters counters;
  const Exit exit =
      serve_and_run(wire_demo(demo, configuration),
                    {.configuration = &configuration,
                     .intro = cat("Demo, with made-up brands and posts: ", demo_story(), "."),
                     .narrator = narrator_of(arguments, demo, counters),
                     .signals = &signals,
                     .counters = &counters});
  if (exit == Exit::done) {
    say(cat("stopped after ", counters.mentions.load(), " posts and ", counters.hits.load(),
            " mentions\n"));
  }
  return exit;
}

}  // namespace vigie
