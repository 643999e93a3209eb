#include "connectors/wire_words.h"

#include <algorithm>
#include <array>
#include <cstdint>

#include "engine/base/short_name.h"

namespace vigie {
namespace {

// What a byte is to a word of the wire: 0 nothing it may hold, 1 fine as it is, 2 upper case.
constexpr std::array<std::uint8_t, 256> kWordBytes = [] {
  std::array<std::uint8_t, 256> kinds{};
  for (const char c : std::string_view("abcdefghijklmnopqrstuvwxyz0123456789_.-")) {
    kinds[static_cast<unsigned char>(c)] = 1;
  }
  for (unsigned char c = 'A'; c <= 'Z'; ++c) kinds[c] = 2;
  return kinds;
}();

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }

}  // namespace

std::string_view lower(std::string_view text, Arena* arena) {
  if (std::ranges::none_of(text, is_upper)) return text;
  char* to = arena->bytes(text.size());
  std::ranges::transform(text, to,
                         [](char c) { return is_upper(c) ? static_cast<char>(c | 0x20) : c; });
  return {to, text.size()};
}

std::optional<std::string_view> platform_word(std::string_view text, Arena* arena) {
  if (text.empty() || text.size() > ShortName::kBytesMax) return std::nullopt;
  bool upper = false;
  for (const char c : text) {
    const std::uint8_t kind = kWordBytes[static_cast<unsigned char>(c)];
    if (kind == 0) return std::nullopt;
    upper = upper || kind == 2;
  }
  return upper ? lower(text, arena) : text;
}

}  // namespace vigie
