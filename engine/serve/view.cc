#include "engine/serve/view.h"

#include <algorithm>
#include <cstddef>

namespace vigie {

View::View(std::span<const SnapshotCell* const> shards) {
  std::size_t rounds = 0;
  bool all_begun = true;
  for (const SnapshotCell* cell : shards) {
    const auto& snapshot = snapshots_.emplace_back(cell->load());
    if (snapshot != nullptr) rounds = std::max(rounds, snapshot->brands.size());
    if (snapshot == nullptr || !snapshot->watermark) {
      all_begun = false;
    } else {
      watermark_ = std::min(watermark_.value_or(*snapshot->watermark), *snapshot->watermark);
    }
  }
  if (!all_begun) watermark_.reset();
  for (std::size_t round = 0; round < rounds; ++round) {
    for (const auto& snapshot : snapshots_) {
      if (snapshot == nullptr || round >= snapshot->brands.size()) continue;
      brands_.push_back(&snapshot->brands[round]);
    }
  }
}

}  // namespace vigie
