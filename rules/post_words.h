// What a post says, for those who describe it: the words that may be terms, and its hashtags.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "rules/post_text.h"

namespace vigie::rules {

// Filled by Matcher::describe(). Views last until the next match(). Memory is used again.
struct PostWords {
  // Folded words of the title and the text, or of what is shared where these are empty, each once:
  // no hashtags, handles, numbers, addresses, nor words that are short or stand everywhere.
  std::vector<std::string_view> words;
  // Folded hashtags of all fields and of the list, without their sign, each once.
  std::vector<std::string_view> hashtags;
  // Of every word there, in order, addresses and handles apart: for signatures. They depend on the
  // seed given to describe() only.
  std::vector<std::uint64_t> hashes;
  std::size_t dropped = 0;  // words and hashtags beyond the bounds
  // Of `words` and `hashtags`, to find repeats.
  std::vector<std::uint64_t> word_tokens;
  std::vector<std::uint64_t> hashtag_tokens;

  void clear() {
    words.clear();
    hashtags.clear();
    hashes.clear();
    word_tokens.clear();
    hashtag_tokens.clear();
    dropped = 0;
  }
};

// Replaces *out. REQUIRES: the text has its tokens.
void read_words(const PostText& text, HashSeed seed, PostWords* out);

// Whether a hashtag of the post says that it is paid for; see ad_markers(). REQUIRES: as above.
[[nodiscard]] bool is_marked_as_ad(const PostText& text);

}  // namespace vigie::rules
