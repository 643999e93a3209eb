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

Columns::Columns(const Recipe& recipe) : bits_(recipe.bits) {
  for (std::size_t i = 0; i < kGroups; ++i) {
    first_[i + 1] = first_[i] + (bits_[i] == 0 ? 0 : 1U << bits_[i]);
  }
}

Matrix::Matrix(const Corpus& corpus, const Recipe& recipe, const Lexicon& lexicon)
    : columns_(recipe) {
  TextReader reader;
  for (const Example& example : corpus.examples) {
    const Features& features = reader.read(example.text, recipe.language);
    const std::size_t first = cells_.size();
    for (std::size_t i = 0; i < kGroups; ++i) {
      const auto group = static_cast<Group>(i);
      if (!columns_.has(group)) continue;
      const float value = recipe.gains[i] * features.norm(group);
      for (const Feature& feature : features.of(group)) {
        cells_.push_back({columns_.of(group, feature.hash), value});
        if (group != Group::words) continue;
        const bool emoji = features.words()[feature.origin / 2].emoji;
        if (emoji || recipe.language != Language::none) words_.push_back(feature.hash);
      }
    }
    merge(first, &cells_);
    if (recipe.lexicon_gain > 0) {
      add_lexicon(features, lexicon, recipe.lexicon_gain, columns_.lexicon(), &cells_);
    }
    ends_.push_back(cells_.size());
  }
  for (const auto& [hash, polarity] : lexicon) {
    words_.push_back(Features::word_feature(hash, false));
    words_.push_back(Features::word_feature(hash, true));
  }
  std::ranges::sort(words_);
  words_.erase(std::ranges::unique(words_).begin(), words_.end());
}

}  // namespace vigie::train
