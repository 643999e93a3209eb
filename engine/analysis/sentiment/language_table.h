// Tells the language of a text by its stretches of characters (models/README.md).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "engine/analysis/sentiment/features.h"
#include "engine/analysis/sentiment/sentiment.h"

namespace vigie::sentiment {

// Log likelihood ratios by Language, in 1 / kLanguageUnits nats; that of none is of all languages
// that the models do not know. The eighth is not used.
using LanguageRow = std::array<std::int8_t, 8>;
inline constexpr double kLanguageUnits = 24;
inline constexpr int kLanguageBits = 15;
inline constexpr std::size_t kLanguageBuckets = std::size_t{1} << kLanguageBits;
[[nodiscard]] constexpr std::size_t language_bucket(std::uint32_t hash) {
  return hash >> (32 - kLanguageBits);
}

inline constexpr std::string_view kLanguageMagic = "VGLM\x01";
inline constexpr std::size_t kLanguageHeaderBytes = 64;

// The language, by a file of models/: none where there is no word, where it is none of the six, or
// where the second likeliest is too near.
[[nodiscard]] Language language_by(std::string_view file, const Features& features);

}  // namespace vigie::sentiment
