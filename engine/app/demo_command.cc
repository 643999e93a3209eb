// `vigie demo`: made-up brands and posts through the real pipeline, without a broker.
#include <chrono>
#include <cstdio>
#include <string>
#include <utility>
#include <vector>

#include "connectors/demo_brands.h"
#include "connectors/demo_source.h"
#include "engine/app/commands.h"
#include "engine/app/configuration.h"
#include "engine/app/serving.h"
#include "engine/app/signals.h"
#include "engine/app/wire.h"
#include "engine/base/counters.h"
#include "engine/base/text.h"
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

std::vector<rules::Brand> brands() {
  std::vector<rules::Brand> brands;
  for (const DemoBrand& brand : demo_brands()) {
    brands.push_back({.name = brand.name,
                      .names = brand.names,
                      .hashtags = brand.hashtags,
                      .handles = brand.handles,
                      .exclude = brand.exclude});
  }
  return brands;
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
  Settings& settings = configuration.settings;
  settings.serve.listen = arguments.listen;
  settings.brands = brands();
  auto rules = rules::compile(settings.brands, {.seed = arguments.seed}, nullptr);
  if (!rules) return complain(rules.error()), Exit::not_started;
  configuration.rules = std::move(*rules);
  const DemoOptions demo{.seed = arguments.seed, .start = wall_clock_minute()};
  Counters counters;
  const Exit exit =
      serve_and_run(wire_demo(demo, settings, configuration.rules),
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
