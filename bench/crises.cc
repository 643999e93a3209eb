#include "bench/crises.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string_view>

#include "engine/base/event_time.h"
#include "engine/base/text.h"

namespace vigie::bench {
namespace {

constexpr std::string_view kEnding = "-tweetids_entire_period.csv";
constexpr std::string_view kDescription = "-event_description.json";
constexpr std::array<std::string_view, 12> kMonths{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                   "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};

// Of a row such as "Sat Jul 06 07:17:37 +0000 2013","353412403196735488",Y
std::optional<EventTime> time_of(std::string_view row) {
  if (row.size() < 32 || row[0] != '"') return std::nullopt;
  const auto month = std::ranges::find(kMonths, row.substr(5, 3));
  if (month == kMonths.end()) return std::nullopt;
  const auto number = month - kMonths.begin() + 1;
  return parse_rfc3339(cat(row.substr(27, 4), number < 10 ? "-0" : "-", number, "-",
                           row.substr(9, 2), "T", row.substr(12, 8), row.substr(21, 3), ":00"));
}

// Whether the description beside the rows says so; it is a text of a fixed shape.
bool is_sudden(std::string path) {
  path.replace(path.size() - kEnding.size(), kEnding.size(), kDescription);
  std::ifstream in(path);
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  return text.find("\"development\":\"Instantaneous\"") != std::string::npos;
}

Result<Crisis> read_crisis(const std::filesystem::path& path) {
  std::ifstream in(path);
  std::vector<EventTime> times;
  std::string row;
  std::getline(in, row);  // names of columns
  for (std::size_t line = 2; std::getline(in, row); ++line) {
    const std::optional<EventTime> time = time_of(row);
    if (!time) {
      return fail(ErrorKind::corrupt, "the row does not begin with a time",
                  cat(path.string(), ":", line));
    }
    times.push_back(*time);
  }
  if (times.empty()) return fail(ErrorKind::unreadable, "no rows", path.string());
  std::ranges::sort(times);
  Crisis crisis{.name = path.parent_path().filename().string(),
                .sudden = is_sudden(path.string()),
                .minutes = {}};
  for (const EventTime time : times) {
    crisis.minutes.push_back(static_cast<double>((time - times.front()).count()) / 60e6);
  }
  return crisis;
}

}  // namespace

Result<std::vector<Crisis>> read_crises(const std::string& directory) {
  std::error_code error;
  std::vector<Crisis> crises;
  for (std::filesystem::recursive_directory_iterator at(directory, error), end; !error && at != end;
       at.increment(error)) {
    if (!at->path().string().ends_with(kEnding)) continue;
    auto crisis = read_crisis(at->path());
    if (!crisis) return std::unexpected(crisis.error());
    crises.push_back(*std::move(crisis));
  }
  if (error) return fail(ErrorKind::unreadable, error.message(), directory);
  if (crises.empty()) {
    return fail(ErrorKind::unreadable, cat("no file ends with ", kEnding), directory);
  }
  std::ranges::sort(crises, {}, &Crisis::name);
  return crises;
}

}  // namespace vigie::bench
