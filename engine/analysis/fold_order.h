// The order in which facts and updates are folded: brand by brand, so that what a brand keeps is
// brought into the cache once for all of them. Private to engine/analysis.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/fact.h"

namespace vigie {

// One fact of one brand, or an update that may concern it.
struct FoldStep {
  BrandId brand = 0;
  std::uint32_t index = 0;  // of the fact or the update in its batch
  std::uint32_t slot = 0;   // of its partition
  std::uint32_t batch : 31 = 0;
  std::uint32_t update : 1 = 0;
};
static_assert(sizeof(FoldStep) == 16);

// Takes steps in the order in which they were told, and gives them by brand; within a brand the
// order stays. Of the order between brands nothing is promised. One thread.
class FoldOrder {
 public:
  // REQUIRES, of a step: its brand is below.
  void set_brands(std::size_t brands) { counts_.resize(brands); }
  void add(const FoldStep& step) {
    if (counts_[step.brand]++ == 0) brands_.push_back(step.brand);
    told_.push_back(step);
  }
  [[nodiscard]] std::size_t size() const { return told_.size(); }
  [[nodiscard]] bool empty() const { return told_.empty(); }

  // All steps, by brand; none is left. Valid until the next one is added.
  [[nodiscard]] std::span<const FoldStep> take();

  [[nodiscard]] std::size_t memory_bytes() const {
    return (told_.capacity() + sorted_.capacity()) * sizeof(FoldStep) +
           (counts_.capacity() + brands_.capacity()) * sizeof(std::uint32_t);
  }

 private:
  std::vector<FoldStep> told_;
  std::vector<FoldStep> sorted_;
  std::vector<std::uint32_t> counts_;  // of steps, by brand; zeros between take() and add()
  std::vector<BrandId> brands_;        // that have steps, in the order of their first one
};

inline std::span<const FoldStep> FoldOrder::take() {
  sorted_.resize(told_.size());
  std::uint32_t begin = 0;
  for (const BrandId brand : brands_) {
    const std::uint32_t count = counts_[brand];
    counts_[brand] = begin;
    begin += count;
  }
  for (const FoldStep& step : told_) sorted_[counts_[step.brand]++] = step;
  for (const BrandId brand : brands_) counts_[brand] = 0;
  brands_.clear();
  told_.clear();
  return sorted_;
}

}  // namespace vigie
