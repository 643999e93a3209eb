#include "engine/analysis/train/workshop.h"

#include <utility>

#include "engine/analysis/sentiment/language_table.h"
#include "engine/analysis/sentiment/model.h"
#include "engine/analysis/train/language_model.h"
#include "engine/analysis/train/model_writer.h"
#include "engine/base/text.h"

namespace vigie::train {
namespace {

// The odds by the bytes of a model file, as the engine has them.
std::array<float, 2> odds_of(const sentiment::Model& model, const sentiment::Features& features) {
  const sentiment::LogOdds odds = sentiment::sum(model, features);
  return {odds.negative + model.bias.negative, odds.positive + model.bias.positive};
}

}  // namespace

Result<std::unique_ptr<Workshop>> Workshop::open(const std::string& data, const std::string& words,
                                                 std::vector<Recipe> languages,
                                                 const Recipe& shared) {
  std::unique_ptr<Workshop> shop(new Workshop);
  shop->recipes_ = std::move(languages);
  shop->shared_recipe_ = shared;
  for (const Recipe& recipe : shop->recipes_) {
    auto corpus = read_corpus(data, words, recipe);
    if (!corpus) return std::unexpected(corpus.error());
    Lexicons lexicons;
    for (const std::string_view name : recipe.lexicons) {
      auto lexicon = read_lexicon(cat(words, "/lexicons/", recipe.name, '.', name, ".tsv"));
      if (!lexicon) return std::unexpected(lexicon.error());
      lexicons.push_back(std::move(*lexicon));
    }
    shop->corpora_.push_back(std::move(*corpus));
    shop->lexicons_.push_back(std::move(lexicons));
  }
  auto others = read_lines(cat(words, "/other_languages.tsv"));
  if (!others) return std::unexpected(others.error());
  shop->other_languages_.reserve(others->size());
  for (Line& line : *others) shop->other_languages_.push_back(std::move(line.text));
  for (const Corpus& corpus : shop->corpora_) {
    const auto source = static_cast<std::uint32_t>(shop->pooled_.sources.size());
    shop->pooled_.sources.push_back(corpus.sources.front());
    for (const Example& example : corpus.examples) {
      if (example.source != 0) continue;
      shop->pooled_.examples.push_back(example);
      shop->pooled_.examples.back().source = source;
    }
  }
  shop->shared_ = std::make_unique<Learner>(shop->pooled_, shop->shared_recipe_, shop->no_lexicon_);
  for (std::size_t i = 0; i < shop->recipes_.size(); ++i) {
    shop->learners_.push_back(
        std::make_unique<Learner>(shop->corpora_[i], shop->recipes_[i], shop->lexicons_[i]));
  }
  return shop;
}

std::vector<Tested> Workshop::cross_validate() const {
  std::vector<Tested> tested(recipes_.size());
  TextReader reader;
  for (std::size_t language = 0; language < recipes_.size(); ++language) {
    const Learner& learner = *learners_[language];
    const std::vector<Example>& examples = corpora_[language].examples;
    Tested& found = tested[language];
    for (std::uint32_t fold = 0; fold < kFolds; ++fold) {
      const Learnt learnt = learner.learn(fold);
      const std::string file = model_file(learnt, learner, {});
      const sentiment::Model model = sentiment::read_model(file);
      for (std::size_t i = 0; i < examples.size(); ++i) {
        const Example& example = examples[i];
        if (example.fold != fold) continue;
        found.judgements.push_back({learner.odds(learnt, i), example.label});
        if (example.validation) found.validation.push_back(found.judgements.back());
        const auto& features = reader.read(example.text, recipes_[language].language);
        found.cut.push_back({odds_of(model, features), example.label});
      }
    }
    found.temperature = best_temperature(found.judgements);
  }
  return tested;
}

std::vector<std::string> Workshop::files(const std::vector<Tested>& tested) const {
  std::vector<std::string> files{model_file(shared_->learn(kNoFold), *shared_, {})};
  for (std::size_t language = 0; language < recipes_.size(); ++language) {
    const Learner& learner = *learners_[language];
    files.push_back(model_file(learner.learn(kNoFold), learner,
                               {.temperature = tested[language].temperature,
                                .confusion = confusions(tested[language].cut)}));
  }
  return files;
}

std::string Workshop::languages(std::uint32_t without_fold) const {
  std::vector<Written> texts;
  texts.reserve(other_languages_.size());
  for (const std::string& other : other_languages_) texts.push_back({&other, Language::none});
  for (std::size_t i = 0; i < corpora_.size(); ++i) {
    for (const Example& example : corpora_[i].examples) {
      const bool foreign = corpora_[i].sources[example.source].name.starts_with('@');
      if (!foreign && (example.fold != without_fold || without_fold == kNoFold)) {
        texts.push_back({&example.text, recipes_[i].language});
      }
    }
  }
  return language_file(texts);
}

Workshop::Called Workshop::test_languages(std::uint32_t fold) const {
  const std::string file = languages(fold);
  Called called{};
  TextReader reader;
  for (std::size_t i = 0; i < corpora_.size(); ++i) {
    for (const Example& example : corpora_[i].examples) {
      if (example.fold != fold) continue;
      const auto& features = reader.read(example.text, Language::none);
      const Language found = sentiment::language_by(file, features);
      ++called[static_cast<std::size_t>(recipes_[i].language)][static_cast<std::size_t>(found)];
    }
  }
  return called;
}

}  // namespace vigie::train
