#include "engine/app/output.h"

#include <cerrno>
#include <cstring>

#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kWriteBytes = 256UL << 10;

}  // namespace

Result<Output> Output::open(const std::string& path) {
  if (path == "-") return Output{"standard output", stdout};
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) {
    return fail(ErrorKind::unreadable,
                cat("cannot be written: ", std::strerror(errno), "; choose another path"), path);
  }
  return Output{path, file};
}

void Output::flush_if_large() {
  if (text_.size() >= kWriteBytes) write();
}

void Output::write() {
  if (std::fwrite(text_.data(), 1, text_.size(), file_.get()) != text_.size() && error_ == 0) {
    error_ = errno;
  }
  text_.clear();
}

void Output::flush() {
  if (!text_.empty()) write();
  if (std::fflush(file_.get()) != 0 && error_ == 0) error_ = errno;
}

Result<void> Output::close() {
  write();
  flush();
  if (error_ == 0) return {};
  return fail(ErrorKind::refused, cat("writing failed: ", std::strerror(error_)), path_);
}

}  // namespace vigie
