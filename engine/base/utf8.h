// Texts as characters: the code points of UTF-8. None of these asks whether a text is valid; in one
// that is not, a character is a byte and the continuation bytes behind it.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigie {

// Whether the byte is one of a character that began before it.
[[nodiscard]] constexpr bool is_continuation(unsigned char c) { return (c & 0xC0) == 0x80; }
[[nodiscard]] constexpr bool is_continuation(char c) {
  return is_continuation(static_cast<unsigned char>(c));
}

// Bytes of the first character. REQUIRES: there is one.
[[nodiscard]] constexpr std::size_t character_bytes(std::string_view text) {
  std::size_t bytes = 1;
  while (bytes < text.size() && is_continuation(text[bytes])) ++bytes;
  return bytes;
}

[[nodiscard]] constexpr std::size_t count_characters(std::string_view text) {
  return static_cast<std::size_t>(
      std::ranges::count_if(text, [](char c) { return !is_continuation(c); }));
}

// As many characters from the beginning as have `bytes_max` bytes at most.
[[nodiscard]] constexpr std::string_view whole_characters(std::string_view text,
                                                          std::size_t bytes_max) {
  if (bytes_max >= text.size()) return text;
  while (bytes_max > 0 && is_continuation(text[bytes_max])) --bytes_max;
  return text.substr(0, bytes_max);
}

// Writes the character to `to`, 1 to 4 bytes, and returns the end of it.
// REQUIRES: a code point, and no surrogate.
[[nodiscard]] constexpr char* put_utf8(std::uint32_t code, char* to) {
  const auto tail = [&](int shift) { return static_cast<char>(0x80 | (code >> shift & 0x3f)); };
  if (code < 0x80) {
    *to++ = static_cast<char>(code);
  } else if (code < 0x800) {
    *to++ = static_cast<char>(0xc0 | code >> 6);
    *to++ = tail(0);
  } else if (code < 0x10000) {
    *to++ = static_cast<char>(0xe0 | code >> 12);
    *to++ = tail(6);
    *to++ = tail(0);
  } else {
    *to++ = static_cast<char>(0xf0 | code >> 18);
    *to++ = tail(12);
    *to++ = tail(6);
    *to++ = tail(0);
  }
  return to;
}

}  // namespace vigie
