#include "connectors/line_reader.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <span>
#include <utility>

#include "connectors/decode_record.h"
#include "connectors/decompress.h"
#include "connectors/file_handle.h"
#include "connectors/file_shape.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// A longer line is cut to this: one byte too long for a record, so that it is refused as such.
constexpr std::size_t kLineBytesMax = kRecordBytesMax + 1;
// Bytes asked of a stream at once.
constexpr std::size_t kChunkBytes = 256UL << 10;

// Cuts records off the front of bytes that begin at `offset` of their file. Below, a line is what
// a record is cut from, whatever the shape of the file.
struct Lines {
  std::string_view bytes;
  std::int64_t offset = 0;
  FileShape shape = FileShape::lines;

  // The next line without its end, which `bytes` begins with afterwards. Nothing when no line end
  // is there and more bytes may follow.
  std::optional<std::string_view> next(bool nothing_follows) {
    const RecordEnd found = find_record_end(shape, bytes);
    if (found.end == std::string_view::npos && (!nothing_follows || bytes.empty())) {
      return std::nullopt;
    }
    const std::string_view line = bytes.substr(0, found.end);
    const std::size_t size = std::min(found.next, bytes.size());
    bytes.remove_prefix(size);
    offset += static_cast<std::int64_t>(size);
    return line;
  }
};

bool is_blank(std::string_view line) { return std::ranges::all_of(line, is_json_space); }

// What of a line becomes the record, beginning at *offset; empty when nothing does.
std::string_view record_of(std::string_view line, std::int64_t* offset) {
  if (*offset == 0 && line.starts_with(kByteOrderMark)) {
    line.remove_prefix(kByteOrderMark.size());
    *offset += static_cast<std::int64_t>(kByteOrderMark.size());
  }
  if (line.ends_with('\r')) line.remove_suffix(1);
  if (is_blank(line)) return {};
  while (line.front() == '\n' || line.front() == '\r') {  // blank lines before a block
    line.remove_prefix(1);
    ++*offset;
  }
  return line.substr(0, kLineBytesMax);
}

void append_record(std::string_view value, PartitionId partition, std::int64_t offset,
                   Batch* batch) {
  Record& record = batch->records.emplace_back();
  record.value = value;
  record.partition = partition;
  record.offset = offset;
}

class Mapping {
 public:
  Mapping(const FileHandle& file, std::size_t size) : size_(size) {
    void* data = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
    if (data == MAP_FAILED) return;
    data_ = static_cast<const char*>(data);
    ::madvise(data, size, MADV_SEQUENTIAL);
  }
  ~Mapping() {
    if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
  }
  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  [[nodiscard]] bool is_open() const { return data_ != nullptr; }
  [[nodiscard]] std::string_view bytes() const { return {data_, size_}; }
  // Bytes that can be read: up to the end of the last page.
  [[nodiscard]] std::size_t readable() const {
    const auto page = static_cast<std::size_t>(::sysconf(_SC_PAGESIZE));
    return (size_ + page - 1) / page * page;
  }

 private:
  const char* data_ = nullptr;
  std::size_t size_;
};

// Of a file that is one document.
Error too_large(const std::string& path) {
  return {ErrorKind::unreadable,
          cat("is one JSON document of more than ", kRecordBytesMax >> 20,
              " MiB; write its posts one per line (NDJSON), as jq -c '.[]' does with an array"),
          path};
}

std::unexpected<Error> too_short(const std::string& path, std::int64_t size, std::int64_t first) {
  return fail(ErrorKind::unreadable,
              cat("holds ", size, " bytes, but the state has read ", first,
                  " of it: it is another file under the same name. Give it another name, or the "
                  "engine a new state.path"),
              path);
}

class MappedLines final : public LineReader {
 public:
  MappedLines(std::unique_ptr<Mapping> mapping, FileShape shape, PartitionId partition,
              std::int64_t first)
      : mapping_(std::move(mapping)), shape_(shape), partition_(partition), offset_(first) {}

