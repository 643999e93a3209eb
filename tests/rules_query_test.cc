// Queries: golden lines of what matches where, and of what is said about queries that are wrong or
// doubtful.
#include <doctest/doctest.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/text.h"
#include "tests/query_cases.h"
#include "tests/rules_cases.h"

namespace vigie {
namespace {

using query_cases::bracketed;
using query_cases::CompiledQuery;
using query_cases::Post;
using rules::Field;
using rules_cases::split;
using rules_cases::unescape;

std::vector<rules::Span> spans_in(Field field, const rules::Hits& hits) {
  std::vector<rules::Span> out;
  for (const rules::Span& span : hits.spans) {
    if (span.field == field) out.push_back(span);
  }
  return out;
}

void append_part(std::string_view part, std::string* out) {
  *out += cat(out->empty() ? "" : "; ", part);
}

// The fields in which something was found, as the third column of queries.txt has them.
std::string places_of(const Mention& mention, const rules::Hits& hits) {
  if (hits.hits.empty()) return "-";
  std::string out;
  const std::array<std::string_view, 3> texts{mention.text, mention.title, mention.shared_text};
  for (const Field field : {Field::text, Field::title, Field::shared_text}) {
    const std::vector<rules::Span> spans = spans_in(field, hits);
    if (spans.empty()) continue;
    append_part(
        cat(rules::to_text(field), ": ", bracketed(texts[static_cast<std::size_t>(field)], spans)),
        &out);
  }
  for (const Field field : {Field::hashtags, Field::mentions, Field::author}) {
    for (const rules::Span& span : spans_in(field, hits)) {
      append_part(cat(rules::to_text(field), ": ", span.first, '+', span.count), &out);
    }
  }
  return out.empty() ? "+" : out;
}

std::string outcome(std::string_view query_text, std::string_view post_text) {
  CompiledQuery query(query_text);
  if (!query.is_whole()) return cat("error: ", query.first_error());
  const Post post(post_text);
  const rules::Hits hits = query.match(post.mention());
  if (post_text.starts_with('{')) return places_of(post.mention(), hits);
  return hits.hits.empty() ? "-" : bracketed(post_text, spans_in(Field::text, hits));
}

TEST_CASE("golden queries match where they say, with the index and without") {
  const std::vector<std::string> cases = rules_cases::lines("queries.txt");
  REQUIRE(cases.size() > 150);
  for (const std::string& line : cases) {
    const std::vector<std::string> columns = split(line, " | ");
    INFO("tests/cases/rules/queries.txt: ", line);
    REQUIRE(columns.size() == 3);
    CHECK(outcome(unescape(columns[0]), unescape(columns[1])) == unescape(columns[2]));
  }
}

// What is said about the query of a line of faults.txt, each as a line of that file.
std::vector<std::string> fault_lines(const std::string& query) {
  std::vector<std::string> out;
  const CompiledQuery compiled(unescape(query));
  for (const rules::Finding& finding : compiled.findings()) {
    if (finding.place.part != rules::TextPlace::Part::query) continue;  // of the library
    const bool error = finding.severity == rules::Finding::Severity::error;
    out.push_back(cat(query, " | ", error ? "error " : "warning ", finding.place.first, '+',
                      finding.place.count, ' ', finding.message));
  }
  if (out.empty()) out.push_back(query + " | fine");
  return out;
}

TEST_CASE("what is wrong or doubtful with a query is said with its place") {
  const std::string path = VIGIE_SOURCE_DIR "/tests/cases/rules/faults.txt";
  std::ifstream in(path);
  std::string expected;
  std::string got;
  std::string query;
  for (std::string line; std::getline(in, line);) {
    expected += line + '\n';
    const bool is_case = !line.empty() && !line.starts_with("# ");
    const std::string before = std::exchange(query, is_case ? split(line, " | ")[0] : "");
    if (!is_case) got += line + '\n';
    if (!is_case || query == before) continue;
    for (const std::string& one : fault_lines(query)) got += one + '\n';
  }
  in.close();
  if (std::getenv("VIGIE_ACCEPT") != nullptr) std::ofstream(path) << got;
  INFO("to accept: VIGIE_ACCEPT=1 build/dev/tests/rules_query_test, then look at the difference");
  CHECK(got == expected);
}

}  // namespace
}  // namespace vigie
