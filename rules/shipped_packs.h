// The queries of rules/packs that are built in, as they were when the program was built. Each is
// whole by itself: it calls no other query, list or group.
#pragma once

#include <string>
#include <vector>

namespace vigie::rules {

// Of recommendation.yaml. In a configuration they are called as the members are, under `kpis`; one
// that is there takes the place of the one here.
struct RecommendationPack {
  std::string recommend{};
  std::string advise_against{};
};
[[nodiscard]] RecommendationPack recommendation_pack();

// Of crisis.yaml: words of a crisis, by sector ("product_harm", "outage").
struct CrisisSector {
  std::string name{};
  std::string query{};
};
// kCrisisSectorsMax at most, in the order of the file.
[[nodiscard]] std::vector<CrisisSector> crisis_pack();

}  // namespace vigie::rules
