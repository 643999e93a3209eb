// The lines of one file as records.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/input_stream.h"
#include "engine/base/io.h"

namespace vigie {

// One file, front to back. One thread.
class LineReader {
 public:
  virtual ~LineReader() = default;

  // Appends records to an empty batch, up to its bounds. They live in its storage or in the file's
  // mapping, until the next read or the reader's end. `waiting` when nothing came before the
  // deadline; `ended` when these records, if any, are the file's last.
  // Errors: as InputStream::read.
  [[nodiscard]] virtual Result<InputStream::Status> read(Batch* batch, Deadline deadline) = 0;

  // The byte where the next line begins.
  [[nodiscard]] virtual std::int64_t next_offset() const = 0;
};

// The path that stands for standard input.
inline constexpr std::string_view kStandardInput = "-";
// How a path is called by people.
[[nodiscard]] constexpr std::string_view shown_path(std::string_view path) {
  return path == kStandardInput ? "standard input" : path;
}

// Reads a plain regular file in place and anything else, kStandardInput included, through a stream.
// Records that begin before `first` are left out: they have been read before, up to there.
// Errors: unreadable, also for a file that ends before `first` (read() says so for a stream).
[[nodiscard]] Result<std::unique_ptr<LineReader>> open_lines(const std::string& path,
                                                             PartitionId partition,
                                                             std::int64_t first = 0);

}  // namespace vigie
