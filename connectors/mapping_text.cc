#include "connectors/mapping_text.h"

#include <algorithm>
#include <array>

#include "connectors/decode_tokens.h"
#include "connectors/json_escapes.h"

namespace vigie::mapping {
namespace {

// Longer strings with escapes are no words.
constexpr std::size_t kWordBytesMax = 512;

bool is_word(std::string_view text, const std::vector<std::string>& words) {
  return std::ranges::find(words, text) != words.end();
}

bool string_is_word(std::string_view raw, const std::vector<std::string>& words) {
  if (raw.find('\\') == std::string_view::npos) return is_word(raw, words);
  if (raw.size() > kWordBytesMax) return false;
  std::array<char, kWordBytesMax> room{};
  std::uint32_t lone_surrogates = 0;
  const auto meaning = unescape(raw, room.data(), &lone_surrogates);
  return meaning && is_word(*meaning, words);
}

// The place of the closing quote of the string whose content begins at `at`.
std::size_t end_of_string(std::string_view json, std::size_t at) {
  while (at < json.size() && json[at] != '"') at += json[at] == '\\' ? 2 : 1;
  return std::min(at, json.size());
}

bool is_continuation(char byte) { return (static_cast<unsigned char>(byte) & 0xc0) == 0x80; }

bool is_boundary(std::string_view text, std::size_t at) {
  return at == text.size() || (at < text.size() && !is_continuation(text[at]));
}

// The byte at which the code point of this number begins, counted from `at`.
std::size_t step(std::string_view text, std::size_t at, std::size_t count) {
  while (count > 0 && at < text.size()) {
    ++at;
    if (is_boundary(text, at)) --count;
  }
  return count == 0 ? at : std::string_view::npos;
}

}  // namespace

bool array_holds(std::string_view array, const std::vector<std::string>& words) {
  const std::string_view json = array.substr(0, kArrayBytesMax);
  // Without escapes what is not somewhere in it is no element; mostly that is enough.
  const auto is_in_it = [&](const std::string& word) { return json.contains(word); };
  if (!json.contains('\\') && std::ranges::none_of(words, is_in_it)) return false;
  int depth = 0;
  for (std::size_t at = 0; at < json.size();) {
    const char c = json[at];
    if (c == '"') {
      const std::size_t end = end_of_string(json, at + 1);
      if (end == json.size()) return false;  // cut in two
      if (depth == 1 && string_is_word(json.substr(at + 1, end - at - 1), words)) return true;
      at = end + 1;
    } else if (c == '[' || c == '{' || c == ']' || c == '}') {
      depth += c == '[' || c == '{' ? 1 : -1;
      ++at;
    } else if (c == ',' || c == ':' || is_json_space(c)) {
      ++at;
    } else {
      const std::size_t end = json.find_first_of(",]} \n\r\t", at);
      if (end == json.npos) return false;
      if (depth == 1 && is_word(json.substr(at, end - at), words)) return true;
      at = end;
    }
  }
  return false;
}

std::optional<std::string_view> bytes_between(std::string_view text, std::size_t from,
                                              std::size_t to) {
  if (from > to || to > text.size() || !is_boundary(text, from) || !is_boundary(text, to)) {
    return std::nullopt;
  }
  return text.substr(from, to - from);
}

std::optional<std::string_view> code_points_between(std::string_view text, std::size_t from,
                                                    std::size_t to) {
  if (from > to) return std::nullopt;
  const std::size_t first = step(text, 0, from);
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t last = step(text, first, to - from);
  if (last == std::string_view::npos) return std::nullopt;
  return text.substr(first, last - first);
}

}  // namespace vigie::mapping
