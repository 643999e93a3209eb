// Decoding records in tests: by both readers at once, with the outcome as text.
#pragma once

#include <doctest/doctest.h>

#include <array>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode.h"
#include "connectors/mention_json.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::decode_cases {

// Records that live in buffers of exactly the size promised, so that a sanitizer sees every byte
// read too many. The padding holds what could most easily be taken for a part of the record.
class Records {
 public:
  Record& add(std::string_view value) {
    const std::size_t size = value.size() + kRecordPaddingBytes;
    buffers_.push_back(std::make_unique_for_overwrite<char[]>(size));
    char* bytes = buffers_.back().get();
    std::memcpy(bytes, value.data(), value.size());
    constexpr std::string_view kTempting = "\"}]0:,";
    for (std::size_t i = 0; i < kRecordPaddingBytes; ++i) {
      bytes[value.size() + i] = kTempting[i % kTempting.size()];
    }
    Record& record = batch.records.emplace_back();
    record.value = {bytes, value.size()};
    return record;
  }

  Batch batch;

 private:
  std::vector<std::unique_ptr<char[]>> buffers_;
};

// One line per record: its canonical form or "reject reason: detail"; then the repairs.
inline std::string outcome(const MentionBatch& decoded) {
  std::string out;
  std::size_t next_reject = 0;
  std::size_t next_mention = 0;
  const std::size_t records = decoded.mentions.size() + decoded.rejects.size();
  for (std::size_t i = 0; i < records; ++i) {
    if (next_reject < decoded.rejects.size() && decoded.rejects[next_reject].record == i) {
      const Reject& reject = decoded.rejects[next_reject++];
      out += cat("reject ", to_text(reject.reason), ": ", reject.detail);
    } else {
      CHECK(decoded.mentions[next_mention].record == i);
      append_mention_json(decoded.mentions[next_mention++], &out);
    }
    out += '\n';
  }
  for (std::size_t i = 0; i < kRepairs; ++i) {
    if (decoded.repairs[i] == 0) continue;
    out += cat("repairs ", to_text(static_cast<Repair>(i)), ": ", decoded.repairs[i], '\n');
  }
  return out;
}

struct Decoders {
  std::unique_ptr<Decoder> best = make_native_decoder({});
  std::unique_ptr<Decoder> scalar =
      make_native_decoder({.future = std::chrono::minutes{10}, .simd = DecodeSettings::Simd::none});
};

// Outcomes without the details of refusals: of several faults in one document the two readers may
// name another first.
inline std::string without_details(std::string text) {
  for (std::size_t at = text.find("reject "); at != std::string::npos;) {
    const std::size_t colon = text.find(':', at);
    text.erase(colon, text.find('\n', colon) - colon);
    at = text.find("reject ", colon);
  }
  return text;
}

// Decodes with the vector reader and with its scalar twin, which must agree.
inline std::string decode_all(const Batch& batch, Decoders* decoders, MentionBatch* out) {
  MentionBatch twin;
  out->clear();
  decoders->best->decode(batch, 0, batch.records.size(), out);
  decoders->scalar->decode(batch, 0, batch.records.size(), &twin);
  const std::string text = outcome(*out);
  CHECK(without_details(text) == without_details(outcome(twin)));
  return text;
}

inline std::string decode(std::string_view value) {
  Decoders decoders;
  Records records;
  records.add(value);
  MentionBatch out;
  return decode_all(records.batch, &decoders, &out);
}

// A valid record whose last member is `"name":value`.
inline std::string record_with(std::string_view name, std::string_view value) {
  return cat(R"({"id":"1","platform":"x","text":"t","created_at":"2026-03-01T10:00:00Z",")", name,
             "\":", value, '}');
}

}  // namespace vigie::decode_cases
