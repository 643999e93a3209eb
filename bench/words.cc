#include "bench/words.h"

#include <algorithm>
#include <sstream>

#include "engine/base/text.h"

namespace vigie::bench {
namespace {

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }

}  // namespace

std::string WordText::of(std::string_view text) {
  rules::fold(text, &folded_);
  rules::tokenise(folded_, {}, &tokens_);
  std::string out = " ";
  for (const Token& token : tokens_.all()) {
    out.append(folded_.view().substr(token.begin, token.end - token.begin)).append(1, ' ');
  }
  return out;
}

std::set<std::string> words_of(const std::vector<std::string>& posts) {
  std::set<std::string> words;
  WordText word_text;
  for (const std::string& post : posts) {
    std::istringstream text(word_text.of(post));
    for (std::string word; text >> word;) {
      if (word.size() >= 4 && word.size() < 16 && std::ranges::all_of(word, is_letter)) {
        words.insert(word);
      }
    }
  }
  return words;
}

Coiner::Coiner(const std::set<std::string>& words)
    : words_(&words), list_(words.begin(), words.end()) {}

std::string Coiner::coin(std::mt19937_64* random) const {
  while (true) {
    std::string word = list_[(*random)() % list_.size()];
    for (int i = 0; i < 2; ++i) {
      word[(*random)() % word.size()] = static_cast<char>('a' + (*random)() % 26);
    }
    if (!words_->contains(word)) return word;
  }
}

const std::string& Coiner::word(std::mt19937_64* random) const {
  return list_[(*random)() % list_.size()];
}

std::vector<std::string> with_names(std::vector<std::string> posts,
                                    const std::vector<std::string>& names) {
  std::mt19937_64 random(3);
  for (std::string& post : posts) {
    if (random() % 10 != 0) continue;
    const std::string& name = names[random() % names.size()];
    const std::size_t space = post.find(' ', random() % post.size());
    post.insert(space == std::string::npos ? post.size() : space, cat(" ", name, " "));
  }
  return posts;
}

}  // namespace vigie::bench
