#include "rules/shipped_packs.h"

#include <array>
#include <cstddef>
#include <string_view>

#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie::rules {
namespace {

struct ShippedPack {
  std::string_view name;
  std::string_view yaml;
};

#include "rules/shipped_packs.inc"

std::string_view yaml_of(std::string_view pack) {
  for (const ShippedPack& one : kEmbedded) {
    if (one.name == pack) return one.yaml;
  }
  CHECK(false);
  return {};
}

// Calls each(name, query) for the texts under "  NAME: |" of `queries:`, their lines indented by
// four or more. The file is ours and the tests hold this to what a reader of YAML makes of it;
// rules has none.
template <class Each>
void each_query(std::string_view yaml, Each each) {
  constexpr std::string_view kIndent = "    ";
  constexpr std::string_view kEnd = ": |";
  std::string name;
  std::string query;
  const auto finish = [&] {
    if (!name.empty()) each(name, query);
    name.clear();
    query.clear();
  };
  while (!yaml.empty()) {
    const std::string_view whole = yaml.substr(0, yaml.find('\n') + 1);
    yaml.remove_prefix(whole.size());
    if (whole.starts_with(kIndent)) {
      if (!name.empty()) query += whole.substr(kIndent.size());
      continue;
    }
    finish();
    const std::string_view line = whole.substr(0, whole.size() - 1);
    if (!line.starts_with("  ") || !line.ends_with(kEnd)) continue;
    name = line.substr(2, line.size() - 2 - kEnd.size());
  }
  finish();
}

}  // namespace

RecommendationPack recommendation_pack() {
  RecommendationPack out;
  each_query(yaml_of("recommendation"), [&](const std::string& name, const std::string& query) {
    if (name == "recommend") out.recommend = query;
    if (name == "advise_against") out.advise_against = query;
  });
  CHECK(!out.recommend.empty() && !out.advise_against.empty());
  return out;
}

std::vector<CrisisSector> crisis_pack() {
  constexpr std::string_view kPrefix = "crisis_";
  std::vector<CrisisSector> out;
  each_query(yaml_of("crisis"), [&](const std::string& name, const std::string& query) {
    CHECK(name.starts_with(kPrefix));
    out.push_back({name.substr(kPrefix.size()), query});
  });
  CHECK(!out.empty() && out.size() <= kCrisisSectorsMax);
  return out;
}

}  // namespace vigie::rules
