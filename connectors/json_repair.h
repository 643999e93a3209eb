// Bytes that are not valid UTF-8, and what to do about them.
#pragma once

#include <cstddef>
#include <string_view>

namespace vigie {

[[nodiscard]] bool is_utf8(std::string_view bytes);

// Size of the text that repair_utf8 makes of these bytes; at most three times theirs.
[[nodiscard]] std::size_t repaired_size(std::string_view bytes);

// Copies the bytes to `to`, with U+FFFD in place of each maximal part of a sequence that is not
// UTF-8 (the practice that Unicode recommends and browsers follow). Returns the text written.
// REQUIRES: room for repaired_size(bytes) at `to`.
std::string_view repair_utf8(std::string_view bytes, char* to);

}  // namespace vigie
