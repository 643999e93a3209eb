// Where terms stand in a post.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <tuple>
#include <vector>

#include "rules/post_text.h"

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

// The tokens of one post by their hashes. One thread; memory is used again.
class TokenTable {
 public:
  struct At {
    std::uint64_t hash = 0;
    std::uint32_t part = 0;
    std::uint32_t token = 0;
    std::uint32_t next = 0;  // of the same bucket: its number plus one; 0: none
  };

  // Replaces the table by the tokens of this post.
  void fill(const PostText& text);

  // False: no token has this hash, of which the lower half is enough. Most terms of a query are not
  // in a post, and need no more than this.
  [[nodiscard]] bool may_have(std::uint32_t hash) const {
    return (present_[hash >> 6 & (kPresentWords - 1)] >> (hash & 63) & 1) != 0;
  }

  // Calls `take(at)` for the tokens with this hash, in order, until it returns false.
  template <class Take>
  void each(std::uint64_t hash, const Take& take) const {
    for (std::uint32_t at = heads_[bucket(hash)]; at != 0; at = tokens_[at - 1].next) {
      if (tokens_[at - 1].hash == hash && !take(tokens_[at - 1])) return;
    }
  }

 private:
  static constexpr std::size_t kPresentWords = 64;
  [[nodiscard]] std::size_t bucket(std::uint64_t hash) const {
    return hash >> 32 & (heads_.size() - 1);
  }

  std::array<std::uint64_t, kPresentWords> present_{};  // a bit for each hash, shared by some
  std::vector<At> tokens_;
  std::vector<std::uint32_t> heads_;  // a power of two; a bucket's first token plus one
};

}  // namespace vigie::rules
