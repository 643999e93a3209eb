// Adding up what posts of a brand add to its sums, before it is added there: a brand's tracks are
// touched once for many posts. Private to engine/analysis.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/analysis/brand_state.h"
#include "engine/analysis/measures.h"
#include "engine/analysis/post_state.h"
#include "engine/analysis/slices.h"

namespace vigie {

// Scratch for one brand at a time; some 60 KB at most. One thread.
class PostSums {
 public:
  // What a live post adds; to the brand when the hour changes. REQUIRES: what was added before is
  // of the same brand, or was handed over.
  void add(const PostState& row, BrandState* brand);
  // Hands the rest over.
  void finish(BrandState* brand);

 private:
  static constexpr std::size_t kSlots = 1024;  // a power of two
  static constexpr std::size_t kSlicesMax = kSlots / 2;

  void add_to_slices(const PostState& row, BrandState* brand);
  [[nodiscard]] Slices::Sums& sums_of(SliceId id);
  void finish_slices(BrandState* brand);

  Period hour_ = 0;
  Period month_ = 0;
  bool empty_ = true;
  Measures of_post_{};
  Measures of_hour_{};
  std::array<std::int64_t, kCalled> called_{};
  bool any_called_ = false;
  std::vector<Slices::Sums> slices_;
  std::array<std::uint16_t, kSlots> slots_{};  // by id: where it is in slices_, plus one
};

}  // namespace vigie
