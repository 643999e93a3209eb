// A text without which a regular expression cannot match: looking for it is some ten times as fast
// as asking RE2, and most patterns of mappings match few posts.
#pragma once

#include <string>
#include <string_view>

namespace vigie::mapping {

// The longest text that is read off the pattern and stands in everything it matches; empty where
// there is none, or none that is easily told (alternatives, flags but (?s)).
// REQUIRES: RE2 takes the pattern.
[[nodiscard]] std::string required_literal(std::string_view pattern);

}  // namespace vigie::mapping
