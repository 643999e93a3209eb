#include <array>
#include <cstddef>
#include <string_view>

#include "engine/analysis/sentiment/sentiment.h"

namespace vigie::sentiment {
namespace {

constexpr std::array<std::string_view, kLanguages> kTags{"und", "en", "fr", "de", "it", "pt", "es"};

constexpr char lower(char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c | 0x20 : c); }

}  // namespace

std::string_view to_text(Language language) { return kTags[static_cast<std::size_t>(language)]; }

Language language_of(std::string_view tag) {
  const std::string_view primary = tag.substr(0, tag.find_first_of("-_"));
  if (primary.size() != 2) return Language::none;
  const std::array<char, 2> lowered{lower(primary[0]), lower(primary[1])};
  for (std::size_t i = 1; i < kLanguages; ++i) {
    if (kTags[i] == std::string_view(lowered.data(), lowered.size())) {
      return static_cast<Language>(i);
    }
  }
  return Language::none;
}

}  // namespace vigie::sentiment
