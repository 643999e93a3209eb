#include "engine/analysis/train/learner.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <utility>

#include "engine/analysis/sentiment/features.h"

namespace vigie::train {
namespace {

// The least that a feature is taken to tell, and how much the differences count.
constexpr float kTellingMin = 0.2F;
constexpr std::uint32_t kUnused = 0xFFFFFFFF;

// How telling a feature is that `counts` (by label) of the `totals` texts have: the root of the
// largest log ratio of its rate in one class and in the others.
float telling(const std::array<double, 3>& counts, const std::array<double, 3>& totals,
              double smoothing) {
  double most = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    const double here = counts[k] + smoothing;
    const double elsewhere = counts[0] + counts[1] + counts[2] - counts[k] + 2 * smoothing;
    const double all = totals[k] + smoothing;
    const double others = totals[0] + totals[1] + totals[2] - totals[k] + 2 * smoothing;
    most = std::max(most, std::abs(std::log(here / all * others / elsewhere)));
  }
  return kTellingMin + static_cast<float>(std::sqrt(most));
}

}  // namespace

Learner::Learner(const Corpus& corpus, const Recipe& recipe, const Lexicons& lexicons)
    : corpus_(&corpus), recipe_(&recipe), lexicons_(&lexicons), matrix_(corpus, recipe, lexicons) {}

// By column, over the texts that train. Naive Bayes lends its knowledge to the regression this way:
// Wang and Manning, Baselines and Bigrams, 2012.
std::vector<float> Learner::telling(const std::vector<std::size_t>& texts) const {
  std::vector<std::array<double, 3>> counts(matrix_.columns().size());
  std::array<double, 3> totals{};
  for (const std::size_t i : texts) {
    const Example& example = corpus_->examples[i];
    const double weight = corpus_->sources[example.source].weight;
    const auto label = static_cast<std::size_t>(example.label);
    totals[label] += weight;
    for (const Cell& cell : matrix_.row(i)) counts[cell.column][label] += weight;
  }
  std::vector<float> factors(counts.size());
  for (std::size_t i = 0; i < factors.size(); ++i) {
    factors[i] = train::telling(counts[i], totals, recipe_->smoothing);
  }
  return factors;
}

Learnt Learner::learn(std::uint32_t without_fold) const {
  std::vector<std::size_t> texts;
  for (std::size_t i = 0; i < corpus_->examples.size(); ++i) {
    if (corpus_->examples[i].fold != without_fold || without_fold == kNoFold) texts.push_back(i);
  }
  const std::vector<float> factors = telling(texts);
  // Most columns are empty: those that are not are numbered anew, in order.
  std::vector<std::uint32_t> numbers(matrix_.columns().size());
  for (const std::size_t i : texts) {
    for (const Cell& cell : matrix_.row(i)) numbers[cell.column] = 1;
  }
  std::uint32_t used = 0;
  for (std::uint32_t& number : numbers) number = number == 0 ? kUnused : used++;
  std::vector<Cell> cells;
  std::vector<std::size_t> ends{0};
  for (const std::size_t i : texts) {
    for (const Cell& cell : matrix_.row(i)) {
      cells.push_back({numbers[cell.column], cell.value * factors[cell.column]});
    }
    ends.push_back(cells.size());
  }
  Problem problem{.rows = {},
                  .columns = used,
                  .sources = static_cast<std::uint32_t>(corpus_->sources.size()),
                  .cost = recipe_->cost};
  for (std::size_t k = 0; k < texts.size(); ++k) {
    const Example& example = corpus_->examples[texts[k]];
    const Source& source = corpus_->sources[example.source];
    problem.rows.push_back({.cells = {cells.data() + ends[k], ends[k + 1] - ends[k]},
                            .source = example.source,
                            .weight = source.weight,
                            .label = example.label,
                            .without_neutral = source.without_neutral});
  }
  Solution solution = solve(problem);
  std::vector<Weights> columns(numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    if (numbers[i] != kUnused) columns[i] = solution.columns[numbers[i]];
  }
  solution.columns = std::move(columns);
  return compile(solution, factors);
}

Learnt Learner::compile(const Solution& solution, const std::vector<float>& factors) const {
  const Columns& columns = matrix_.columns();
  const auto against_neutral = [&](std::size_t column, float gain) {
    const Weights& weights = solution.columns[column];
    const float factor = factors[column] * gain;
    return std::array<float, 2>{factor * (weights[0] - weights[1]),
                                factor * (weights[2] - weights[1])};
  };
  Learnt learnt;
  learnt.buckets.resize(columns.lexicon(0));
  for (std::size_t i = 0; i < kGroups; ++i) {
    const auto group = static_cast<Group>(i);
    const std::uint32_t first = columns.first(group);
    for (std::uint32_t column = first; column < first + columns.count(group); ++column) {
      learnt.buckets[column] = against_neutral(column, recipe_->gains[i]);
    }
  }
  const Weights& bias = solution.sources[0];
  learnt.bias = {bias[0] - bias[1], bias[2] - bias[1]};
  for (std::size_t i = 0; i < lexicons_->size() && recipe_->lexicon_gain > 0; ++i) {
    const std::uint32_t column = columns.lexicon(i);
    add_lexicon(i, against_neutral(column, recipe_->lexicon_gain),
                against_neutral(column + 1, recipe_->lexicon_gain), &learnt);
  }
  return learnt;
}

// What a lexicon's good and bad words say is added to the words themselves.
void Learner::add_lexicon(std::size_t number, const std::array<float, 2>& good,
                          const std::array<float, 2>& bad, Learnt* learnt) const {
  const Lexicon& lexicon = (*lexicons_)[number];
  std::vector<std::pair<std::uint64_t, float>> words(lexicon.begin(), lexicon.end());
  std::ranges::sort(words);
  for (const auto& [hash, polarity] : words) {
    for (const bool negated : {false, true}) {
      // A negated word counts twice: as itself and as "NOT word", which takes the first back.
      const auto column =
          matrix_.columns().of(Group::words, sentiment::Features::word_feature(hash, negated));
      const float value = negated ? kNegatedPolarity * polarity : polarity;
      for (std::size_t k = 0; k < 2; ++k) {
        const float plain = std::abs(polarity) * (polarity > 0 ? good[k] : bad[k]);
        const float turned = std::abs(value) * (value > 0 ? good[k] : bad[k]);
        learnt->buckets[column][k] += negated ? turned - plain : plain;
      }
    }
  }
}

std::array<float, 2> Learner::odds(const Learnt& learnt, std::size_t text) const {
  std::array<float, 2> odds = learnt.bias;
  const Columns& columns = matrix_.columns();
  std::size_t group = 0;
  for (const Cell& cell : matrix_.row(text)) {
    if (cell.column >= columns.lexicon(0)) break;
    while (cell.column >=
           columns.first(static_cast<Group>(group)) + columns.count(static_cast<Group>(group))) {
      ++group;
    }
    const float value = cell.value / recipe_->gains[group];
    for (std::size_t k = 0; k < 2; ++k) odds[k] += value * learnt.buckets[cell.column][k];
  }
  return odds;
}

}  // namespace vigie::train
