// All models together: cross-validation, and the files.
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
  // `data`: the folder of the labelled texts; `words`: that of lexicons/LANGUAGE.NAME.tsv and of
  // other_languages.tsv.
  // Errors: unreadable, corrupt.
  [[nodiscard]] static Result<std::unique_ptr<Workshop>> open(const std::string& data,
                                                              const std::string& words,
                                                              std::vector<Recipe> languages,
                                                              const Recipe& shared);

  // By language, in the order of the recipes.
  [[nodiscard]] std::vector<Tested> cross_validate() const;
  // The files, with what cross-validation has found: the shared one, then the languages'.
  [[nodiscard]] std::vector<std::string> files(const std::vector<Tested>& tested) const;

  // The bytes of languages.model, trained on all texts but those of the fold; kNoFold: on all.
  [[nodiscard]] std::string languages(std::uint32_t without_fold) const;
  // What it calls the texts of the fold (column), by what they are (row); both by Language.
  using Called =
      std::array<std::array<std::uint32_t, sentiment::kLanguages>, sentiment::kLanguages>;
  [[nodiscard]] Called test_languages(std::uint32_t fold) const;

  [[nodiscard]] const std::vector<Recipe>& recipes() const { return recipes_; }
  [[nodiscard]] const Corpus& corpus(std::size_t i) const { return corpora_[i]; }

 private:
  Workshop() = default;

  std::vector<Recipe> recipes_;
  Recipe shared_recipe_;
  std::vector<Lexicons> lexicons_;
  Lexicons no_lexicon_;
  std::vector<Corpus> corpora_;
  std::vector<std::string> other_languages_;  // texts of typical words
  Corpus pooled_;                             // the benchmark's texts of all
  std::vector<std::unique_ptr<Learner>> learners_;
  std::unique_ptr<Learner> shared_;
};

}  // namespace vigie::train
