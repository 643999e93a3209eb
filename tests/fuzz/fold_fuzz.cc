#include <algorithm>
#include <string_view>
#include <vector>

#include "engine/base/check.h"
#include "rules/fold.h"
#include "rules/tokens.h"
#include "tests/fuzz/targets.h"

namespace vigie::fuzz {
namespace {

using namespace rules;

bool is_continuation(char c) { return (c & 0xC0) == 0x80; }

// Whether `at` lies between two code points. In what is not UTF-8 every place may.
bool is_boundary(std::string_view text, std::size_t at) {
  if (at == text.size() || at == 0 || !is_continuation(text[at])) return true;
  std::size_t first = at;
  while (first != 0 && is_continuation(text[first])) --first;
  const auto lead = static_cast<unsigned char>(text[first]);
  const std::size_t bytes = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
  // Inside of a whole code point only where that one is not well formed.
  if (at - first >= bytes) return true;
  FoldedText folded;
  fold_scalar(text.substr(first, std::min(bytes, text.size() - first)), &folded);
  return std::ranges::count(folded.view(), ' ') > 1;
}

void check_words(std::string_view text, const FoldedText& folded, const Tokens& tokens) {
  std::size_t last_end = 0;
  for (const Token& token : tokens.all()) {
    CHECK(last_end <= token.begin && token.begin < token.end && token.end <= folded.size());
    last_end = token.end;
    const Stretch at = folded.original(text, token.begin, token.end);
    CHECK(at.count != 0 && at.first + at.count <= text.size());
    CHECK(is_boundary(text, at.first) && is_boundary(text, at.first + at.count));
  }
}

}  // namespace

void try_fold(std::string_view input) {
  const HashSeed seed = HashSeed::from(7);
  for (const char lead : {' ', '#', 'a'}) {
    FoldedText fast;
    FoldedText slow;
    fold(input, &fast, lead);
    fold_scalar(input, &slow, lead);
    CHECK(fast.view() == slow.view());
    CHECK(std::equal(fast.shifts(), fast.shifts() + fast.shift_count(), slow.shifts(),
                     slow.shifts() + slow.shift_count()));
    Tokens words;
    Tokens slow_words;
    tokenise_scalar(slow, seed, &slow_words);
    for (const Tokenise way : ways_to_tokenise()) {
      way(fast, seed, &words);
      CHECK(std::ranges::equal(words.all(), slow_words.all()));
    }
    check_words(input, fast, words);
  }
}

}  // namespace vigie::fuzz
