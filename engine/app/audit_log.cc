#include "engine/app/audit_log.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <utility>

#include "engine/base/text.h"

namespace vigie {

Result<AuditLog> AuditLog::open(const std::string& path) {
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0600);
  if (file >= 0) return AuditLog(path, file);
  return fail(ErrorKind::unreadable,
              cat("cannot be written: ", std::strerror(errno),
                  "; nothing was done, as it could not have been noted"),
              path);
}

AuditLog::~AuditLog() {
  if (file_ >= 0) ::close(file_);
}

AuditLog::AuditLog(AuditLog&& other) noexcept
    : path_(std::move(other.path_)), file_(std::exchange(other.file_, -1)) {}

Result<void> AuditLog::append(std::string_view line) {
  const std::string text = cat(line, '\n');
  errno = 0;
  const ssize_t written = ::write(file_, text.data(), text.size());
  if (written == static_cast<ssize_t>(text.size()) && fsync(file_) == 0) return {};
  return fail(ErrorKind::refused,
              cat("cannot be written: ", errno == 0 ? "no room" : std::strerror(errno)), path_);
}

}  // namespace vigie
