// Where the value of a YAML scalar stands in its file, byte by byte: diagnostics about a part of a
// text point at that part as it was written.
#pragma once

#include <cstddef>
#include <string_view>

namespace vigie {

struct Extent {
  std::size_t first = 0;
  std::size_t count = 0;
};

// The bytes of `file` that [first, first + count) of `value` was read from: quotes, escapes,
// folding and indentation are stepped over. `begin` is where the scalar's node begins, with its
// anchor and tag where it has them. At the edges of white space the answer may be off by some of
// it. Lies within the file, whatever is asked.
[[nodiscard]] Extent scalar_extent(std::string_view file, std::size_t begin, std::string_view value,
                                   Extent part);

// All of the scalar as it is written, quotes included; of a block, its first line.
[[nodiscard]] Extent written_extent(std::string_view file, std::size_t begin,
                                    std::string_view value);

}  // namespace vigie
