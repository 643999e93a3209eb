#include "engine/runtime/watermark.h"

#include <algorithm>

namespace vigie {

void WatermarkTracker::update(const FactBatch& batch) {
  if (batch.assignment) owned_[batch.writer] = batch.assignment->partitions;
  for (const Progress& progress : batch.progress) {
    Partition& partition = partitions_[progress.partition];
    // A partition that is read again from an earlier offset does not go back in time.
    partition.event_time = std::max(partition.event_time, progress.event_time);
    partition.idle = progress.idle;
  }
  if (const auto now = lowest(); now) current_ = std::max(current_, now);
}

std::optional<EventTime> WatermarkTracker::lowest() const {
  std::optional<EventTime> lowest_active;
  std::optional<EventTime> highest_idle;
  std::optional<Duration> shortest_idle;
  for (const auto& owned : owned_) {
    if (!owned) return std::nullopt;
    for (const PartitionId id : *owned) {
      const auto found = partitions_.find(id);
      if (found == partitions_.end()) return std::nullopt;
      const Partition& partition = found->second;
      if (partition.idle) {
        highest_idle = std::max(highest_idle, partition.event_time);
        shortest_idle = std::min(shortest_idle.value_or(*partition.idle), *partition.idle);
      } else if (!partition.event_time) {
        return std::nullopt;
      } else {
        lowest_active =
            std::min(lowest_active.value_or(*partition.event_time), *partition.event_time);
      }
    }
  }
  if (lowest_active) return lowest_active;
  if (highest_idle) return *highest_idle + *shortest_idle;
  return std::nullopt;
}

}  // namespace vigie
