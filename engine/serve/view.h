// The snapshots of all shards, seen as one.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/analysis/snapshot.h"
#include "engine/base/cell.h"
#include "engine/base/event_time.h"

namespace vigie {

using SnapshotCell = Cell<Snapshot>;

// One reader's moment: it does not change while it is held.
class View {
 public:
  // A cell that is still empty has no brands.
  explicit View(std::span<const SnapshotCell* const> shards);

  // All brands, in the order of the configuration.
  [[nodiscard]] const std::vector<const BrandSnapshot*>& brands() const { return brands_; }
  // How far every shard has come; nothing when one of them has not begun.
  [[nodiscard]] std::optional<EventTime> watermark() const { return watermark_; }

 private:
  std::vector<std::shared_ptr<const Snapshot>> snapshots_;
  std::vector<const BrandSnapshot*> brands_;  // in snapshots_
  std::optional<EventTime> watermark_;
};

}  // namespace vigie
