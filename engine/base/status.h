// How the engine is doing, as runtime tells it to whoever asks: the server, and through it the
// probes and the metrics.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/event_time.h"

namespace vigie {

// One partition that this process owns now.
struct PartitionStatus {
  std::string topic;  // or the path of a file
  std::int32_t partition = 0;
  std::int64_t next_offset = 0;         // everything before it has been read
  std::int64_t lag = 0;                 // records behind the end of the log, as far as known
  std::optional<EventTime> event_time;  // the highest seen; nothing before the first mention
};

// Facts waiting for one shard.
struct QueueUse {
  std::uint32_t shard = 0;
  std::size_t bytes = 0;
  std::size_t bytes_max = 0;
};

// The saved state, where there is one.
struct StateStatus {
  std::uint64_t bytes = 0;          // of disk
  double last_success_seconds = 0;  // when it was last saved, since 1970
};

// Immutable once published: runtime stores a fresh one in a Cell<EngineStatus> several times a
// second and whenever one of the three flags changes.
struct EngineStatus {
  bool assigned = false;  // every source knows which partitions it reads
  bool restored = false;  // saved state has been read back, or there is none to read
  bool draining = false;  // asked to stop: work under way is being finished
  std::vector<PartitionStatus> partitions;
  std::vector<QueueUse> queues;
  std::optional<StateStatus> state;  // none: no state is kept

  // Whether the process should be counted on: what /readyz answers.
  [[nodiscard]] bool ready() const { return assigned && restored && !draining; }
};

// How the configuration in use came about.
struct ConfigStatus {
  bool last_reload_successful = true;  // also while none was asked for
  double last_success_seconds = 0;     // when the one in use was taken, since 1970
  std::uint64_t reloads_succeeded = 0;
  std::uint64_t reloads_failed = 0;
};

}  // namespace vigie
