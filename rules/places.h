// Where terms stand in a post.
#pragma once

#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "rules/buffer.h"
#include "rules/post_text.h"
#include "rules/token_index.h"

namespace vigie::rules {

// A stretch of tokens of one part of a post. Matches that hold no whole token stand before the
// token that follows them.
struct Place {
  std::uint32_t part = 0;
  std::uint32_t first = 0;  // tokens
  std::uint32_t last = 0;
  // Bytes, of the folded text or, `as_written`, of the original one. Two places with the same
  // tokens are the same place to NEAR and phrases, and two different ones to COUNT.
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  bool as_written = false;

  [[nodiscard]] auto key() const { return std::tuple(part, first, last, as_written, begin, end); }
};

// The terms of the index that were found in one post, by their node. One thread; memory is used
// again.
class FoundTerms {
 public:
  struct At {
    std::uint32_t node = 0;
    std::uint32_t part = 0;
    std::uint32_t first = 0;  // tokens
    std::uint32_t last = 0;
    std::uint32_t next = 0;  // of the same bucket: its number plus one; 0: none
    bool joined = false;     // the words of a phrase in one token, a hashtag
  };

  void clear() {
    found_.clear();
    trim(&found_);
  }
  void add(std::uint32_t part, const Found& found, bool joined) {
    found_.push_back({found.node, part, found.first_token, found.last_token, 0, joined});
  }
  // Call once, after the last add().
  void finish();

  // Calls `take(at)` for the places of a term, in order, until it returns false.
  template <class Take>
  void each(std::uint32_t node, const Take& take) const {
    if (heads_.empty()) return;
    for (std::uint32_t at = heads_[bucket(node)]; at != 0; at = found_[at - 1].next) {
      if (found_[at - 1].node == node && !take(found_[at - 1])) return;
    }
  }

 private:
  [[nodiscard]] std::size_t bucket(std::uint32_t node) const {
    return (node * 0x9E3779B1U >> 16) & (heads_.size() - 1);
  }

  std::vector<At> found_;
  std::vector<std::uint32_t> heads_;  // a power of two; a bucket's first place plus one
};

}  // namespace vigie::rules
