// The native record mention/1, from bytes to a mention or a refusal.
#include <cstdint>
#include <string_view>

#include "connectors/decode.h"
#include "connectors/decode_fields.h"
#include "connectors/decode_index.h"
#include "connectors/decode_record.h"

namespace vigie {
namespace {

// Each is written whole: 16 bytes more took 6 % of the time of decoding.
static_assert(sizeof(Mention) <= 832);

class NativeDecoder final : public Decoder {
 public:
  explicit NativeDecoder(DecodeSettings settings) : settings_(settings), index_(settings.simd) {}

  std::size_t decode(const Batch& batch, std::size_t first, std::size_t count,
                     MentionBatch* out) override {
    for (std::size_t i = first; i < first + count; ++i) {
      decode_record(batch.records[i], static_cast<std::uint32_t>(i), out);
    }
    index_.trim();
    return count;
  }

 private:
  void decode_record(const Record& record, std::uint32_t number, MentionBatch* out) {
    Mention& mention = out->mentions.emplace_back();
    mention.record = number;
    const RepairCounts repairs = out->repairs;
    const Refusal refusal = record.tombstone ? read_tombstone(record, &mention, out)
                                             : read_value(record, &mention, out);
    if (!refusal.is_set()) [[likely]]
      return;
    out->mentions.pop_back();
    out->repairs = repairs;  // nothing was used
    out->rejects.push_back({number, *refusal.reason, refusal.detail});
  }

  Refusal read_value(const Record& record, Mention* mention, MentionBatch* out) {
    std::string_view json = record.value;
    Refusal refusal = open_json(&json, &index_, out);
    if (refusal.is_set()) return refusal;
    refusal = read_native(json, index_.starts(), index_.count(), &fields_, mention, out);
    if (!refusal.is_set()) clamp_created_at(record, settings_.future, mention, out);
    return refusal;
  }

  const DecodeSettings settings_;
  JsonIndex index_;
  NativeFields fields_;
};

}  // namespace

std::unique_ptr<Decoder> make_native_decoder(DecodeSettings settings) {
  return std::make_unique<NativeDecoder>(settings);
}

}  // namespace vigie
