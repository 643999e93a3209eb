// All models together: what is trained after what, cross-validation, and the files.
#pragma once

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "engine/analysis/train/evaluate.h"
#include "engine/analysis/train/learner.h"
#include "engine/analysis/train/recipe.h"
#include "engine/base/result.h"

namespace vigie::train {

// What cross-validation says of a language: each text judged by the model of its fold.
struct Tested {
  std::vector<Judgement> judgements;  // in float
  std::vector<Judgement> cut;         // by the int8 file
  std::vector<Judgement> validation;  // those of the val file, in float
  float temperature = 1;
};

class Workshop {
 public:
  // `data`: the folder of the texts; `lexicons`: that of LANGUAGE.tsv.
  // Errors: unreadable, corrupt.
  [[nodiscard]] static Result<std::unique_ptr<Workshop>> open(const std::string& data,
                                                              const std::string& lexicons,
                                                              std::vector<Recipe> languages,
                                                              const Recipe& shared);

  // By language, in the order of the recipes.
  [[nodiscard]] std::vector<Tested> cross_validate() const;
  // The files, with what cross-validation has found: the shared one, then the languages'.
  [[nodiscard]] std::vector<std::string> files(const std::vector<Tested>& tested) const;

  [[nodiscard]] const std::vector<Recipe>& recipes() const { return recipes_; }
  [[nodiscard]] const Corpus& corpus(std::size_t i) const { return corpora_[i]; }

 private:
  Workshop() = default;
  [[nodiscard]] std::vector<std::array<float, 3>> offsets(const Learnt& shared,
                                                          std::size_t language) const;

  std::vector<Recipe> recipes_;
  Recipe shared_recipe_;
  std::vector<Lexicon> lexicons_;
  Lexicon no_lexicon_;
  std::vector<Corpus> corpora_;
  Corpus pooled_;  // all of them, one after another
  std::vector<std::size_t> starts_;
  std::vector<std::unique_ptr<Learner>> learners_;
  std::unique_ptr<Learner> shared_;
};

}  // namespace vigie::train
