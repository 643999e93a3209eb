// A line of a file with a mark below it, as compilers show it.
#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"
#include "engine/runtime/settings_files.h"

namespace vigie {
namespace {

constexpr std::size_t kColumns = 100;
constexpr std::size_t kNumberColumns = 5;
constexpr std::string_view kCut = "...";

// Bytes of the character at the start of `text`; 0 when it is not whole UTF-8.
std::size_t character_bytes(std::string_view text) {
  const auto lead = static_cast<unsigned char>(text[0]);
  const std::size_t bytes = lead < 0x80   ? 1
                            : lead < 0xC2 ? 0
                            : lead < 0xE0 ? 2
                            : lead < 0xF0 ? 3
                                          : 4;
  if (bytes == 0 || lead > 0xF4 || bytes > text.size()) return 0;
  for (std::size_t i = 1; i < bytes; ++i) {
    if ((static_cast<unsigned char>(text[i]) & 0xC0) != 0x80) return 0;
  }
  return bytes;
}

// One piece for each column; what a terminal must not see is replaced.
struct Columns {
  std::vector<std::string_view> shown;
  std::size_t first = 0;  // of the mark
  std::size_t end = 0;
};

Columns columns_of(std::string_view line, Extent part) {
  Columns columns;
  const std::size_t part_end = part.first + part.count;
  for (std::size_t at = 0; at < line.size();) {
    if (at <= part.first) columns.first = columns.shown.size();
    const std::size_t bytes = character_bytes(line.substr(at));
    const auto byte = static_cast<unsigned char>(line[at]);
    if (bytes == 0) {
      columns.shown.emplace_back("?");
    } else {
      columns.shown.push_back(byte < 0x20 || byte == 0x7F ? " " : line.substr(at, bytes));
    }
    at += std::max<std::size_t>(bytes, 1);
    if (at <= part_end) columns.end = columns.shown.size();
  }
  if (part.first >= line.size()) columns.first = columns.shown.size();
  columns.end = std::max(columns.end, columns.first + 1);
  return columns;
}

}  // namespace

std::string excerpt(std::string_view line, int number, Extent part) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const Columns columns = columns_of(line, part);
  const std::string digits = cat(number);
  const std::string margin(kNumberColumns - std::min(kNumberColumns, digits.size()), ' ');
  const std::size_t room = kColumns - std::max(kNumberColumns, digits.size()) - 3;
  std::size_t from = 0;
  std::size_t to = columns.shown.size();
  if (to > room) {
    const std::size_t before = room / 3;
    from = std::min(columns.first - std::min(columns.first, before), to - room);
    to = from + room;
  }
  const bool cut_start = from > 0;
  const bool cut_end = to < columns.shown.size();
  if (cut_start) from += kCut.size();
  if (cut_end) to -= kCut.size();

  std::string out = cat(margin, digits, " | ", cut_start ? kCut : "");
  for (std::size_t i = from; i < to; ++i) out += columns.shown[i];
  out += cat(cut_end ? kCut : "", '\n', std::string(margin.size() + digits.size(), ' '), " | ");
  const std::size_t lead = cut_start ? kCut.size() : 0;
  const std::size_t end = std::max(std::min(columns.end, std::max(to, from)), columns.first + 1);
  out += std::string(lead + columns.first - from, ' ') + '^';
  out += std::string(end - columns.first - 1, '~') + '\n';
  return out;
}

}  // namespace vigie
