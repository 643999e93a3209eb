// Values that a mapping found, as the fields of a mention.
#pragma once

#include "connectors/decode_values.h"
#include "connectors/mapping_convert.h"
#include "connectors/mapping_program.h"

namespace vigie::mapping {

// Puts the value where it belongs; unless it returns `value`, the mention is as before. An empty
// text is null, but for Target::text.
Got assign(Target target, const Value& value, const ConvertContext& context, Mention* mention);

// What assign() wants there: "count", "time".
[[nodiscard]] std::string_view wanted(Target target);

// Whether assign() would take the value and it is no empty text: whether an alternative counts.
[[nodiscard]] bool is_usable(Target target, const Value& value, const ConvertContext& context);

}  // namespace vigie::mapping
