// What the records of a file are: told by its content, not by its name.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigie {

enum class FileShape : std::uint8_t {
  lines,   // NDJSON: each line
  events,  // server-sent events: each block up to a blank line
  whole,   // one document over several lines: everything
};

// The shape of a file that begins with these bytes. They reach beyond the end of its first line
// that is not blank, or to the end of the file; see shows_shape().
//
// A document that its first line does not close goes on in the next. A line that ends within a
// string, or within an object where another begins, was cut off: those are lines all the same.
[[nodiscard]] FileShape shape_of(std::string_view beginning);
[[nodiscard]] bool shows_shape(std::string_view beginning);

// Where the first record of `bytes` ends and the next one begins, looked for from byte `from` on;
// npos twice when the end is not among them.
struct RecordEnd {
  std::size_t end = std::string_view::npos;
  std::size_t next = std::string_view::npos;
};
[[nodiscard]] RecordEnd find_record_end(FileShape shape, std::string_view bytes,
                                        std::size_t from = 0);

}  // namespace vigie
