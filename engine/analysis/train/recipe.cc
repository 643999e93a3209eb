#include "engine/analysis/train/recipe.h"

#include <utility>

namespace vigie::train {
namespace {

constexpr std::array<int, kGroups> kBits{20, 16, 17, 12, 8};
constexpr std::array<float, kGroups> kGains{1, 0.7F, 1, 0.3F, 0.5F};

// With the benchmarks of the five other languages.
std::vector<ExtraTexts> with_others(std::string_view name, std::vector<ExtraTexts> extra) {
  for (const std::string_view other :
       {"@english", "@french", "@german", "@italian", "@portuguese", "@spanish"}) {
    if (other.substr(1) != name) extra.push_back({other, 0.1F});
  }
  return extra;
}

Recipe recipe(Language language, std::string_view name, std::vector<ExtraTexts> extra,
              std::vector<std::string_view> lexicons) {
  return {.language = language,
          .name = name,
          .extra = std::move(extra),
          .bits = kBits,
          .word_bits = 13,
          .gains = kGains,
          .lexicons = std::move(lexicons),
          .lexicon_gain = 2,
          .cost = 1,
          .smoothing = 0.3F};
}

std::vector<Recipe> all_recipes() {
  const std::vector<std::string_view> written{"afinn", "own", "mild"};
  std::vector<Recipe> all{
      recipe(Language::english, "english",
             with_others("english", {{"semeval", 0.5F}, {"+templates", 0.2F}}), {"afinn", "vader"}),
      recipe(Language::french, "french", {{"deft2017", 0.1F}, {"+templates", 0.2F}},
             {"afinn", "vader", "own", "mild"}),
      recipe(Language::german, "german", with_others("german", {{"potts", 0.15F}}), written),
      recipe(Language::italian, "italian", with_others("italian", {{"xed", 0.1F}}), written),
      recipe(Language::portuguese, "portuguese",
             with_others("portuguese", {{"mabsa", 0.2F}, {"xed_br", 0.1F}}), written),
      recipe(Language::spanish, "spanish", with_others("spanish", {{"mabsa", 0.2F}, {"xed", 0.1F}}),
             written),
  };
  // Those with the most words: with 2^13 buckets too many find theirs full.
  for (std::size_t i = 0; i < 3; ++i) all[i].word_bits = 14;
  // Smileys say more in German than elsewhere: bench/sentiment.md.
  all[2].gains[static_cast<std::size_t>(Group::signs)] = 0.6F;
  return all;
}

}  // namespace

std::span<const Recipe> recipes() {
  static const std::vector<Recipe> all = all_recipes();
  return all;
}

const Recipe& shared_recipe() {
  static const Recipe shared{.language = Language::none,
                             .name = "shared",
                             .extra = {},
                             .bits = {20, 0, 0, 10, 0},
                             .word_bits = 9,
                             .gains = {1, 0, 0, 0.3F, 0},
                             .lexicons = {},
                             .lexicon_gain = 0,
                             .cost = 1,
                             .smoothing = 0.3F};
  return shared;
}

}  // namespace vigie::train
