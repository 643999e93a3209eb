// Words of other people's JSON in the one form in which a mention holds them.
#pragma once

#include <optional>
#include <string_view>

#include "engine/base/arena.h"

namespace vigie {

// ASCII letters in lower case; the text itself when it holds no others, else a copy in the arena.
[[nodiscard]] std::string_view lower(std::string_view text, Arena* arena);

// A platform, in lower case: 1 to ShortName::kBytesMax of `a-z 0-9 _ . -`; nothing for any other
// text.
[[nodiscard]] std::optional<std::string_view> platform_word(std::string_view text, Arena* arena);

}  // namespace vigie
