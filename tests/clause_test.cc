// The clause of a hit, against tests/cases/sentiment/clauses.txt.
#include "engine/analysis/sentiment/clause.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "rules/fold.h"
#include "rules/tokens.h"
#include "tests/files.h"

namespace vigie::sentiment {
namespace {

// The words of a text as matching cuts them.
struct Words {
  explicit Words(std::string_view text) {
    rules::fold(text, &folded);
    rules::tokenise(folded, rules::HashSeed::from(7), &tokens);
  }
  [[nodiscard]] std::string joined(std::uint32_t first, std::uint32_t last) const {
    std::string out;
    for (std::uint32_t i = first; i < last; ++i) {
      const Token& token = tokens.all()[i];
      out += i == first ? "" : " ";
      out += folded.view().substr(token.begin, token.end - token.begin);
    }
    return out;
  }
  // Of the text, how many tokens lie before the byte.
  [[nodiscard]] std::uint32_t before(std::string_view text, std::size_t byte) const {
    const Words part(text.substr(0, byte));
    return static_cast<std::uint32_t>(part.tokens.all().size());
  }
  rules::FoldedText folded;
  rules::Tokens tokens;
};

struct Marked {
  std::string text;
  std::size_t hit = 0;
  std::vector<std::size_t> others;
};

Marked parse(std::string_view line) {
  Marked out;
  for (std::size_t i = 0; i < line.size(); ++i) {
    const std::string_view rest = line.substr(i);
    if (rest.starts_with("\\n")) {
      out.text += '\n';
      ++i;
    } else if (rest.starts_with("[[")) {
      out.hit = out.text.size();
      ++i;
    } else if (rest.starts_with("]]")) {
      ++i;
    } else if (line[i] == '{') {
      out.others.push_back(out.text.size());
    } else if (line[i] != '}') {
      out.text += line[i];
    }
  }
  return out;
}

TEST_CASE("clauses are as written in the cases") {
  std::istringstream file(
      read_file(std::string(VIGIE_SOURCE_DIR) + "/tests/cases/sentiment/clauses.txt"));
  std::vector<std::string> cases;
  for (std::string line; std::getline(file, line);) cases.push_back(line);
  std::size_t seen = 0;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (cases[i].empty() || cases[i].starts_with('#')) continue;
    REQUIRE(i + 1 < cases.size());
    const std::size_t colon = cases[i].find(": ");
    REQUIRE(colon != std::string::npos);
    INFO("tests/cases/sentiment/clauses.txt:", i + 1, ": ", cases[i]);
    const Marked marked = parse(std::string_view(cases[i]).substr(colon + 2));
    const Words words(marked.text);
    std::vector<std::uint32_t> others;
    for (const std::size_t byte : marked.others) others.push_back(words.before(marked.text, byte));
    const Clause clause = clause_around(words.folded.view(), words.tokens.all(),
                                        words.before(marked.text, marked.hit), others,
                                        language_of(std::string_view(cases[i]).substr(0, colon)));
    const Words expected(cases[++i]);
    CHECK(words.joined(clause.first, clause.last) ==
          expected.joined(0, static_cast<std::uint32_t>(expected.tokens.all().size())));
    ++seen;
  }
  CHECK(seen > 50);
}

TEST_CASE("a clause reaches no further than the bound") {
  std::string text;
  for (int i = 0; i < 1000; ++i) text += "word ";
  const Words words(text);
  const Clause clause =
      clause_around(words.folded.view(), words.tokens.all(), 500, {}, Language::english);
  CHECK(clause.first == 500 - kClauseTokensMax);
  CHECK(clause.last == 501 + kClauseTokensMax);
}

TEST_CASE("a clause holds its hit, whatever the text is") {
  const std::string_view texts[] = {"but but but but", "mais, mais. mais; par contre mais",
                                    "...!!! ? ;;; a , b", "par contre par contre par"};
  for (const std::string_view text : texts) {
    const Words words(text);
    const auto size = static_cast<std::uint32_t>(words.tokens.all().size());
    for (std::uint32_t at = 0; at < size; ++at) {
      for (const Language language : {Language::none, Language::english, Language::french}) {
        const std::vector<std::uint32_t> others{0, size - 1};
        const Clause clause =
            clause_around(words.folded.view(), words.tokens.all(), at, others, language);
        CHECK(clause.first <= at);
        CHECK(at < clause.last);
        CHECK(clause.last <= size);
      }
    }
  }
}

}  // namespace
}  // namespace vigie::sentiment
