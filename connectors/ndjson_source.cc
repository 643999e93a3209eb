#include "connectors/ndjson_source.h"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <optional>
#include <system_error>
#include <utility>

#include "connectors/line_reader.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

std::unexpected<Error> unreadable(const std::string& path, std::string_view why) {
  return fail(ErrorKind::unreadable,
              cat("cannot be read: ", why, "; check the path and its permissions"), path);
}

// Appends the files below a directory, sorted by path.
Result<void> list_directory(const std::string& path, std::vector<std::string>* files) {
  std::error_code error;
  const std::size_t first = files->size();
  fs::recursive_directory_iterator entry(path, error);
  for (; !error && entry != fs::recursive_directory_iterator(); entry.increment(error)) {
    if (entry->path().filename().native().starts_with('.')) {
      entry.disable_recursion_pending();
      continue;
    }
    // A link that leads nowhere is kept: it is reported when it is opened.
    std::error_code unknown;
    if (entry->is_regular_file(unknown) || unknown) files->push_back(entry->path().native());
  }
  if (error) return unreadable(path, error.message());
  if (files->size() == first) {
    return fail(ErrorKind::unreadable, "the directory holds no files; name one that does", path);
  }
  std::sort(files->begin() + static_cast<std::ptrdiff_t>(first), files->end());
  return {};
}

class NdjsonSource final : public Source {
 public:
  NdjsonSource(std::vector<std::string> files, FileSettings settings)
      : files_(std::move(files)), settings_(settings), next_(settings.worker) {}

  Result<void> read(Batch* batch, Deadline deadline) override {
    batch->clear();
    announce(batch);
    while (batch->records.empty()) {
      if (!lines_ || file_ended_) {
        lines_.reset();  // the records of the batch before this one lived there
        if (next_ >= files_.size()) break;
        if (auto opened = open_next(); !opened) return opened;
      }
      const auto status = lines_->read(batch, deadline);
      if (!status) return std::unexpected(status.error());
      file_ended_ = *status == InputStream::Status::ended;
      tell(*status, batch);
      if (*status == InputStream::Status::waiting) break;
    }
    batch->ended = (!lines_ || file_ended_) && next_ >= files_.size();
    return {};
  }

  void commit(std::span<const Position> /*positions*/) override {}
  void close(Deadline /*deadline*/) override {}
  void on_release(Release* /*release*/) override {}
  void start_from(StartPositions* positions) override { start_ = positions; }
  [[nodiscard]] std::optional<PartitionId> id_of(const PartitionName& name) const override {
    const auto file = std::ranges::find(files_, name.topic);
    if (file == files_.end() || *file == kStandardInput) return std::nullopt;
    return settings_.first_partition + static_cast<PartitionId>(file - files_.begin());
  }

  [[nodiscard]] PartitionName name(PartitionId partition) const override {
    const std::size_t file = partition - settings_.first_partition;
    return {file < files_.size() ? std::string(shown_path(files_[file])) : "", 0};
  }

 private:
  // The first batch says which partitions this worker owns, for good.
  void announce(Batch* batch) {
    if (std::exchange(announced_, true)) return;
    std::vector<PartitionId> own;
    for (std::size_t i = settings_.worker; i < files_.size(); i += settings_.workers) {
      own.push_back(settings_.first_partition + static_cast<PartitionId>(i));
    }
    batch->assignment = FactBatch::Assignment{std::move(own)};
  }
  void tell(InputStream::Status status, Batch* batch) const {
    if (batch->news.empty() || batch->news.back().partition != partition_) {
      batch->news.emplace_back();
    }
    batch->news.back() = {.partition = partition_,
                          .next_offset = lines_->next_offset(),
                          .caught_up = status != InputStream::Status::data,
                          .lag = 0};
  }
  Result<void> open_next() {
    partition_ = settings_.first_partition + static_cast<PartitionId>(next_);
    const auto saved = start_ == nullptr ? std::nullopt : start_->take(partition_);
    auto lines = open_lines(files_[next_], partition_, saved.value_or(0));
    if (!lines) return std::unexpected(lines.error());
    lines_ = std::move(*lines);
    file_ended_ = false;
    next_ += settings_.workers;
    return {};
  }

  const std::vector<std::string> files_;  // those of all workers
  const FileSettings settings_;
  StartPositions* start_ = nullptr;    // null: no state is kept
  std::size_t next_;                   // place in files_ of the next one to open
  std::unique_ptr<LineReader> lines_;  // the file being read
  PartitionId partition_ = 0;          // its number
  bool file_ended_ = false;            // it has nothing more, but the last batch may live in it
  bool announced_ = false;
};

// The files that these paths stand for, in the order of partitions.
Result<std::vector<std::string>> list_files(std::span<const std::string> paths) {
  std::vector<std::string> files;
  for (const std::string& path : paths) {
    std::error_code unknown;  // reported below, by the name of the file
    if (path == kStandardInput || !fs::is_directory(path, unknown)) {
      files.push_back(path);
    } else if (auto listed = list_directory(path, &files); !listed) {
      return std::unexpected(listed.error());
    }
  }
  for (const std::string& file : files) {
    if (file != kStandardInput && ::access(file.c_str(), R_OK) != 0) {
      return unreadable(file, std::strerror(errno));
    }
  }
  return files;
}

}  // namespace

Result<std::unique_ptr<Source>> open_files(std::span<const std::string> paths,
                                           FileSettings settings) {
  auto files = list_files(paths);
  if (!files) return std::unexpected(files.error());
  return std::make_unique<NdjsonSource>(std::move(*files), settings);
}

}  // namespace vigie
