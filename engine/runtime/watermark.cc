#include "engine/runtime/watermark.h"

#include <algorithm>

namespace vigie {

void WatermarkTracker::update(const FactBatch& batch) {
  if (batch.assignment) assign(batch.writer, batch.assignment->partitions);
  for (const Progress& progress : batch.progress) {
    Partition& partition = partitions_[progress.partition];
    partition.next_offset = progress.next_offset;
    // A partition that is read again from an earlier offset does not go back in time.
    partition.event_time = std::max(partition.event_time, progress.event_time);
    partition.idle = progress.idle;
  }
  if (const auto now = lowest(); now) current_ = std::max(current_, now);
}

// Of a partition that was given away nothing is known until it is told again: another process may
// have read on.
void WatermarkTracker::assign(std::uint32_t writer,
                              const std::optional<std::vector<PartitionId>>& partitions) {
  if (owned_[writer]) {
    for (const PartitionId id : *owned_[writer]) {
      const bool kept = partitions && std::ranges::find(*partitions, id) != partitions->end();
      if (!kept) partitions_[id].next_offset.reset();
    }
  }
  owned_[writer] = partitions;
}

std::vector<Progress> WatermarkTracker::progress() const {
  std::vector<Progress> out;
  for (const auto& owned : owned_) {
    if (!owned) continue;
    for (const PartitionId id : *owned) {
      const auto found = partitions_.find(id);
      if (found == partitions_.end() || !found->second.next_offset) continue;
      out.push_back({.partition = id,
                     .next_offset = *found->second.next_offset,
                     .event_time = found->second.event_time,
                     .idle = std::nullopt});
    }
  }
  std::ranges::sort(out, {}, &Progress::partition);
  return out;
}

void WatermarkTracker::restore(std::optional<EventTime> watermark,
                               std::span<const Progress> progress) {
  current_ = watermark;
  for (const Progress& one : progress) {
    partitions_[one.partition] = {.next_offset = one.next_offset,
                                  .event_time = one.event_time,
                                  .idle = std::nullopt};
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
