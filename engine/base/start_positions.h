// Where the saved state wants its sources to go on.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>

#include "engine/base/fact.h"

namespace vigie {

// The positions of the state that was loaded, each for the first source of the process that begins
// to read the partition: later the group's own position is the right one. Filled before the workers
// start; take(), give_back() and tell_new() are for any thread.
class StartPositions {
 public:
  // REQUIRES: at most once for each partition.
  void add(PartitionId partition, std::int64_t next_offset) {
    entries_.emplace_back(partition, next_offset);
  }

  // Nothing when there is no position for it, or it was taken.
  [[nodiscard]] std::optional<std::int64_t> take(PartitionId partition) {
    for (Entry& entry : entries_) {
      if (entry.partition != partition) continue;
      if (entry.taken.exchange(true)) return std::nullopt;
      return entry.next_offset;
    }
    return std::nullopt;
  }

  // Its source lost the partition before the group had a position of it: who reads it next takes it
  // again.
  void give_back(PartitionId partition) {
    for (Entry& entry : entries_) {
      if (entry.partition == partition) entry.taken = false;
    }
  }

  // True once, where the state is new: it holds nothing of what was read before.
  [[nodiscard]] bool tell_new() { return entries_.empty() && !told_.exchange(true); }

 private:
  struct Entry {
    Entry(PartitionId of, std::int64_t next) : partition(of), next_offset(next) {}
    const PartitionId partition;
    const std::int64_t next_offset;
    std::atomic<bool> taken{false};
  };
  std::deque<Entry> entries_;  // some dozens
  std::atomic<bool> told_{false};
};

}  // namespace vigie
