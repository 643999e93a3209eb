#include "connectors/dead_letter_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <utility>

#include "connectors/file_handle.h"
#include "connectors/json_repair.h"
#include "engine/base/event_time.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// Letters are gathered up to this many bytes before they are written.
constexpr std::size_t kWriteBytes = 4UL << 20;

void append_base64(std::string_view bytes, std::string* out) {
  constexpr std::string_view kAlphabet =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const auto byte = [&](std::size_t i) -> std::uint32_t {
    return i < bytes.size() ? static_cast<unsigned char>(bytes[i]) : 0;
  };
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::uint32_t three = byte(i) << 16 | byte(i + 1) << 8 | byte(i + 2);
    for (std::size_t digit = 0; digit < 4; ++digit) {
      const bool filled = i + digit <= bytes.size();  // 1 byte fills 2 digits, 2 fill 3
      out->push_back(filled ? kAlphabet[three >> (18 - 6 * digit) & 63] : '=');
    }
  }
}

// ,"name":"..." or ,"name_base64":"..."
void append_bytes(std::string_view name, std::string_view bytes, std::string* out) {
  const bool text = is_utf8(bytes);
  out->push_back(',');
  append_json_string(text ? std::string(name) : cat(name, "_base64"), out);
  out->push_back(':');
  if (text) return append_json_string(bytes, out);
  out->push_back('"');
  append_base64(bytes, out);
  out->push_back('"');
}

void append_indexes(std::span<const std::uint16_t> indexes, std::string* out) {
  if (indexes.empty()) return;
  const std::size_t start = out->size();
  for (const std::uint16_t index : indexes) out->append(cat(',', index));
  // The first one's comma becomes the bracket.
  out->replace(start, 1, ",\"indexes\":[");
  out->push_back(']');
}

void append_headers(std::span<const Header> headers, std::string* out) {
  if (headers.empty()) return;
  const std::size_t start = out->size();
  for (const Header& header : headers) append_bytes(header.name, header.value, out);
  // The first one's comma becomes the bracket.
  out->replace(start, 1, ",\"headers\":{");
  out->push_back('}');
}

void append_letter(const DeadLetter& letter, std::string_view engine_version, std::string* out) {
  out->append(cat("{\"reason\":\"", to_text(letter.reason), '"'));
  if (!letter.detail.empty()) append_bytes("detail", letter.detail, out);
  append_bytes("source_topic", letter.source_topic, out);
  out->append(cat(",\"partition\":", letter.partition, ",\"offset\":", letter.offset));
  append_indexes(letter.indexes, out);
  if (!letter.mapping.empty()) append_bytes("mapping", letter.mapping, out);
  append_bytes("engine_version", engine_version, out);
  if (letter.timestamp) out->append(cat(",\"timestamp\":\"", to_rfc3339(*letter.timestamp), '"'));
  if (!letter.key.empty()) append_bytes("key", letter.key, out);
  if (letter.cut) out->append(",\"cut\":true");
  append_headers(letter.headers, out);
  append_bytes("raw", letter.raw.substr(0, kDeadLetterBytesMax), out);
  out->append("}\n");
}

class DeadLetterFile final : public DeadLetterSink {
 public:
  DeadLetterFile(FileHandle file, std::string path, std::string engine_version)
      : file_(std::move(file)),
        path_(std::move(path)),
        engine_version_(std::move(engine_version)) {}

  // Touches nothing that other threads touch: O_APPEND gives each write its own place.
  Result<void> put(std::span<const DeadLetter> letters) override {
    std::string lines;
    for (const DeadLetter& letter : letters) {
      append_letter(letter, engine_version_, &lines);
      if (lines.size() < kWriteBytes) continue;
      if (auto written = write_all(lines); !written) return written;
      lines.clear();
    }
    if (auto written = write_all(lines); !written) return written;
    // What is no disk (a pipe, /dev/null) cannot be synchronised and need not be.
    if (fdatasync(file_.get()) != 0 && errno != EINVAL && errno != EROFS) return failed("kept");
    return {};
  }

 private:
  Result<void> write_all(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
      if (written < 0 && errno == EINTR) continue;
      if (written <= 0) return failed("written");
      bytes.remove_prefix(static_cast<std::size_t>(written));
    }
    return {};
  }
  [[nodiscard]] std::unexpected<Error> failed(std::string_view what) const {
    return fail(ErrorKind::refused,
                cat("dead letters cannot be ", what, ": ", std::strerror(errno),
                    "; make room, or name another file under dead_letters"),
                path_);
  }

  const FileHandle file_;
  const std::string path_;
  const std::string engine_version_;
};

}  // namespace

Result<std::unique_ptr<DeadLetterSink>> open_dead_letter_file(const std::string& path,
                                                              std::string engine_version) {
  FileHandle file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0640));
  if (!file.is_open()) {
    return fail(ErrorKind::unreadable,
                cat("the file for dead letters cannot be opened: ", std::strerror(errno),
                    "; create its folder, or name another file under dead_letters"),
                path);
  }
  return std::make_unique<DeadLetterFile>(std::move(file), path, std::move(engine_version));
}

}  // namespace vigie
