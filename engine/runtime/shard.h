// A shard: one thread that owns the state of its brands, folds facts into it and shows it.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/analysis/aggregator.h"
#include "engine/base/cell.h"
#include "engine/base/clock.h"
#include "engine/base/counters.h"
#include "engine/base/io.h"
#include "engine/runtime/brand_ids.h"
#include "engine/runtime/watermark.h"

namespace vigie {

struct ShardSettings {
  std::uint32_t number = 0;
  std::uint32_t shards = 1;
  std::uint32_t writers = 1;
  Duration lateness{};
  Duration snapshot_every{};
  bool keep_closed = false;  // collect the closed minutes (replay)
};

// Owned by the engine; run() is the body of its thread, snapshot() serves any thread, closed() is
// for after run().
class Shard {
 public:
  // REQUIRES: `rules` is never empty, and outlives the shard, as link and counters do.
  Shard(const Cell<RulesInUse>* rules, ShardSettings settings, FactLink* link, Counters* counters);

  // Works until the link is closed and drained, then closes all minutes when they are kept.
  void run();

  [[nodiscard]] const Cell<Snapshot>& snapshot() const { return snapshot_; }
  [[nodiscard]] std::vector<ClosedMinute>& closed() { return closed_; }

 private:
  void take_brands();
  void fold(const FactBatch& batch);
  void show();

  const ShardSettings settings_;
  const Cell<RulesInUse>* rules_;
  std::shared_ptr<const BrandList> brands_;
  FactLink* link_;
  Counters* counters_;
  Aggregator aggregator_;
  WatermarkTracker watermark_;
  std::vector<ClosedMinute> closed_;
  Deadline last_shown_{};
  bool changed_ = true;
  Cell<Snapshot> snapshot_;
};

}  // namespace vigie
