// Reading the lines of tests/cases/rules: `\u{H}` in them, comments and columns.
#pragma once

#include <cstdint>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

namespace vigie::rules_cases {

inline void append_utf8(std::uint32_t c, std::string* out) {
  const auto put = [out](std::uint32_t byte) { out->push_back(static_cast<char>(byte)); };
  if (c < 0x80) {
    put(c);
  } else if (c < 0x800) {
    put(0xC0 | c >> 6);
    put(0x80 | (c & 63));
  } else if (c < 0x10000) {
    put(0xE0 | c >> 12);
    put(0x80 | (c >> 6 & 63));
    put(0x80 | (c & 63));
  } else {
    put(0xF0 | c >> 18);
    put(0x80 | (c >> 12 & 63));
    put(0x80 | (c >> 6 & 63));
    put(0x80 | (c & 63));
  }
}

// `\u{E9}` as its code point; any other backslash stands for itself.
inline std::string unescape(std::string_view text) {
  std::string out;
  while (!text.empty()) {
    if (text.starts_with("\\u{")) {
      const std::size_t end = text.find('}');
      append_utf8(static_cast<std::uint32_t>(
                      std::strtoul(std::string(text.substr(3, end - 3)).c_str(), nullptr, 16)),
                  &out);
      text.remove_prefix(end + 1);
    } else {
      out.push_back(text[0]);
      text.remove_prefix(1);
    }
  }
  return out;
}

inline std::string_view trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(' ');
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(' ') - first + 1);
}

inline std::vector<std::string> split(std::string_view text, std::string_view separator) {
  std::vector<std::string> parts;
  for (;;) {
    const std::size_t at = text.find(separator);
    parts.emplace_back(trimmed(text.substr(0, at)));
    if (at == std::string_view::npos) return parts;
    text.remove_prefix(at + separator.size());
  }
}

// The lines of a file that are neither empty nor comments.
inline std::vector<std::string> lines(const std::string& name) {
  std::ifstream in(std::string(VIGIE_SOURCE_DIR "/tests/cases/rules/") + name);
  std::vector<std::string> out;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && !line.starts_with("# ") && line != "#") out.push_back(line);
  }
  return out;
}

}  // namespace vigie::rules_cases
