// The fields of mention/1, and what becomes of bad ones: connectors/mention.md.
#pragma once

#include <memory>
#include <optional>
#include <string_view>

#include "connectors/decode_values.h"
#include "engine/base/limits.h"
#include "engine/base/mention.h"

namespace vigie {

// Why a record cannot be used.
struct Refusal {
  std::optional<RejectReason> reason;  // nothing while it can
  std::string_view detail;             // a literal

  [[nodiscard]] bool is_set() const { return reason.has_value(); }
};

// Of a record above kRecordBytesMax, and of one deeper than kJsonDepthMax.
inline constexpr Refusal kTooLarge{RejectReason::too_large,
                                   "more than 8 MiB; of a long array write each element on a line"};
inline constexpr Refusal kTooDeep{RejectReason::too_deep, "nested deeper than 64"};
static_assert(kRecordBytesMax == 8UL << 20 && kJsonDepthMax == 64);

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
