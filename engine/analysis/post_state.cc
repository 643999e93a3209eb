#include "engine/analysis/post_state.h"

#include <array>
#include <cstddef>

namespace vigie {

std::string_view to_text(AuthorTier tier) {
  static constexpr std::array<std::string_view, 4> kTiers{"unknown", "nano", "micro", "macro"};
  return kTiers[static_cast<std::size_t>(tier)];
}

}  // namespace vigie
