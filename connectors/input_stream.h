// Bytes of a file, pipe or standard input, decompressed where they need it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decompress.h"
#include "connectors/file_handle.h"
#include "engine/base/clock.h"
#include "engine/base/result.h"

namespace vigie {

// One thread. Holds one buffer of fixed size and what the decompressor needs (128 MB at most, for a
// zstd file that asks for it).
class InputStream {
 public:
  enum class Status : std::uint8_t { data, waiting, ended };
  struct Read {
    std::size_t bytes = 0;  // above zero with `data`, else zero
    Status status = Status::data;
  };

  // `name` is for messages.
  InputStream(FileHandle file, std::string name);

  // Waits for bytes until the deadline.
  // Errors: unreadable; corrupt for compressed bytes that are broken, cut short, or grow by more
  // than kDecompressionRatioMax.
  [[nodiscard]] Result<Read> read(std::span<char> to, Deadline deadline);

 private:
  // Adds bytes to the buffer, or says why not.
  Result<Status> fill(Deadline deadline);
  Result<Read> decompress(std::span<char> to, Deadline deadline);
  Read hand_over(std::span<char> to);
  [[nodiscard]] std::string_view waiting_bytes() const {
    return {buffer_.data() + first_, end_ - first_};
  }
  [[nodiscard]] std::unexpected<Error> corrupt(std::string_view what) const;

  FileHandle file_;
  std::string name_;
  std::vector<char> buffer_;
  std::size_t first_ = 0;  // bytes of the buffer that are waiting: [first_, end_)
  std::size_t end_ = 0;
  bool ended_ = false;  // the file has nothing more
  bool format_known_ = false;
  std::unique_ptr<Decompressor> decompressor_;  // null for plain bytes
  std::uint64_t consumed_ = 0;                  // compressed bytes
  std::uint64_t produced_ = 0;
};

}  // namespace vigie
