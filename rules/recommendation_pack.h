// The queries of rules/packs/recommendation.yaml, as they were when the program was built.
#pragma once

#include <string>

namespace vigie::rules {

// Each is whole by itself: it calls no other query, list or group. In a configuration they are
// called as the members are, under `kpis`; one that is there takes the place of the one here.
struct RecommendationPack {
  std::string recommend{};
  std::string advise_against{};
};
[[nodiscard]] RecommendationPack recommendation_pack();

}  // namespace vigie::rules
