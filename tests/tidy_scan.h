// A light reader of C++ for the checks of the source tree: it knows comments, literals and braces,
// and nothing of meaning.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::tidy {

enum class Blank : std::uint8_t { comments, comments_and_literals };

// The same text, byte for byte in place, with comments (and the insides of string and character
// literals) turned into spaces. Newlines stay.
[[nodiscard]] std::string blank(std::string_view source, Blank what);

// The lines without their ends. A last line without '\n' counts.
[[nodiscard]] std::vector<std::string_view> lines_of(std::string_view text);

struct Function {
  std::string name;  // the first line of its head
  std::size_t first_line = 0;
  std::size_t line_count = 0;  // from the head to the closing brace
};

struct Functions {
  std::vector<Function> found;  // a lambda inside of a function belongs to it
  bool balanced = true;         // false: the braces do not match, so the list is not to be trusted
};

[[nodiscard]] Functions find_functions(std::string_view source);

}  // namespace vigie::tidy
