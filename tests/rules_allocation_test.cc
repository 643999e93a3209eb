// The path of a mention allocates nothing once warm: every allocation of this program is counted.
#include <doctest/doctest.h>

#include <array>
#include <cstddef>
#include <cstdlib>
#include <new>
#include <string_view>
#include <vector>

#include "rules/rules.h"
#include "tests/allocations.h"

namespace vigie::rules {
namespace {

TEST_CASE("matching allocates nothing once warm") {
  const std::vector<Brand> brands{{.name = "Orange", .names = {"Orange", "Orange Bank"}},
                                  {.name = "Café", .hashtags = {"café"}, .exclude = {"thé"}},
                                  {.name = "Regex", .regex = {"citrons? (verts?|jaunes?)"}},
                                  {.name = "Query",
                                   .query = "({Яндекс} OR accent:été OR raw:\"C++\" OR oran*) AND "
                                            "NOT (\"le thé\"~3 OR COUNT(jaune NEAR/3 vert*)>=2)"}};
  const std::array<std::string_view, 4> texts{
      "J’aime l’Orange-Bank et le #café, été comme hiver 日本 🍊",
      "citrons verts, citron jaune, Яндекс en C++", "rien", ""};
  const std::array<std::string_view, 1> tags{"Café"};
  auto rules = compile(brands, {}, nullptr);
  REQUIRE(rules.has_value());
  Matcher matcher(*rules);
  Hits hits;
  const auto match_all = [&] {
    std::size_t count = 0;
    for (const std::string_view text : texts) {
      Mention mention;
      mention.text = text;
      mention.title = text.substr(0, text.size() / 2);
      mention.hashtags = tags;
      matcher.match(mention, &hits);
      count += hits.hits.size();
    }
    return count;
  };
  CHECK(match_all() == 8);
  const std::size_t warm = allocations;
  (void)match_all();
  const std::size_t after = allocations;
  CHECK(after == warm);
}

}  // namespace
}  // namespace vigie::rules
