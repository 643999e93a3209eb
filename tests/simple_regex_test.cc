// Simple regular expressions against RE2.
#include "connectors/simple_regex.h"

#include <doctest/doctest.h>
#include <re2/re2.h>

#include <array>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

using Answer = SimpleRegex::Answer;

// What RE2 says the group holds: nothing without a match, null data() where it took no part.
std::optional<std::string_view> asked(const re2::RE2& regex, std::string_view text) {
  std::array<re2::StringPiece, 2> found;
  const re2::StringPiece piece(text.data(), text.size());
  if (!regex.Match(piece, 0, piece.size(), re2::RE2::UNANCHORED, found.data(), 2)) return {};
  return std::string_view(found[1].data(), found[1].size());
}

// Whether they find the same; not where the simple one leaves it to RE2.
bool check_same(const SimpleRegex& regex, const re2::RE2& compiled, std::string_view text) {
  CAPTURE(compiled.pattern());
  CAPTURE(text);
  const auto expected = asked(compiled, text);
  std::string_view group;
  const Answer answer = regex.find(text, &group);
  if (answer == Answer::unknown) return false;
  REQUIRE((answer == Answer::yes) == expected.has_value());
  if (!expected) return true;
  REQUIRE(group.data() == expected->data());
  REQUIRE(group.size() == expected->size());
  return true;
}

// What is random, but like the patterns of mappings; it has one group.
class RandomPattern {
 public:
  explicit RandomPattern(std::mt19937* random) : random_(*random) {}

  std::string make() {
    std::string pattern = one_in(8) ? "(?s)" : "";
    if (one_in(3)) pattern += '^';
    pattern += sequence(3, true);
    if (one_in(3)) pattern += '$';
    return pattern;
  }

 private:
  bool one_in(unsigned of) { return random_() % of == 0; }
  template <std::size_t n>
  std::string_view one_of(const std::array<std::string_view, n>& texts) {
    return texts[random_() % n];
  }
  std::string alternatives(unsigned depth, bool captures) {
    std::string all = sequence(depth, captures);
    while (one_in(3)) all += "|" + sequence(depth, false);
    return all;
  }
  std::string sequence(unsigned depth, bool captures) {
    constexpr std::array<std::string_view, 21> kPieces{
        "a",     "b", "/",      "\\.", "[^/]", "[ab]", "[a-c]", "[^a]", "\\d", "[0-9]", "\\w",
        "[^/?]", ".", "[\\w-]", "\\s", "\\?",  "c",    "[-a]",  "x",    "a/",  "[^/]"};
    constexpr std::array<std::string_view, 14> kRepeats{
        "", "", "", "", "", "+", "?", "*", "+?", "??", "*?", "{2}", "{1,3}", "{2,}"};
    const std::size_t count = 1 + random_() % 4;
    const std::size_t at = captures ? random_() % count : count;
    std::string all;
    for (std::size_t i = 0; i < count; ++i) {
      if (i == at) {
        const bool inner = depth > 0 && one_in(3);
        all += cat(inner ? "(?:" : "(", alternatives(inner ? depth - 1 : 0, inner), ")");
        if (one_in(6)) all += "?";
      } else if (depth > 0 && one_in(4)) {
        all += cat("(?:", alternatives(depth - 1, false), ")");
        if (one_in(2)) all += one_in(4) ? "??" : "?";
      } else {
        all += cat(one_of(kPieces), one_of(kRepeats));
      }
    }
    return all;
  }

  std::mt19937& random_;
};

TEST_CASE("a simple pattern finds what RE2 finds") {
  std::mt19937 random(5);
  constexpr std::array<std::string_view, 14> kText{"a", "b",  "c",  "/", ".", "?",  "1",
                                                   "é", "😀", "\n", "x", "-", "a/", "aa"};
  std::size_t simple = 0;
  std::size_t found = 0;
  std::size_t unknown = 0;
  for (int i = 0; i < 10'000; ++i) {
    const std::string pattern = RandomPattern(&random).make();
    CAPTURE(pattern);
    const re2::RE2 compiled(pattern, re2::RE2::Quiet);
    REQUIRE(compiled.ok());
    REQUIRE(compiled.NumberOfCapturingGroups() == 1);
    const auto regex = SimpleRegex::read(pattern);
    if (!regex) continue;
    ++simple;
    for (int j = 0; j < 30; ++j) {
      std::string text;
      for (std::size_t left = random() % 12; left > 0; --left) {
        text += kText[random() % kText.size()];
      }
      if (!check_same(*regex, compiled, text)) ++unknown;
      found += asked(compiled, text) ? 1 : 0;
    }
  }
  CHECK(simple > 8'000);
  CHECK(found > 50'000);
  CHECK(unknown < 30);
}

TEST_CASE("patterns that are not simple are left to RE2") {
  for (const std::string_view pattern :
       {"(?:ab)+(c)", "(a|b)*", "^(a)|b", "(\\b)", "(\\pL)", "(?i)(a)", "(?P<name>a)",
        "([[:alpha:]])", "(é)", "([é])", "(a{)", "\\x61(b)", "a^(b)", "(?m)^(a)"}) {
    CAPTURE(pattern);
    REQUIRE(re2::RE2(re2::StringPiece(pattern.data(), pattern.size()), re2::RE2::Quiet).ok());
    CHECK_FALSE(SimpleRegex::read(pattern));
  }
}

TEST_CASE("a hostile text takes time in proportion to its length, and is then left to RE2") {
  for (const std::string_view pattern :
       {"(?s)^(.+?)\\s*\\(Translated", "(\\w*)\\w*\\w*x", ".*?a.*?a.*?a(.)x", "a(.*)b", "(a+)$"}) {
    CAPTURE(pattern);
    const auto regex = SimpleRegex::read(pattern);
    REQUIRE(regex);
    for (const char c : {'a', ' ', '('}) {
      const std::string text(1'000'000, c);
      std::string_view group;
      CHECK(regex->find(text + '-', &group) != Answer::yes);
    }
  }
}

}  // namespace
}  // namespace vigie::mapping
