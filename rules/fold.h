// Folding: what people write alike becomes the same bytes. Case, width, diacritics, ligatures and
// invisible characters go; typographic apostrophes and dashes become ASCII ones; every other
// separator that is not ASCII becomes a space. Ideographs, kana, Thai, Lao, Khmer, Myanmar and
// emoji, which are written without spaces between words, get a space on either side: each is a word
// of its own.
//
// In folded text a byte is part of a word exactly when it is one of [a-z0-9_] or at least 0x80.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "rules/buffer.h"

namespace vigie::rules {

[[nodiscard]] constexpr bool is_word_byte(char c) {
  return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
         static_cast<unsigned char>(c) >= 0x80;
}

// Readable bytes behind a folded text, so that it can be read by whole registers.
inline constexpr std::size_t kFoldPaddingBytes = 64;

// From here on, a folded byte lies `original - folded` bytes further on in the original.
struct Shift {
  std::uint32_t folded = 0;
  std::uint32_t original = 0;
  friend bool operator==(const Shift&, const Shift&) = default;
};

// A stretch of bytes.
struct Stretch {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// A folded text and the way back to the original. One thread; its memory is used again by the next
// fold, and given back after a huge text.
class FoldedText {
 public:
  // Valid until the next fold. One byte before (`lead`) and kFoldPaddingBytes behind can be read.
  [[nodiscard]] const char* data() const { return bytes_.data() + 1; }
  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::string_view view() const { return {data(), size_}; }

  // The bytes of `original`, the text that was folded, from which the folded bytes [begin, end)
  // were made: whole code points, with the combining marks and invisible characters behind them.
  // REQUIRES: begin < end <= size().
  [[nodiscard]] Stretch original(std::string_view original, std::uint32_t begin,
                                 std::uint32_t end) const;

  [[nodiscard]] const Shift* shifts() const { return shifts_.data(); }
  [[nodiscard]] std::size_t shift_count() const { return shift_count_; }

 private:
  friend struct FoldWriter;

  [[nodiscard]] std::uint32_t original_of(std::uint32_t folded) const;

  Buffer<char> bytes_;  // the lead, the text, the padding
  Buffer<Shift> shifts_;
  std::size_t size_ = 0;
  std::size_t shift_count_ = 0;
};

// Replaces *out. `lead` is taken as the byte before the text: a list of hashtags holds items
// without their '#'. A byte that is not UTF-8 becomes a space.
// REQUIRES: text.size() < 2^30.
void fold(std::string_view text, FoldedText* out, char lead = ' ');

// The same, a byte at a time: the oracle, and what runs on processors without AVX2.
void fold_scalar(std::string_view text, FoldedText* out, char lead = ' ');

}  // namespace vigie::rules
