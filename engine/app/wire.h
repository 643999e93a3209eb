// The only place that chooses the concrete parts behind the ports.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "connectors/demo_source.h"
#include "connectors/lmdb_store.h"
#include "engine/app/configuration.h"
#include "engine/base/counters.h"
#include "engine/base/result.h"
#include "engine/runtime/engine.h"
#include "engine/runtime/settings.h"
#include "rules/rules.h"

namespace vigie {

using Rules = std::shared_ptr<const rules::RuleSet>;

// For `run`: the configured sources, checked to be reachable, the dead-letter sink, and the store.
// Errors: whatever keeps one of them from starting. `counters` outlives the parts.
[[nodiscard]] Result<Parts> wire_run(const Configuration& configuration, Counters* counters);

// The state in a directory. Errors: those of open_lmdb_store().
[[nodiscard]] Result<std::unique_ptr<StateStore>> open_store(const std::string& path,
                                                             StoreAccess access);

// Writes its file anew. Errors: those of rewrite_lmdb_store().
[[nodiscard]] Result<void> rewrite_store(const std::string& path);

// For `replay`: the files, read by one worker, and no network. The decoder is made for them.
[[nodiscard]] Result<Parts> wire_replay(std::span<const std::string> files,
                                        std::unique_ptr<Decoder> decoder,
                                        const Configuration& configuration);
// The engine settings that make a replay the same on every run: one worker, one shard.
[[nodiscard]] EngineSettings replay_engine(EngineSettings settings);

// For `demo`: the embedded generator.
[[nodiscard]] Parts wire_demo(const DemoOptions& demo, const Configuration& configuration);

}  // namespace vigie
