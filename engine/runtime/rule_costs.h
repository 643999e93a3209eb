// What brands have cost over all rule sets that a worker has used.
#pragma once

#include <span>
#include <vector>

#include "engine/base/brand_list.h"
#include "engine/base/match_report.h"
#include "rules/rules.h"

namespace vigie {

// A matcher counts by the place of a brand in its rule set, and ends with it; these counts are by
// id and never fall. One thread.
class RuleCosts {
 public:
  // Adds the counts of a matcher that is given up. REQUIRES: `brands` are those of its rule set.
  void keep(std::span<const rules::RuleCost> costs, const BrandList& brands);

  // By id: what was kept, and the counts of the matcher in use.
  [[nodiscard]] std::vector<BrandCost> with(std::span<const rules::RuleCost> costs,
                                            const BrandList& brands) const;

 private:
  std::vector<BrandCost> kept_;  // by id
};

}  // namespace vigie
