// The index of all literal terms: which of them begin at a token of a text. A trie over tokens,
// kept in one hash table: the key of an edge is made of its parent node and the hash of its token.
// A Bloom filter over the keys, small enough for the second-level cache, answers for nearly every
// word of a text that no term begins with it. A hash only proposes: the bytes of every token on
// the way down are compared.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/fold.h"
#include "rules/query.h"
#include "rules/tokens.h"

namespace vigie::rules {

// A rule that is to know when a term is found.
struct Posting {
  std::uint32_t rule = 0;
  Sigil sigil = Sigil::none;  // must stand before the term
  bool wakes : 1 = false;     // the rule is then evaluated; else it matches at once
  bool author : 1 = false;    // in the author, instead of everywhere else
  bool last : 1 = false;      // ends the list of the postings of one term
};

// A term was found: tokens first_token to last_token.
struct Found {
  std::uint32_t first_token = 0;
  std::uint32_t last_token = 0;
  std::uint32_t node = 0;
};

// Immutable once built; any number of threads.
class TokenIndex {
 public:
  using NodeId = std::uint32_t;  // 0 is the root and means "none" as a result

  // A term as tokens, and one rule that asks for it. `text` lies in the pool given to build().
  struct Term {
    std::uint32_t text = 0;    // offset of the tokens in the pool, joined by spaces
    std::uint16_t bytes = 0;   // of them
    bool in_hashtags = false;  // a phrase that may stand joined in a hashtag
    Posting posting;
  };

  // `pool` must outlive the index and have kFoldPaddingBytes readable bytes behind it.
  static TokenIndex build(std::string_view pool, std::span<const Term> terms, HashSeed seed);

  // Appends every term that occurs, in the order of its first token, shorter ones first.
  // REQUIRES: kTokenPadding tokens behind the last can be read.
  void find(const FoldedText& text, std::span<const Token> tokens, std::vector<Found>* found) const;

  // Appends the phrases whose words, joined, are this token of a hashtag.
  void find_joined(std::string_view token, std::uint64_t hash, std::vector<NodeId>* found) const;

  // The postings of a term that was found.
  [[nodiscard]] const Posting* postings(NodeId node) const {
    return postings_.data() + nodes_[node].first_posting;
  }
  // Whether some term begins with the token.
  [[nodiscard]] bool begins_term(const FoldedText& text, const Token& token) const;
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Node {
    std::uint32_t text = 0;  // offset of its token in the pool
    NodeId parent = 0;
    std::uint32_t first_posting = 0;  // kNoPosting: no term ends here
    std::uint16_t bytes = 0;          // of its token
    bool goes_on = false;             // some term is longer
  };
  struct Slot {
    std::uint32_t tag = 0;  // lower half of the key
    NodeId node = 0;        // 0: empty
  };
  static constexpr std::uint32_t kNoPosting = 0xFFFFFFFF;

  [[nodiscard]] static std::uint64_t edge_key(NodeId parent, std::uint64_t token_hash);
  // `next_hash`: of the token behind, of which the edge is asked for ahead.
  [[nodiscard]] NodeId child(NodeId parent, std::uint64_t key, std::string_view token,
                             std::uint64_t next_hash) const;
  void prefetch_edge(std::uint64_t key) const;
  [[nodiscard]] bool may_have(std::uint64_t key) const;
  NodeId add_child(NodeId parent, std::uint64_t key, std::uint32_t text, std::uint16_t bytes);
  NodeId add_term(const Term& term, HashSeed seed);
  void reserve(std::span<const Term> terms);
  void put(std::uint64_t key, NodeId node);
  void fill_bloom(HashSeed seed);
  void fill_postings(std::span<const Term> terms, std::span<const NodeId> ends);
  void fill_joined(std::span<const Term> terms, std::span<const NodeId> ends, HashSeed seed);
  [[nodiscard]] bool is_joined(NodeId node, std::string_view token) const;
  void walk(const FoldedText& text, std::span<const Token> tokens, std::uint32_t first,
            std::vector<Found>* found) const;

  std::string_view pool_;
  std::vector<Node> nodes_;
  std::vector<Slot> slots_;  // a power of two, at most three quarters full
  std::vector<std::uint64_t> bloom_;
  std::vector<Posting> postings_;
  std::vector<Slot> joined_;  // phrases by the hash of their joined words
  std::uint64_t slot_mask_ = 0;
};

}  // namespace vigie::rules
