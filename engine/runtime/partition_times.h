// Which event times of a partition can be believed, where nothing else tells.
#pragma once

#include <map>
#include <optional>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"

namespace vigie {

// A post is clamped to when it was observed, or when the log took it. Where neither is known (a
// file without `observed_at`), one post dated 2099 would carry the watermark away, and everything
// behind it would be late. So a post that lies more than kTimeJumpMax after all of its partition so
// far is taken as written when the latest of them was; unless the one before it in the partition
// lay there too: two that agree are believed, as after a long pause. The first of a partition is
// believed. One thread.
class PartitionTimes {
 public:
  // When the post was written, as far as can be believed; `sure`: it was clamped already.
  [[nodiscard]] EventTime believe(PartitionId partition, EventTime written, bool sure);

 private:
  struct Times {
    std::optional<EventTime> latest;  // that was believed
    std::optional<EventTime> ahead;   // of the post before, which was not
  };
  std::map<PartitionId, Times> partitions_;
  std::optional<PartitionId> last_;  // that was asked for last
  Times* of_last_ = nullptr;
};

}  // namespace vigie
