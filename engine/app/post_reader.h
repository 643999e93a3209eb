// Single posts out of single records, for the commands that are given a few.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "engine/base/event_time.h"
#include "engine/base/io.h"
#include "engine/base/mention.h"
#include "engine/base/result.h"

namespace vigie {

// A post that has no more than a text, as a mention/1 record.
[[nodiscard]] std::string record_of_text(std::string_view text);

class PostReader {
 public:
  explicit PostReader(Duration future);
  // The post of one mention/1 record, valid until the next call. Errors: corrupt, with the reason
  // why the record is rejected.
  [[nodiscard]] Result<const Mention*> read(std::string_view record);

 private:
  std::unique_ptr<Decoder> decoder_;
  Batch batch_;
  MentionBatch mentions_;
};

}  // namespace vigie
