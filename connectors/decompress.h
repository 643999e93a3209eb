// gzip and zstd, piece by piece.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

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

enum class Compression : std::uint8_t { none, gzip, zstd };

// By the first bytes.
[[nodiscard]] Compression compression_of(std::string_view first_bytes);

// What the stream that begins with these bytes needs; null when it is not compressed.
[[nodiscard]] std::unique_ptr<Decompressor> make_decompressor(std::string_view first_bytes);

// A whole compressed value at once, by decompressors that are kept. One thread; allocates nothing
// once warm. Holds a buffer of kRecordBytesMax at most, and what the decompressors need (8 MiB each
// at most: a zstd frame that asks for a larger window is refused).
class Inflater {
 public:
  struct Value {
    std::string_view bytes;       // valid until the next call
    const char* fault = nullptr;  // why there are none
  };
  // Refuses what is broken, cut short, or grows by more than kDecompressionRatioMax or above
  // kRecordBytesMax.
  // REQUIRES: compression_of(value) != Compression::none.
  [[nodiscard]] Value inflate(std::string_view value);

  // Gives memory back that only a large value needed.
  void trim();

 private:
  [[nodiscard]] Value run(Decompressor* decompressor, std::string_view from);

  std::unique_ptr<Decompressor> gzip_;
  std::unique_ptr<Decompressor> zstd_;
  std::vector<char> buffer_;
};

}  // namespace vigie
