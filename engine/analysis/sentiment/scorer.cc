#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <memory>
#include <utility>

#include "engine/analysis/sentiment/features.h"
#include "engine/analysis/sentiment/language_table.h"
#include "engine/analysis/sentiment/model.h"
#include "engine/analysis/sentiment/model_files.h"
#include "engine/analysis/sentiment/sentiment.h"

namespace vigie::sentiment {
namespace {

Score score_of(LogOdds odds) {
  const float most = std::max({odds.negative, 0.F, odds.positive});
  std::array<float, 3> shares{std::exp(odds.negative - most), std::exp(-most),
                              std::exp(odds.positive - most)};
  const float total = shares[0] + shares[1] + shares[2];
  for (float& share : shares) share /= total;
  const auto best = std::ranges::max_element(shares) - shares.begin();
  return {.label = static_cast<Sentiment>(best + 1), .probabilities = shares};
}

Score score_of(const Features& features, Language language) {
  if (!features.has_words() && !features.has_emoji()) return {};
  if (language == Language::none && features.has_words()) return {};
  const Model& model = model_of(language);
  LogOdds odds = sum(model, features);
  odds.negative += model.bias.negative;
  odds.positive += model.bias.positive;
  return score_of(odds);
}

}  // namespace

struct Scorer::Scratch {
  Features features;
};

Scorer::Scorer() : scratch_(std::make_unique<Scratch>()) {}
Scorer::~Scorer() = default;
Scorer::Scorer(Scorer&&) noexcept = default;
Scorer& Scorer::operator=(Scorer&&) noexcept = default;

float Score::confidence() const { return *std::ranges::max_element(probabilities); }

Score Scorer::score(const Text& text, Language language) {
  scratch_->features.read(text, language);
  return score_of(scratch_->features, language);
}

namespace {

// Adds what the tables of a model say of each feature. A feature that occurs twice is named twice
// here; merge() adds them up.
void add_reasons(const Model& model, const Features& features, std::vector<Reason>* out) {
  for (std::size_t i = 0; i < kGroups; ++i) {
    const Table& table = model.tables[i];
    const auto group = static_cast<Group>(i);
    const float norm = features.norm(group);
    for (const Feature& feature : features.of(group)) {
      const Cut cut = weights_of(model, group, feature.hash);
      if (cut.negative == 0 && cut.positive == 0) continue;
      out->push_back({.feature = features.name(group, feature),
                      .weights = {table.scale.negative * norm * static_cast<float>(cut.negative), 0,
                                  table.scale.positive * norm * static_cast<float>(cut.positive)}});
    }
  }
}

// The same weights with their mean at zero, so that none of the three is preferred.
std::array<float, 3> centred(const std::array<float, 3>& weights) {
  const float mean = (weights[0] + weights[1] + weights[2]) / 3;
  return {weights[0] - mean, weights[1] - mean, weights[2] - mean};
}

float strength(const Reason& reason) {
  float most = 0;
  for (const float weight : reason.weights) most = std::max(most, std::abs(weight));
  return most;
}

void merge(std::vector<Reason>* reasons) {
  std::ranges::stable_sort(*reasons, {}, &Reason::feature);
  std::vector<Reason> merged;
  for (Reason& reason : *reasons) {
    if (!merged.empty() && merged.back().feature == reason.feature) {
      for (std::size_t k = 0; k < 3; ++k) merged.back().weights[k] += reason.weights[k];
    } else {
      merged.push_back(std::move(reason));
    }
  }
  for (Reason& reason : merged) reason.weights = centred(reason.weights);
  std::ranges::stable_sort(merged, std::ranges::greater{}, strength);
  *reasons = std::move(merged);
}

std::vector<Explanation::Scope> scopes_of(const Features& features) {
  std::vector<Explanation::Scope> scopes;
  for (const Word& word : features.words()) {
    if (!word.negated) continue;
    if (scopes.empty() || scopes.back().last != word.token) {
      scopes.push_back({word.token, word.token});
    }
    scopes.back().last = word.token + 1;
  }
  return scopes;
}

}  // namespace

Explanation Scorer::explain(const Text& text, Language language, std::size_t most) {
  Explanation explanation{.score = score(text, language), .reasons = {}, .negated = {}};
  if (explanation.score.label == Sentiment::unscored) return explanation;
  const Features& features = scratch_->features;
  add_reasons(model_of(language), features, &explanation.reasons);
  merge(&explanation.reasons);
  if (explanation.reasons.size() > most) explanation.reasons.resize(most);
  explanation.negated = scopes_of(features);
  return explanation;
}

Language Scorer::identify(const Text& text) {
  scratch_->features.read(text, Language::none);
  return language_by(languages_file(), scratch_->features);
}

const Confusion& confusion(Language language) {
  static const std::array<Confusion, kLanguages> all_confusions = [] {
    std::array<Confusion, kLanguages> confusions{};
    for (std::size_t i = 0; i < kLanguages; ++i) {
      const auto& counts = model_of(static_cast<Language>(i)).confusion;
      for (std::size_t row = 0; row < 3; ++row) {
        std::uint32_t& texts = confusions[i].texts[row];
        for (const std::uint32_t count : counts[row]) texts += count;
        for (std::size_t k = 0; k < 3; ++k) {
          confusions[i].called[row][k] =
              texts == 0 ? 0 : static_cast<float>(counts[row][k]) / static_cast<float>(texts);
        }
      }
    }
    return confusions;
  }();
  return all_confusions[static_cast<std::size_t>(language)];
}

}  // namespace vigie::sentiment
