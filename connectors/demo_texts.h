// What the people of the demo say. A line is a sentence with slots: {b} the brand as people write
// it, {p} one of its products, {c} a competitor, {v} a town, {n} a number from 2 to 9, {d} a day,
// {u} somebody's handle.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "connectors/demo_brands.h"

namespace vigie {

enum class DemoTone : std::uint8_t { complaint, praise, question, neutral };
inline constexpr std::size_t kDemoTones = 4;

enum class DemoLanguage : std::uint8_t { french, english };

using DemoLines = std::span<const std::string_view>;

struct DemoPhrases {
  // By sector, then by tone.
  std::array<std::array<DemoLines, kDemoTones>, kDemoSectors> usual;
  // Before and behind a sentence, by tone.
  std::array<DemoLines, kDemoTones> openers;
  std::array<DemoLines, kDemoTones> tails;
  DemoLines replies;  // to a post about a brand
  DemoLines crisis;
  DemoLines campaign;
  DemoLines noise;  // without a brand, some with a word that looks like one
  DemoLines towns;
  DemoLines days;
};

[[nodiscard]] const DemoPhrases& french_phrases();
[[nodiscard]] const DemoPhrases& english_phrases();

}  // namespace vigie
