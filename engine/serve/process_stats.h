// What the system knows of this process.
#pragma once

#include <cstdint>
#include <optional>

namespace vigie {

struct ProcessStats {
  double start_seconds = 0;  // since 1970
  double cpu_seconds = 0;    // of all threads
  std::uint64_t resident_bytes = 0;
  std::uint64_t open_files = 0;
};

// Reads /proc; nothing where it cannot be read.
[[nodiscard]] std::optional<ProcessStats> process_stats();

}  // namespace vigie
