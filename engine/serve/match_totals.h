// What matching has cost and shown, summed over the workers.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "engine/base/cell.h"
#include "engine/base/match_report.h"

namespace vigie {

using MatchReportCell = Cell<MatchReport>;

// One reader's moment: it does not change while it is held.
class MatchTotals {
 public:
  // A cell that is still empty adds nothing.
  explicit MatchTotals(std::span<const MatchReportCell* const> workers);

  // Zeros for a brand that no worker has told of.
  [[nodiscard]] const BrandCost& cost(BrandId brand) const;
  // Samples of one worker after those of the other.
  [[nodiscard]] const ShadowReport& shadow(BrandId brand) const;

 private:
  std::vector<BrandCost> costs_;  // by id
  std::map<BrandId, ShadowReport> shadows_;
};

}  // namespace vigie
