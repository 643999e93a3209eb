// Notes of what was done to the state, for those who must prove it.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/result.h"

namespace vigie {

// Lines that are only ever added, each durable when append() returns. Readable for its owner only.
class AuditLog {
 public:
  // Errors: unreadable.
  [[nodiscard]] static Result<AuditLog> open(const std::string& path);
  ~AuditLog();
  AuditLog(AuditLog&& other) noexcept;
  AuditLog& operator=(AuditLog&&) = delete;

  // Errors: refused.
  [[nodiscard]] Result<void> append(std::string_view line);

 private:
  AuditLog(std::string path, int file) : path_(std::move(path)), file_(file) {}

  std::string path_;
  int file_ = -1;
};

}  // namespace vigie
