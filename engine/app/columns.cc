#include "engine/app/columns.h"

#include <algorithm>

#include "engine/base/utf8.h"

namespace vigie {
namespace {

constexpr std::string_view kCut = "...";

}  // namespace

std::size_t columns(std::string_view text) { return count_characters(text); }

std::string pad_right(std::string_view text, std::size_t width) {
  return std::string(text) + std::string(width - std::min(width, columns(text)), ' ');
}

std::string pad_left(std::string_view text, std::size_t width) {
  return std::string(width - std::min(width, columns(text)), ' ') + std::string(text);
}

std::string one_line(std::string_view text, std::size_t width) {
  std::string line;
  for (const char c : text) {
    const bool space = c == ' ' || c == '\n' || c == '\r' || c == '\t';
    if (space && !line.empty() && line.back() != ' ') line += ' ';
    if (static_cast<unsigned char>(c) > 0x20 && c != 0x7F) line += c;
  }
  while (line.ends_with(' ')) line.pop_back();
  if (columns(line) <= width) return line;
  std::size_t at = 0;
  for (std::size_t left = width - std::min(width, kCut.size()); at < line.size(); ++at) {
    if (is_continuation(line[at])) continue;
    if (left == 0) break;
    --left;
  }
  return line.substr(0, at) + std::string(kCut);
}

std::string table(const std::vector<std::vector<std::string>>& rows, std::string_view sides) {
  std::vector<std::size_t> widths(sides.size());
  for (const auto& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      widths[i] = std::max(widths[i], columns(row[i]));
    }
  }
  std::string out;
  for (const auto& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      if (i > 0) line += "  ";
      line += sides[i] == '<' ? pad_right(row[i], widths[i]) : pad_left(row[i], widths[i]);
    }
    while (line.ends_with(' ')) line.pop_back();
    out += line + '\n';
  }
  return out;
}

}  // namespace vigie
