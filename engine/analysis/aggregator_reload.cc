// Facts that were matched before the configuration was read again.
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

}  // namespace vigie
