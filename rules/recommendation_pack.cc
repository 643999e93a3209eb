#include "rules/recommendation_pack.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/text.h"

namespace vigie::rules {
namespace {

struct ShippedPack {
  std::string_view name;
  std::string_view yaml;
};

#include "rules/recommendation.inc"

// The text of the query that stands under "  NAME: |", its lines indented by four or more. The file
// is ours and the tests hold this to what a reader of YAML makes of it; rules has none.
std::string query_of(std::string_view yaml, std::string_view name) {
  constexpr std::string_view kIndent = "    ";
  const std::string head = cat("\n  ", name, ": |\n");
  const std::size_t found = yaml.find(head);
  CHECK(found != std::string_view::npos);
  std::string query;
  for (yaml.remove_prefix(found + head.size()); !yaml.empty();) {
    const std::string_view line = yaml.substr(0, yaml.find('\n') + 1);
    if (!line.starts_with(kIndent)) break;
    query += line.substr(kIndent.size());
    yaml.remove_prefix(line.size());
  }
  CHECK(!query.empty());
  return query;
}

}  // namespace

RecommendationPack recommendation_pack() {
  const std::string_view yaml = kEmbedded[0].yaml;
  return {.recommend = query_of(yaml, "recommend"),
          .advise_against = query_of(yaml, "advise_against")};
}

}  // namespace vigie::rules
