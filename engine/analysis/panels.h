// Share of voice: what part of a panel's mentions, reach and engagement each of its brands has.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/analysis/snapshot.h"

namespace vigie {

enum class VoiceBy : std::uint8_t { mentions, reach, engagement };
inline constexpr std::size_t kVoiceBy = 3;
[[nodiscard]] std::string_view to_text(VoiceBy by);

struct Share {
  double part = 0;   // of the brand
  double whole = 0;  // of the panel
  // Nothing where the panel has nothing.
  [[nodiscard]] std::optional<double> ratio() const {
    return whole > 0 ? std::optional{part / whole} : std::nullopt;
  }
};

// One brand in its panel. The brand outlives it.
struct Voice {
  const BrandSnapshot* brand = nullptr;
  std::array<std::array<Share, kVoiceBy>, kKpiWindows.size()> shares{};  // by window, then VoiceBy
};

// The brands that have a panel, those of a panel together, panels in the order of their first
// brand. An author who speaks of two brands of a panel counts in the reach of both.
[[nodiscard]] std::vector<Voice> share_of_voice(std::span<const BrandSnapshot* const> brands);

}  // namespace vigie
