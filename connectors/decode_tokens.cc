#include "connectors/decode_tokens.h"

#include <algorithm>
#include <array>

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
char simple_escape(char letter) {
  switch (letter) {
    case '"': return '"';
    case '\\': return '\\';
    case '/': return '/';
    case 'b': return '\b';
    case 'f': return '\f';
    case 'n': return '\n';
    case 'r': return '\r';
    case 't': return '\t';
    default: return '\0';
  }
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
  for (std::size_t at = raw.find('\\'); at != std::string_view::npos; at = raw.find('\\', at)) {
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
  for (std::size_t at = 0; at < raw.size();) {
    if (raw[at] != '\\') {
      const std::size_t stop = std::min(raw.find('\\', at), raw.size());
      end = std::copy(raw.begin() + at, raw.begin() + stop, end);
      at = stop;
      continue;
    }
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
