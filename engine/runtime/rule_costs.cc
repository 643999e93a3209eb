#include "engine/runtime/rule_costs.h"

#include <algorithm>
#include <cstddef>

#include "engine/base/check.h"

namespace vigie {
namespace {

void add(std::span<const rules::RuleCost> costs, const BrandList& brands,
         std::vector<BrandCost>* totals) {
  CHECK(costs.size() == brands.live.size());
  totals->resize(std::max(totals->size(), brands.names.size()));
  for (std::size_t place = 0; place < costs.size(); ++place) {
    const rules::RuleCost& cost = costs[place];
    BrandCost& total = (*totals)[brands.live[place].id];
    total.candidates += cost.candidates;
    total.verifications += cost.verifications;
    total.matches += cost.matches;
    total.failures += cost.failures;
    total.seconds += cost.seconds;
  }
}

}  // namespace

void RuleCosts::keep(std::span<const rules::RuleCost> costs, const BrandList& brands) {
  add(costs, brands, &kept_);
}

std::vector<BrandCost> RuleCosts::with(std::span<const rules::RuleCost> costs,
                                       const BrandList& brands) const {
  std::vector<BrandCost> totals = kept_;
  add(costs, brands, &totals);
  return totals;
}

}  // namespace vigie
