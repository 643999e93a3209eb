#include "engine/analysis/train/matrix.h"

#include <algorithm>
#include <charconv>

#include "engine/analysis/sentiment/features.h"
#include "engine/base/text.h"
#include "rules/fold.h"
#include "rules/tokens.h"

namespace vigie::train {
namespace {

using sentiment::Feature;
using sentiment::Features;

// Adds up the cells of the same column from `first` on.
void merge(std::size_t first, std::vector<Cell>* cells) {
  std::sort(cells->begin() + static_cast<std::ptrdiff_t>(first), cells->end(),
            [](const Cell& a, const Cell& b) { return a.column < b.column; });
  std::size_t kept = first;
  for (std::size_t i = first; i < cells->size(); ++i) {
    if (kept > first && (*cells)[kept - 1].column == (*cells)[i].column) {
      (*cells)[kept - 1].value += (*cells)[i].value;
    } else {
      (*cells)[kept++] = (*cells)[i];
    }
  }
  cells->resize(kept);
}

void add_lexicon(const Features& features, const Lexicon& lexicon, float gain, std::uint32_t column,
                 std::vector<Cell>* cells) {
  float good = 0;
  float bad = 0;
  for (const sentiment::Word& word : features.words()) {
    const auto found = lexicon.find(word.hash);
    if (found == lexicon.end()) continue;
    const float polarity = found->second * (word.negated ? kNegatedPolarity : 1);
    (polarity > 0 ? good : bad) += std::abs(polarity);
  }
  gain *= features.norm(Group::words);
  if (good > 0) cells->push_back({column, good * gain});
  if (bad > 0) cells->push_back({column + 1, bad * gain});
}

// Whether a feature of Group::words has a column: of the shared model, those of emoji alone do.
bool counts(const Features& features, const Feature& feature, const Recipe& recipe) {
  return recipe.language != Language::none || features.words()[feature.origin / 2].emoji;
}

// The features of Group::words that occur, or whose word a lexicon has.
std::vector<std::uint32_t> words_of(const Corpus& corpus, const Recipe& recipe,
                                    const Lexicons& lexicons) {
  std::vector<std::uint32_t> words;
  TextReader reader;
  for (const Example& example : corpus.examples) {
    const Features& features = reader.read(example.text, recipe.language);
    for (const Feature& feature : features.of(Group::words)) {
      if (counts(features, feature, recipe)) words.push_back(feature.hash);
    }
  }
  for (const Lexicon& lexicon : lexicons) {
    for (const auto& [hash, polarity] : lexicon) {
      words.push_back(Features::word_feature(hash, false));
      words.push_back(Features::word_feature(hash, true));
    }
  }
  std::ranges::sort(words);
  words.erase(std::ranges::unique(words).begin(), words.end());
  return words;
}

}  // namespace

const Features& TextReader::read(std::string_view text, Language language) {
  rules::fold(text, &folded_);
  rules::tokenise(folded_, rules::HashSeed::from(0), &tokens_);
  features_.read({.original = text, .folded = folded_.view(), .tokens = tokens_.all()}, language);
  return features_;
}

Result<Lexicon> read_lexicon(const std::string& path) {
  auto lines = read_lines(path);
  if (!lines) return std::unexpected(lines.error());
  Lexicon lexicon;
  std::size_t number = 0;
  for (const Line& line : *lines) {
    ++number;
    float value = 0;
    const char* end = line.value.data() + line.value.size();
    const auto read = std::from_chars(line.value.data(), end, value);
    if (read.ec != std::errc{} || read.ptr != end) {
      return fail(ErrorKind::corrupt, "is not a word, a tab and a number", cat(path, ':', number));
    }
    lexicon.emplace(Features::word_hash(line.text), value);
  }
  return lexicon;
}

Columns::Columns(const Recipe& recipe, std::vector<std::uint32_t> words, std::size_t lexicons)
    : bits_(recipe.bits), words_(std::move(words)) {
  for (std::size_t i = 0; i < kGroups; ++i) {
    std::uint32_t count = bits_[i] == 0 ? 0 : 1U << bits_[i];
    if (static_cast<Group>(i) == Group::words) count = static_cast<std::uint32_t>(words_.size());
    first_[i + 1] = first_[i] + count;
  }
  size_ = lexicon(lexicons);
}

std::uint32_t Columns::of(Group group, std::uint32_t hash) const {
  const std::uint32_t first = this->first(group);
  if (group != Group::words) return first + (hash >> (32 - bits_[static_cast<std::size_t>(group)]));
  const auto at = std::ranges::lower_bound(words_, hash);
  return first + static_cast<std::uint32_t>(at - words_.begin());
}

Matrix::Matrix(const Corpus& corpus, const Recipe& recipe, const Lexicons& lexicons)
    : columns_(recipe, words_of(corpus, recipe, lexicons), lexicons.size()) {
  TextReader reader;
  for (const Example& example : corpus.examples) {
    const Features& features = reader.read(example.text, recipe.language);
    const std::size_t first = cells_.size();
    for (std::size_t i = 0; i < kGroups; ++i) {
      const auto group = static_cast<Group>(i);
      if (!columns_.has(group)) continue;
      const float value = recipe.gains[i] * features.norm(group);
      for (const Feature& feature : features.of(group)) {
        if (group == Group::words && !counts(features, feature, recipe)) continue;
        cells_.push_back({columns_.of(group, feature.hash), value});
      }
    }
    merge(first, &cells_);
    for (std::size_t i = 0; i < lexicons.size() && recipe.lexicon_gain > 0; ++i) {
      add_lexicon(features, lexicons[i], recipe.lexicon_gain, columns_.lexicon(i), &cells_);
    }
    ends_.push_back(cells_.size());
  }
}

}  // namespace vigie::train
