// gzip and zstd, piece by piece.
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>

namespace vigie {

// One compressed stream of one or more members (gzip) or frames (zstd). One thread.
class Decompressor {
 public:
  struct Step {
    std::size_t consumed = 0;
    std::size_t produced = 0;
  };

  virtual ~Decompressor() = default;
  // Reads some of `from` and writes some of `to`; nothing when the bytes are not what they claim.
  [[nodiscard]] virtual std::optional<Step> step(std::string_view from, std::span<char> to) = 0;
  // A member or frame has just ended, so the stream may end here.
  [[nodiscard]] virtual bool may_end() const = 0;
  [[nodiscard]] virtual std::string_view format() const = 0;
};

// How many first bytes tell the format.
inline constexpr std::size_t kMagicBytes = 4;

// What the stream that begins with these bytes needs; null when it is not compressed.
[[nodiscard]] std::unique_ptr<Decompressor> make_decompressor(std::string_view first_bytes);

}  // namespace vigie
