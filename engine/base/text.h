// Building short texts: messages, labels, JSON output. No locale, no allocation beyond the string.
#pragma once

#include <charconv>
#include <concepts>
#include <string>
#include <string_view>

namespace vigie {

template <std::integral T>
void append_number(T value, std::string* out) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
  out->append(digits, end);
}
// The shortest text that reads back as the same double.
void append_number(double value, std::string* out);

// Appends `text` as a JSON string, quotes included. Bytes that are not valid UTF-8 are the caller's
// business: decoded mentions hold none.
void append_json_string(std::string_view text, std::string* out);

namespace detail {
inline void append_part(std::string_view part, std::string* out) { out->append(part); }
inline void append_part(char part, std::string* out) { out->push_back(part); }
template <class T>
  requires((std::integral<T> || std::floating_point<T>) && !std::same_as<T, char>)
void append_part(T part, std::string* out) {
  append_number(part, out);
}
}  // namespace detail

// append_to(&out, "partition ", 3, " of ", topic): texts, characters and numbers appended.
template <class... Parts>
void append_to([[maybe_unused]] std::string* out, const Parts&... parts) {
  (detail::append_part(parts, out), ...);
}
// The same, as a new text.
template <class... Parts>
[[nodiscard]] std::string cat(const Parts&... parts) {
  std::string out;
  append_to(&out, parts...);
  return out;
}

// Whether ASCII letters apart the text is the word. REQUIRES: `word` is lower case.
[[nodiscard]] bool same_word(std::string_view text, std::string_view word);

// "1 brand", "2 brands".
[[nodiscard]] std::string count_of(std::size_t count, std::string_view one);

// Of `known`, the word closest to `word` when it is close enough to be a slip of the finger, or
// nothing. For "did you mean".
[[nodiscard]] std::string_view closest(std::string_view word, const std::string_view* known,
                                       std::size_t count);

}  // namespace vigie
