// Records from files: newline-delimited JSON and its kin, plain or compressed.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/base/io.h"
#include "engine/base/result.h"

namespace vigie {

struct FileSettings {
  std::uint32_t worker = 0;   // of
  std::uint32_t workers = 1;  // that share the files
  PartitionId first_partition = 0;
};

// The paths are read in the order given; a directory stands for the regular files below it, sorted
// by path, hidden ones left out; "-" is standard input.
//
// One partition per file, numbered from first_partition in that order. A worker
// reads each workers-th of them, one after the other; a record is one line (LF or CR LF; blank ones
// and a byte order mark are left out), its offset the byte where it begins in the file as it is
// when decompressed. What a file holds decides whether it is gzip, zstd or plain, not its name; and
// its first line that is not blank, what its records are: where that is one of server-sent events
// (`event:`, `data:`, `id:`, `retry:`, or a comment), each block up to a blank line is a record;
// where that opens a bracket which it does not close, the file is one document over several lines
// and one record, of kRecordBytesMax at most.
//
// Plain files are mapped and must not be shortened while they are read. Memory is bounded whatever
// the files hold: of a line longer than kRecordBytesMax one byte more than that is handed over.
// Standard input and pipes say `caught_up` while they have nothing to give.
//
// Errors: unreadable, at once when a file cannot be opened; read() says unreadable for a file that
// is one document above kRecordBytesMax or ends before the saved position, and corrupt behind the
// last whole line of a compressed file that is broken or cut short. There is nothing to commit.
// Where state is kept, a file that was read before is read on from there; standard input is not.
[[nodiscard]] Result<std::unique_ptr<Source>> open_files(std::span<const std::string> paths,
                                                         FileSettings settings);

}  // namespace vigie
