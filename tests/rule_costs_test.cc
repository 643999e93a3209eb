#include "engine/runtime/rule_costs.h"

#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "engine/base/text.h"

namespace vigie {
namespace {

BrandList watching(std::size_t names, const std::vector<BrandId>& ids) {
  BrandList out;
  out.names.resize(names);
  for (const BrandId id : ids) out.live.push_back({.id = id});
  return out;
}

rules::RuleCost cost(std::uint64_t n) {
  return {.candidates = n,
          .verifications = 2 * n,
          .matches = 3 * n,
          .failures = 4 * n,
          .seconds = static_cast<double>(n) / 4};
}

std::string text(const std::vector<BrandCost>& costs) {
  std::string out;
  for (const BrandCost& c : costs) {
    out += cat(c.candidates, "/", c.verifications, "/", c.matches, "/", c.failures, "/", c.seconds,
               " ");
  }
  return out;
}

TEST_CASE("costs go by id and do not fall when the rules are replaced") {
  RuleCosts costs;
  const BrandList first = watching(2, {0, 1});
  CHECK(text(costs.with(std::vector{cost(4), cost(8)}, first)) == "4/8/12/16/1 8/16/24/32/2 ");
  costs.keep(std::vector{cost(4), cost(8)}, first);
  const BrandList second = watching(3, {2, 0});  // brand 1 is away
  CHECK(text(costs.with(std::vector{cost(0), cost(4)}, second)) ==
        "8/16/24/32/2 8/16/24/32/2 0/0/0/0/0 ");
  costs.keep(std::vector{cost(12), cost(4)}, second);
  CHECK(text(costs.with(std::vector{cost(4)}, watching(3, {1}))) ==
        "8/16/24/32/2 12/24/36/48/3 12/24/36/48/3 ");
}

}  // namespace
}  // namespace vigie
