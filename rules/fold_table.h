// What folding makes of each code point: a two-level table, written at build time by
// fold_table_main.cc (see engine/decisions/0002-unicode-tables-from-utf8proc.md).
#pragma once

#include <cstddef>
#include <cstdint>

namespace vigie::rules {

// An entry's top byte. 0 to 3: so many bytes of output, never more than the code point's own, held
// in the lower three bytes, first byte lowest. Anything else is one of these.
enum class FoldTag : std::uint8_t {
  self = 4,       // the code point itself, part of a word
  self_solo = 5,  // the code point itself, a token of its own
  hangul = 6,     // a syllable: its two or three jamo
  pool = 7,       // a longer text in the pool
  pool_solo = 8,  // the same, beginning with a token of its own
};

inline constexpr unsigned kFoldTagShift = 24;
inline constexpr std::uint32_t kFoldInlineEnd = 4U << kFoldTagShift;  // entries below hold bytes

// Lower bytes of a pool entry: offset and length.
inline constexpr unsigned kFoldPoolLengthShift = 17;
inline constexpr std::uint32_t kFoldPoolOffsetMask = (1U << kFoldPoolLengthShift) - 1;
inline constexpr std::uint32_t kFoldPoolLengthMask = 127;

inline constexpr std::uint32_t kCodePointEnd = 0x110000;
inline constexpr unsigned kFoldBlockShift = 6;
inline constexpr std::uint32_t kFoldBlockMask = (1U << kFoldBlockShift) - 1;
// Code points below this lie in the entries at their own place: no look at the blocks is needed.
inline constexpr std::uint32_t kFoldDirectEnd = 0x800;

extern const std::uint16_t kFoldBlocks[];   // by code point >> kFoldBlockShift: number of a block
extern const std::uint32_t kFoldEntries[];  // block << kFoldBlockShift | low bits
extern const unsigned char kFoldPool[];     // readable 16 bytes beyond any text

[[nodiscard]] inline std::uint32_t fold_entry(std::uint32_t code_point) {
  const std::uint32_t block = kFoldBlocks[code_point >> kFoldBlockShift];
  return kFoldEntries[block << kFoldBlockShift | (code_point & kFoldBlockMask)];
}

}  // namespace vigie::rules
