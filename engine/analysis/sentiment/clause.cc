#include "engine/analysis/sentiment/clause.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <iterator>
#include <optional>

#include "engine/base/limits.h"

namespace vigie::sentiment {
namespace {

using Languages = std::uint8_t;  // bit i: Language i
constexpr Languages bit(Language language) {
  return static_cast<Languages>(1U << static_cast<unsigned>(language));
}
constexpr Languages kEn = bit(Language::english);
constexpr Languages kFr = bit(Language::french);
constexpr Languages kDe = bit(Language::german);
constexpr Languages kIt = bit(Language::italian);
constexpr Languages kPt = bit(Language::portuguese);
constexpr Languages kEs = bit(Language::spanish);
constexpr Languages kAll = 0xFF;  // they mean nothing else in any of the six

// Folded, as tokens are; the words of a phrase are parted by one space.
struct Contrast {
  std::string_view words;
  Languages languages;
};
constexpr Contrast kContrasts[] = {
    {"aber", kAll},
    {"al contrario", kIt | kEs},
    {"allerdings", kAll},
    {"alors que", kAll},
    {"although", kAll},
    {"anche se", kIt},
    {"au contraire", kAll},
    {"aunque", kAll},
    {"bien que", kFr},
    {"but", kEn},
    {"cependant", kAll},
    {"contudo", kAll},
    {"dagegen", kDe},
    {"d autre part", kFr},
    {"doch", kDe},
    {"embora", kPt},
    {"en cambio", kAll},
    {"en comparaison", kFr},
    {"en revanche", kAll},
    {"enquanto", kPt},
    {"entretanto", kPt},
    {"even though", kEn},
    {"hingegen", kAll},
    {"however", kAll},
    {"im gegensatz", kDe},
    {"invece", kAll},
    {"jedoch", kAll},
    {"ma", kIt},
    {"mais", kFr},
    {"malgre tout", kFr},
    {"mas", kPt},
    {"mentre", kIt},
    {"mientras que", kEs},
    {"neanmoins", kAll},
    {"nevertheless", kAll},
    {"no entanto", kPt},
    {"no obstante", kEs},
    {"obwohl", kAll},
    {"on the other hand", kEn},
    {"por contra", kEs},
    {"por el contrario", kEs},
    {"por outro lado", kPt},
    {"par contre", kAll},
    {"pero", kIt | kEs},
    {"porem", kPt},
    {"pourtant", kAll},
    {"quand meme", kFr},
    {"sebbene", kAll},
    {"sin embargo", kAll},
    {"sino", kEs},
    {"sondern", kAll},
    {"tandis que", kAll},
    {"though", kEn},
    {"todavia", kPt},
    {"toutefois", kAll},
    {"trotzdem", kDe},
    {"tuttavia", kAll},
    {"unlike", kEn},
    {"wahrend", kDe},
    {"whereas", kAll},
    {"while", kEn},
    {"yet", kEn},
};

// Enough of them to see that a stretch says something: forms of to be and to have, and what is said
// of brands all day.
constexpr std::string_view kVerbs[] = {
    "adore",        "adoro",    "ai",      "aime",    "amo",   "are",        "avait",  "craint",
    "deteste",      "do",       "does",    "encanta", "era",   "es",         "esta",   "estan",
    "estao",        "est",      "etaient", "etait",   "fait",  "fonctionne", "fue",    "funciona",
    "funktioniert", "funziona", "gefallt", "gets",    "ha",    "habe",       "haben",  "had",
    "han",          "hanno",    "has",     "hasse",   "hat",   "hate",       "hates",  "have",
    "is",           "ist",      "kann",    "liebe",   "like",  "likes",      "love",   "loves",
    "marche",       "marchent", "odeia",   "odeio",   "odio",  "ont",        "prefer", "prefere",
    "prefiero",     "sao",      "sind",    "son",     "sono",  "sont",       "sucks",  "suis",
    "tem",          "tenho",    "tiene",   "war",     "waren", "was",        "were",   "will",
    "wird",         "worked",   "works",
};
// Of one letter, and other words elsewhere: "a" is an article, "e" means "and", too.
constexpr Contrast kShortVerbs[] = {{"a", kFr}, {"e", kIt | kPt}};

// Of the phrases of contrast: by initial letter, bit n where the first word of one has n letters.
constexpr std::size_t kLetters = 26;
constexpr std::array<std::uint32_t, kLetters> kFirstWords = [] {
  std::array<std::uint32_t, kLetters> lengths{};
  for (const Contrast& one : kContrasts) {
    const std::string_view first = one.words.substr(0, one.words.find(' '));
    lengths[static_cast<std::size_t>(first[0] - 'a')] |= 1U << first.size();
  }
  return lengths;
}();
constexpr bool may_begin(std::string_view word) {
  if (word[0] < 'a' || word[0] > 'z' || word.size() >= 32) return false;
  return (kFirstWords[static_cast<std::size_t>(word[0] - 'a')] >> word.size() & 1) != 0;
}

constexpr std::size_t kWordsMax = 4;  // of a phrase of contrast

// One text, seen from one hit.
class Cutter {
 public:
  Cutter(std::string_view folded, std::span<const Token> tokens, Language language)
      : folded_(folded),
        tokens_(tokens),
        languages_(language == Language::none ? 0 : bit(language)),
        known_(language != Language::none) {}

