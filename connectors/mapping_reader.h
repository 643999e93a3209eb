// Applies a compiled mapping to documents: one walk that fills slots (capture), then expressions
// over the slots (evaluate).
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode.h"
#include "connectors/decode_tokens.h"
#include "connectors/mapping_program.h"
#include "engine/base/mention.h"

namespace vigie::mapping {

// What filled one field, or was found for it and could not be used: for `vigie decode --explain`.
struct TraceLine {
  std::string field;  // "author.handle", "hashtags[0]"
  std::string from;   // the pointer, as it is written: "/did"; of several those that yielded text
  std::string value;  // as text, whole
  std::string fault;  // "no count": why it was not used; empty where it was
};
struct Trace {
  std::string mapping;
  std::size_t rule = 0;  // of the mapping, counted from 0
  std::string outcome;   // "mapped", "dropped: like", "rejected: missing_field: id"
  std::vector<TraceLine> lines;
};

// What to make of a document beside what the mapping says; from its envelope.
struct Wrapped {
  bool deleted = false;                  // the post it describes is gone (Debezium `d`)
  std::optional<EventTime> observed_at;  // where the mapping has none
};

// One document after the other; one thread. Scratch is kept, within bounds, so that a warm reader
// allocates nothing but in the arena of MentionBatch.
class Reader {
 public:
  explicit Reader(DecodeSettings settings);
  ~Reader();
  Reader(const Reader&) = delete;
  Reader& operator=(const Reader&) = delete;

  // Walks over the value at `token` and fills the slots of the program; null when the document is
  // broken (tokens->fault() says how). Duplicate keys are counted as repairs; strings of
  // `parse_json` that hold no JSON leave their items absent and count as dropped values.
  // REQUIRES: the program outlives the reader, which keeps what it works out about it; the bytes of
  // the document, with kRecordPaddingBytes behind them, and *out outlive what follows.
  [[nodiscard]] JsonToken capture(const Program& program, JsonTokens* tokens, JsonToken token,
                                  MentionBatch* out);

  // About the document captured last:
  // whether its mapping's `detect` holds;
  [[nodiscard]] bool detected() const;
  // its own slots (scopes[0], frame 0);
  [[nodiscard]] std::span<const Slot> document() const;

  // Applies the rules to each of its items: appends a mention, or a reject, or counts a drop in
  // *counts. *index is the place of the next post within the record, and grows by one for each
  // item; beyond kPostsPerRecordMax there is one reject. `traces`, where not null, gets one entry
  // per item. A mention's created_at is not clamped to observed_at here.
  void evaluate(std::uint32_t record, const Wrapped& wrapped, std::size_t* index, MentionBatch* out,
                MappingCounts* counts, std::vector<Trace>* traces);

  // Gives memory back that only a large document needed.
  void trim();

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

}  // namespace vigie::mapping
