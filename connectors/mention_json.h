// Writes mentions in the wire form of connectors/mention.md.
#pragma once

#include <string>

#include "engine/base/mention.h"

namespace vigie {

// Appends the mention as canonical `mention/1`: one line without its end, keys in the order of
// connectors/mention.md, unknown fields left out, times as RFC 3339, hashtags without '#', UTF-8 as
// it is. What the native decoder makes of it is written the same again, byte by byte.
void append_mention_json(const Mention& mention, std::string* out);

}  // namespace vigie
