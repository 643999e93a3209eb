// Decoders: raw records to mentions. The wire form of the native record is in
// connectors/mention.md.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>

#include "engine/base/event_time.h"
#include "engine/base/io.h"

namespace vigie {

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

}  // namespace vigie
