#include "engine/analysis/post_sums.h"

#include <algorithm>
#include <span>

#include "engine/analysis/periods.h"

namespace vigie {

void PostSums::add(const PostState& row, BrandState* brand) {
  const Period hour = hour_period(row.event_time);
  if (!empty_ && hour != hour_) finish(brand);
  if (empty_) {
    hour_ = hour;
    month_ = month_period(row.event_time);
    empty_ = false;
  }
  contribution(row, &of_post_);
  for (std::size_t i = 0; i < kMeasures; ++i) of_hour_[i] += of_post_[i];
  if (const std::optional<std::uint8_t> place = called_place(row)) {
    ++called_[*place];
    any_called_ = true;
  }
  add_to_slices(row, brand);
}

void PostSums::add_to_slices(const PostState& row, BrandState* brand) {
  const auto end = std::ranges::find(row.slices, kNoSlice);
  if (brand->slices.is_quiet()) {
    Changes changes;
    append_changes(std::span(of_post_).first(kSlicedMeasures), &changes);
    return brand->slices.add({row.slices.begin(), end}, hour_, changes.all());
  }
  if (slices_.size() + kPostSlicesMax > kSlicesMax) finish_slices(brand);
  for (auto id = row.slices.begin(); id != end; ++id) {
    Slices::Sums& sums = sums_of(*id);
    for (std::size_t i = 0; i < kSlicedMeasures; ++i) sums.by[i] += of_post_[i];
  }
}

Slices::Sums& PostSums::sums_of(SliceId id) {
  std::size_t slot = id % kSlots;
  while (slots_[slot] != 0 && slices_[slots_[slot] - 1U].id != id) slot = (slot + 1) % kSlots;
  if (slots_[slot] == 0) {
    slices_.push_back({.id = id});
    slots_[slot] = static_cast<std::uint16_t>(slices_.size());
  }
  return slices_[slots_[slot] - 1U];
}

void PostSums::finish_slices(BrandState* brand) {
  if (slices_.empty()) return;
  brand->slices.add(hour_, slices_);
  slices_.clear();
  slots_.fill(0);
}

void PostSums::finish(BrandState* brand) {
  if (empty_) return;
  Changes changes;
  append_changes(of_hour_, &changes);
  brand->hours.add(hour_, changes.all());
  brand->months.add(month_, changes.all());
  of_hour_.fill(0);
  if (any_called_) {
    Changes called;
    append_changes(called_, &called);
    brand->called.add(hour_, called.all());
    called_.fill(0);
    any_called_ = false;
  }
  finish_slices(brand);
  empty_ = true;
}

}  // namespace vigie
