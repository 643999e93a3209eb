// Keys as the saved state holds them: 16 bytes, little endian, the low half first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/post_key.h"

namespace vigie {

inline constexpr std::size_t kKeyBytes = 16;

inline void append_key(const Key128& key, std::string* out) {
  for (const std::uint64_t half : {key.low, key.high}) {
    for (unsigned shift = 0; shift < 64; shift += 8)
      out->push_back(static_cast<char>(half >> shift));
  }
}

// REQUIRES: kKeyBytes bytes.
[[nodiscard]] inline Key128 read_key(std::string_view bytes) {
  const auto half = [bytes](std::size_t first) {
    std::uint64_t value = 0;
    for (std::size_t i = 8; i-- > 0;) {
      value = value << 8 | static_cast<unsigned char>(bytes[first + i]);
    }
    return value;
  };
  return {.high = half(8), .low = half(0)};
}

// Nothing where the bytes are no list of keys that rises.
[[nodiscard]] inline std::optional<std::vector<Key128>> read_rising_keys(std::string_view bytes) {
  if (bytes.size() % kKeyBytes != 0) return std::nullopt;
  std::vector<Key128> keys;
  keys.reserve(bytes.size() / kKeyBytes);
  for (std::size_t at = 0; at < bytes.size(); at += kKeyBytes) {
    const Key128 key = read_key(bytes.substr(at, kKeyBytes));
    if (!keys.empty() && key <= keys.back()) return std::nullopt;
    keys.push_back(key);
  }
  return keys;
}

}  // namespace vigie
