// Notices that files which were read are other ones now.
#pragma once

#include <string>
#include <vector>

#include "engine/runtime/file_stamp.h"

namespace vigie {

// Looks only when it is told to; how often, is the owner's business. One thread. Polling, not
// inotify: it sees the same through links, on every file system and whatever an editor does.
class FileWatcher {
 public:
  using Look = FileStamp (*)(const std::string& path);

  explicit FileWatcher(Look look = stamp_of) : look_(look) {}

  // Watches these files instead of the former ones; they are compared with the stamps given.
  void watch(std::vector<StampedFile> files);

  // Looks at all files. True when one of them is another than the one that was read, and nothing
  // has moved since the look before: who writes has finished. A file that is gone is not a change;
  // once it is back, it is. Stays true until watch() is called.
  [[nodiscard]] bool changed();

 private:
  Look look_;
  std::vector<StampedFile> files_;
  std::vector<FileStamp> last_;  // by file; empty before the first look
};

}  // namespace vigie
