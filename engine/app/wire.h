// The only place that chooses the concrete parts behind the ports.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "connectors/demo_source.h"
#include "engine/base/counters.h"
#include "engine/base/result.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/settings.h"
#include "rules/rules.h"

namespace vigie {

using Rules = std::shared_ptr<const rules::RuleSet>;

// For `run`: the configured sources, checked to be reachable, and the dead-letter sink.
// Errors: whatever keeps one of them from starting. `counters` outlives the parts.
[[nodiscard]] Result<Parts> wire_run(const Settings& settings, Rules rules, Counters* counters);

// For `replay`: the files, read by one worker, and no network.
[[nodiscard]] Result<Parts> wire_replay(std::span<const std::string> files,
                                        const Settings& settings, Rules rules);
// The engine settings that make a replay the same on every run: one worker, one shard.
[[nodiscard]] EngineSettings replay_engine(EngineSettings settings);

// For `demo`: the embedded generator.
[[nodiscard]] Parts wire_demo(const DemoOptions& demo, const Settings& settings, Rules rules);

}  // namespace vigie
