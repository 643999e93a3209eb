// The native record mention/1, from bytes to a mention or a refusal.
#include <cstdint>
#include <optional>
#include <string_view>

#include "connectors/decode.h"
#include "connectors/decode_fields.h"
#include "connectors/decode_index.h"
#include "connectors/decode_tokens.h"
#include "connectors/decode_values.h"
#include "connectors/json_repair.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr std::string_view kByteOrderMark = "\xef\xbb\xbf";

class NativeDecoder final : public Decoder {
 public:
  explicit NativeDecoder(DecodeSettings settings) : settings_(settings), index_(settings.simd) {}

  void decode(const Batch& batch, std::size_t first, std::size_t count,
              MentionBatch* out) override {
    for (std::size_t i = first; i < first + count; ++i) {
      decode_record(batch.records[i], static_cast<std::uint32_t>(i), out);
    }
    index_.trim();
  }

 private:
  void decode_record(const Record& record, std::uint32_t number, MentionBatch* out) {
    Mention& mention = out->mentions.emplace_back();
    mention.record = number;
    const RepairCounts repairs = out->repairs;
    Refusal refusal;
    if (record.tombstone) {
      read_tombstone(record, &mention, out, &refusal);
    } else {
      read_value(record, &mention, out, &refusal);
    }
    if (!refusal.is_set()) [[likely]]
      return;
    out->mentions.pop_back();
    out->repairs = repairs;  // nothing was used
    out->rejects.push_back({number, *refusal.reason, refusal.detail});
  }

  static void read_tombstone(const Record& record, Mention* mention, MentionBatch* out,
                             Refusal* refusal);
  void read_value(const Record& record, Mention* mention, MentionBatch* out, Refusal* refusal);
  void read_document(std::string_view json, Mention* mention, MentionBatch* out, Refusal* refusal);
  void clamp_created_at(const Record& record, Mention* mention, MentionBatch* out) const;

  const DecodeSettings settings_;
  JsonIndex index_;
  NativeFields fields_;
};

void count(Repair repair, MentionBatch* out) { ++out->repairs[static_cast<std::size_t>(repair)]; }

// The bytes with U+FFFD where they are not UTF-8, in the arena and padded as a record is.
std::string_view repaired_copy(std::string_view bytes, std::size_t size, MentionBatch* out) {
  count(Repair::invalid_utf8, out);
  return repair_utf8(bytes, out->arena.bytes(size + kRecordPaddingBytes));
}

void NativeDecoder::read_tombstone(const Record& record, Mention* mention, MentionBatch* out,
                                   Refusal* refusal) {
  if (record.key.empty()) {
    *refusal = {RejectReason::missing_field, "the key of a tombstone"};
    return;
  }
  mention->op = Op::remove;
  mention->id =
      is_utf8(record.key) ? record.key : repaired_copy(record.key, repaired_size(record.key), out);
}

// Why a document whose tokens could not be found is refused.
Refusal refusal_of(JsonIndex::Status status) {
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

void NativeDecoder::read_value(const Record& record, Mention* mention, MentionBatch* out,
                               Refusal* refusal) {
  std::string_view json = record.value;
  if (json.size() > kRecordBytesMax) {
    *refusal = {RejectReason::too_large, ""};
    return;
  }
  if (json.starts_with(kByteOrderMark)) json.remove_prefix(kByteOrderMark.size());
  JsonIndex::Status status = index_.build(json);
  if (status == JsonIndex::Status::invalid_utf8) [[unlikely]] {
    const std::size_t size = repaired_size(json);
    if (size > kRecordBytesMax) {
      *refusal = {RejectReason::too_large, "after repair"};
      return;
    }
    json = repaired_copy(json, size, out);
    status = index_.build(json);
  }
  if (status != JsonIndex::Status::ready) {
    *refusal = refusal_of(status);
    return;
  }
  read_document(json, mention, out, refusal);
  if (!refusal->is_set()) clamp_created_at(record, mention, out);
}

void NativeDecoder::read_document(std::string_view json, Mention* mention, MentionBatch* out,
                                  Refusal* refusal) {
  JsonTokens tokens(json, index_.starts(), index_.count());
  JsonToken token = tokens.fault() == nullptr ? index_.starts() : nullptr;
  if (token != nullptr && tokens.type(token) == '{') {
    ValueReader values(&tokens, &out->arena, &out->repairs);
    token = fields_.read(token, &values, mention, refusal);
  } else if (token != nullptr) {
    token = tokens.skip(token);
    *refusal = {RejectReason::not_an_object, ""};
  }
  // A broken document is broken, whatever its fields said.
  if (tokens.too_deep()) {
    *refusal = {RejectReason::too_deep, ""};
  } else if (token == nullptr) {
    *refusal = {RejectReason::not_json, tokens.fault()};
  } else if (token != tokens.end()) {
    *refusal = {RejectReason::not_json, "something follows the document"};
  }
}

void NativeDecoder::clamp_created_at(const Record& record, Mention* mention,
                                     MentionBatch* out) const {
  const std::optional<EventTime> observed =
      mention->observed_at ? mention->observed_at : record.recorded_at;
  if (!observed || *observed < kEventTimeMin || *observed >= kEventTimeMax) return;
  if (mention->created_at - *observed <= settings_.future) return;
  mention->created_at = *observed;
  count(Repair::future_time, out);
}

}  // namespace

std::unique_ptr<Decoder> make_native_decoder(DecodeSettings settings) {
  return std::make_unique<NativeDecoder>(settings);
}

}  // namespace vigie
