#include "engine/runtime/file_watcher.h"

#include <sys/stat.h>

#include <cstddef>
#include <utility>

namespace vigie {
namespace {

constexpr std::int64_t kNanosPerSecond = 1'000'000'000;

std::int64_t nanoseconds(const timespec& time) {
  return std::int64_t{time.tv_sec} * kNanosPerSecond + time.tv_nsec;
}

}  // namespace

FileStamp stamp_of(const std::string& path) {
  struct stat found{};
  if (stat(path.c_str(), &found) != 0) return {};
  return {.exists = true,
          .device = found.st_dev,
          .inode = found.st_ino,
          .bytes = found.st_size,
          .modified_ns = nanoseconds(found.st_mtim),
          .changed_ns = nanoseconds(found.st_ctim)};
}

void FileWatcher::watch(std::vector<StampedFile> files) {
  files_ = std::move(files);
  last_.clear();
}

bool FileWatcher::changed() {
  std::vector<FileStamp> now;
  now.reserve(files_.size());
  bool other = false;
  for (const StampedFile& file : files_) {
    const FileStamp& stamp = now.emplace_back(look_(file.path));
    other = other || (stamp.exists && stamp != file.stamp);
  }
  const bool still = now == last_;
  last_ = std::move(now);
  return other && still;
}

}  // namespace vigie
