#include <algorithm>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode.h"
#include "connectors/decode_explain.h"
#include "connectors/json_repair.h"
#include "connectors/mapping_compile.h"
#include "connectors/mention_json.h"
#include "connectors/presets.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/runtime/yaml_reader.h"
#include "tests/fuzz/targets.h"

namespace vigie::fuzz {
namespace {

// A preset that does not compile is another test's business.
std::shared_ptr<const MappingSet> shipped() {
  auto set = std::make_shared<MappingSet>();
  for (const mapping::ShippedMapping& one : mapping::shipped_mappings()) {
    const auto tree = parse_yaml(std::string(one.yaml));
    if (!tree) continue;
    if (auto program = mapping::compile(*tree)) set->programs.push_back(*program);
  }
  return set;
}

// The decoders of every choice, used again and again, as a worker does.
struct Decoders {
  Decoders() {
    const std::shared_ptr<const MappingSet> set = shipped();
    constexpr DecodeSettings kScalar{.simd = DecodeSettings::Simd::none};
    scalar = make_decoder(kScalar, set, kAutoMapping);
    all.push_back(make_decoder({}, set, kAutoMapping));
    all.push_back(make_decoder({}, set, kNativeMapping));
    all.push_back(make_explaining_decoder({}, set, kAutoMapping));
    for (const auto& program : set->programs) {
      all.push_back(make_decoder({}, set, program->name));
    }
  }
  std::vector<std::unique_ptr<Decoder>> all;
  std::unique_ptr<Decoder> scalar;
  // `auto` remembers what it found in a partition; no input is to depend on those before.
  PartitionId next_partition = 0;
};
constexpr PartitionId kPartitionsMax = 1U << 20;

void check_mention(const Mention& mention) {
  std::string json;
  append_mention_json(mention, &json);
  CHECK(is_utf8(json));
  CHECK(mention.record == 0);
  CHECK(mention.op == Op::remove_author || !mention.id.empty());
  CHECK(mention.platform.size() <= 23);
  if (mention.op == Op::upsert) {
    CHECK(mention.created_at >= kEventTimeMin && mention.created_at < kEventTimeMax);
  }
  CHECK(mention.hashtags.size() <= kListItemsMax && mention.mentions.size() <= kListItemsMax);
  CHECK(mention.urls.size() <= kListItemsMax && mention.media.size() <= kListItemsMax);
  CHECK(mention.ext.size() <= kExtBytesMax);
}

// Each post of the record has a place of its own, in their order.
void check_places(const MentionBatch& decoded) {
  std::size_t next = 0;
  for (const Mention& mention : decoded.mentions) {
    CHECK(mention.index >= next && mention.index < kPostsPerRecordMax);
    next = mention.index + 1U;
  }
  next = 0;
  for (const Reject& reject : decoded.rejects) {
    CHECK(is_utf8(reject.detail));
    if (!reject.index) {
      CHECK(decoded.rejects.size() == 1 && decoded.mentions.empty());
      continue;
    }
    CHECK(*reject.index >= next && *reject.index <= kPostsPerRecordMax);
    next = *reject.index + 1U;
    CHECK(std::ranges::none_of(
        decoded.mentions, [&](const Mention& mention) { return mention.index == *reject.index; }));
  }
}

struct Outcome {
  std::string mentions;
  std::vector<RejectReason> reasons;
  RepairCounts repairs{};
  friend bool operator==(const Outcome&, const Outcome&) = default;
};

Outcome decode(Decoder* decoder, const Batch& batch) {
  MentionBatch decoded;
  decoder->decode(batch, 0, 1, &decoded);
  Outcome out;
  std::size_t dropped = 0;
  for (const MappingCounts& counts : decoded.mappings) dropped += counts.dropped;
  CHECK(decoded.mentions.size() + decoded.rejects.size() + dropped != 0);
  CHECK(decoded.mentions.size() <= kPostsPerRecordMax);
  check_places(decoded);
  for (const Mention& mention : decoded.mentions) {
    check_mention(mention);
    append_mention_json(mention, &out.mentions);
  }
  for (const Reject& reject : decoded.rejects) out.reasons.push_back(reject.reason);
  out.repairs = decoded.repairs;
  return out;
}

}  // namespace

void try_decode(std::string_view input) {
  static auto decoders = std::make_unique<Decoders>();
  if (decoders->next_partition > kPartitionsMax) decoders = std::make_unique<Decoders>();
  // Exactly as large as promised: a sanitizer sees who reads on.
  const auto bytes = std::make_unique<char[]>(input.size() + kRecordPaddingBytes);
  std::ranges::copy(input, bytes.get());
  Batch batch;
  Record& record = batch.records.emplace_back();
  record.value = {bytes.get(), input.size()};
  record.key = "key";
  const auto decode_once = [&](Decoder* decoder) {
    record.partition = decoders->next_partition++;
    return decode(decoder, batch);
  };
  for (const auto& decoder : decoders->all) {
    const Outcome once = decode_once(decoder.get());
    CHECK(decode_once(decoder.get()) == once);
  }
  const Outcome automatic = decode_once(decoders->all[0].get());
  CHECK(decode_once(decoders->all[2].get()) == automatic);  // explained
  // Of several faults in one document the scalar reader may name another first.
  const Outcome scalar = decode_once(decoders->scalar.get());
  CHECK(scalar.mentions == automatic.mentions);
  CHECK(scalar.reasons.size() == automatic.reasons.size());
}

}  // namespace vigie::fuzz
