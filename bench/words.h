// The words of posts, and what is made of them.
#pragma once

#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "rules/fold.h"
#include "rules/tokens.h"

namespace vigie::bench {

// Folds texts and cuts them into words, as the engine does.
class WordText {
 public:
  // The words with one space before and behind each: a name occurs as whole words exactly where its
  // bytes occur, whatever stood between its words.
  std::string of(std::string_view text);

 private:
  rules::FoldedText folded_;
  rules::Tokens tokens_;
};

// The different words of the posts that are 4 to 15 ASCII letters.
[[nodiscard]] std::set<std::string> words_of(const std::vector<std::string>& posts);

// Coins words: they look like words of the language and are none, as most brands do. Each is a word
// of the posts with two letters changed.
class Coiner {
 public:
  explicit Coiner(const std::set<std::string>& words);
  // REQUIRES: there are words.
  std::string coin(std::mt19937_64* random) const;
  [[nodiscard]] const std::string& word(std::mt19937_64* random) const;

 private:
  const std::set<std::string>* words_;  // outlives it
  std::vector<std::string> list_;
};

// The posts, one in ten with one of the names somewhere.
[[nodiscard]] std::vector<std::string> with_names(std::vector<std::string> posts,
                                                  const std::vector<std::string>& names);

}  // namespace vigie::bench
