// A series as a CSV file: one count and the time that it begins at on a line, evenly spaced.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/result.h"

namespace vigie {

struct SeriesFile {
  struct Row {
    EventTime begin;
    double value = 0;
    // As they were written; views into `text`.
    std::string_view timestamp;
    std::string_view number;
  };
  std::string text;
  std::vector<Row> rows;  // in order of time
  Duration interval{};    // the most common distance of two rows; all others are multiples of it
};

// "-" is standard input. The columns timestamp and value are found by the head; others do not
// matter. Times are RFC 3339, or have no zone and are taken for UTC. Rows may be missing.
// Errors: unreadable; corrupt, with the line: what is no time or count, unsorted or uneven rows.
[[nodiscard]] Result<SeriesFile> read_series(const std::string& path);

}  // namespace vigie
