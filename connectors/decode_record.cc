#include "connectors/decode_record.h"

#include <cstddef>
#include <optional>

#include "connectors/decode_values.h"
#include "connectors/json_repair.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

// The bytes with U+FFFD where they are not UTF-8, in the arena and padded as a record is.
std::string_view repaired_copy(std::string_view bytes, std::size_t size, MentionBatch* out) {
  count(Repair::invalid_utf8, out);
  return repair_utf8(bytes, out->arena.bytes(size + kRecordPaddingBytes));
}

constexpr Refusal kUtf16{
    RejectReason::not_json,
    "looks like UTF-16; only UTF-8 is read: convert it, as with iconv -f UTF-16"};

// Whether there is its mark, or every second byte is NUL at the start, as in what UTF-16 makes of
// `{"`. A line that was cut out of it may begin in the midst of a character.
bool looks_like_utf16(std::string_view bytes) {
  if (bytes.starts_with("\xff\xfe") || bytes.starts_with("\xfe\xff")) return true;
  if (bytes.size() < 4) return false;
  const auto nul = [&](std::size_t i) { return bytes[i] == '\0'; };
  return nul(0) == nul(2) && nul(1) == nul(3) && nul(0) != nul(1);
}

// Why a document whose tokens could not be found is refused.
Refusal refusal_of(JsonIndex::Status status, std::string_view json) {
  const bool broken = status != JsonIndex::Status::ready && status != JsonIndex::Status::empty;
  if (broken && looks_like_utf16(json)) return kUtf16;
  switch (status) {
    case JsonIndex::Status::ready: return {};
    case JsonIndex::Status::empty: return {RejectReason::empty, ""};
    case JsonIndex::Status::control_character:
      return {RejectReason::not_json, "a string holds a raw control character"};
    case JsonIndex::Status::unclosed_string:
      return {RejectReason::not_json, "a string is not closed"};
    case JsonIndex::Status::invalid_utf8: return {RejectReason::not_json, "not UTF-8"};
  }
  return {};
}

}  // namespace

Refusal read_tombstone(const Record& record, Mention* mention, MentionBatch* out) {
  if (record.key.empty()) return {RejectReason::missing_field, "the key of a tombstone"};
  mention->op = Op::remove;
  mention->id =
      is_utf8(record.key) ? record.key : repaired_copy(record.key, repaired_size(record.key), out);
  return {};
}

Refusal open_json(std::string_view* json, JsonIndex* index, MentionBatch* out) {
  if (json->size() > kRecordBytesMax) return kTooLarge;
  if (json->starts_with(kByteOrderMark)) json->remove_prefix(kByteOrderMark.size());
  JsonIndex::Status status = index->build(*json);
  if (status == JsonIndex::Status::invalid_utf8) [[unlikely]] {
    if (looks_like_utf16(*json)) return kUtf16;
    const std::size_t size = repaired_size(*json);
    if (size > kRecordBytesMax) return {RejectReason::too_large, "after repair"};
    *json = repaired_copy(*json, size, out);
    status = index->build(*json);
  }
  return refusal_of(status, *json);
}

Refusal read_native(std::string_view json, JsonToken first, std::size_t count, NativeFields* fields,
                    Mention* mention, MentionBatch* out) {
  Refusal refusal;
  JsonTokens tokens(json, first, count);
  JsonToken token = tokens.fault() == nullptr ? first : nullptr;
  if (token != nullptr && tokens.type(token) == '{') {
    ValueReader values(&tokens, &out->arena, &out->repairs);
    token = fields->read(token, &values, mention, &refusal);
  } else if (token != nullptr) {
    token = tokens.skip(token);
    refusal = {RejectReason::not_an_object, ""};
  }
  // A broken document is broken, whatever its fields said.
  if (tokens.too_deep()) return kTooDeep;
  if (token == nullptr) return {RejectReason::not_json, tokens.fault()};
  if (token != tokens.end()) return {RejectReason::not_json, "something follows the document"};
  return refusal;
}

void clamp_created_at(const Record& record, Duration future, Mention* mention, MentionBatch* out) {
  const std::optional<EventTime> observed =
      mention->observed_at ? mention->observed_at : record.recorded_at;
  if (!observed || *observed < kEventTimeMin || *observed >= kEventTimeMax) return;
  if (mention->created_at - *observed <= future) return;
  mention->created_at = *observed;
  count(Repair::future_time, out);
}

}  // namespace vigie
