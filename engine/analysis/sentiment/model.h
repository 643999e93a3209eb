// A model as its file has it (models/README.md): a table of two int8 weights, for negative and
// positive, per bucket and group of features; neutral has none.
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

struct Table {
  const std::int8_t* weights = nullptr;  // negative, positive, of each bucket; null: no table
  int shift = 32;                        // bucket = hash >> shift
  LogOdds scale;                         // of one unit of the weights
};

struct Model {
  std::array<Table, kGroups> tables{};
  LogOdds bias;
  float temperature = 1;  // that scales and bias have been divided by
  float shared = 1;       // what the sum of the shared model is multiplied by
  // Texts by what they are (row) and what the model called them, out of cross-validation.
  std::array<std::array<std::uint32_t, 3>, 3> confusion{};
};

inline constexpr std::string_view kModelMagic = "VGSM";
inline constexpr std::uint32_t kModelVersion = 1;
inline constexpr std::size_t kModelHeaderBytes = 128;

// The model whose file these bytes are; they must outlive it. CHECKs their form: they are part of
// the program.
[[nodiscard]] Model read_model(std::string_view file);

// Those of the program. The shared one is that of Language::none: it has tables of signs, emoji and
// words that are the same in several languages, and adds to the others.
[[nodiscard]] const Model& model_of(Language language);

// What the features of a text add by the tables of a model, without its bias.
[[nodiscard]] LogOdds sum(const Model& model, const Features& features);

}  // namespace vigie::sentiment
