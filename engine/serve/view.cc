#include "engine/serve/view.h"

#include <algorithm>
#include <cstddef>

namespace vigie {

View::View(std::span<const SnapshotCell* const> shards) {
  bool all_begun = true;
  for (const SnapshotCell* cell : shards) {
    const auto& snapshot = snapshots_.emplace_back(cell->load());
    if (snapshot == nullptr || !snapshot->watermark) {
      all_begun = false;
    } else {
      watermark_ = std::min(watermark_.value_or(*snapshot->watermark), *snapshot->watermark);
    }
  }
  if (!all_begun) watermark_.reset();
  for (const auto& snapshot : snapshots_) {
    if (snapshot == nullptr) continue;
    for (const BrandSnapshot& brand : snapshot->brands) brands_.push_back(&brand);
  }
  // Those of each shard are in order already.
  if (shards.size() > 1) std::ranges::stable_sort(brands_, {}, &BrandSnapshot::place);
}

}  // namespace vigie
