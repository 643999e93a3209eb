// The tokens of one JSON document, and a strict walk over them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

#include "engine/base/limits.h"

namespace vigie {

// What lies between the quotes of a JSON string, as it stands in the document.
struct RawString {
  const char* first = nullptr;
  std::size_t size = 0;
  bool escaped = false;  // holds a backslash: it must be unescaped before it means anything

  [[nodiscard]] std::string_view bytes() const { return {first, size}; }
};

[[nodiscard]] constexpr bool is_json_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

// A place among the tokens of a document; null behind a fault. It is passed and returned by value,
// never kept in an object: the next place is what every step waits for, so it must stay in a
// register.
using JsonToken = const std::uint32_t*;

// The tokens of one document. Every function that takes a token steps over one thing that begins
// there and returns the token behind it. Everything that is stepped over, read or skipped, is
// checked: when that ends at end(), the document is valid JSON from its first byte to its last. The
// first fault stops the walk: the function that finds it returns null, and so do its callers.
class JsonTokens {
 public:
  // Fails at once when the document ends with anything but a closing bracket and is not one single
  // token. So wherever a key or a value may stand there is a token, be it the wrong one, and only
  // object(), array() and skip() have to look out for the end, behind each value.
  //
  // The document may be a part of what was indexed, from one token up to another.
  // REQUIRES: the document has passed JsonIndex, and `starts` are its tokens, at least one.
  JsonTokens(std::string_view json, JsonToken starts, std::size_t count)
      : json_(json.data()), size_(starts[count]), end_(starts + count) {
    const char last = json_[starts[count - 1]];
    if (count > 1 && last != '}' && last != ']') fail("no closing bracket at the end");
    find_backslash(json_ + *starts);
    escapes_valid_ = backslash_ == json_ + size_;
  }

  [[nodiscard]] JsonToken end() const { return end_; }

  // The token's first byte, which tells its type.
  // REQUIRES: token != end(), as in all that follows.
  [[nodiscard]] char type(JsonToken token) const { return json_[*token]; }
  [[nodiscard]] bool is_number(JsonToken token) const {
    const char first = type(token);
    return (first >= '0' && first <= '9') || first == '-';
  }

  // Whether every backslash of a string begins an escape that JSON knows. To be asked in the order
  // of the strings: where many have escapes, those of all that follow are checked at once.
  [[nodiscard]] bool has_valid_escapes(const RawString& text) {
    return !text.escaped || escapes_valid_ || check_escapes(text);
  }

  // The string that is this token. Its escapes are not checked: unescape() or has_valid_escapes()
  // does that. To be called once for each string, in their order.
  // REQUIRES: type(token) == '"'.
  RawString string(JsonToken token) {
    const char* first = json_ + token[0] + 1;
    const char* last = json_ + token[1] - 1;
    while (*last != '"') --last;          // white space may stand behind the closing quote
    if (backslash_ < first) [[unlikely]]  // strings with escapes were passed
      find_backslash(first);
    return {first, static_cast<std::size_t>(last - first), backslash_ < last};
  }
  // Whether these bytes, which begin no string, object or array, are a value.
  [[nodiscard]] static bool is_scalar(std::string_view bytes);
  // The bytes of a number or literal.
  [[nodiscard]] std::string_view scalar(JsonToken token) const { return trimmed(token, token + 1); }

  // Calls on_field(token) -> JsonToken for each field of an object; it steps over the key, by key()
  // or expected_key(), and the value. REQUIRES: type(token) == '{'.
  template <class OnField>
  JsonToken object(JsonToken token, OnField on_field) {
    return elements(token, '}', on_field);
  }
  // The same for the elements of an array, each stepped over by on_element(token) -> JsonToken.
  // REQUIRES: type(token) == '['.
  template <class OnElement>
  JsonToken array(JsonToken token, OnElement on_element) {
    return elements(token, ']', on_element);
  }

  // Steps over a key and its colon. Its escapes are not checked.
  JsonToken key(JsonToken token, RawString* key) {
    if (!is_key(token)) return nullptr;
    *key = string(token);
    return token + 2;
  }
  // The same if is_key(bytes behind a quote) says that they are a known key without escapes and its
  // closing quote; else null, which is no fault here.
  template <class IsKey>
  JsonToken expected_key(JsonToken token, IsKey is_key) const {
    const char* first = json_ + *token;
    return *first == '"' && is_key(first + 1) && type(token + 1) == ':' ? token + 2 : nullptr;
  }

  // Steps over one value of any type.
  JsonToken skip(JsonToken token) {
    if (type(token) != '"') return skip_other(token);
    const bool is_plain = backslash_ >= json_ + token[1];
    return is_plain || escapes_valid_ ? token + 1 : skip_string(token);
  }
  // The bytes from one token up to another, without the white space behind them.
  [[nodiscard]] std::string_view trimmed(JsonToken token, JsonToken behind) const {
    const char* first = json_ + *token;
    const char* last = json_ + *behind;
    while (last != first && is_json_space(last[-1])) --last;
    return {first, static_cast<std::size_t>(last - first)};
  }

  // Says that the document is broken; the first reason given stays. Always null.
  JsonToken fail(const char* why) {
    if (fault_ == nullptr) fault_ = why;
    return nullptr;
  }
  // Null while nothing is wrong.
  [[nodiscard]] const char* fault() const { return fault_; }
  [[nodiscard]] bool too_deep() const { return too_deep_; }

 private:
  template <class OnElement>
  JsonToken elements(JsonToken token, char closing, OnElement on_element) {
    if (!enter()) return nullptr;
    ++token;
    if (type(token) == closing) {
      --depth_;
      return token + 1;
    }
    for (;;) {
      token = on_element(token);
      if (token == nullptr) return nullptr;
      if (token == end_) return fail("the document ends too early");
      const char found = type(token);
      ++token;
      if (found == ',') continue;
      --depth_;
      return found == closing ? token : fail("a comma or a closing bracket was expected");
    }
  }
  bool enter() {
    if (depth_ == kJsonDepthMax) {
      too_deep_ = true;
      fail("nested too deep");
      return false;
    }
    ++depth_;
    return true;
  }
  bool is_key(JsonToken token) {
    if (type(token) != '"') return fail("a key was expected") != nullptr;
    return type(token + 1) == ':' || fail("a colon was expected") != nullptr;
  }
  void find_backslash(const char* from) {
    const char* end = json_ + size_;
    const void* found = std::memchr(from, '\\', static_cast<std::size_t>(end - from));
    backslash_ = found == nullptr ? end : static_cast<const char*>(found);
  }
  bool check_escapes(const RawString& text);
  JsonToken skip_other(JsonToken token);
  JsonToken skip_string(JsonToken token);
  JsonToken skip_key(JsonToken token);
  JsonToken skip_nested(JsonToken token);

  static constexpr std::uint8_t kEscapedFew = 4;

  const char* json_;
  std::size_t size_;       // bytes from `json_` to the end of the document
  JsonToken end_;          // its entry says where the document ends
  const char* backslash_;  // the first one behind all strings but the last, or the document's end
  const char* fault_ = nullptr;
  std::uint8_t escaped_ = 0;    // strings with escapes that were looked at, up to kEscapedFew
  bool escapes_valid_ = false;  // of all strings from here on: they need not be looked at
  bool too_deep_ = false;
  int depth_ = 0;
};

// Whether the bytes are one number as JSON writes them.
[[nodiscard]] bool is_json_number(std::string_view bytes);
// The same, and without fraction and exponent.
[[nodiscard]] bool is_json_integer(std::string_view bytes);

}  // namespace vigie
