// How common a word is, roughly: to warn of a query that looks for an everyday word on its own.
#pragma once

#include <cstdint>
#include <string_view>

namespace vigie::rules {

enum class Frequency : std::uint8_t {
  rare,         // any word that is in no list
  everyday,     // French and English; names of brands that are such words, too: orange, apple
  very_common,  // in French, English, German, Spanish, Italian or Portuguese: articles, pronouns
};

// REQUIRES: the word is folded.
[[nodiscard]] Frequency frequency_of(std::string_view folded_word);
// Whether it is very_common, by one look-up: for every word of many posts. REQUIRES: likewise.
[[nodiscard]] bool is_very_common(std::string_view folded_word);

}  // namespace vigie::rules
