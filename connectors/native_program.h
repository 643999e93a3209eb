// mention/1 as a mapping: what tells its documents, and the envelopes around them.
#pragma once

#include <memory>

#include "connectors/mapping_program.h"

namespace vigie {

// A program without rules: its documents are read by NativeFields, which is faster than any
// mapping. It is detected by an id, a platform, and a time of creation or an operation.
[[nodiscard]] std::shared_ptr<const mapping::Program> make_native_program();

}  // namespace vigie
