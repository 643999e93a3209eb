// Texts as sparse rows of feature counts, ready for training.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "engine/analysis/sentiment/features.h"
#include "engine/analysis/train/recipe.h"
#include "engine/analysis/train/texts.h"
#include "rules/fold.h"
#include "rules/tokens.h"

namespace vigie::train {

// A text read as the engine reads it. One thread.
class TextReader {
 public:
  // Valid until the next.
  const sentiment::Features& read(std::string_view text, Language language);

 private:
  rules::FoldedText folded_;
  rules::Tokens tokens_;
  sentiment::Features features_;
};

// How good or bad single words are: in [-1, 1] by hash of the folded word; see
// sentiment::Features::word_hash().
using Lexicon = std::unordered_map<std::uint64_t, float>;
// Each has two columns of its own: how far it can be trusted is learnt.
using Lexicons = std::vector<Lexicon>;
// Reads WORD<TAB>VALUE lines. Errors: unreadable, corrupt.
[[nodiscard]] Result<Lexicon> read_lexicon(const std::string& path);

// What a negated word of a lexicon still says.
inline constexpr float kNegatedPolarity = -0.5F;

struct Cell {
  std::uint32_t column = 0;
  float value = 0;
};

// The columns of a model: one of each word, the buckets of the other groups one after another, then
// two of each lexicon, for what is good and what is bad.
class Columns {
 public:
  // `words`: the features of Group::words, each once, sorted.
  Columns(const Recipe& recipe, std::vector<std::uint32_t> words, std::size_t lexicons);
  // REQUIRES: a feature of Group::words is one of words().
  [[nodiscard]] std::uint32_t of(Group group, std::uint32_t hash) const;
  [[nodiscard]] bool has(Group group) const { return count(group) != 0; }
  [[nodiscard]] std::uint32_t first(Group group) const {
    return first_[static_cast<std::size_t>(group)];
  }
  [[nodiscard]] std::uint32_t count(Group group) const {
    return first_[static_cast<std::size_t>(group) + 1] - first(group);
  }
  [[nodiscard]] std::uint32_t lexicon(std::size_t number) const {
    return first_[kGroups] + static_cast<std::uint32_t>(2 * number);
  }
  [[nodiscard]] std::uint32_t size() const { return size_; }
  [[nodiscard]] const std::vector<std::uint32_t>& words() const { return words_; }

 private:
  std::array<int, kGroups> bits_;
  std::vector<std::uint32_t> words_;
  std::array<std::uint32_t, kGroups + 1> first_{};
  std::uint32_t size_ = 0;
};

class Matrix {
 public:
  // A row for each example, in order. The shared model knows no word but emoji.
  Matrix(const Corpus& corpus, const Recipe& recipe, const Lexicons& lexicons);

  [[nodiscard]] std::span<const Cell> row(std::size_t i) const {
    return {cells_.data() + ends_[i], ends_[i + 1] - ends_[i]};
  }
  [[nodiscard]] std::size_t rows() const { return ends_.size() - 1; }
  [[nodiscard]] const Columns& columns() const { return columns_; }

 private:
  Columns columns_;
  std::vector<Cell> cells_;
  std::vector<std::size_t> ends_{0};
};

}  // namespace vigie::train
