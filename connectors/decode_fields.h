// The fields of mention/1, and what becomes of bad ones: connectors/mention.md.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "connectors/decode_values.h"
#include "engine/base/mention.h"

namespace vigie {

// Why a record cannot be used.
struct Refusal {
  std::optional<RejectReason> reason;  // nothing while it can
  std::string_view detail;             // a literal

  [[nodiscard]] bool is_set() const { return reason.has_value(); }
};

struct FieldScratch;

// Reads records of one producer after the other; it remembers in which order their keys came. One
// thread.
class NativeFields {
 public:
  NativeFields();
  ~NativeFields();
  NativeFields(const NativeFields&) = delete;
  NativeFields& operator=(const NativeFields&) = delete;

  // Steps over an object and reads it into a mention; null when the document is broken, and then
  // *refusal means nothing.
  // REQUIRES: *mention is as constructed; an object is at `token`.
  [[nodiscard]] JsonToken read(JsonToken token, ValueReader* values, Mention* mention,
                               Refusal* refusal);

 private:
  std::unique_ptr<FieldScratch> scratch_;
};

}  // namespace vigie
