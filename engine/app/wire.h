// The only place that chooses the concrete parts behind the ports.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "engine/base/counters.h"
#include "engine/base/result.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/settings.h"
#include "rules/rules.h"

namespace vigie::app {

using Rules = std::shared_ptr<const rules::RuleSet>;

// For `run`: the configured sources, checked to be reachable, and the dead-letter sink.
// Errors: whatever keeps one of them from starting. `counters` outlives the parts.
[[nodiscard]] Result<runtime::Parts> wire_run(const runtime::Settings& settings, Rules rules,
                                              Counters* counters);

// For `replay`: the files, read by one worker, and no network.
[[nodiscard]] Result<runtime::Parts> wire_replay(std::span<const std::string> files,
                                                 const runtime::Settings& settings, Rules rules);
// The engine settings that make a replay the same on every run: one worker, one shard.
[[nodiscard]] runtime::EngineSettings replay_engine(runtime::EngineSettings settings);

// For `demo`: the embedded generator, whose past day ends at `now`.
[[nodiscard]] runtime::Parts wire_demo(std::uint64_t seed, EventTime now,
                                       const runtime::Settings& settings, Rules rules);

}  // namespace vigie::app
