// `vigie decode --explain`: how each post came about.
#pragma once

#include "engine/app/commands.h"
#include "engine/app/file_input.h"

namespace vigie {

// Writes, of every post and of every record that gave none, where it stands, what was taken off
// around it, which mapping read it and why that one, and what filled each field.
[[nodiscard]] Exit explain_decoding(const PostFiles& files);

}  // namespace vigie
