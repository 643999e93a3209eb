// A post as the naive evaluator reads it: fields cut into words, each word with what it is when
// case or accents count. Nothing here comes from the program but fold_scalar().
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/mention.h"

namespace vigie::rules::naive {

// What counts when two words are compared, as the place of a key.
[[nodiscard]] constexpr std::size_t key_of(bool match_case, bool match_accents) {
  return (match_case ? 1U : 0U) + (match_accents ? 2U : 0U);
}

// One character of a key: a folded code point, and whether it was a capital, and its accent, where
// they count. Case and accents are known of Latin-1, Latin Extended-A, Greek and Cyrillic.
inline constexpr char32_t kCapital = 1U << 21;
inline constexpr unsigned kAccentShift = 22;
inline constexpr char32_t kBase = kCapital - 1;

struct Word {
  std::array<std::u32string, 4> keys;  // by key_of()
  std::uint32_t begin = 0;             // in the original
  std::uint32_t end = 0;
  std::uint32_t folded_begin = 0;
  std::uint32_t folded_end = 0;
  char sign = 0;  // the one of "#@$" that stands right before it
  bool is_hashtag = false;
  bool is_handle = false;
  bool is_cashtag = false;
};

struct Field {
  enum class Kind : std::uint8_t { text, title, shared_text, hashtag, handle };
  Kind kind = Kind::text;
  std::string_view original;
  std::string folded;  // of the items of lists: behind their sign
  std::vector<Word> words;
};

// The words of a text; `kind` says which sign an item is taken to have.
[[nodiscard]] Field read_field(Field::Kind kind, std::string_view text);
[[nodiscard]] std::vector<Field> read_fields(const Mention& mention);

// Whether neither end of [begin, end) lies within a word.
[[nodiscard]] bool stands_alone(std::string_view text, std::size_t begin, std::size_t end);
// Folded text without spaces at either end.
[[nodiscard]] std::string folded(std::string_view text);
// Its code points.
[[nodiscard]] std::u32string decoded(std::string_view text);
// The key of a text as one piece, its separators left out.
[[nodiscard]] std::u32string key(std::string_view text, std::size_t which);

// The parts of a hashtag that capitals, digits and '_' show: 'ILove_Cola2' is I, Love, Cola, 2.
[[nodiscard]] std::vector<std::u32string> parts_of_hashtag(const Word& word);

}  // namespace vigie::rules::naive
