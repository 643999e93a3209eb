#include "engine/runtime/brand_ids.h"

#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::vector<CampaignPlan> plans_of(std::span<const rules::Campaign> campaigns) {
  std::vector<CampaignPlan> plans;
  plans.reserve(campaigns.size());
  for (const rules::Campaign& one : campaigns) {
    plans.push_back({.name = one.name, .target = one.target, .start = one.start, .end = one.end});
  }
  return plans;
}

}  // namespace

Result<std::shared_ptr<const BrandList>> next_brands(const BrandList& known,
                                                     std::span<const rules::Brand> brands,
                                                     std::span<const rules::Segment> segments) {
  auto next = std::make_shared<BrandList>();
  for (const rules::Segment& segment : segments) next->segments.push_back(segment.name);
  for (rules::CrisisSector& sector : rules::crisis_pack()) {
    next->crises.push_back(std::move(sector.name));
  }
  next->names = known.names;
  next->live.reserve(brands.size());
  std::unordered_map<std::string_view, BrandId> ids;
  for (BrandId id = 0; id < known.names.size(); ++id) ids.emplace(known.names[id], id);
  for (const rules::Brand& brand : brands) {
    const auto [at, added] = ids.try_emplace(brand.name, static_cast<BrandId>(next->names.size()));
    if (added) next->names.push_back(brand.name);
    next->live.push_back({.id = at->second,
                          .shadow = !brand.shadow.empty(),
                          .panel = brand.panel,
                          .campaigns = plans_of(brand.campaigns)});
  }
  if (next->names.size() > kBrandsMax) {
    return fail(ErrorKind::config,
                cat("with these brands the process would have watched ", next->names.size(),
                    " names since its start, and it can tell ", kBrandsMax,
                    " apart; restart to reload more"));
  }
  return next;
}

Result<std::shared_ptr<const BrandList>> with_names(const BrandList& brands,
                                                    std::span<const std::string> names) {
  auto out = std::make_shared<BrandList>(brands);
  const std::unordered_set<std::string_view> known(brands.names.begin(), brands.names.end());
  for (const std::string& name : names) {
    if (!known.contains(name)) out->names.push_back(name);
  }
  if (out->names.size() > kBrandsMax) {
    return fail(ErrorKind::config, cat("the state knows ", names.size(),
                                       " brands, and with those configured there "
                                       "are ",
                                       out->names.size(), ", but a process can tell ", kBrandsMax,
                                       " apart; begin with a new state.path"));
  }
  return out;
}

std::vector<BrandId> ids_of(const BrandList& brands) {
  std::vector<BrandId> ids;
  ids.reserve(brands.live.size());
  for (const BrandList::Live& brand : brands.live) ids.push_back(brand.id);
  return ids;
}

}  // namespace vigie
