// Texts that hold several documents: server-sent events, and lines of JSON.
#pragma once

#include <cstddef>
#include <string_view>

namespace vigie {

// Whether its first line that is not blank is one of server-sent events. No JSON begins like that.
[[nodiscard]] bool is_event_stream(std::string_view text);

// One block of server-sent events: lines up to a blank one. A stream that ends without one ends its
// last block all the same.
struct StreamEvent {
  std::string_view name;  // the last `event:`; empty where there is none
  std::string_view data;  // of the only `data:`, or of the first of several
  std::size_t data_lines = 0;
  std::string_view block;  // all its lines

  // Bytes that the data has, its lines joined by line ends, at most.
  [[nodiscard]] std::size_t data_bytes() const { return block.size(); }
  // Writes it to `to` and returns it. REQUIRES: room for data_bytes() there.
  std::string_view join_data(char* to) const;
};

// Cuts the next block off; false when none is left. What is neither `event:` nor `data:` (ids,
// comments, what nobody knows) is left out.
[[nodiscard]] bool next_event(std::string_view* rest, StreamEvent* event);

// Cuts the next document off a text that holds one after the other: from one line that begins with
// a bracket up to the next such line. So one that is cut short takes no other with it, and one over
// several lines stays whole where those are indented. Empty when none is left.
[[nodiscard]] std::string_view next_chunk(std::string_view* rest);

}  // namespace vigie
