// How the model of a language is made: which extra texts, how large its tables are, and what
// cross-validation has chosen. bench/sentiment.md says what each of these brings.
#pragma once

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "engine/analysis/sentiment/features.h"
#include "engine/analysis/sentiment/sentiment.h"

namespace vigie::train {

using sentiment::Group;
using sentiment::kGroups;
using sentiment::Language;

// Texts beside the benchmark's of the language; weight of one of them, where one of the benchmark
// has 1. "@italian" stands for the benchmark of another language: names, loan words and emoji are
// often the same. "+templates" stands for templates/LANGUAGE.tsv of this tree.
struct ExtraTexts {
  std::string_view name;
  float weight = 0;
};

struct Recipe {
  Language language = Language::none;  // none: the shared model
  std::string_view name;               // of its files
  std::vector<ExtraTexts> extra;
  // Logarithm of the buckets of each group; 0: the group is left out. Words are so many that they
  // hardly share one; in the file they have a table of 2^word_bits times four slots.
  std::array<int, kGroups> bits{};
  int word_bits = 13;
  // What the values of a group are multiplied by: the larger, the less its weights are held back.
  std::array<float, kGroups> gains{};
  // Of lexicons/LANGUAGE.NAME.tsv.
  std::vector<std::string_view> lexicons;
  float lexicon_gain = 0;
  float cost = 1;       // of errors against large weights
  float smoothing = 1;  // of the counts that say how telling a feature is
};

// The six languages, in the order of Language.
[[nodiscard]] std::span<const Recipe> recipes();
[[nodiscard]] const Recipe& shared_recipe();  // its words are emoji alone

// Parts of the benchmark for cross-validation.
inline constexpr std::uint32_t kFolds = 5;

}  // namespace vigie::train
