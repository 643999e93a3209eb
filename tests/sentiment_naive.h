// The features of a text as one would write them down: strings, one after another. The oracle of
// engine/analysis/sentiment/features.cc.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/sentiment/features.h"

namespace vigie::sentiment {

// Hashes of the features of words, pairs and characters, sorted. REQUIRES: no more tokens and bytes
// than the scorer looks at.
[[nodiscard]] std::array<std::vector<std::uint32_t>, 3> naive_features(const Text& text,
                                                                       Language language);

// The score by these features and those of signs and style that Features has found, in doubles.
[[nodiscard]] std::array<double, 3> naive_score(const Text& text, Language language);

}  // namespace vigie::sentiment
