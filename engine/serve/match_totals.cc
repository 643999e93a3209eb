#include "engine/serve/match_totals.h"

#include <algorithm>
#include <cstddef>
#include <memory>

namespace vigie {
namespace {

void add(const std::vector<ShadowSample>& samples, std::vector<ShadowSample>* all) {
  all->insert(all->end(), samples.begin(), samples.end());
}

}  // namespace

MatchTotals::MatchTotals(std::span<const MatchReportCell* const> workers) {
  for (const MatchReportCell* cell : workers) {
    const std::shared_ptr<const MatchReport> report = cell->load();
    if (report == nullptr) continue;
    costs_.resize(std::max(costs_.size(), report->costs.size()));
    for (std::size_t id = 0; id < report->costs.size(); ++id) {
      const BrandCost& cost = report->costs[id];
      costs_[id].candidates += cost.candidates;
      costs_[id].verifications += cost.verifications;
      costs_[id].matches += cost.matches;
      costs_[id].failures += cost.failures;
      costs_[id].seconds += cost.seconds;
    }
    for (const ShadowReport& shadow : report->shadows) {
      ShadowReport& total = shadows_[shadow.brand];
      total.gained += shadow.gained;
      total.lost += shadow.lost;
      add(shadow.gained_samples, &total.gained_samples);
      add(shadow.lost_samples, &total.lost_samples);
    }
  }
}

const BrandCost& MatchTotals::cost(BrandId brand) const {
  static const BrandCost none;
  return brand < costs_.size() ? costs_[brand] : none;
}

const ShadowReport& MatchTotals::shadow(BrandId brand) const {
  static const ShadowReport none;
  const auto found = shadows_.find(brand);
  return found != shadows_.end() ? found->second : none;
}

}  // namespace vigie
