#include "engine/analysis/train/recipe.h"

namespace vigie::train {
namespace {

constexpr std::array<int, kGroups> kBits{20, 16, 17, 12, 8};
constexpr std::array<float, kGroups> kGains{1, 0.7F, 1, 0.3F, 0.5F};

Recipe recipe(Language language, std::string_view name, std::vector<ExtraTexts> extra) {
  return {.language = language,
          .name = name,
          .extra = std::move(extra),
          .bits = kBits,
          .word_bits = language == Language::english ? 14 : 13,
          .gains = kGains,
          .lexicon_gain = 2,
          .cost = 1,
          .smoothing = 0.3F};
}

}  // namespace

std::span<const Recipe> recipes() {
  static const std::vector<Recipe> all{
      recipe(Language::english, "english", {{"semeval", 0.5F}, {"+templates", 0.2F}}),
      recipe(Language::french, "french", {{"deft2017", 0.1F}, {"+templates", 0.2F}}),
      recipe(Language::german, "german", {{"potts", 0.15F}}),
      recipe(Language::italian, "italian",
             {{"xed", 0.1F},
              {"@english", 0.1F},
              {"@french", 0.1F},
              {"@german", 0.1F},
              {"@portuguese", 0.1F},
              {"@spanish", 0.1F}}),
      recipe(Language::portuguese, "portuguese",
             {{"mabsa", 0.2F},
              {"xed_br", 0.1F},
              {"@english", 0.1F},
              {"@french", 0.1F},
              {"@german", 0.1F},
              {"@italian", 0.1F},
              {"@spanish", 0.1F}}),
      recipe(Language::spanish, "spanish", {{"mabsa", 0.2F}, {"xed", 0.1F}}),
  };
  return all;
}

const Recipe& shared_recipe() {
  static const Recipe shared{.language = Language::none,
                             .name = "shared",
                             .extra = {},
                             .bits = {20, 0, 0, 10, 0},
                             .word_bits = 9,
                             .gains = {1, 0, 0, 0.3F, 0},
                             .lexicon_gain = 0,
                             .cost = 1,
                             .smoothing = 0.3F};
  return shared;
}

}  // namespace vigie::train
