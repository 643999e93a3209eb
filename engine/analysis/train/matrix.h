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
// Reads WORD<TAB>VALUE lines. Errors: unreadable, corrupt.
[[nodiscard]] Result<Lexicon> read_lexicon(const std::string& path);

// What a negated word of a lexicon still says.
inline constexpr float kNegatedPolarity = -0.5F;

struct Cell {
  std::uint32_t column = 0;
  float value = 0;
};

// The columns of a model: the buckets of its groups one after another, then the two of the lexicon,
// for what is good and what is bad.
class Columns {
 public:
  explicit Columns(const Recipe& recipe);
  [[nodiscard]] std::uint32_t of(Group group, std::uint32_t hash) const {
    const auto at = static_cast<std::size_t>(group);
    return first_[at] + (hash >> (32 - bits_[at]));
  }
  [[nodiscard]] bool has(Group group) const { return bits_[static_cast<std::size_t>(group)] != 0; }
  [[nodiscard]] std::uint32_t first(Group group) const {
    return first_[static_cast<std::size_t>(group)];
  }
  [[nodiscard]] std::uint32_t count(Group group) const {
    return has(group) ? 1U << bits_[static_cast<std::size_t>(group)] : 0;
  }
  [[nodiscard]] std::uint32_t lexicon() const { return first_[kGroups]; }
  [[nodiscard]] std::uint32_t size() const { return first_[kGroups] + 2; }

 private:
  std::array<int, kGroups> bits_;
  std::array<std::uint32_t, kGroups + 1> first_{};
};

class Matrix {
 public:
  // A row for each example, in order. The shared model knows no word but emoji.
  Matrix(const Corpus& corpus, const Recipe& recipe, const Lexicon& lexicon);

  [[nodiscard]] std::span<const Cell> row(std::size_t i) const {
    return {cells_.data() + ends_[i], ends_[i + 1] - ends_[i]};
  }
  [[nodiscard]] std::size_t rows() const { return ends_.size() - 1; }
  [[nodiscard]] const Columns& columns() const { return columns_; }
  // The features of Group::words that occur, or whose word the lexicon has, each once, sorted.
  [[nodiscard]] const std::vector<std::uint32_t>& words() const { return words_; }

 private:
  Columns columns_;
  std::vector<std::uint32_t> words_;
  std::vector<Cell> cells_;
  std::vector<std::size_t> ends_{0};
};

}  // namespace vigie::train
