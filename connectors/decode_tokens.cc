#include "connectors/decode_tokens.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "engine/base/utf8.h"

namespace vigie {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// Steps over digits; false when there is none.
bool digits(std::string_view bytes, std::size_t* at) {
  const std::size_t first = *at;
  while (*at < bytes.size() && is_digit(bytes[*at])) ++*at;
  return *at > first;
}

// Steps over the integer part of a number.
bool integer_part(std::string_view bytes, std::size_t* at) {
  if (*at < bytes.size() && bytes[*at] == '-') ++*at;
  if (*at < bytes.size() && bytes[*at] == '0') {
    ++*at;
    return true;
  }
  return digits(bytes, at);
}

// The value of each hexadecimal digit; 0xff of all else.
constexpr std::array<std::uint8_t, 256> kHexDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(0xff);
  for (std::uint8_t i = 0; i < 16; ++i) {
    digits[static_cast<unsigned char>("0123456789abcdef"[i])] = i;
    digits[static_cast<unsigned char>("0123456789ABCDEF"[i])] = i;
  }
  return digits;
}();

// Steps over four hexadecimal digits.
bool hex4(std::string_view raw, std::size_t* at, std::uint32_t* value) {
  if (*at + 4 > raw.size()) return false;
  const auto digit = [&](std::size_t i) -> std::uint32_t {
    return kHexDigits[static_cast<unsigned char>(raw[*at + i])];
  };
  const std::uint32_t high = digit(0) << 4 | digit(1);
  const std::uint32_t low = digit(2) << 4 | digit(3);
  if (((digit(0) | digit(1) | digit(2) | digit(3)) & 0xf0) != 0) return false;
  *value = high << 8 | low;
  *at += 4;
  return true;
}

// What the letter behind a backslash stands for; NUL when nothing, or when it is 'u'.
constexpr std::array<char, 256> kSimpleEscapes = [] {
  std::array<char, 256> meanings{};
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    meanings[static_cast<unsigned char>(kLetters[i])] = kMeanings[i];
  }
  return meanings;
}();
char simple_escape(char letter) { return kSimpleEscapes[static_cast<unsigned char>(letter)]; }

// Of eight bytes, read as a number, those that are backslashes: the lowest bit set is in the first.
std::uint64_t backslashes(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const std::uint64_t zero_where = bytes ^ (kOnes * '\\');
  return (zero_where - kOnes) & ~zero_where & (kOnes << 7);
}

// Copies up to the next backslash and returns its place, or the text's size. What it writes is at
// most as far from `*end` as what it reads is from the end of the text.
std::size_t copy_plain(std::string_view raw, std::size_t at, char** end) {
  static_assert(std::endian::native == std::endian::little);
  for (std::uint64_t bytes = 0; at + sizeof bytes <= raw.size(); at += sizeof bytes) {
    std::memcpy(&bytes, raw.data() + at, sizeof bytes);
    std::memcpy(*end, &bytes, sizeof bytes);
    if (const std::uint64_t found = backslashes(bytes); found != 0) {
      const auto plain = static_cast<std::size_t>(std::countr_zero(found)) / 8;
      *end += plain;
      return at + plain;
    }
    *end += sizeof bytes;
  }
  while (at < raw.size() && raw[at] != '\\') *(*end)++ = raw[at++];
  return at;
}

