// What LMDB and the system answer, in words for the person who must act. Included by the lmdb_*
// sources only.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace vigie {

inline constexpr std::string_view kRestoreState =
    "restore the directory from a copy, or move it away to begin anew; nothing was changed";

// `doing`: what could not be done with the state, "opened", "read", "saved". Kinds: refused, where
// there is no room or a write failed, and what was saved last is kept; corrupt; unreadable.
[[nodiscard]] Error lmdb_error(int code, std::string_view doing, const std::string& place);

}  // namespace vigie