  // Beginning and end of the clause, commas apart.
  [[nodiscard]] Clause cut(std::uint32_t at) const {
    const auto size = static_cast<std::uint32_t>(tokens_.size());
    constexpr auto kMost = static_cast<std::uint32_t>(kClauseTokensMax);
    const std::uint32_t low = at > kMost ? at - kMost : 0;
    const std::uint32_t high = std::min<std::uint32_t>(size, at + 1 + kMost);
    Clause clause{at, at + 1};
    while (clause.first > low && !bounds(clause.first) && !contrast_ends(clause.first, at)) {
      --clause.first;
    }
    while (clause.last < high && !bounds(clause.last) && contrast(clause.last) == 0) ++clause.last;
    return clause;
  }

  // The token behind the last comma in (from, to], where there is one.
  [[nodiscard]] std::optional<std::uint32_t> last_comma(std::uint32_t from,
                                                        std::uint32_t to) const {
    for (std::uint32_t i = to; i > from; --i) {
      if (gap(i).find(',') != std::string_view::npos) return i;
    }
    return std::nullopt;
  }

  [[nodiscard]] bool says_something(std::uint32_t first, std::uint32_t last) const {
    for (std::uint32_t i = first; i < last; ++i) {
      if (std::ranges::find(kVerbs, word(i)) != std::end(kVerbs)) return true;
      for (const Contrast& verb : kShortVerbs) {
        if ((verb.languages & languages_) != 0 && word(i) == verb.words) return true;
      }
    }
    return false;
  }

 private:
  [[nodiscard]] std::string_view word(std::uint32_t token) const {
    const Token& at = tokens_[token];
    return folded_.substr(at.begin, at.end - at.begin);
  }
  // What stands before the token, and behind the one before it.
  [[nodiscard]] std::string_view gap(std::uint32_t token) const {
    const std::uint32_t begin = tokens_[token - 1].end;
    return folded_.substr(begin, tokens_[token].begin - begin);
  }
  [[nodiscard]] bool is_emoji(std::uint32_t token) const {
    const std::string_view text = word(token);
    return text.starts_with("\xF0\x9F") || text.starts_with("\xE2\x98") ||
           text.starts_with("\xE2\x9D");
  }

  // Whether what stands before the token ends a sentence. A dot does where a space follows, and no
  // single letter comes before it: "orange.fr", "3.5", "M. Dupont" and "..." do not.
  [[nodiscard]] bool ends_sentence(std::uint32_t token) const {
    const std::string_view between = gap(token);
    if (between.find_first_of(";!?\n\r") != std::string_view::npos) return true;
    const std::size_t dot = between.find('.');
    if (dot == std::string_view::npos || between.find("..") != std::string_view::npos) return false;
    return word(token - 1).size() > 1 && dot + 1 < between.size() && between[dot + 1] == ' ';
  }

  // Whether a clause ends before the token; what follows the end of a sentence as an emoji belongs
  // to that sentence. A line break ends it always.
  [[nodiscard]] bool bounds(std::uint32_t token) const {
    if (gap(token).find('\n') != std::string_view::npos) return true;
    if (is_emoji(token)) return false;
    for (std::uint32_t i = token; i > 0; --i) {
      if (ends_sentence(i)) return true;
      if (!is_emoji(i - 1)) return false;
    }
    return false;
  }

  // How many tokens the word or phrase of contrast has that begins here; 0: there is none.
  [[nodiscard]] std::uint32_t contrast(std::uint32_t token) const {
    if (!may_begin(word(token))) return 0;
    for (const Contrast& one : kContrasts) {
      const bool counts = known_ ? (one.languages & languages_) != 0 : one.languages == kAll;
      if (!counts) continue;
      if (const std::uint32_t words = begins(one.words, token)) return words;
    }
    return 0;
  }
  [[nodiscard]] std::uint32_t begins(std::string_view phrase, std::uint32_t token) const {
    std::uint32_t words = 0;
    while (!phrase.empty()) {
      const std::string_view next = phrase.substr(0, phrase.find(' '));
      if (token + words == tokens_.size() || word(token + words) != next) return 0;
      ++words;
      phrase.remove_prefix(std::min(phrase.size(), next.size() + 1));
    }
    return words;
  }
  // Whether one ends right before the token; a hit inside of one is none of it.
  [[nodiscard]] bool contrast_ends(std::uint32_t token, std::uint32_t at) const {
    for (std::uint32_t back = 1; back <= std::min<std::uint32_t>(kWordsMax, token); ++back) {
      const std::uint32_t words = contrast(token - back);
      if (words == back && token <= at) return true;
    }
    return false;
  }

  std::string_view folded_;
  std::span<const Token> tokens_;
  Languages languages_;
  bool known_;
};

}  // namespace

Clause clause_around(std::string_view folded, std::span<const Token> tokens, std::uint32_t at,
                     std::span<const std::uint32_t> others, Language language) {
  const Cutter cutter(folded, tokens, language);
  Clause clause = cutter.cut(at);
  // The last comma between two hits, one of which is `at`.
  const auto parted = [&](std::uint32_t from, std::uint32_t to) {
    std::optional<std::uint32_t> comma = cutter.last_comma(from, to);
    const bool apart = comma && cutter.says_something(clause.first, *comma) &&
                       cutter.says_something(*comma, clause.last);
    return apart ? comma : std::nullopt;
  };
  const auto behind = std::ranges::upper_bound(others, at);
  if (behind != others.end() && *behind < clause.last) {
    if (const auto comma = parted(at, *behind)) clause.last = *comma;
  }
  const auto before = std::ranges::lower_bound(others, at);
  if (before != others.begin() && *std::prev(before) >= clause.first) {
    if (const auto comma = parted(*std::prev(before), at)) clause.first = *comma;
  }
  return clause;
}

}  // namespace vigie::sentiment
