// Dead letters of a file, read again: after a mapping or the engine was mended.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "connectors/decode.h"
#include "engine/base/counters.h"
#include "engine/base/io.h"

namespace vigie {

// What became of letters. Their sum is the number of letters. One about several posts is used when
// none of them is refused any more.
struct LetterCounts {
  std::uint64_t used = 0;                               // what was refused gave posts
  std::uint64_t dropped = 0;                            // it is no post, as the mapping says now
  std::uint64_t cut = 0;                                // skipped: their end is missing
  std::array<std::uint64_t, kRejectReasons> refused{};  // still
  std::uint64_t foreign = 0;                            // no letters; not in the sum
};

// How the detail begins of a reject that is no letter.
inline constexpr std::string_view kNoLetter = "not a dead letter";

// Decodes records that are lines of dead_letter_file.h: what each holds is decoded as it came, by
// `choice`, or where that is empty by the mapping that the letter names, or else by `auto`. Of a
// letter about some posts of its record only these are taken. mappings() is empty.
// REQUIRES: `choice` is empty or as for make_decoder(); `counts` outlives the decoder.
[[nodiscard]] std::unique_ptr<Decoder> make_dead_letter_decoder(
    DecodeSettings settings, std::shared_ptr<const MappingSet> mappings, std::string choice,
    LetterCounts* counts);

}  // namespace vigie
