// How brands keep their ids while the rules are replaced.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/brand_list.h"
#include "engine/base/result.h"
#include "rules/rules.h"

namespace vigie {

// The list that follows `known` when these are watched: a name that is known keeps its id,
// also when it was not watched for a while; a new one gets the next free id. The first list
// numbers the brands by their place. REQUIRES: no two brands have the same name.
// Errors: config, when the process would have to tell apart more than kBrandsMax names.
[[nodiscard]] Result<std::shared_ptr<const BrandList>> next_brands(
    const BrandList& known, std::span<const rules::Brand> brands,
    std::span<const rules::Segment> segments = {});

// The list with these names too, which are known and not watched: those of saved state.
// Errors: config, as above.
[[nodiscard]] Result<std::shared_ptr<const BrandList>> with_names(
    const BrandList& brands, std::span<const std::string> names);

// The ids of the watched brands, as rules::compile() wants them.
[[nodiscard]] std::vector<BrandId> ids_of(const BrandList& brands);

// What workers match with and shards count for. Both take it from one cell, shards after the facts:
// so no fact names a brand that its shard does not know.
struct RulesInUse {
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const BrandList> brands;  // `live` has the order of the rule set
};

}  // namespace vigie
