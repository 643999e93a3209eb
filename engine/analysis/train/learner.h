// Trains the models: which rows teach, what is made of the weights they give, and how well it does
// on texts it has not seen.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/analysis/train/matrix.h"
#include "engine/analysis/train/recipe.h"
#include "engine/analysis/train/softmax.h"
#include "engine/analysis/train/texts.h"

namespace vigie::train {

// Log odds against neutral, of negative and positive, that each bucket adds: what a model file has,
// before it is cut to int8.
struct Learnt {
  std::vector<std::array<float, 2>> buckets;  // by column; those of lexicons are in the words'
  std::array<float, 2> bias{};                // of the benchmark
};

// One language, or the shared model over the texts of all.
class Learner {
 public:
  // REQUIRES: `corpus`, `recipe` and `lexicons` outlive it.
  Learner(const Corpus& corpus, const Recipe& recipe, const Lexicons& lexicons);

  // Trains on all texts but those of the fold; kNoFold: on all.
  [[nodiscard]] Learnt learn(std::uint32_t without_fold) const;
  // The log odds of the text.
  [[nodiscard]] std::array<float, 2> odds(const Learnt& learnt, std::size_t text) const;

  [[nodiscard]] const Corpus& corpus() const { return *corpus_; }
  [[nodiscard]] const Recipe& recipe() const { return *recipe_; }
  [[nodiscard]] const Matrix& matrix() const { return matrix_; }

 private:
  [[nodiscard]] std::vector<float> telling(const std::vector<std::size_t>& texts) const;
  void add_lexicon(std::size_t number, const std::array<float, 2>& good,
                   const std::array<float, 2>& bad, Learnt* learnt) const;
  [[nodiscard]] Learnt compile(const Solution& solution, const std::vector<float>& factors) const;

  const Corpus* corpus_;
  const Recipe* recipe_;
  const Lexicons* lexicons_;
  Matrix matrix_;
};

}  // namespace vigie::train
