#include "engine/app/series_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <cstdio>
#include <cstring>
#include <map>
#include <memory>
#include <optional>

#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::size_t kReadBytes = 256UL << 10;
constexpr Duration kIntervalMin = std::chrono::minutes{1};
constexpr Duration kIntervalMax = std::chrono::days{1};
// Counts and their squares stay numbers, and sums of them exact.
constexpr double kCountMax = 1e15;
constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

struct Closer {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

Result<std::string> read_bytes(const std::string& path) {
  const std::unique_ptr<std::FILE, Closer> file(path == "-" ? stdin
                                                            : std::fopen(path.c_str(), "rb"));
  if (file == nullptr) {
    return fail(ErrorKind::unreadable, cat("cannot be opened: ", std::strerror(errno)), path);
  }
  std::string text;
  std::size_t got = 0;
  do {
    const std::size_t before = text.size();
    text.resize(before + kReadBytes);
    got = std::fread(text.data() + before, 1, kReadBytes, file.get());
    text.resize(before + got);
  } while (got == kReadBytes);
  if (std::ferror(file.get()) != 0) {
    return fail(ErrorKind::unreadable, cat("cannot be read: ", std::strerror(errno)), path);
  }
  return text;
}

// The fields of a line of CSV, without the quotes and white space around them.
void split(std::string_view line, std::vector<std::string_view>* fields) {
  fields->clear();
  const auto trim = [](std::string_view field) {
    constexpr std::string_view kAround = " \t\r\"";
    const std::size_t first = field.find_first_not_of(kAround);
    if (first == field.npos) return std::string_view{};
    return field.substr(first, field.find_last_not_of(kAround) - first + 1);
  };
  for (;;) {
    const std::size_t comma = line.find(',');
    fields->push_back(trim(line.substr(0, comma)));
    if (comma == line.npos) return;
    line.remove_prefix(comma + 1);
  }
}

std::optional<EventTime> time_of(std::string_view text) {
  std::optional<EventTime> time = parse_rfc3339(text);
  if (!time) time = parse_rfc3339(cat(text, "Z"));
  if (time && (*time < kEventTimeMin || *time >= kEventTimeMax)) return std::nullopt;
  return time;
}

std::optional<double> count_of_text(std::string_view text) {
  double value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc{} || read.ptr != text.data() + text.size()) return std::nullopt;
  if (!(value >= 0 && value <= kCountMax)) return std::nullopt;  // nor what is not a number
  return value;
}

class SeriesReader {
 public:
  SeriesReader(const std::string& path, SeriesFile* series)
      : path_(path == "-" ? "standard input" : path), series_(series) {}

  Result<void> read() {
    std::string_view rest = series_->text;
    if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
    while (!rest.empty()) {
      const std::size_t end = rest.find('\n');
      ++line_;
      if (const Result<void> read = read_line(rest.substr(0, end)); !read) return read;
      rest.remove_prefix(end == rest.npos ? rest.size() : end + 1);
    }
    if (line_ == 0) {
      return fail(ErrorKind::corrupt, "is empty; its first line must be `timestamp,value`", path_);
    }
    return find_interval();
  }

 private:
  std::unexpected<Error> wrong(std::size_t line, std::string message) const {
    return fail(ErrorKind::corrupt, std::move(message), cat(path_, ":", line));
  }
  Result<void> read_line(std::string_view line);
  Result<void> read_head();
  Result<void> find_interval();

  std::string path_;
  SeriesFile* series_;
  std::size_t line_ = 0;
  std::vector<std::size_t> lines_;  // of the rows
  std::vector<std::string_view> fields_;
  std::size_t time_column_ = 0;
  std::size_t value_column_ = 0;
};

Result<void> SeriesReader::read_head() {
  const auto column = [&](std::string_view name) {
    return static_cast<std::size_t>(
        std::ranges::find_if(fields_, [&](auto field) { return same_word(field, name); }) -
        fields_.begin());
  };
  time_column_ = column("timestamp");
  value_column_ = column("value");
  if (time_column_ < fields_.size() && value_column_ < fields_.size()) return {};
  return wrong(line_,
               "the first line names the columns, and `timestamp` and `value` must be among them");
}

Result<void> SeriesReader::read_line(std::string_view line) {
  split(line, &fields_);
  if (line_ == 1) return read_head();
  if (fields_.size() == 1 && fields_[0].empty()) return {};
  if (fields_.size() <= std::max(time_column_, value_column_)) {
    return wrong(line_, "has fewer columns than the first line; each needs a time and a value");
  }
  const std::string_view time_text = fields_[time_column_];
  const std::string_view value_text = fields_[value_column_];
  const std::optional<EventTime> time = time_of(time_text);
  if (!time) {
    return wrong(line_, cat("'", time_text,
                            "' is no time between 1990 and 2100; write "
                            "2026-11-22T05:30:00Z or 2026-11-22 05:30:00"));
  }
  const std::optional<double> value = count_of_text(value_text);
  if (!value) {
    return wrong(line_, cat("'", value_text,
                            "' is no count; write a number from 0 to 1e15, "
                            "and leave the line out where there is no data"));
  }
  if (!series_->rows.empty() && *time <= series_->rows.back().begin) {
    return wrong(line_, cat("'", time_text,
                            "' is not later than the line before; sort the lines "
                            "by time, and keep one line of each"));
  }
  series_->rows.push_back({*time, *value, time_text, value_text});
  lines_.push_back(line_);
  return {};
}

Result<void> SeriesReader::find_interval() {
  const std::vector<SeriesFile::Row>& rows = series_->rows;
  if (rows.size() < 2) {
    return fail(ErrorKind::corrupt,
                "has fewer than two lines of data; how far apart they are is learnt from them",
                path_);
  }
  std::map<Duration, std::size_t> seen;
  for (std::size_t i = 1; i < rows.size(); ++i) ++seen[rows[i].begin - rows[i - 1].begin];
  series_->interval =
      std::ranges::max_element(seen, {}, [](const auto& entry) { return entry.second; })->first;
  const Duration interval = series_->interval;
  if (interval < kIntervalMin || interval > kIntervalMax) {
    return fail(ErrorKind::corrupt,
                cat("has a line every ", to_text(interval),
                    "; add its counts up, or split them, to between 1m and 1d"),
                path_);
  }
  for (std::size_t i = 1; i < rows.size(); ++i) {
    const Duration apart = rows[i].begin - rows[i - 1].begin;
    if (apart % interval == Duration::zero()) continue;
    return wrong(lines_[i], cat("lies ", to_text(apart), " after the line before, and most lines ",
                                to_text(interval), "; sum the counts up over even intervals"));
  }
  return {};
}

}  // namespace

Result<SeriesFile> read_series(const std::string& path) {
  Result<std::string> text = read_bytes(path);
  if (!text) return std::unexpected(text.error());
  SeriesFile series;
  series.text = std::move(*text);
  SeriesReader reader(path, &series);
  if (const Result<void> read = reader.read(); !read) return std::unexpected(read.error());
  return series;
}

}  // namespace vigie
