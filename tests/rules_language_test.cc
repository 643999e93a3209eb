// Every example of rules/LANGUAGE.md is tried.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <fstream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"
#include "tests/query_cases.h"
#include "tests/rules_cases.h"

namespace vigie {
namespace {

using query_cases::CompiledQuery;
using query_cases::Post;
using rules_cases::split;
using rules_cases::trimmed;

struct Example {
  enum class Kind : std::uint8_t { matches, does_not_match, same, message, unreadable };
  std::size_t line = 0;
  Kind kind = Kind::unreadable;
  std::string query;
  std::string other;  // a post, another query, a message
};

// The cells of a row of a table; `\|` is no border.
std::vector<std::string> cells_of(std::string_view row) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 1; i < row.size(); ++i) {
    if (row[i] == '\\' && i + 1 < row.size() && row[i + 1] == '|') {
      cell += row[++i];
    } else if (row[i] == '|') {
      cells.emplace_back(trimmed(cell));
      cell.clear();
    } else {
      cell += row[i];
    }
  }
  return cells;
}

// What stands between backticks; nothing when one is left open or anything else is there.
std::optional<std::vector<std::string>> quoted(std::string_view cell) {
  std::vector<std::string> out;
  while (!cell.empty()) {
    const std::size_t end = cell.find('`', 1);
    if (!cell.starts_with('`') || end == std::string_view::npos) return std::nullopt;
    out.emplace_back(cell.substr(1, end - 1));
    cell = trimmed(cell.substr(end + 1));
  }
  return out;
}

class Reader {
 public:
  void read(const std::string& line) {
    ++line_;
    if (line.starts_with("```")) {
      in_fence_ = !in_fence_;
      in_cases_ = in_fence_ && line == "```language-cases";
    } else if (in_cases_) {
      read_case(line);
    } else if (!in_fence_ && line.starts_with('|')) {
      read_row(cells_of(line));
    } else {
      columns_.clear();
    }
  }

  [[nodiscard]] const std::vector<Example>& examples() const { return examples_; }

 private:
  void add(Example::Kind kind, std::string query, std::string other) {
    examples_.push_back({line_, kind, std::move(query), std::move(other)});
  }

  void read_case(const std::string& line) {
    const std::vector<std::string> columns = split(line, " | ");
    if (columns.size() != 3 || (columns[2] != "+" && columns[2] != "-")) {
      add(Example::Kind::unreadable, line, "");
    } else {
      add(columns[2] == "+" ? Example::Kind::matches : Example::Kind::does_not_match, columns[0],
          columns[1]);
    }
  }

  // The first row of a table says what its columns hold; tables of other kinds are none of ours.
  void read_row(const std::vector<std::string>& cells) {
    if (columns_.empty()) {
      columns_ = cells;
      return;
    }
    if (cells.front().starts_with("---")) return;
    using Columns = std::vector<std::string>;
    if (columns_ == Columns{"Write", "Matches", "Does not match"}) {
      read_posts(cells, 1, Example::Kind::matches);
      read_posts(cells, 2, Example::Kind::does_not_match);
    } else if (columns_ == Columns{"Elsewhere", "Here"}) {
      read_posts(cells, 1, Example::Kind::same);
    } else if (columns_ == Columns{"Write", "Message"}) {
      read_posts(cells, 1, Example::Kind::message);
    }
  }

  void read_posts(const std::vector<std::string>& cells, std::size_t column, Example::Kind kind) {
    const auto query = quoted(cells.front());
    const auto others = column < cells.size() ? quoted(cells[column]) : std::nullopt;
    if (!query || query->size() != 1 || !others || others->empty()) {
      add(Example::Kind::unreadable, cells.front(), "");
      return;
    }
    for (const std::string& other : *others) add(kind, query->front(), other);
  }

  std::size_t line_ = 0;
  bool in_fence_ = false;
  bool in_cases_ = false;
  std::vector<std::string> columns_;  // of the table that is being read
  std::vector<Example> examples_;
};

std::vector<Example> examples() {
  std::ifstream in(VIGIE_SOURCE_DIR "/rules/LANGUAGE.md");
  Reader reader;
  for (std::string line; std::getline(in, line);) reader.read(line);
  return reader.examples();
}

std::string place_of(const Example& example) {
  return cat("rules/LANGUAGE.md:", example.line, ": ", example.query, " | ", example.other);
}

bool is_post(const Example& example) {
  return example.kind == Example::Kind::matches || example.kind == Example::Kind::does_not_match;
}

TEST_CASE("every example of the page can be read, and there are many") {
  std::ptrdiff_t posts = 0;
  for (const Example& example : examples()) {
    INFO(place_of(example));
    CHECK(example.kind != Example::Kind::unreadable);
    if (is_post(example)) ++posts;
  }
  CHECK(posts >= 150);
}

TEST_CASE("every example of the page matches as the page says") {
  for (const Example& example : examples()) {
    if (!is_post(example)) continue;
    INFO(place_of(example));
    CompiledQuery query(example.query);
    const std::string error = query.first_error();
    CHECK(error == "");
    if (!query.is_whole()) continue;
    const Post post(example.other);
    const bool matches = !query.match(post.mention()).hits.empty();
    CHECK(matches == (example.kind == Example::Kind::matches));
  }
}

TEST_CASE("what other tools write is understood as the page says") {
  for (const Example& example : examples()) {
    if (example.kind != Example::Kind::same) continue;
    INFO(place_of(example));
    CHECK(CompiledQuery(example.query).first_error() == "");
    CHECK(CompiledQuery(example.other).first_error() == "");
  }
}

TEST_CASE("the messages of the page are those of compilation") {
  for (const Example& example : examples()) {
    if (example.kind != Example::Kind::message) continue;
    INFO(place_of(example));
    std::vector<std::string> messages;
    const CompiledQuery compiled(example.query);
    for (const rules::Finding& finding : compiled.findings()) {
      messages.push_back(query_cases::to_text(finding.severity, finding.message));
    }
    CAPTURE(messages);
    CHECK(std::ranges::find(messages, example.other) != messages.end());
  }
}

}  // namespace
}  // namespace vigie
