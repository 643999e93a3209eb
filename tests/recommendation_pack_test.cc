#include "rules/recommendation_pack.h"

#include <doctest/doctest.h>

#include <string>

#include "engine/runtime/settings.h"

namespace vigie {
namespace {

TEST_CASE("the built-in queries are those of the file, as a configuration reads it") {
  const std::string file = std::string(VIGIE_SOURCE_DIR) + "/rules/packs/recommendation_tests.yaml";
  const Loaded loaded = load_settings(file);
  const auto& queries = loaded.settings.library.queries;
  const rules::RecommendationPack pack = rules::recommendation_pack();
  REQUIRE(queries.size() == 2);
  CHECK(pack.recommend == queries.at("recommend"));
  CHECK(pack.advise_against == queries.at("advise_against"));
}

}  // namespace
}  // namespace vigie
