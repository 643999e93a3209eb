#include "engine/analysis/train/workshop.h"

#include <utility>

#include "engine/analysis/sentiment/model.h"
#include "engine/analysis/train/model_writer.h"
#include "engine/base/text.h"

namespace vigie::train {
namespace {

// Judges texts by model files, as the engine does.
class FileJudge {
 public:
  FileJudge(std::string shared, std::string language)
      : shared_file_(std::move(shared)),
        language_file_(std::move(language)),
        shared_(sentiment::read_model(shared_file_)),
        language_(sentiment::read_model(language_file_)) {}

  std::array<float, 2> odds(const sentiment::Features& features) const {
    const sentiment::LogOdds own = sentiment::sum(language_, features);
    return {own.negative + language_.bias.negative, own.positive + language_.bias.positive};
  }

 private:
  std::string shared_file_;
  std::string language_file_;
  sentiment::Model shared_;
  sentiment::Model language_;
};

}  // namespace

Result<std::unique_ptr<Workshop>> Workshop::open(const std::string& data,
                                                 const std::string& lexicons,
                                                 std::vector<Recipe> languages,
                                                 const Recipe& shared) {
  std::unique_ptr<Workshop> shop(new Workshop);
  shop->recipes_ = std::move(languages);
  shop->shared_recipe_ = shared;
  for (const Recipe& recipe : shop->recipes_) {
    auto corpus = read_corpus(data, recipe);
    if (!corpus) return std::unexpected(corpus.error());
    auto lexicon = read_lexicon(cat(lexicons, '/', recipe.name, ".tsv"));
    if (!lexicon) return std::unexpected(lexicon.error());
    shop->corpora_.push_back(std::move(*corpus));
    shop->lexicons_.push_back(std::move(*lexicon));
  }
  for (const Corpus& corpus : shop->corpora_) {
    shop->starts_.push_back(shop->pooled_.examples.size());
    const auto first = static_cast<std::uint32_t>(shop->pooled_.sources.size());
    shop->pooled_.sources.insert(shop->pooled_.sources.end(), corpus.sources.begin(),
                                 corpus.sources.end());
    for (Example example : corpus.examples) {
      example.source += first;
      shop->pooled_.examples.push_back(std::move(example));
    }
  }
  shop->shared_ = std::make_unique<Learner>(shop->pooled_, shop->shared_recipe_, shop->no_lexicon_);
  for (std::size_t i = 0; i < shop->recipes_.size(); ++i) {
    shop->learners_.push_back(
        std::make_unique<Learner>(shop->corpora_[i], shop->recipes_[i], shop->lexicons_[i]));
  }
  return shop;
}

std::vector<std::array<float, 3>> Workshop::offsets(const Learnt& shared,
                                                    std::size_t language) const {
  std::vector<std::array<float, 3>> offsets;
  for (std::size_t i = 0; i < corpora_[language].examples.size(); ++i) {
    const std::array<float, 2> odds = shared_->odds(shared, starts_[language] + i);
    offsets.push_back({0 * odds[0], 0, 0 * odds[1]});
  }
  return offsets;
}

std::vector<Tested> Workshop::cross_validate() const {
  std::vector<Tested> tested(recipes_.size());
  TextReader reader;
  for (std::uint32_t fold = 0; fold < kFolds; ++fold) {
    const Learnt shared = shared_->learn(fold, {});
    const std::string shared_file = model_file(shared, shared_->columns(), Language::none, {});
    for (std::size_t language = 0; language < recipes_.size(); ++language) {
      const Learner& learner = *learners_[language];
      const auto offset = offsets(shared, language);
      const Learnt learnt = learner.learn(fold, offset);
      const FileJudge judge(shared_file,
                            model_file(learnt, learner.columns(), recipes_[language].language, {}));
      const std::vector<Example>& examples = corpora_[language].examples;
      for (std::size_t i = 0; i < examples.size(); ++i) {
        if (examples[i].fold != fold) continue;
        std::array<float, 2> odds = learner.odds(learnt, i);
        odds = {odds[0] + offset[i][0], odds[1] + offset[i][2]};
        tested[language].judgements.push_back({odds, examples[i].label});
        if (examples[i].validation)
          tested[language].validation.push_back({odds, examples[i].label});
        tested[language].cut.push_back(
            {judge.odds(reader.read(examples[i].text, recipes_[language].language)),
             examples[i].label});
      }
    }
  }
  for (Tested& one : tested) one.temperature = best_temperature(one.judgements);
  return tested;
}

std::vector<std::string> Workshop::files(const std::vector<Tested>& tested) const {
  const Learnt shared = shared_->learn(kNoFold, {});
  std::vector<std::string> files{model_file(shared, shared_->columns(), Language::none, {})};
  for (std::size_t language = 0; language < recipes_.size(); ++language) {
    const Learner& learner = *learners_[language];
    const Learnt learnt = learner.learn(kNoFold, offsets(shared, language));
    const float temperature = tested[language].temperature;
    files.push_back(model_file(
        learnt, learner.columns(), recipes_[language].language,
        {.temperature = temperature, .shared = 0, .confusion = confusions(tested[language].cut)}));
  }
  return files;
}

}  // namespace vigie::train
