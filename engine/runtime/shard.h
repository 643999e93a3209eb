// A shard: one thread that owns the state of its brands, folds facts into it and shows it.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/analysis/aggregator.h"
#include "engine/analysis/kpi_settings.h"
#include "engine/base/cell.h"
#include "engine/base/clock.h"
#include "engine/base/counters.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"
#include "engine/runtime/brand_ids.h"
#include "engine/runtime/checkpointer.h"
#include "engine/runtime/shard_saver.h"
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

// What a shard is given of the world. All of it outlives the shard.
struct ShardContext {
  const Cell<RulesInUse>* rules = nullptr;  // never empty
  FactLink* link = nullptr;
  Checkpointer* checkpointer = nullptr;  // null: no state is kept
  Counters* counters = nullptr;
  KpiSettings kpis{};
};

// Owned by the engine; run() is the body of its thread, snapshot() serves any thread, closed() is
// for after run(), what loads for before it.
class Shard {
 public:
  Shard(ShardSettings settings, const ShardContext& context);

  // --- Loading -----------------------------------------------------------------------------------
  // What the state says of the partitions; first.
  void expect(const std::map<PartitionId, std::uint32_t>& incarnations);
  // See Aggregator. All of the saved records that concern the shard, then restored().
  [[nodiscard]] Result<void> load(std::string_view key, std::string_view value,
                                  const std::map<PartitionId, PartitionId>& partitions);
  // Joins what was loaded, goes on from this watermark and shows what is there.
  [[nodiscard]] Result<void> restored(std::optional<EventTime> watermark,
                                      std::span<const Progress> progress);
  // Appends the record of the shard as it was loaded; with `brands`, those of all its brands that
  // have changed by that.
  void save_loaded(bool brands, std::vector<StateRecord>* out);

  // Works until the link is closed and drained, then closes all minutes when they are kept, and
  // saves what is not saved yet.
  void run();

  [[nodiscard]] const Cell<Snapshot>& snapshot() const { return snapshot_; }
  [[nodiscard]] std::vector<ClosedMinute>& closed() { return closed_; }

 private:
  [[nodiscard]] Deadline take_until() const;
  void take_brands();
  void keep(FactBatch&& batch);
  [[nodiscard]] bool is_fold_due() const;
  // All batches that wait.
  void fold();
  void pace(std::size_t facts, Clock::duration took);
  void count(const ApplyCounts& counts);
  void compute_kpis();
  void show();

  const ShardSettings settings_;
  const ShardContext context_;
  std::shared_ptr<const BrandList> brands_;
  Aggregator aggregator_;
  WatermarkTracker watermark_;
  std::vector<Progress> loaded_;
  std::optional<ShardSaver> saver_;  // none: no state is kept
  std::vector<FactBatch> waiting_;   // taken, not yet folded; see kFactsAtOnceMax
  std::size_t waiting_facts_ = 0;
  std::size_t waiting_bytes_ = 0;
  Deadline waiting_since_{};
  std::size_t facts_at_once_ = kFactsAtOnceMax;
  Clock::duration save_for_ = kSaveStep;
  bool saving_ = false;  // there is more to save at once
  std::vector<ClosedMinute> closed_;
  Deadline last_shown_{};
  Deadline last_kpis_{};
  bool behind_ = false;  // there are KPIs to compute
  bool changed_ = true;
  Cell<Snapshot> snapshot_;
};

}  // namespace vigie
