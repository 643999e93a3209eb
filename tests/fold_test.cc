#include "rules/fold.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/tokens.h"
#include "tests/rules_cases.h"
#include "tests/rules_random.h"

namespace vigie::rules {
namespace {

using rules_cases::lines;
using rules_cases::split;
using rules_cases::unescape;

std::string folded(std::string_view text) {
  FoldedText out;
  fold(text, &out);
  return std::string(out.view());
}

// In memory of exactly its size, so that a sanitizer sees a read outside of it.
struct Exact {
  explicit Exact(std::string_view text)
      : bytes(std::make_unique<char[]>(text.size())), size(text.size()) {
    std::copy(text.begin(), text.end(), bytes.get());
  }
  [[nodiscard]] std::string_view view() const { return {bytes.get(), size}; }
  std::unique_ptr<char[]> bytes;
  std::size_t size;
};

// Whether the fast fold and the scalar one agree, and so do their tokens.
bool twins_agree(std::string_view text) {
  static const HashSeed seed = HashSeed::from(7);
  static FoldedText fast, slow;
  static Tokens fast_tokens, slow_tokens;
  const Exact exact(text);
  fold(exact.view(), &fast);
  fold_scalar(exact.view(), &slow);
  tokenise_scalar(slow, seed, &slow_tokens);
  const auto agrees = [&](Tokenise way) {
    way(fast, seed, &fast_tokens);
    return std::ranges::equal(fast_tokens.all(), slow_tokens.all());
  };
  return fast.view() == slow.view() &&
         std::equal(fast.shifts(), fast.shifts() + fast.shift_count(), slow.shifts(),
                    slow.shifts() + slow.shift_count()) &&
         std::ranges::all_of(ways_to_tokenise(), agrees);
}

TEST_CASE("golden lines fold as written") {
  const std::vector<std::string> cases = lines("fold.txt");
  REQUIRE(cases.size() > 30);
  for (const std::string& line : cases) {
    const std::vector<std::string> columns = split(line, " => ");
    CAPTURE(line);
    REQUIRE(columns.size() == 2);
    CHECK(folded(unescape(columns[0])) == (columns[1] == "-" ? "" : unescape(columns[1])));
  }
}

TEST_CASE("every code point folds to what folds to the same words again") {
  FoldedText once, twice;
  Tokens first, second;
  std::size_t unstable = 0;
  for (std::uint32_t c = 1; c < 0x110000; ++c) {
    if (c >= 0x30000 && c < 0xE0000) continue;  // ideographs not yet given out, and nothing
    std::string text;
    rules_cases::append_utf8(c, &text);
    fold(text, &once);
    fold(once.view(), &twice);
    tokenise(once, {}, &first);
    tokenise(twice, {}, &second);
    const auto same = [](const Token& a, const Token& b) { return a.hash == b.hash; };
    if (!std::ranges::equal(first.all(), second.all(), same)) ++unstable;
  }
  CHECK(unstable == 0);
}

TEST_CASE("the fast fold and the scalar one agree on random texts") {
  const long texts = std::getenv("VIGIE_LONG") != nullptr ? 1'000'000 : 50'000;
  rules_random::Random random(20261122);
  long different = 0;
  for (long i = 0; i < texts; ++i) {
    const std::size_t size = rules_random::below(i % 100 == 0 ? 3000 : 80, &random);
    const std::string text = i % 10 == 9 ? rules_random::bytes(size, &random)
                                         : rules_random::text(size, i % 2 == 0, &random);
    different += twins_agree(text) ? 0 : 1;
  }
  CHECK(different == 0);
}

TEST_CASE("the fast fold and the scalar one agree at every length around a block and a chunk") {
  for (const std::size_t middle : {0, 32, 64, 128, 2048, 4096}) {
    for (std::size_t size = middle < 10 ? 0 : middle - 10; size < middle + 10; ++size) {
      for (const std::string_view last : {"", "é", "日", "🍊", "\xC3", "\xF0\x9F\x8D"}) {
        std::string text(size, 'A');
        text += last;
        CHECK(twins_agree(text));
        text += "b é";
        CHECK(twins_agree(text));
      }
    }
  }
}

TEST_CASE("a stretch of folded text leads back to the code points it was made from") {
  struct Case {
    std::string_view text, word, original;
  };
  for (const Case& one : std::vector<Case>{
           {"un café noir", "cafe", "café"},
           {"un cafe\u0301 noir", "cafe", "cafe\u0301"},
           {"\uFEFFcafé", "cafe", "café"},
           {"l’été, Œuvre", "oeuvre", "Œuvre"},
           {"½ tasse", "1", "½"},
           {"½ tasse", "2", "½"},
           {"ﷺ!", "عليه", "ﷺ"},
           {"ab日本cd", "本", "本"},
           {"ab日本cd", "cd", "cd"},
           {"한국 x", "x", "x"},
           {"é\xFFz", "z", "z"},
       }) {
    CAPTURE(one.text);
    FoldedText text;
    fold(one.text, &text);
    const auto at = static_cast<std::uint32_t>(text.view().find(one.word));
    REQUIRE(at < text.size());
    const Stretch found =
        text.original(one.text, at, at + static_cast<std::uint32_t>(one.word.size()));
    CHECK(one.text.substr(found.first, found.count) == one.original);
  }
}

TEST_CASE("every token of a random text leads back to text that holds the same token") {
  rules_random::Random random(5);
  FoldedText text, again;
  Tokens tokens, tokens_again;
  for (int i = 0; i < 5000; ++i) {
    const std::string original = rules_random::text(40, true, &random);
    fold(original, &text);
    tokenise(text, {}, &tokens);
    for (const Token& token : tokens.all()) {
      const Stretch at = text.original(original, token.begin, token.end);
      REQUIRE(at.first + at.count <= original.size());
      fold(std::string_view(original).substr(at.first, at.count), &again);
      tokenise(again, {}, &tokens_again);
      CHECK(std::ranges::any_of(tokens_again.all(),
                                [&](const Token& one) { return one.hash == token.hash; }));
    }
  }
}

TEST_CASE("hostile texts are folded in bounded memory") {
  CHECK(folded("") == "");
  CHECK(folded(std::string(1 << 20, ' ')).size() == 1 << 20);
  CHECK(folded(std::string(1 << 20, '\0')).size() == 1 << 20);
  CHECK(folded(std::string(1 << 20, '\xFF')) == std::string(1 << 20, ' '));
  std::string grows;
  while (grows.size() < 1 << 18) grows += "ﷺ";
  CHECK(twins_agree(grows));
  std::string marks = "e";
  while (marks.size() < 1 << 18) marks += "\u0301";
  CHECK(folded(marks) == "e");
  FoldedText text;
  fold(marks, &text);
  CHECK(text.original(marks, 0, 1).count == marks.size());
}

TEST_CASE("the fast ways to tokenise agree where words meet the ends of blocks") {
  for (std::size_t gap = 1; gap < 70; ++gap) {
    for (std::size_t length : {1, 2, 63, 64, 65, 128}) {
      std::string text(gap, ' ');
      while (text.size() < 3000) text += std::string(length, 'w') + " ";
      CHECK(twins_agree(text));
      CHECK(twins_agree(std::string_view(text).substr(0, 64 * (text.size() / 64))));
    }
  }
}

TEST_CASE("words of any length become one token, and equal words have equal hashes") {
  const HashSeed seed = HashSeed::from(1);
  for (std::size_t length = 1; length < 200; ++length) {
    const std::string word(length, 'w');
    FoldedText text;
    fold(word + "." + word + "v " + word, &text);
    Tokens tokens;
    tokenise(text, seed, &tokens);
    REQUIRE(tokens.all().size() == 3);
    CHECK(tokens.all()[0].end - tokens.all()[0].begin == length);
    CHECK(tokens.all()[0].hash == tokens.all()[2].hash);
    CHECK(tokens.all()[0].hash != tokens.all()[1].hash);
  }
}

TEST_CASE("token hashes depend on the seed") {
  FoldedText text;
  fold("orange", &text);
  Tokens a, b;
  tokenise(text, HashSeed::from(1), &a);
  tokenise(text, HashSeed::from(2), &b);
  CHECK(a.all()[0].hash != b.all()[0].hash);
}

}  // namespace
}  // namespace vigie::rules
