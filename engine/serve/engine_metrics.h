// What the engine says about itself in Prometheus text format 0.0.4, rendered by prometheus-cpp.
// The names are listed in metrics.md.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "engine/base/counters.h"
#include "engine/base/status.h"

namespace vigie {

struct EngineMetrics {
  const Counters* counters = nullptr;    // not null
  const EngineStatus* status = nullptr;  // null before the first one is known: not ready
  ConfigStatus config;
  std::string_view version;
  std::uint64_t series_dropped = 0;
};

void append_engine_metrics(const EngineMetrics& metrics, std::string* out);

}  // namespace vigie
