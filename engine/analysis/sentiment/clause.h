// Which part of a post speaks of a brand, where it names several: the clause around each hit,
// bounded by the end of sentences, semicolons and words of contrast (mais, but, par contre,
// however, aber, ...).
#pragma once

#include <cstdint>
#include <span>
#include <string_view>

#include "engine/analysis/sentiment/sentiment.h"
#include "engine/base/token.h"

namespace vigie::sentiment {

// Tokens [first, last) of a text.
struct Clause {
  std::uint32_t first = 0;
  std::uint32_t last = 0;
  friend bool operator==(const Clause&, const Clause&) = default;
};

// The clause that holds the token `at`; words of contrast of all languages bound it. Looks at no
// more than kClauseTokensMax tokens on either side. REQUIRES: at < tokens.size().
[[nodiscard]] Clause clause_around(std::string_view folded, std::span<const Token> tokens,
                                   std::uint32_t at);

}  // namespace vigie::sentiment
