// Decoders: raw records to mentions. The wire form of the native record is in
// connectors/mention.md, mappings and envelopes are in connectors/MAPPINGS.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/io.h"

namespace vigie {

namespace mapping {
struct Program;
}

struct DecodeSettings {
  // A post created later than this after it was observed has a wrong clock: it is moved to the
  // moment of observation and counted.
  Duration future = std::chrono::minutes{10};
  // `none` forces the scalar reader, the twin that the vector one is tested against.
  enum class Simd : std::uint8_t { best, none };
  Simd simd = Simd::best;
};

// Decodes `mention/1`. The best instructions of the machine are chosen when it runs. A decoder
// belongs to one thread and allocates nothing per mention once warm; its memory is bounded by the
// largest record it has seen, at most kRecordBytesMax, and falls back after a large one.
[[nodiscard]] std::unique_ptr<Decoder> make_native_decoder(DecodeSettings settings);

// The mappings of a process. Their names differ from each other and from the two words below.
struct MappingSet {
  std::vector<std::shared_ptr<const mapping::Program>> programs;  // kMappingsMax at most
};
// Choices beside the names of mappings.
inline constexpr std::string_view kNativeMapping = "mention";  // mention/1
inline constexpr std::string_view kAutoMapping = "auto";       // whichever knows the document

// Decodes what `choice` says, with any envelopes around it. `auto` asks first the mapping that knew
// the last document of the partition, then those that are not shipped, then mention/1, then the
// shipped ones, each in the order of the set; none of them without a `detect`.
//
// mappings() are mention, then those of the set in its order. A record whose value is null deletes
// the post that its key names, whatever the choice. Memory and allocation are as with
// make_native_decoder.
// REQUIRES: `choice` is one of the two words or names a mapping of the set; `mappings` is not null.
[[nodiscard]] std::unique_ptr<Decoder> make_decoder(
    DecodeSettings settings, const std::shared_ptr<const MappingSet>& mappings,
    std::string_view choice);

}  // namespace vigie
