// Texts by the columns they take on a terminal: one for each code point.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace vigie {

[[nodiscard]] std::size_t columns(std::string_view text);
[[nodiscard]] std::string pad_right(std::string_view text, std::size_t width);
[[nodiscard]] std::string pad_left(std::string_view text, std::size_t width);

// On one line, white space as single spaces, control characters left out, cut with "..." where it
// is longer.
[[nodiscard]] std::string one_line(std::string_view text, std::size_t width);

// Rows as a table, the first of them its head. `sides` has '<' or '>' for each column: to the left
// or to the right.
[[nodiscard]] std::string table(const std::vector<std::vector<std::string>>& rows,
                                std::string_view sides);

}  // namespace vigie
