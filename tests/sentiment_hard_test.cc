// The cases that are hard for a model of words (tests/cases/sentiment/README.md): what it gets
// wrong is listed in hard_errors.md, so that a change of the models shows which mistakes are new.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/sentiment/sentiment.h"
#include "engine/base/text.h"
#include "rules/fold.h"
#include "rules/tokens.h"
#include "tests/files.h"

namespace vigie::sentiment {
namespace {

constexpr std::array<std::string_view, 3> kLabels{"negative", "neutral", "positive"};
const std::string kFolder = std::string(VIGIE_SOURCE_DIR) + "/tests/cases/sentiment/";

std::size_t label_of(std::string_view word) {
  const auto at = std::ranges::find(kLabels, word);
  REQUIRE_MESSAGE(at != kLabels.end(), "no label: ", std::string(word));
  return static_cast<std::size_t>(at - kLabels.begin());
}

struct Case {
  std::string text;
  std::string hard;  // what is hard
  std::size_t truth = 0;
  std::size_t called = 0;
  float confidence = 0;
};

std::vector<Case> judged(const std::string& file, Language language) {
  std::vector<Case> cases;
  std::istringstream lines(read_file(kFolder + file));
  Scorer scorer;
  rules::FoldedText folded;
  rules::Tokens tokens;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find('\t');
    const std::size_t second = line.find('\t', first + 1);
    Case one{.text = line.substr(0, first), .hard = line.substr(second + 1)};
    one.truth = label_of(std::string_view(line).substr(first + 1, second - first - 1));
    rules::fold(one.text, &folded);
    rules::tokenise(folded, rules::HashSeed::from(0), &tokens);
    const Score score = scorer.score(
        {.original = one.text, .folded = folded.view(), .tokens = tokens.all()}, language);
    REQUIRE(score.label != Sentiment::unscored);
    one.called = static_cast<std::size_t>(score.label) - 1;
    one.confidence = score.confidence();
    cases.push_back(std::move(one));
  }
  return cases;
}

using Counts = std::array<std::array<int, 3>, 3>;  // by truth and what the model calls it

double macro_f1(const Counts& counts) {
  double total = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    int both = 0;
    for (std::size_t i = 0; i < 3; ++i) both += counts[k][i] + counts[i][k];
    total += both == 0 ? 0 : 2.0 * counts[k][k] / both;
  }
  return 100 * total / 3;
}

std::string fixed(double value, const char* format) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), format, value);
  return text.data();
}

void add_language(std::string_view name, const std::vector<Case>& cases, std::string* out) {
  Counts counts{};
  std::map<std::string, std::array<int, 2>> kinds;  // cases, wrong
  for (const Case& one : cases) {
    ++counts[one.truth][one.called];
    ++kinds[one.hard][0];
    kinds[one.hard][1] += one.truth != one.called ? 1 : 0;
  }
  append_to(out, "\n## ", name, "\n\nMacro-F1 ", fixed(macro_f1(counts), "%.1f"),
            ". Rows: what they are; columns: what they are called.\n\n"
            "| | negative | neutral | positive |\n|---|---|---|---|\n");
  for (std::size_t row = 0; row < 3; ++row) {
    append_to(out, "| ", kLabels[row]);
    for (const int count : counts[row]) append_to(out, " | ", count);
    append_to(out, " |\n");
  }
  append_to(out, "\n| what is hard | cases | wrong |\n|---|---|---|\n");
  for (const auto& [kind, count] : kinds) {
    append_to(out, "| ", kind, " | ", count[0], " | ", count[1], " |\n");
  }
  append_to(out, "\n| is | called | confidence | what is hard | post |\n|---|---|---|---|---|\n");
  for (const Case& one : cases) {
    if (one.truth == one.called) continue;
    std::string text = one.text;
    std::ranges::replace(text, '|', '/');
    append_to(out, "| ", kLabels[one.truth], " | ", kLabels[one.called], " | ",
              fixed(double{one.confidence}, "%.1f"), " | ", one.hard, " | ", text, " |\n");
  }
}

TEST_CASE("what the models get wrong of the hard cases is known") {
  std::string page =
      "# What the models get wrong of the hard cases\n\nWritten by sentiment_hard_test: to accept "
      "a change, VIGIE_ACCEPT=1 sentiment_hard_test.\n";
  add_language("English", judged("hard.english.tsv", Language::english), &page);
  add_language("French", judged("hard.french.tsv", Language::french), &page);
  const std::string path = kFolder + "hard_errors.md";
  INFO("to accept: VIGIE_ACCEPT=1 sentiment_hard_test, then look at the difference");
  if (std::getenv("VIGIE_ACCEPT") != nullptr) std::ofstream(path) << page;
  CHECK(read_file(path) == page);
}

TEST_CASE("of texts in languages that the models do not know, no more than two are guessed") {
  std::istringstream lines(read_file(kFolder + "foreign.txt"));
  Scorer scorer;
  rules::FoldedText folded;
  rules::Tokens tokens;
  std::size_t texts = 0;
  std::vector<std::string> guessed;
  for (std::string line; std::getline(lines, line); ++texts) {
    rules::fold(line, &folded);
    rules::tokenise(folded, rules::HashSeed::from(0), &tokens);
    const Text text{.original = line, .folded = folded.view(), .tokens = tokens.all()};
    if (scorer.identify(text) != Language::none) guessed.push_back(line);
  }
  CHECK(texts == 42);
  CHECK_MESSAGE(guessed.size() <= 2, "guessed: ", cat(guessed.size()));
}

}  // namespace
}  // namespace vigie::sentiment
