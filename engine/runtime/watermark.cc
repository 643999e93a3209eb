#include "engine/runtime/watermark.h"

#include <algorithm>
#include <set>

namespace vigie {

void WatermarkTracker::update(const FactBatch& batch) {
  if (batch.assignment) {
    owned_[batch.writer] = batch.assignment->partitions;
    forget_unowned();
  }
  for (const PartitionId id : batch.begun_anew) partitions_[id].next_offset = 0;
  for (const Progress& progress : batch.progress) {
    Partition& partition = partitions_[progress.partition];
    partition.next_offset = progress.next_offset;
    // A partition that is read again from an earlier offset does not go back in time.
    partition.event_time = std::max(partition.event_time, progress.event_time);
    partition.idle = progress.idle;
  }
  if (const auto now = lowest(); now) current_ = std::max(current_, now);
}

// Of a partition that no writer owns nothing is known until it is told again: another process may
// read on. Between two assignments it may yet come back.
void WatermarkTracker::forget_unowned() {
  std::set<PartitionId> all;
  for (const auto& owned : owned_) {
    if (!owned) return;
    all.insert(owned->begin(), owned->end());
  }
  for (auto& [id, partition] : partitions_) {
    if (!all.contains(id)) partition.next_offset.reset();
  }
}

std::vector<Progress> WatermarkTracker::progress() const {
  std::vector<Progress> out;
  for (const auto& [id, partition] : partitions_) {
    if (!partition.next_offset) continue;
    out.push_back({.partition = id,
                   .next_offset = *partition.next_offset,
                   .event_time = partition.event_time,
                   .idle = std::nullopt});
  }
  return out;
}

void WatermarkTracker::restore(std::optional<EventTime> watermark,
                               std::span<const Progress> progress) {
  current_ = watermark;
  for (const Progress& one : progress) {
    partitions_[one.partition] = {
        .next_offset = one.next_offset, .event_time = one.event_time, .idle = std::nullopt};
  }
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
