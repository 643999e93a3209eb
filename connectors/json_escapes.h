// Escapes in JSON strings: \n, \/, \u00e9.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace vigie {

// Whether every backslash begins an escape that JSON knows: of what stands between the quotes of a
// string, or of a whole document, where none stands elsewhere.
[[nodiscard]] bool valid_escapes(std::string_view raw);

// Writes what the string means to `to` and returns it; nothing when an escape is not valid. A
// \uD800 to \uDFFF without its other half becomes U+FFFD and is counted in *lone_surrogates.
// REQUIRES: raw.size() bytes of room at `to`, which is always enough.
[[nodiscard]] std::optional<std::string_view> unescape(std::string_view raw, char* to,
                                                       std::uint32_t* lone_surrogates);

}  // namespace vigie
