// Finds where the tokens of a JSON document begin, with the vector instructions of this machine.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "connectors/decode.h"

namespace vigie {

// One document at a time; one thread. It is simdjson's first stage and nothing else: the library
// picks its instructions when the program runs, so the rest of the decoder needs no second
// compilation, and the walk over the tokens (decode_tokens.h) is ours: it checks everything as it
// goes, while simdjson's on-demand reader leaves whatever is not asked for unchecked.
class JsonIndex {
 public:
  enum class Status : std::uint8_t {
    ready,
    empty,
    invalid_utf8,
    unclosed_string,
    control_character
  };

  explicit JsonIndex(DecodeSettings::Simd simd);
  ~JsonIndex();
  JsonIndex(const JsonIndex&) = delete;
  JsonIndex& operator=(const JsonIndex&) = delete;

  // When `ready`: the document is valid UTF-8, its strings are closed and hold no raw control
  // characters. Whether the tokens make sense is not known yet.
  // REQUIRES: json.size() <= kRecordBytesMax.
  [[nodiscard]] Status build(std::string_view json);

  // First bytes of the tokens: `{ } [ ] : ,`, opening quotes, and whatever else stands between
  // them. One more entry behind the last holds the document's size. Valid until the next build().
  [[nodiscard]] const std::uint32_t* starts() const;
  [[nodiscard]] std::size_t count() const;

  // Gives memory back that only a large document needed.
  void trim();

 private:
  struct Engine;

  std::unique_ptr<Engine> engine_;
};

}  // namespace vigie
