#include "engine/analysis/post_state.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstring>

namespace vigie {

std::string_view to_text(AuthorTier tier) {
  static constexpr std::array<std::string_view, 4> kTiers{"unknown", "nano", "micro", "macro"};
  return kTiers[static_cast<std::size_t>(tier)];
}

std::uint32_t packed_score(float score) {
  const long steps = std::lround(std::clamp(score, -1.0F, 1.0F) * kScoreSteps);
  return static_cast<std::uint32_t>(steps + kScoreSteps);
}

void upgrade_row(PostState* row) {
  constexpr std::size_t kAnsweredAfterAt = 92;  // see post_table.h
  std::uint32_t answered_after = 0;
  std::memcpy(&answered_after, reinterpret_cast<const char*>(row) + kAnsweredAfterAt,
              sizeof answered_after);
  constexpr std::uint32_t kNone = 0xFFFFFFFF;
  const std::uint32_t most = answered_after == kNone ? kNotAnswered : kNotAnswered - 1;
  row->answered_after = std::min(answered_after, most) & kNotAnswered;
  row->score = kScoreSteps;
  row->language = 0;
  row->crisis = 0;
}

}  // namespace vigie
