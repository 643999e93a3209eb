// Where the saved state wants its sources to go on.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/fact.h"
#include "engine/base/queue.h"

namespace vigie {

// The positions of the state that was loaded, each for the first source of the process that begins
// to read the partition: later the group's own position is the right one, and also where another
// process of the group has read on before. Filled before the workers start; all but add() and
// hold_brands() is for any thread.
class StartPositions {
 public:
  // What a group has committed of a partition; nothing: no position.
  using Committed = std::optional<std::int64_t>;

  StartPositions() { put_back({}); }

  // REQUIRES: at most once for each partition.
  void add(PartitionId partition, std::int64_t next_offset) {
    entries_.emplace_back(partition, next_offset);
  }
  // The state holds brands: it is not new, also where it has no positions.
  void hold_brands() { is_new_ = false; }

  // Nothing when there is no position for it, or it was taken.
  [[nodiscard]] std::optional<std::int64_t> take(PartitionId partition) {
    Entry* entry = find(partition);
    if (entry == nullptr || entry->taken.exchange(true)) return std::nullopt;
    return entry->next_offset;
  }

  // Its source lost the partition before the group had a position of it: who reads it next takes it
  // again.
  void give_back(PartitionId partition) {
    if (Entry* entry = find(partition)) entry->taken = false;
  }

  // The partitions with a position of which it is not known yet what the group had committed when
  // the process began to read.
  [[nodiscard]] std::vector<PartitionId> unknown() const {
    std::vector<PartitionId> out;
    for (const Entry& entry : entries_) {
      if (entry.committed == kUnknown) out.push_back(entry.partition);
    }
    return out;
  }
  // What it had: the first time counts.
  void note(PartitionId partition, Committed committed) {
    std::int64_t before = kUnknown;
    if (Entry* entry = find(partition)) {
      entry->committed.compare_exchange_strong(before, committed.value_or(kNone));
    }
  }
  // Whether the group has another position now than when the process began to read.
  [[nodiscard]] bool has_moved(PartitionId partition, Committed committed) {
    const Entry* entry = find(partition);
    return entry != nullptr && entry->committed != kUnknown &&
           entry->committed != committed.value_or(kNone);
  }

  // True once for each partition, where the state is new: it holds nothing of what was read before.
  [[nodiscard]] bool tell_new(PartitionId partition) {
    if (!is_new_ || !entries_.empty()) return false;
    std::set<PartitionId> told;
    while (told_.pop(&told, after(std::chrono::hours{1})) != QueueStatus::done) continue;
    const bool added = told.insert(partition).second;
    put_back(std::move(told));
    return added;
  }

 private:
  static constexpr std::int64_t kNone = -1;
  static constexpr std::int64_t kUnknown = -2;
  struct Entry {
    Entry(PartitionId of, std::int64_t next) : partition(of), next_offset(next) {}
    const PartitionId partition;
    const std::int64_t next_offset;
    std::atomic<bool> taken{false};
    std::atomic<std::int64_t> committed{kUnknown};
  };

  [[nodiscard]] Entry* find(PartitionId partition) {
    for (Entry& entry : entries_) {
      if (entry.partition == partition) return &entry;
    }
    return nullptr;
  }
  void put_back(std::set<PartitionId>&& told) {
    std::ignore = told_.push(std::move(told), 1, Clock::now());
  }

  std::deque<Entry> entries_;  // some dozens
  bool is_new_ = true;
  Queue<std::set<PartitionId>> told_{2};  // one: who has it may change it
};

}  // namespace vigie
