// Buffered bytes to standard output or a file, with errors.
#pragma once

#include <cstdio>

#include <memory>
#include <string>

#include "engine/base/result.h"

namespace vigie {

// Collects text and writes it in large pieces. One thread.
class Output {
 public:
  // "-" is standard output.
  [[nodiscard]] static Result<Output> open(const std::string& path);

  // Append here, then call flush_if_large().
  [[nodiscard]] std::string& text() { return text_; }
  void flush_if_large();

  // Writes what there is, now: somebody waits for it.
  void flush();

  // Writes the rest. Errors: refused, when any write failed (a full disk, a closed pipe).
  [[nodiscard]] Result<void> close();

 private:
  struct Closer {
    void operator()(std::FILE* file) const {
      if (file != stdout) std::fclose(file);
    }
  };
  Output(std::string path, std::FILE* file) : path_(std::move(path)), file_(file) {}
  void write();

  std::string path_;
  std::unique_ptr<std::FILE, Closer> file_;
  std::string text_;
  int error_ = 0;  // errno of the first failure
};

}  // namespace vigie
