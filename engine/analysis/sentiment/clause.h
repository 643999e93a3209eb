// Which part of a post speaks of a brand, where it names several: the clause around each hit,
// bounded by the end of sentences, semicolons, line breaks and words of contrast (mais, but, par
// contre, however, aber, ...).
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

// The clause that holds the token `at`. `others`: the tokens at which hits of other brands begin,
// rising; a comma between one of them and `at` bounds the clause where a verb stands on either side
// of it ("A est nul, B est super"). Words of contrast are those of the language, as some mean
// something else in another (French "ma", Spanish "mas"); of none: those that are the same in all.
// They belong to no clause. Looks at no more than kClauseTokensMax tokens on either side.
// REQUIRES: at < tokens.size(); the tokens are those of `folded`, in order.
[[nodiscard]] Clause clause_around(std::string_view folded, std::span<const Token> tokens,
                                   std::uint32_t at, std::span<const std::uint32_t> others,
                                   Language language);

}  // namespace vigie::sentiment
