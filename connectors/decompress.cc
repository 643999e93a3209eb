#include "connectors/decompress.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <limits>

#include "engine/base/check.h"

namespace vigie {
namespace {

constexpr std::string_view kGzipMagic = "\x1f\x8b";
constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";
constexpr std::string_view kZstdSkippableTail = "\x2a\x4d\x18";  // behind 0x50 to 0x5f

class Gzip final : public Decompressor {
 public:
  Gzip() {
    constexpr int kGzipOnly = 15 + 16;  // the largest window, and no other format
    CHECK(inflateInit2(&stream_, kGzipOnly) == Z_OK);
  }
  ~Gzip() override { inflateEnd(&stream_); }
  Gzip(const Gzip&) = delete;
  Gzip& operator=(const Gzip&) = delete;

  std::optional<Step> step(std::string_view from, std::span<char> to) override {
    if (may_end_ && from.empty()) return Step{};
    if (may_end_) inflateReset(&stream_);  // another member follows
    constexpr std::size_t kCountMax = std::numeric_limits<uInt>::max();
    stream_.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(from.data()));  // only read
    stream_.avail_in = static_cast<uInt>(std::min(from.size(), kCountMax));
    stream_.next_out = reinterpret_cast<Bytef*>(to.data());
    stream_.avail_out = static_cast<uInt>(std::min(to.size(), kCountMax));
    const uInt in = stream_.avail_in;
    const uInt out = stream_.avail_out;
    const int status = inflate(&stream_, Z_NO_FLUSH);
    if (status != Z_OK && status != Z_STREAM_END && status != Z_BUF_ERROR) return std::nullopt;
    may_end_ = status == Z_STREAM_END;
    return Step{in - stream_.avail_in, out - stream_.avail_out};
  }
  [[nodiscard]] bool may_end() const override { return may_end_; }
  [[nodiscard]] std::string_view format() const override { return "gzip"; }

 private:
  z_stream stream_{};
  bool may_end_ = false;
};

class Zstd final : public Decompressor {
 public:
  Zstd() : stream_(ZSTD_createDStream(), &ZSTD_freeDStream) { CHECK(stream_ != nullptr); }

  std::optional<Step> step(std::string_view from, std::span<char> to) override {
    if (may_end_ && from.empty()) return Step{};
    ZSTD_inBuffer in{from.data(), from.size(), 0};
    ZSTD_outBuffer out{to.data(), to.size(), 0};
    const std::size_t hint = ZSTD_decompressStream(stream_.get(), &out, &in);
    if (ZSTD_isError(hint) != 0) return std::nullopt;
    may_end_ = hint == 0;
    return Step{in.pos, out.pos};
  }
  [[nodiscard]] bool may_end() const override { return may_end_; }
  [[nodiscard]] std::string_view format() const override { return "zstd"; }

 private:
  std::unique_ptr<ZSTD_DStream, std::size_t (*)(ZSTD_DStream*)> stream_;
  bool may_end_ = false;
};

}  // namespace

std::unique_ptr<Decompressor> make_decompressor(std::string_view first_bytes) {
  if (first_bytes.starts_with(kGzipMagic)) return std::make_unique<Gzip>();
  const std::string_view magic = first_bytes.substr(0, kMagicBytes);
  const bool skippable = magic.size() == kMagicBytes && (magic[0] & 0xf0) == 0x50 &&
                         magic.substr(1) == kZstdSkippableTail;
  if (magic == kZstdMagic || skippable) return std::make_unique<Zstd>();
  return nullptr;
}

}  // namespace vigie
