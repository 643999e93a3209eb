#include "rules/shipped_packs.h"

#include <doctest/doctest.h>

#include <string>
#include <string_view>

#include "engine/base/text.h"
#include "engine/runtime/settings.h"

namespace vigie {
namespace {

auto queries_of(std::string_view file) {
  return load_settings(cat(VIGIE_SOURCE_DIR, "/rules/packs/", file)).settings.library.queries;
}

TEST_CASE("the built-in queries are those of the file, as a configuration reads it") {
  const auto queries = queries_of("recommendation_tests.yaml");
  const rules::RecommendationPack pack = rules::recommendation_pack();
  REQUIRE(queries.size() == 2);
  CHECK(pack.recommend == queries.at("recommend"));
  CHECK(pack.advise_against == queries.at("advise_against"));
}

TEST_CASE("so are the words of a crisis, by sector") {
  const auto queries = queries_of("crisis_tests.yaml");
  const auto sectors = rules::crisis_pack();
  CHECK(queries.size() == sectors.size());
  for (const rules::CrisisSector& sector : sectors) {
    CAPTURE(sector.name);
    REQUIRE(queries.contains(cat("crisis_", sector.name)));
    CHECK(sector.query == queries.at(cat("crisis_", sector.name)));
  }
}

}  // namespace
}  // namespace vigie
