#include "engine/runtime/partition_times.h"

#include <algorithm>
#include <utility>

#include "engine/base/limits.h"

namespace vigie {

EventTime PartitionTimes::believe(PartitionId partition, EventTime written, bool sure) {
  // Records of a partition come in runs.
  if (last_ != partition) {
    last_ = partition;
    of_last_ = &partitions_[partition];
  }
  auto& [latest, ahead] = *of_last_;
  const std::optional<EventTime> before = std::exchange(ahead, std::nullopt);
  const bool agrees =
      before && written >= *before - kTimeJumpMax && written <= *before + kTimeJumpMax;
  if (!latest || sure || agrees || written <= *latest + kTimeJumpMax) {
    latest = std::max(latest.value_or(written), written);
    return written;
  }
  ahead = written;
  return *latest;
}

}  // namespace vigie
