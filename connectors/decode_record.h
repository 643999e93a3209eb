// Steps that every decoder takes with a record.
#pragma once

#include <string_view>

#include "connectors/decode_fields.h"
#include "connectors/decode_index.h"
#include "connectors/decode_tokens.h"
#include "engine/base/event_time.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"
#include "engine/base/mention.h"

namespace vigie {

inline constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

inline void count(Repair repair, MentionBatch* out) {
  ++out->repairs[static_cast<std::size_t>(repair)];
}

// Whether what is decoded should be used before there is more.
[[nodiscard]] inline bool is_full(const MentionBatch& out) {
  return out.mentions.size() + out.rejects.size() > kSlicePostsMax ||
         out.arena.held_bytes() > kArenaKeptBytes + kSliceUnfoldedBytesMax;
}

// The deletion of the post that the record's key names. A key that is not UTF-8 is mended.
[[nodiscard]] Refusal read_tombstone(const Record& record, Mention* mention, MentionBatch* out);

// Finds the tokens of what may be a document; mends what is not UTF-8, in the arena, and steps over
// a byte order mark: *json is what they are tokens of.
[[nodiscard]] Refusal open_json(std::string_view* json, JsonIndex* index, MentionBatch* out);

// Reads a document of mention/1: `count` tokens from `first`, which are one value and nothing else.
// REQUIRES: *mention is as constructed, but for `op`, which stays where the document has none.
[[nodiscard]] Refusal read_native(std::string_view json, JsonToken first, std::size_t count,
                                  NativeFields* fields, Mention* mention, MentionBatch* out);

// Moves a time of creation that lies too far after that of observation: by the mention, or else by
// the log.
void clamp_created_at(const Record& record, Duration future, Mention* mention, MentionBatch* out);

}  // namespace vigie
