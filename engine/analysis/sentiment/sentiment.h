// How a text sounds: negative, neutral or positive, with calibrated probabilities, by a linear
// model over hashed features (features.h) that was trained beforehand (engine/analysis/train) and
// is part of the binary. bench/sentiment.md says how good it is, models/*.md what it was trained
// on.
//
// It knows six languages. Texts in others, and those without a word or an emoji, are unscored: it
// never guesses. It does not understand irony, and reads every trade like tweets.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/fact.h"
#include "engine/base/token.h"

namespace vigie::sentiment {

enum class Language : std::uint8_t { none, english, french, german, italian, portuguese, spanish };
inline constexpr std::size_t kLanguages = 7;  // with none
// "en", "fr", ...; "und" for none.
[[nodiscard]] std::string_view to_text(Language language);
// Of a BCP 47 tag: "fr", "fr-CA", "FR_fr". None where the model does not know it.
[[nodiscard]] Language language_of(std::string_view tag);

// A text, or a stretch of one, as matching has folded and cut it (rules/fold.h, rules/tokens.h).
// Views must last as long as the call.
struct Text {
  std::string_view original;      // as written: capitals are seen here only
  std::string_view folded;        // of the whole text: tokens count its bytes
  std::span<const Token> tokens;  // those of the stretch; hashes are not used
};

struct Score {
  Sentiment label = Sentiment::unscored;
  // Of negative, neutral and positive; their sum is 1. All 0 where unscored.
  std::array<float, 3> probabilities{};
  // P(positive) - P(negative), in [-1, 1].
  [[nodiscard]] float score() const { return probabilities[2] - probabilities[0]; }
  // The probability of the label; by calibration, how often it is right.
  [[nodiscard]] float confidence() const;
};

// A feature of a text and what it moves.
struct Reason {
  std::string feature;  // "word: panne", "word: NOT bien", "characters: _pan", "emoji: 😡"
  std::array<float, 3> weights{};  // added to the log odds of negative, neutral, positive
};
struct Explanation {
  Score score;
  std::vector<Reason> reasons;  // the strongest first
  // Stretches of `tokens` [first, last) that a negation reaches.
  struct Scope {
    std::uint32_t first = 0;
    std::uint32_t last = 0;
  };
  std::vector<Scope> negated;
};

// One thread; its memory is used again: once warm, score() allocates nothing.
class Scorer {
 public:
  Scorer();
  ~Scorer();
  Scorer(Scorer&&) noexcept;
  Scorer& operator=(Scorer&&) noexcept;

  // REQUIRES: tokens are those of `folded`, in order. A text beyond kSentimentTokensMax tokens is
  // judged by the first of them.
  [[nodiscard]] Score score(const Text& text, Language language);
  // The same score, with its `most` strongest reasons. Allocates.
  [[nodiscard]] Explanation explain(const Text& text, Language language, std::size_t most);

  // The language of a text of which none is known, or none: of those that the model does not know,
  // and where it cannot tell.
  [[nodiscard]] Language identify(const Text& text);

 private:
  struct Scratch;
  std::unique_ptr<Scratch> scratch_;
};

// How the model errs in a language, measured on texts that it was not trained on: of those that are
// negative, neutral, positive (row), the share that it calls so (column); and how many there were.
struct Confusion {
  std::array<std::array<float, 3>, 3> called{};
  std::array<std::uint32_t, 3> texts{};
};
// REQUIRES: language is not none.
[[nodiscard]] const Confusion& confusion(Language language);

}  // namespace vigie::sentiment
