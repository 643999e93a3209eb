#include "connectors/decompress.h"

#include <zlib.h>
#include <zstd.h>

#include <algorithm>
#include <bit>
#include <limits>

#include "engine/base/check.h"
#include "engine/base/limits.h"

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
  // A frame says how large a window it needs, which is allocated before any of it is seen.
  explicit Zstd(int window_log_max) : stream_(ZSTD_createDStream(), &ZSTD_freeDStream) {
    CHECK(stream_ != nullptr);
    const std::size_t set =
        ZSTD_DCtx_setParameter(stream_.get(), ZSTD_d_windowLogMax, window_log_max);
    CHECK(ZSTD_isError(set) == 0);
  }

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

constexpr int kFileWindowLog = 27;  // 128 MB, what zstd itself takes unless told otherwise
constexpr int kValueWindowLog = std::bit_width(kRecordBytesMax) - 1;

constexpr std::size_t kFirstBufferBytes = 64UL << 10;

}  // namespace

Compression compression_of(std::string_view first_bytes) {
  if (first_bytes.starts_with(kGzipMagic)) return Compression::gzip;
  const std::string_view magic = first_bytes.substr(0, kMagicBytes);
  const bool skippable = magic.size() == kMagicBytes && (magic[0] & 0xf0) == 0x50 &&
                         magic.substr(1) == kZstdSkippableTail;
  return magic == kZstdMagic || skippable ? Compression::zstd : Compression::none;
}

std::unique_ptr<Decompressor> make_decompressor(std::string_view first_bytes) {
  switch (compression_of(first_bytes)) {
    case Compression::none: break;
    case Compression::gzip: return std::make_unique<Gzip>();
    case Compression::zstd: return std::make_unique<Zstd>(kFileWindowLog);
  }
  return nullptr;
}

Inflater::Value Inflater::inflate(std::string_view value) {
  const bool gzip = compression_of(value) == Compression::gzip;
  std::unique_ptr<Decompressor>& decompressor = gzip ? gzip_ : zstd_;
  if (decompressor == nullptr) {
    if (gzip) {
      decompressor = std::make_unique<Gzip>();
    } else {
      decompressor = std::make_unique<Zstd>(kValueWindowLog);
    }
  }
  const Value inflated = run(decompressor.get(), value);
  if (inflated.fault != nullptr) decompressor.reset();  // it is in the middle of something
  return inflated;
}

// One that has ended a stream takes another as one more member of the first.
Inflater::Value Inflater::run(Decompressor* decompressor, std::string_view from) {
  const std::size_t bytes_max =
      std::min(kRecordBytesMax, from.size() <= kRecordBytesMax / kDecompressionRatioMax
                                    ? from.size() * kDecompressionRatioMax
                                    : kRecordBytesMax);
  std::size_t size = 0;
  if (buffer_.empty()) buffer_.resize(kFirstBufferBytes);
  for (;;) {
    // One byte of room beyond the bound shows who goes over it.
    if (size == buffer_.size()) buffer_.resize(std::min(2 * size, kRecordBytesMax + 1));
    const auto step = decompressor->step(from, std::span(buffer_).subspan(size));
    if (!step) return {{}, "the compressed bytes are broken"};
    from.remove_prefix(step->consumed);
    size += step->produced;
    if (size > bytes_max) {
      return {{},
              bytes_max == kRecordBytesMax ? "the compressed bytes unfold to more than 8 MiB"
                                           : "the compressed bytes grow more than 2,000 times"};
    }
    if (step->consumed != 0 || step->produced != 0) continue;
    if (!decompressor->may_end()) return {{}, "the compressed bytes are cut short"};
    if (!from.empty()) return {{}, "something follows the compressed bytes"};
    return {{buffer_.data(), size}, nullptr};
  }
}

void Inflater::trim() {
  if (buffer_.size() > kScratchKeptBytes) buffer_ = {};
}

}  // namespace vigie
