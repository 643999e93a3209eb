#include "engine/app/post_reader.h"

#include "connectors/decode.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {

std::string record_of_text(std::string_view text) {
  std::string record =
      R"({"id":"test","platform":"test","created_at":"2026-01-01T00:00:00Z","text":)";
  append_json_string(text, &record);
  return record + '}';
}

PostReader::PostReader(Duration future) : decoder_(make_native_decoder({.future = future})) {}

Result<const Mention*> PostReader::read(std::string_view record) {
  batch_.clear();
  mentions_.clear();
  batch_.storage.assign(record.begin(), record.end());
  batch_.storage.resize(record.size() + kRecordPaddingBytes);
  Record one;
  one.value = {batch_.storage.data(), record.size()};
  batch_.records.push_back(one);
  decoder_->decode(batch_, 0, 1, &mentions_);
  if (!mentions_.mentions.empty()) return &mentions_.mentions.front();
  const Reject& reject = mentions_.rejects.at(0);
  std::string reason(to_text(reject.reason));
  if (!reject.detail.empty()) reason += cat(": ", reject.detail);
  return fail(ErrorKind::corrupt, std::move(reason));
}

}  // namespace vigie
