// The words that negate what follows them, by language.
#pragma once

#include <cstdint>

#include "engine/analysis/sentiment/sentiment.h"

namespace vigie::sentiment {

// Words behind a negation that it reaches; punctuation ends it earlier.
inline constexpr int kNegationWords = 2;

// `bytes` are those of a folded word of up to eight bytes, zeros behind them.
[[nodiscard]] bool is_negation(std::uint64_t bytes, Language language);

}  // namespace vigie::sentiment