// The place of the next backslash, or the text's size. Often they stand close together, where
// asking memchr for each takes longer than all else.
std::size_t next_backslash(std::string_view raw, std::size_t at) {
  for (std::uint64_t bytes = 0; at + sizeof bytes <= raw.size(); at += sizeof bytes) {
    std::memcpy(&bytes, raw.data() + at, sizeof bytes);
    if (const std::uint64_t found = backslashes(bytes); found != 0) {
      return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (at < raw.size() && raw[at] != '\\') ++at;
  return at;
}

bool is_high_surrogate(std::uint32_t code) { return code >= 0xd800 && code < 0xdc00; }
bool is_low_surrogate(std::uint32_t code) { return code >= 0xdc00 && code < 0xe000; }

// Steps over "XXXX" of \uXXXX, and over the low half that may follow it.
bool unicode_escape(std::string_view raw, std::size_t* at, std::uint32_t* code,
                    std::uint32_t* lone_surrogates) {
  if (!hex4(raw, at, code)) return false;
  if (!is_high_surrogate(*code) && !is_low_surrogate(*code)) return true;
  std::uint32_t low = 0;
  std::size_t behind = *at + 2;
  if (is_high_surrogate(*code) && raw.substr(*at, 2) == "\\u" && hex4(raw, &behind, &low) &&
      is_low_surrogate(low)) {
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    *at = behind;
    return true;
  }
  *code = kReplacement;
  ++*lone_surrogates;
  return true;
}

}  // namespace

bool is_json_integer(std::string_view bytes) {
  std::size_t at = 0;
  return integer_part(bytes, &at) && at == bytes.size();
}

bool is_json_number(std::string_view bytes) {
  // Most are a few digits, told without the steps below.
  if (!bytes.empty() && bytes.front() != '0' && std::ranges::all_of(bytes, is_digit)) return true;
  std::size_t at = 0;
  if (!integer_part(bytes, &at)) return false;
  if (at < bytes.size() && bytes[at] == '.') {
    ++at;
    if (!digits(bytes, &at)) return false;
  }
  if (at < bytes.size() && (bytes[at] == 'e' || bytes[at] == 'E')) {
    ++at;
    if (at < bytes.size() && (bytes[at] == '+' || bytes[at] == '-')) ++at;
    if (!digits(bytes, &at)) return false;
  }
  return at == bytes.size();
}

bool valid_escapes(std::string_view raw) {
  for (std::size_t at = 0; (at = next_backslash(raw, at)) < raw.size();) {
    if (++at == raw.size()) return false;
    const char letter = raw[at++];
    std::uint32_t code = 0;
    if (letter == 'u' ? !hex4(raw, &at, &code) : simple_escape(letter) == '\0') return false;
  }
  return true;
}

std::optional<std::string_view> unescape(std::string_view raw, char* to,
                                         std::uint32_t* lone_surrogates) {
  char* end = to;
  for (std::size_t at = 0; (at = copy_plain(raw, at, &end)) < raw.size();) {
    if (++at == raw.size()) return std::nullopt;
    const char letter = raw[at++];
    if (letter == 'u') {
      std::uint32_t code = 0;
      if (!unicode_escape(raw, &at, &code, lone_surrogates)) return std::nullopt;
      end = put_utf8(code, end);
    } else {
      *end = simple_escape(letter);
      if (*end++ == '\0') return std::nullopt;
    }
  }
  return std::string_view{to, static_cast<std::size_t>(end - to)};
}

bool JsonTokens::is_scalar(std::string_view bytes) {
  switch (bytes.empty() ? '\0' : bytes.front()) {
    case 'n': return bytes == "null";
    case 't': return bytes == "true";
    case 'f': return bytes == "false";
    default: return is_json_number(bytes);
  }
}

JsonToken JsonTokens::skip_escaped(JsonToken token, const RawString& text) {
  return valid_escapes(text.bytes()) ? token + 1 : fail("a string holds an unknown escape");
}

JsonToken JsonTokens::skip_key(JsonToken token) {
  RawString found;
  token = key(token, &found);
  if (token == nullptr || !found.escaped || valid_escapes(found.bytes())) return token;
  return fail("a key holds an unknown escape");
}

JsonToken JsonTokens::skip_other(JsonToken token) {
  const char first = type(token);
  if (first == '{' || first == '[') return skip_nested(token);
  return is_scalar(scalar(token)) ? token + 1 : fail("a value was expected");
}

// Without recursion: whoever wrote the document chose how deep it nests.
JsonToken JsonTokens::skip_nested(JsonToken token) {
  const int outside = depth_;
  std::array<char, kJsonDepthMax + 1> closing{};  // by depth: the bracket that ends it
  const auto closes = [&] { return type(token) == closing[static_cast<std::size_t>(depth_)]; };
  for (;;) {
    const char first = type(token);
    if (first == '{' || first == '[') {
      if (!enter()) return nullptr;
      closing[static_cast<std::size_t>(depth_)] = first == '{' ? '}' : ']';
      ++token;
      if (!closes()) {
        if (first == '{') token = skip_key(token);
        if (token == nullptr) return nullptr;
        continue;
      }
    } else {
      token = skip(token);
      if (token == nullptr) return nullptr;
    }
    // A value has ended, or an empty object or array ends: leave whatever ends with it, then go on
    // to the next sibling.
    for (; token != end_ && closes(); ++token) {
      if (--depth_ == outside) return token + 1;
    }
    if (token == end_) return fail("the document ends too early");
    if (type(token) != ',') return fail("a comma or a closing bracket was expected");
    ++token;
    if (closing[static_cast<std::size_t>(depth_)] == '}') token = skip_key(token);
    if (token == nullptr) return nullptr;
  }
}

}  // namespace vigie
