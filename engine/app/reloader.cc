#include "engine/app/reloader.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::chrono::seconds kLookEvery{1};  // at the files

double wall_clock_seconds() {
  return std::chrono::duration<double>(std::chrono::system_clock::now().time_since_epoch()).count();
}

// Sections that only a restart takes over, and that are not what the process was started with.
std::vector<std::string_view> waiting_sections(const Settings& started, const Settings& now) {
  std::vector<std::string_view> out;
  if (!(started.sources == now.sources)) out.emplace_back("sources");
  if (!(started.mappings == now.mappings)) out.emplace_back("mappings");
  if (!(started.dead_letters == now.dead_letters)) out.emplace_back("dead_letters");
  if (!(started.errors == now.errors)) out.emplace_back("errors");
  if (!(started.state == now.state)) out.emplace_back("state");
  if (!(started.privacy == now.privacy)) out.emplace_back("privacy");
  if (!(started.kpis == now.kpis)) out.emplace_back("kpis");
  if (!(started.sentiment == now.sentiment)) out.emplace_back("sentiment");
  if (!(started.serve == now.serve)) out.emplace_back("serve");
  if (!(started.event_time == now.event_time)) out.emplace_back("event_time");
  if (!(started.engine == now.engine)) out.emplace_back("engine");
  return out;
}

// "12 brands: 2 added, 1 removed"
std::string difference(const BrandList& before, const BrandList& now) {
  std::vector<bool> old(now.names.size());
  for (const BrandList::Live& brand : before.live) old[brand.id] = true;
  const auto kept = static_cast<std::size_t>(std::ranges::count_if(
      now.live, [&old](const BrandList::Live& brand) { return old[brand.id]; }));
  return cat(count_of(now.live.size(), "brand"), ": ", now.live.size() - kept, " added, ",
             before.live.size() - kept, " removed");
}

}  // namespace

ConfigStatus fresh_config_status() { return {.last_success_seconds = wall_clock_seconds()}; }

Reloader::Reloader(std::string path, const Configuration* in_use, Engine* engine)
    : path_(std::move(path)),
      started_with_(in_use),
      engine_(engine),
      brands_(engine->brands()),
      known_(fresh_config_status()),
      status_(std::make_shared<const ConfigStatus>(known_)),
      requests_(kReloadRequestsMax) {
  watcher_.watch(in_use->stamps);
}

ReloadOutcome Reloader::reload(std::string_view reason) {
  ConfigurationRead read = read_configuration(path_, *brands_);
  ReloadOutcome outcome =
      read.configuration ? take(*read.configuration, reason) : refuse(read, reason);
  for (const Diagnostic& diagnostic : read.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::error) continue;
    log(LogLevel::warning, diagnostic.text());
  }
  watcher_.watch(std::move(read.stamps));
  status_.store(std::make_shared<const ConfigStatus>(known_));
  return outcome;
}

ReloadOutcome Reloader::refuse(const ConfigurationRead& read, std::string_view reason) {
  ++known_.reloads_failed;
  known_.last_reload_successful = false;
  std::string text;
  const auto tell = [&text](const std::string& line) {
    log(LogLevel::error, line);
    text += text.empty() ? line : "\n" + line;
  };
  for (const Diagnostic& diagnostic : read.diagnostics) {
    if (diagnostic.severity == Diagnostic::Severity::error) tell(diagnostic.text());
  }
  if (read.error) tell(read.error->text());
  log(LogLevel::error, cat("the configuration was not reloaded (", reason,
                           "): the one before it stays in use until this is mended"));
  return {.kind = ReloadOutcome::Kind::refused, .text = std::move(text)};
}

ReloadOutcome Reloader::take(const Configuration& next, std::string_view reason) {
  engine_->set_rules({.rules = next.rules, .brands = next.brands});
  ++known_.reloads_succeeded;
  known_.last_reload_successful = true;
  known_.last_success_seconds = wall_clock_seconds();
  std::string text = difference(*brands_, *next.brands);
  brands_ = next.brands;
  log(LogLevel::info, cat("configuration reloaded (", reason, "): ", text));
  for (const std::string_view section : waiting_sections(started_with_->settings, next.settings)) {
    const std::string line = cat("'", section, "' has changed: it takes effect after a restart");
    log(LogLevel::warning, line);
    text += "\n" + line;
  }
  return {.kind = ReloadOutcome::Kind::done, .text = std::move(text)};
}

void Reloader::poll(Deadline now) {
  // Those who asked before it begins share one reload.
  std::vector<ReloadRequest> asked;
  for (ReloadRequest request; requests_.pop(&request, now) == QueueStatus::done;) {
    asked.push_back(std::move(request));
  }
  if (!asked.empty()) {
    const ReloadOutcome outcome = reload("POST /-/reload");
    for (ReloadRequest& request : asked) request.outcome.set_value(outcome);
  }
  if (now < next_look_) return;
  next_look_ = now + kLookEvery;
  if (watcher_.changed()) reload("its files have changed");
}

void Reloader::close() {
  requests_.close();
  for (ReloadRequest request; requests_.pop(&request, Clock::now()) == QueueStatus::done;) {
    request.outcome.set_value(
        {.kind = ReloadOutcome::Kind::stopping, .text = "the process is stopping"});
  }
}

}  // namespace vigie
