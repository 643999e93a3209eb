// Decoding with a record of how each post came about: for `vigie decode --explain`.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode.h"
#include "connectors/mapping_reader.h"
#include "engine/base/io.h"

namespace vigie {

// What became of one document of a record.
struct DocumentTrace {
  std::uint32_t record = 0;  // index in the batch
  // What was around it, the outermost first: "gzip", "CloudEvents", "array[3]".
  std::vector<std::string> envelopes;
  // One for each post of it; one for a document that was refused or dropped whole.
  std::vector<mapping::Trace> posts;
};

// As the decoder of make_decoder(), which does the same without keeping notes. One thread.
class ExplainingDecoder : public Decoder {
 public:
  // Of the records decoded last, in their order. Valid until the next decode().
  [[nodiscard]] virtual const std::vector<DocumentTrace>& traces() const = 0;
};

// REQUIRES: as make_decoder().
[[nodiscard]] std::unique_ptr<ExplainingDecoder> make_explaining_decoder(
    DecodeSettings settings, const std::shared_ptr<const MappingSet>& mappings,
    std::string_view choice);

}  // namespace vigie
