// Records as people write them in tests/cases/mappings/envelopes, and what decoders make of them.
//
//   ### a sentence that says what is shown
//   !mapping NAME          the decoder's choice; `mention` unless said
//   !key TEXT              of the record
//   !header NAME VALUE     of the record
//   !gzip, !zstd, !confluent, !bom, !base64   what is done to the value, in this order
//   !hex                   the value is written in hexadecimal digits
//   !tombstone             there is no value
//   the value, in as many lines as it has, without the end of the last
//   ---
//   what comes of it
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/decode.h"
#include "engine/base/io.h"

namespace vigie::envelope_cases {

struct Case {
  std::string title;
  std::string written;  // all of it before "---"
  std::string mapping = "mention";
  std::string key;
  std::vector<std::pair<std::string, std::string>> headers;
  std::string value;
  bool tombstone = false;
  std::string expected;
};

[[nodiscard]] std::vector<Case> read_cases(std::string_view text);
// As read_cases() reads it.
[[nodiscard]] std::string to_text(const Case& one);

// One line for each post in its place ("0: {...}", "1: reject reason: detail"), "record" where the
// record as a whole is meant; then what was dropped and mended.
[[nodiscard]] std::string outcome(const Decoder& decoder, const MentionBatch& decoded);

[[nodiscard]] std::string gzip(std::string_view bytes);
[[nodiscard]] std::string zstd(std::string_view bytes);
[[nodiscard]] std::string base64(std::string_view bytes);

}  // namespace vigie::envelope_cases
