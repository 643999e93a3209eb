// Character references of HTML: "&amp;", "&eacute", "&#8217;", "&#x2019;".
#pragma once

#include <cstddef>
#include <string_view>

namespace vigie::mapping {

// What a character reference means, as HTML 5 reads it: in a text, where "&copy2" is a reference
// and a digit; or where a name without ";" stands for itself before a letter, a digit or "=", as in
// attributes ("?a=1&copy=2").
enum class References : unsigned char { in_text, in_attribute };

struct Reference {
  std::size_t size = 0;  // bytes of the reference; 0 where none begins here
  char* end = nullptr;   // behind what it means
};

// Writes what the reference at the beginning of the text means to `to`: never more bytes than it
// has itself. Code points that there are not become U+FFFD. REQUIRES: text[0] is '&'.
[[nodiscard]] Reference decode_reference(std::string_view text, References where, char* to);

}  // namespace vigie::mapping
