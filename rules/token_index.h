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
#include "rules/tokens.h"

namespace vigie::rules {

// What a term is to its brand, and so where it may stand.
enum class Role : std::uint8_t { name, hashtag, handle, exclude };

// Who asks for a term. `last` ends the list of postings of one term.
struct Posting {
  std::uint32_t brand = 0;
  Role role = Role::name;
  bool last = false;
};

// A term was found: tokens first_token to last_token.
struct Found {
  std::uint32_t first_token = 0;
  std::uint32_t last_token = 0;
  std::uint32_t first_posting = 0;
};

// Immutable once built; any number of threads.
class TokenIndex {
 public:
  // A term as tokens, and one brand that asks for it. `text` lies in the pool given to build().
  struct Term {
    std::uint32_t text = 0;   // offset of the tokens in the pool, joined by spaces
    std::uint16_t bytes = 0;  // of them
    std::uint32_t brand = 0;
    Role role = Role::name;
  };

  // `pool` must outlive the index and have kFoldPaddingBytes readable bytes behind it.
  static TokenIndex build(std::string_view pool, std::span<const Term> terms, HashSeed seed);

  // Appends every term that occurs, in the order of its first token, shorter ones first.
  // REQUIRES: kTokenPadding tokens behind the last can be read.
  void find(const FoldedText& text, std::span<const Token> tokens, std::vector<Found>* found) const;

  // The postings of a term that was found.
  [[nodiscard]] const Posting* postings(const Found& found) const {
    return postings_.data() + found.first_posting;
  }
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  using NodeId = std::uint32_t;  // 0 is the root and means "none" as a result

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
  [[nodiscard]] NodeId child(NodeId parent, std::uint64_t key, std::string_view token) const;
  [[nodiscard]] bool may_have(std::uint64_t key) const;
  NodeId add_child(NodeId parent, std::uint64_t key, std::uint32_t text, std::uint16_t bytes);
  NodeId add_term(const Term& term, HashSeed seed);
  void reserve(std::span<const Term> terms);
  void put(std::uint64_t key, NodeId node);
  void fill_bloom(HashSeed seed);
  void fill_postings(std::span<const Term> terms, std::span<const NodeId> ends);
  void walk(const FoldedText& text, std::span<const Token> tokens, std::uint32_t first,
            std::vector<Found>* found) const;

  std::string_view pool_;
  std::vector<Node> nodes_;
  std::vector<Slot> slots_;  // a power of two, at most three quarters full
  std::vector<std::uint64_t> bloom_;
  std::vector<Posting> postings_;
  std::uint64_t slot_mask_ = 0;
};

}  // namespace vigie::rules
