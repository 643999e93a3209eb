// Amounts of memory and disk, as people write them.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigie {

struct ByteCount {
  std::uint64_t bytes = 0;
  friend auto operator<=>(const ByteCount&, const ByteCount&) = default;
};

// Reads "512B", "64KB", "64MB", "2GB"; units are powers of 1024, and KiB, MiB, GiB mean the same.
// Returns nothing for anything else or above 2^63 bytes.
[[nodiscard]] std::optional<ByteCount> parse_byte_count(std::string_view text);
// The shortest such text that says the same.
[[nodiscard]] std::string to_text(ByteCount count);

}  // namespace vigie
