// The wall page, page.html, as it was when the program was built.
#pragma once

#include <string_view>

namespace vigie {

// The page with its two places left to fill: {{intro}} and {{version}}.
[[nodiscard]] std::string_view page();

}  // namespace vigie
