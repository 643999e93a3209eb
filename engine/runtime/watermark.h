// How far event time has come, seen over all partitions.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"

namespace vigie {

// The watermark of one shard: the lowest event time among the partitions that are not idle, as in
// the Dataflow model (Akidau et al., VLDB 2015). A pure function of what it is told; one thread.
//
// - Until every writer has said which partitions it owns, and while any is between two assignments,
//   the watermark stands still: a partition that has not been heard of may hold older posts.
// - A partition that has not yielded a mention holds the watermark back, unless it is idle.
// - With all partitions idle, event time flows on from the highest one seen, as fast as the clock
//   that measured the idleness: windows of a quiet brand empty themselves.
// - It never goes back.
class WatermarkTracker {
 public:
  explicit WatermarkTracker(std::uint32_t writers) : owned_(writers) {}

  // Takes over the batch's assignment and progress.
  void update(const FactBatch& batch);

  // Nothing before the first moment that is known to be complete.
  [[nodiscard]] std::optional<EventTime> current() const { return current_; }

  // How far the partitions that are owned have come, or were until a rebalance that is going on, in
  // order of their ids: what is saved.
  [[nodiscard]] std::vector<Progress> progress() const;
  // Goes on from what was saved. REQUIRES: nothing was told yet.
  void restore(std::optional<EventTime> watermark, std::span<const Progress> progress);

 private:
  struct Partition {
    std::optional<std::int64_t> next_offset;  // as long as it is owned
    std::optional<EventTime> event_time;
    std::optional<Duration> idle;
  };

  void forget_unowned();
  [[nodiscard]] std::optional<EventTime> lowest() const;

  std::vector<std::optional<std::vector<PartitionId>>> owned_;  // by writer
  std::map<PartitionId, Partition> partitions_;
  std::optional<EventTime> current_;
};

}  // namespace vigie
