// A model as its file has it (models/README.md): per group of features a table of two int8 weights,
// for negative and positive, per bucket; neutral has none. Words are told apart by a fingerprint,
// the other groups share buckets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

#include "engine/analysis/sentiment/features.h"
#include "engine/analysis/sentiment/sentiment.h"

namespace vigie::sentiment {

// Log odds of negative and of positive against neutral.
struct LogOdds {
  float negative = 0;
  float positive = 0;
};

// In units of the scale.
struct Cut {
  std::int8_t negative = 0;
  std::int8_t positive = 0;
};

struct Table {
  const Cut* buckets = nullptr;  // null: the group has no table, or is words
  int shift = 32;                // bucket = hash >> shift
  LogOdds scale;
};

// A word that a model knows.
struct WordSlot {
  std::uint16_t fingerprint = 0;  // 0: no word
  Cut weights;
};
inline constexpr std::size_t kSlots = 4;
using WordBucket = std::array<WordSlot, kSlots>;
// Of a hash; never 0.
[[nodiscard]] constexpr std::uint16_t fingerprint(std::uint32_t hash) {
  const auto low = static_cast<std::uint16_t>(hash);
  return low == 0 ? std::uint16_t{1} : low;
}

struct Model {
  const WordBucket* words = nullptr;  // bucket = hash >> tables[words].shift
  std::array<Table, kGroups> tables{};
  LogOdds bias;
  float temperature = 1;  // that scales and bias have been divided by
  // Texts by what they are (row) and what the model called them, out of cross-validation.
  std::array<std::array<std::uint32_t, 3>, 3> confusion{};
};

inline constexpr std::string_view kModelMagic = "VGSM";
inline constexpr std::uint32_t kModelVersion = 1;
inline constexpr std::size_t kModelHeaderBytes = 128;

// The model whose file these bytes are; they must outlive it. CHECKs their form: they are part of
// the program.
[[nodiscard]] Model read_model(std::string_view file);

// Those of the program. The shared one is that of Language::none: it knows emoji and signs, learnt
// from all languages, and judges texts without words.
[[nodiscard]] const Model& model_of(Language language);

// The weights of a feature; zeros where there are none.
[[nodiscard]] Cut weights_of(const Model& model, Group group, std::uint32_t hash);

// What the features of a text add by the tables of a model, without its bias.
[[nodiscard]] LogOdds sum(const Model& model, const Features& features);

}  // namespace vigie::sentiment
