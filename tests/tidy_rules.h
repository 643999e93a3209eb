// What the source tree has to keep to, one function a rule. Each takes text, so that a test can
// show it a tree that is wrong.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <vector>

namespace vigie::tidy {

// One file of the tree; the path starts at the root and has '/' between its parts.
struct Source {
  std::string path;
  std::string text;
};

struct Violation {
  std::string path;
  std::size_t line = 0;  // 0: the file as a whole
  std::string message;
};
using Violations = std::vector<Violation>;

inline constexpr std::size_t kColumnsMax = 100;
inline constexpr std::size_t kFunctionLinesMax = 70;
inline constexpr std::size_t kFileLinesMax = 600;
inline constexpr std::size_t kDecisionLinesMax = 40;

// Who may include whom, and which third-party headers: DESIGN section 2.
void check_includes(const Source& source, Violations* out);
// Columns, tabs, spaces at the end of a line, the newline at the end of the file.
void check_lines(const Source& source, Violations* out);
// Length of files and functions.
void check_sizes(const Source& source, Violations* out);
// `#pragma once` in headers.
void check_header(const Source& source, Violations* out);
// Words that have no place where they stand: leftovers, paths of one machine, sleeps in tests,
// mutexes, clocks in the pure modules.
void check_words(const Source& source, Violations* out);
void check_commented_code(const Source& source, Violations* out);
// Every .cc is named by a CMakeLists.txt, by its path from there.
void check_cmake(std::span<const Source> tree, Violations* out);
// What lies at the top, and folders whose name says nothing.
void check_layout(std::span<const Source> tree, Violations* out);
// Decision records are numbered without gaps, and short; exceptions from a rule have one.
void check_decisions(std::span<const Source> tree, Violations* out);

}  // namespace vigie::tidy
