// Whole numbers, and vectors, in few bytes. Private to engine/analysis.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace vigie {

// Vectors that double would waste a third of the memory of many small brands.
template <class T>
void make_room(std::vector<T>* vector, std::size_t more) {
  const std::size_t needed = vector->size() + more;
  if (needed > vector->capacity()) vector->reserve(needed + needed / 4);
}

// Small numbers take one byte: seven bits a byte, the lowest first, the top bit set on all but the
// last; the sign is bit 0.
inline constexpr std::size_t kPackedBytesMax = 10;

// Writes it at `to`, where there are kPackedBytesMax bytes; returns what is behind it.
inline std::uint8_t* pack(std::int64_t value, std::uint8_t* to) {
  auto rest = (static_cast<std::uint64_t>(value) << 1) ^ static_cast<std::uint64_t>(value >> 63);
  for (; rest >= 0x80; rest >>= 7) *to++ = static_cast<std::uint8_t>(rest | 0x80);
  *to++ = static_cast<std::uint8_t>(rest);
  return to;
}

// Reads what pack() wrote at *at, and moves behind it.
[[nodiscard]] inline std::int64_t unpack(const std::uint8_t** at) {
  std::uint64_t value = *(*at)++;
  if (value >= 0x80) {
    value &= 0x7F;
    std::uint64_t byte = 0;
    int shift = 7;
    do {
      byte = *(*at)++;
      value |= (byte & 0x7F) << shift;
      shift += 7;
    } while (byte >= 0x80);
  }
  return static_cast<std::int64_t>(value >> 1) ^ -static_cast<std::int64_t>(value & 1);
}

// Appends which of at most 62 values are not zero, and those.
inline void pack_sparse(std::span<const std::int64_t> values, std::vector<std::uint8_t>* out) {
  std::int64_t which = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (values[i] != 0) which |= std::int64_t{1} << i;
  }
  std::uint8_t bytes[kPackedBytesMax];
  out->insert(out->end(), bytes, pack(which, bytes));
  for (const std::int64_t value : values) {
    if (value != 0) out->insert(out->end(), bytes, pack(value, bytes));
  }
}

// Reads what pack_sparse() wrote at *at, and moves behind it. REQUIRES: values holds zeros.
inline void unpack_sparse(const std::uint8_t** at, std::span<std::int64_t> values) {
  for (auto rest = static_cast<std::uint64_t>(unpack(at)); rest != 0; rest &= rest - 1) {
    values[static_cast<std::size_t>(std::countr_zero(rest))] = unpack(at);
  }
}

}  // namespace vigie
