#include "engine/base/byte_count.h"

#include <array>
#include <charconv>
#include <cstddef>

#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::uint64_t kBytesMax = 1ULL << 63;

struct Unit {
  std::string_view name;
  std::string_view other_name;
  std::uint64_t bytes;
};
constexpr std::array<Unit, 4> kUnits{{{"GB", "GiB", 1ULL << 30},
                                      {"MB", "MiB", 1ULL << 20},
                                      {"KB", "KiB", 1ULL << 10},
                                      {"B", "B", 1}}};

}  // namespace

std::optional<ByteCount> parse_byte_count(std::string_view text) {
  std::uint64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : kUnits) {
    if (unit.name != name && unit.other_name != name) continue;
    if (count > kBytesMax / unit.bytes) return std::nullopt;
    return ByteCount{count * unit.bytes};
  }
  return std::nullopt;
}

std::string to_text(ByteCount count) {
  for (const Unit& unit : kUnits) {
    if (count.bytes % unit.bytes == 0 && count.bytes != 0) {
      return cat(count.bytes / unit.bytes, unit.name);
    }
  }
  return "0B";
}

}  // namespace vigie
