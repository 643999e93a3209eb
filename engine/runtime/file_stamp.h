// What tells one content of a file from the next, without reading it.
#pragma once

#include <compare>
#include <cstdint>
#include <string>

namespace vigie {

// Of the file itself, behind all links: a link that is moved gives another stamp, which is how
// Kubernetes replaces mounted configuration, and so does a file that is renamed into place.
struct FileStamp {
  bool exists = false;
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::int64_t bytes = 0;
  std::int64_t modified_ns = 0;
  std::int64_t changed_ns = 0;  // of its inode: also where the time of modification was set back
  friend bool operator==(const FileStamp&, const FileStamp&) = default;
};

// Asks the system now. What cannot be looked at does not exist.
[[nodiscard]] FileStamp stamp_of(const std::string& path);

// A file that was read, with its stamp from just before.
struct StampedFile {
  std::string path;
  FileStamp stamp;
};

}  // namespace vigie
