// What a record of mention/1 gave to its mention, for `vigie decode --explain`.
#pragma once

#include <vector>

#include "connectors/envelope.h"
#include "connectors/mapping_reader.h"
#include "engine/base/mention.h"

namespace vigie {

// One line for each field, as the canonical form writes it, with the key it came from; none for what
// the mention holds without such a key: its kind by default, what an envelope said.
// REQUIRES: the mention was read from the document.
[[nodiscard]] std::vector<mapping::TraceLine> native_lines(const Document& document,
                                                           const Mention& mention);

}  // namespace vigie