  Result<InputStream::Status> read(Batch* batch, Deadline /*deadline*/) override {
    const auto first = static_cast<std::size_t>(offset_);
    // Up to here a record has readable bytes behind it; further lines are copied to where it has.
    const std::size_t in_place =
        mapping_->readable() - std::min(mapping_->readable(), kRecordPaddingBytes);
    Lines lines{mapping_->bytes().substr(first), offset_, shape_};
    bool copied = false;
    while (batch->records.size() < kBatchRecordsMax &&
           static_cast<std::size_t>(lines.offset) - first < kBatchBytes) {
      const Lines before = lines;
      const auto line = lines.next(true);
      if (!line) break;
      std::int64_t offset = before.offset;
      const std::string_view value = record_of(*line, &offset);
      const std::size_t end = static_cast<std::size_t>(offset) + value.size();
      if (!value.empty() && !copied && end > in_place) {
        lines = copy_tail(before, batch);
        copied = true;
        continue;
      }
      if (!value.empty()) append_record(value, partition_, offset, batch);
    }
    offset_ = lines.offset;
    return lines.bytes.empty() ? InputStream::Status::ended : InputStream::Status::data;
  }

  [[nodiscard]] std::int64_t next_offset() const override { return offset_; }

 private:
  // The rest of the file, at most one record and some padding long, with padding behind it.
  static Lines copy_tail(const Lines& tail, Batch* batch) {
    batch->storage.resize(tail.bytes.size() + kRecordPaddingBytes);
    std::memcpy(batch->storage.data(), tail.bytes.data(), tail.bytes.size());
    return {{batch->storage.data(), tail.bytes.size()}, tail.offset, tail.shape};
  }

  const std::unique_ptr<Mapping> mapping_;
  const FileShape shape_;
  const PartitionId partition_;
  std::int64_t offset_;
};

class StreamedLines final : public LineReader {
 public:
  StreamedLines(InputStream stream, std::string path, PartitionId partition, std::int64_t first)
      : stream_(std::move(stream)), path_(std::move(path)), partition_(partition), first_(first) {}

  Result<InputStream::Status> read(Batch* batch, Deadline deadline) override {
    if (failed_) return std::unexpected(*failed_);
    std::vector<char>& storage = batch->storage;
    storage.assign(rest_.begin(), rest_.end());
    rest_.clear();
    const InputStream::Status status = gather_line(&storage, deadline);
    if (failed_ && shape() == FileShape::whole) return std::unexpected(*failed_);
    const std::size_t size = storage.size();
    storage.resize(size + kRecordPaddingBytes);
    Lines lines{{storage.data(), size}, offset_, shape()};
    split(&lines, status == InputStream::Status::ended && !failed_, batch);
    rest_.assign(lines.bytes.begin(), lines.bytes.end());
    offset_ = lines.offset;
    std::erase_if(batch->records, [this](const Record& one) { return one.offset < first_; });
    if (status == InputStream::Status::ended && !failed_ && offset_ < first_) {
      return too_short(path_, offset_, first_);
    }
    if (failed_ && batch->records.empty()) return std::unexpected(*failed_);
    if (!batch->records.empty() && (failed_ || !rest_.empty())) return InputStream::Status::data;
    return status;
  }

  [[nodiscard]] std::int64_t next_offset() const override { return offset_; }

 private:
  // Reads until `bytes` hold the end of a line, or of the longest one that is kept.
  InputStream::Status gather_line(std::vector<char>* bytes, Deadline deadline) {
    std::size_t searched = 0;
    for (;;) {
      if (skipping_) skip_line(bytes);
      if (!skipping_ && holds_record(*bytes, searched)) return InputStream::Status::data;
      const std::size_t size = bytes->size();
      // A block of events ends with up to three bytes.
      searched = size - std::min<std::size_t>(size, 2);
      bytes->resize(size + kChunkBytes);
      const auto got = stream_.read(std::span(*bytes).subspan(size), deadline);
      bytes->resize(size + (got ? got->bytes : 0));
      if (!got) failed_ = got.error();
      if (!got || got->status == InputStream::Status::ended) {
        if (skipping_) bytes->clear();
        return InputStream::Status::ended;
      }
      if (got->status == InputStream::Status::waiting) return InputStream::Status::waiting;
    }
  }

