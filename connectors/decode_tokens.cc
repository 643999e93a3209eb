#include "connectors/decode_tokens.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>

#include "connectors/json_escapes.h"

namespace vigie {
namespace {

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

bool JsonTokens::is_scalar(std::string_view bytes) {
  switch (bytes.empty() ? '\0' : bytes.front()) {
    case 'n': return bytes == "null";
    case 't': return bytes == "true";
    case 'f': return bytes == "false";
    default: return is_json_number(bytes);
  }
}

bool JsonTokens::check_escapes(const RawString& text) {
  if (!valid_escapes(text.bytes())) return false;
  if (escaped_ == kEscapedFew) return true;
  ++escaped_;
  if (escaped_ == kEscapedFew) {
    const char* end = json_ + size_;
    const char* behind = text.first + text.size;
    escapes_valid_ = valid_escapes({behind, static_cast<std::size_t>(end - behind)});
  }
  return true;
}

JsonToken JsonTokens::skip_string(JsonToken token) {
  return has_valid_escapes(string(token)) ? token + 1 : fail("a string holds an unknown escape");
}

JsonToken JsonTokens::skip_key(JsonToken token) {
  if (!is_key(token)) return nullptr;
  if (escapes_valid_ || has_valid_escapes(string(token))) return token + 2;
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
