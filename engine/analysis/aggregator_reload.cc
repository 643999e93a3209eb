// What changes around the facts: the configuration they were matched with, and the logs they come
// from.
#include <utility>

#include "engine/analysis/aggregator_state.h"

namespace vigie {

void Aggregator::State::take_list_of(const Facts& told) {
  const BrandList* with = list_of(told);
  if (with == matched_with) return;
  matched_with = with;
  fold.set_segments(with->segments);
  fold.set_crises(with->crises);
  former.clear();
  if (with == list.get()) return;
  former.resize(brands.size());
  for (const BrandList::Live& live : with->live) former[live.id] = &live;
}

void Aggregator::State::fold_former(const Facts& told, const Fact& fact, BrandState* brand,
                                    ApplyCounts* counts) {
  std::vector<std::uint8_t> bits;
  if (former[fact.brand] != nullptr) {
    bits = BrandFold::campaign_bits(brand, former[fact.brand]->campaigns);
  }
  std::swap(bits, brand->campaign_bits);
  fold.fold(fact.brand, brand, told, fact, counts);
  std::swap(bits, brand->campaign_bits);
}

std::uint32_t Aggregator::State::incarnation(PartitionId partition) const {
  const auto found = incarnations.find(partition);
  return found == incarnations.end() ? 0 : found->second;
}

std::uint32_t Aggregator::incarnation(PartitionId partition) const {
  return state_->incarnation(partition);
}

void Aggregator::begin_anew(PartitionId partition, std::uint32_t incarnation) {
  State& state = *state_;
  state.incarnations[partition] = incarnation;
  const auto slot = state.slots.find(partition);
  if (slot == state.slots.end()) return;
  for (State::Brand& brand : state.brands) {
    if (brand.state == nullptr || slot->second >= brand.state->marks.size()) continue;
    brand.state->marks[slot->second] = {};
    brand.unsaved = true;
  }
}

}  // namespace vigie