  [[nodiscard]] FileShape shape() const { return shape_.value_or(FileShape::lines); }

  // Whether a record ends among the bytes, from `from` on, or a longer one than is kept begins.
  bool holds_record(const std::vector<char>& read, std::size_t from) {
    const std::string_view bytes(read.data(), read.size());
    if (!shape_ && (shows_shape(bytes) || bytes.size() > kLineBytesMax)) {
      shape_ = shape_of(bytes);
      from = 0;
    }
    if (bytes.size() > kLineBytesMax && shape() == FileShape::whole) failed_ = too_large(path_);
    if (bytes.size() > kLineBytesMax) return true;
    return find_record_end(shape(), bytes, from).end != std::string_view::npos;
  }

  // Drops bytes up to the end of a line whose beginning has been handed over.
  void skip_line(std::vector<char>* bytes) {
    const std::string_view all(bytes->data(), bytes->size());
    const std::size_t next = find_record_end(shape(), all).next;
    skipping_ = next == std::string_view::npos;
    // The end of a block of events may be cut in two.
    const std::size_t kept =
        shape() == FileShape::events ? std::min<std::size_t>(all.size(), 2) : 0;
    const std::size_t size = skipping_ ? all.size() - kept : next;
    offset_ += static_cast<std::int64_t>(size);
    bytes->erase(bytes->begin(), bytes->begin() + static_cast<std::ptrdiff_t>(size));
  }

  void split(Lines* lines, bool nothing_follows, Batch* batch) {
    while (batch->records.size() < kBatchRecordsMax) {
      std::int64_t offset = lines->offset;
      auto line = lines->next(nothing_follows);
      if (!line && lines->bytes.size() > kLineBytesMax) {
        line = std::exchange(lines->bytes, {});
        lines->offset += static_cast<std::int64_t>(line->size());
        skipping_ = true;
      }
      if (!line) return;
      const std::string_view value = record_of(*line, &offset);
      if (!value.empty()) append_record(value, partition_, offset, batch);
    }
  }

  InputStream stream_;
  const std::string path_;  // for messages
  const PartitionId partition_;
  const std::int64_t first_;
  std::optional<FileShape> shape_;  // once it is known
  std::vector<char> rest_;          // read, but not handed over
  std::int64_t offset_ = 0;         // of its first byte
  bool skipping_ = false;           // the line under way is too long and has been handed over
  std::optional<Error> failed_;
};

std::unexpected<Error> unreadable(const std::string& path) {
  return fail(
      ErrorKind::unreadable,
      cat("cannot be opened: ", std::strerror(errno), "; check the path and its permissions"),
      std::string(shown_path(path)));
}

}  // namespace

Result<std::unique_ptr<LineReader>> open_lines(const std::string& path, PartitionId partition,
                                               std::int64_t first) {
  const bool standard_input = path == kStandardInput;
  FileHandle file(standard_input ? ::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  struct stat status{};
  if (!file.is_open() || ::fstat(file.get(), &status) != 0) return unreadable(path);
  const auto size = static_cast<std::size_t>(status.st_size);
  if (!standard_input && S_ISREG(status.st_mode) && size > 0) {
    char magic[kMagicBytes];
    const ssize_t count = ::pread(file.get(), magic, sizeof magic, 0);
    if (count < 0) return unreadable(path);
    if (make_decompressor({magic, static_cast<std::size_t>(count)}) == nullptr) {
      auto mapping = std::make_unique<Mapping>(file, size);
      if (!mapping->is_open()) return unreadable(path);
      const FileShape shape = shape_of(mapping->bytes());
      if (shape == FileShape::whole && size > kRecordBytesMax) {
        return std::unexpected(too_large(path));
      }
      const auto bytes = static_cast<std::int64_t>(size);
      if (bytes < first) return too_short(path, bytes, first);
      return std::make_unique<MappedLines>(std::move(mapping), shape, partition, first);
    }
  }
  const std::string shown(shown_path(path));
  return std::make_unique<StreamedLines>(InputStream(std::move(file), shown), shown, partition,
                                         first);
}

}  // namespace vigie
