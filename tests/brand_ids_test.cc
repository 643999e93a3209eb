#include "engine/runtime/brand_ids.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::vector<rules::Brand> brands(std::initializer_list<std::string_view> names) {
  std::vector<rules::Brand> out;
  for (const std::string_view name : names) out.push_back({.name = std::string(name)});
  return out;
}

std::string text(const BrandList& list) {
  std::string out;
  for (const BrandList::Live& live : list.live) {
    out += cat(list.names[live.id], "=", live.id, live.shadow ? "*" : "", " ");
  }
  return cat(out, "of ", list.names.size());
}

TEST_CASE("the first list numbers the brands by their place") {
  const auto first = next_brands({}, brands({"Alpha", "Beta"}));
  REQUIRE(first);
  CHECK(text(**first) == "Alpha=0 Beta=1 of 2");
  CHECK(ids_of(**first) == std::vector<BrandId>{0, 1});
}

TEST_CASE("a name keeps its id through any order, also when it was away") {
  auto list = *next_brands({}, brands({"Alpha", "Beta", "Gamma"}));
  list = *next_brands(*list, brands({"Gamma", "Delta", "Alpha"}));
  CHECK(text(*list) == "Gamma=2 Delta=3 Alpha=0 of 4");
  list = *next_brands(*list, brands({"Epsilon", "Beta"}));
  CHECK(text(*list) == "Epsilon=4 Beta=1 of 5");
  list = *next_brands(*list, brands({"beta"}));  // another name
  CHECK(text(*list) == "beta=5 of 6");
}

TEST_CASE("the list says which brands have a shadow query") {
  std::vector<rules::Brand> two = brands({"Alpha", "Beta"});
  two[1].shadow = "beta AND new";
  CHECK(text(**next_brands({}, two)) == "Alpha=0 Beta=1* of 2");
}

TEST_CASE("the list holds the plans of the campaigns, in their order") {
  std::vector<rules::Brand> one = brands({"Alpha"});
  one[0].campaigns = {{.name = "Spring", .hashtags = {"spring"}, .target = 500},
                      {.name = "Noel", .start = kEventTimeMin, .end = kEventTimeMax}};
  const auto list = next_brands({}, one);
  REQUIRE(list);
  const std::vector<CampaignPlan> expected = {
      {.name = "Spring", .target = 500, .start = {}, .end = {}},
      {.name = "Noel", .target = 0, .start = kEventTimeMin, .end = kEventTimeMax}};
  CHECK((*list)->live[0].campaigns == expected);
}

TEST_CASE("more names than a process can tell apart are refused with the mend") {
  BrandList full;
  for (std::size_t i = 0; i < kBrandsMax; ++i) full.names.push_back(cat("b", i));
  CHECK(next_brands(full, brands({"b7", "b199999"})));
  const auto refused = next_brands(full, brands({"b7", "one", "two"}));
  REQUIRE_FALSE(refused);
  CHECK(refused.error().kind == ErrorKind::config);
  CHECK(refused.error().text() ==
        "with these brands the process would have watched 200002 names since its start, and it can "
        "tell 200000 apart; restart to reload more");
}

}  // namespace
}  // namespace vigie
