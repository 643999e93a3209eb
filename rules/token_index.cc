#include "rules/token_index.h"

#include <algorithm>
#include <bit>
#include <cstring>
#include <tuple>

namespace vigie::rules {
namespace {

constexpr std::uint64_t kEdgeFactor = 0x9E3779B97F4A7C15;  // odd; spreads the parent's number
// With two bits set per key and 16 for each, one foreign word in 60 passes; more bits would leave
// the first-level cache. Few keys get more, as long as the filter stays small in it.
constexpr std::size_t kBloomBitsPerKey = 16;
constexpr std::size_t kBloomBitsPerKeyFew = 48;
constexpr std::size_t kBloomWordsFew = 1024;

// The two bits of a key in its word of the filter.
constexpr std::uint64_t bloom_bits(std::uint64_t key) {
  return std::uint64_t{1} << (key & 63) | std::uint64_t{1} << (key >> 6 & 63);
}

// Which slot, and which word of the filter, is chosen by 32 bits that make no part of those.
constexpr std::uint64_t place(std::uint64_t key) { return key >> 32; }

// Which of so many words: by multiplication, so that a filter need be no power of two and more of
// it stays in the first-level cache.
[[gnu::always_inline]] inline std::uint64_t word_of(std::uint64_t key, std::uint64_t words) {
  return (place(key) * words) >> 32;
}

// The Bloom filter.
struct Sieve {
  const std::uint64_t* words;
  std::uint64_t count;

  // 1 or 0.
  [[gnu::always_inline]] [[nodiscard]] std::uint64_t passes(std::uint64_t key) const {
    const std::uint64_t word = words[word_of(key, count)];
    return (word >> (key & 63)) & (word >> (key >> 6 & 63)) & 1;
  }
};

// Bit i of the result: token i of these four.
[[gnu::always_inline]] inline std::uint64_t sift_four(Sieve sieve, const Token* tokens) {
  return sieve.passes(tokens[0].hash) | sieve.passes(tokens[1].hash) << 1 |
         sieve.passes(tokens[2].hash) << 2 | sieve.passes(tokens[3].hash) << 3;
}

// Bit i of the result: token i may begin a term. No branch: whether a word passes cannot be
// guessed. REQUIRES: count <= 64.
[[gnu::always_inline]] inline std::uint64_t sift_all(Sieve sieve, const Token* tokens,
                                                     std::size_t count) {
  std::uint64_t bits = 0;
  for (std::size_t i = 0; i < count; i += 4) bits |= sift_four(sieve, tokens + i) << i;
  return count < 64 ? bits & ((std::uint64_t{1} << count) - 1) : bits;
}

#if defined(__x86_64__)
[[gnu::target("bmi,bmi2")]] std::uint64_t sift_bmi2(Sieve sieve, const Token* tokens,
                                                    std::size_t count) {
  return sift_all(sieve, tokens, count);
}
#endif

std::uint64_t sift(Sieve sieve, const Token* tokens, std::size_t count) {
#if defined(__x86_64__)
  if (__builtin_cpu_supports("bmi2")) return sift_bmi2(sieve, tokens, count);
#endif
  return sift_all(sieve, tokens, count);
}

// REQUIRES: kShortTokenBytes can be read at both, even if there are fewer.
bool same(const char* a, const char* b, std::size_t count) {
  if (count > kShortTokenBytes) return std::memcmp(a, b, count) == 0;
  return short_token(a, count) == short_token(b, count);
}

}  // namespace

std::uint64_t TokenIndex::edge_key(NodeId parent, std::uint64_t token_hash) {
  if (parent == 0) return token_hash;  // the common case costs nothing
  return mix(token_hash ^ parent, kEdgeFactor);
}

bool TokenIndex::may_have(std::uint64_t key) const {
  return Sieve{bloom_.data(), bloom_.size()}.passes(key) != 0;
}

// Of many terms all this is in memory only: what is known to be read is asked for before it is
// waited for.
void TokenIndex::prefetch_edge(std::uint64_t key) const {
  __builtin_prefetch(slots_.data() + (place(key) & slot_mask_));
  __builtin_prefetch(bloom_.data() + word_of(key, bloom_.size()));
}

TokenIndex::NodeId TokenIndex::child(NodeId parent, std::uint64_t key, std::string_view token,
                                     std::uint64_t next_hash) const {
  const auto tag = static_cast<std::uint32_t>(key);
  for (std::uint64_t at = place(key) & slot_mask_; slots_[at].node != 0;
       at = (at + 1) & slot_mask_) {
    if (slots_[at].tag != tag) continue;
    const Node& node = nodes_[slots_[at].node];
    prefetch_edge(edge_key(slots_[at].node, next_hash));
    __builtin_prefetch(postings_.data() +
                       (node.first_posting == kNoPosting ? 0 : node.first_posting));
    if (node.parent == parent && node.bytes == token.size() &&
        same(pool_.data() + node.text, token.data(), token.size())) {
      return slots_[at].node;
    }
  }
  return 0;
}

void TokenIndex::put(std::uint64_t key, NodeId node) {
  std::uint64_t at = place(key) & slot_mask_;
  while (slots_[at].node != 0) at = (at + 1) & slot_mask_;
  slots_[at] = {static_cast<std::uint32_t>(key), node};
}

TokenIndex::NodeId TokenIndex::add_child(NodeId parent, std::uint64_t key, std::uint32_t text,
                                         std::uint16_t bytes) {
  const NodeId known = child(parent, key, pool_.substr(text, bytes), 0);
  if (known != 0) return known;
  const auto node = static_cast<NodeId>(nodes_.size());
  nodes_.push_back({.text = text, .parent = parent, .first_posting = kNoPosting, .bytes = bytes});
  nodes_[parent].goes_on = true;
  put(key, node);
  return node;
}

// The node at which the term ends.
TokenIndex::NodeId TokenIndex::add_term(const Term& term, HashSeed seed) {
  NodeId node = 0;
  const std::uint32_t end = term.text + term.bytes;
  for (std::uint32_t begin = term.text; begin < end;) {
    const std::size_t space = std::min<std::size_t>(pool_.find(' ', begin), end);
    const auto bytes = static_cast<std::uint16_t>(space - begin);
    const std::uint64_t hash = token_hash(pool_.data() + begin, bytes, seed);
    node = add_child(node, edge_key(node, hash), begin, bytes);
    begin = static_cast<std::uint32_t>(space) + 1;
  }
  return node;
}

void TokenIndex::reserve(std::span<const Term> terms) {
  std::size_t tokens = 0;
  for (const Term& term : terms) {
    const std::string_view text = pool_.substr(term.text, term.bytes);
    tokens += 1 + std::count(text.begin(), text.end(), ' ');
  }
  nodes_.reserve(tokens + 1);
  nodes_.push_back({.first_posting = kNoPosting});
  slots_.resize(std::bit_ceil(tokens + tokens / 3 + 2));
  slot_mask_ = slots_.size() - 1;
}

void TokenIndex::fill_bloom(HashSeed seed) {
  const std::size_t roomy = std::min(nodes_.size() * kBloomBitsPerKeyFew / 64, kBloomWordsFew);
  bloom_.resize(std::max(nodes_.size() * kBloomBitsPerKey / 64, roomy) + 1);
  for (std::size_t i = 1; i < nodes_.size(); ++i) {
    const Node& node = nodes_[i];
    const std::uint64_t hash = token_hash(pool_.data() + node.text, node.bytes, seed);
    const std::uint64_t key = edge_key(node.parent, hash);
    bloom_[word_of(key, bloom_.size())] |= bloom_bits(key);
  }
}

// One list per node; a rule that asks for a term twice is in it once.
void TokenIndex::fill_postings(std::span<const Term> terms, std::span<const NodeId> ends) {
  struct Ask {
    NodeId node;
    Posting posting;
  };
  const auto key = [](const Ask& ask) {
    const Posting& p = ask.posting;
    return std::tuple(ask.node, p.rule, p.sigil, static_cast<bool>(p.wakes),
                      static_cast<bool>(p.author));
  };
  std::vector<Ask> asks;
  asks.reserve(terms.size());
  for (std::size_t i = 0; i < terms.size(); ++i) {
    asks.push_back({ends[i], terms[i].posting});
  }
  std::ranges::sort(asks, {}, key);
  const auto repeated = std::ranges::unique(asks, {}, key);
  asks.erase(repeated.begin(), repeated.end());
  postings_.reserve(asks.size());
  for (std::size_t i = 0; i < asks.size(); ++i) {
    const bool first = i == 0 || asks[i - 1].node != asks[i].node;
    if (first) nodes_[asks[i].node].first_posting = static_cast<std::uint32_t>(i);
    postings_.push_back(asks[i].posting);
    postings_.back().last = i + 1 == asks.size() || asks[i + 1].node != asks[i].node;
  }
}

// Phrases by their words without the spaces between.
void TokenIndex::fill_joined(std::span<const Term> terms, std::span<const NodeId> ends,
                             HashSeed seed) {
  std::vector<NodeId> phrases;
  for (std::size_t i = 0; i < terms.size(); ++i) {
    if (terms[i].in_hashtags && nodes_[ends[i]].parent != 0) phrases.push_back(ends[i]);
  }
  std::ranges::sort(phrases);
  const auto repeated = std::ranges::unique(phrases);
  phrases.erase(repeated.begin(), repeated.end());
  if (phrases.empty()) return;
  joined_.resize(phrases.size() + phrases.size() / 3 + 2);
  std::string word;
  for (const NodeId phrase : phrases) {
    word.clear();
    for (NodeId node = phrase; node != 0; node = nodes_[node].parent) {
      word.insert(0, pool_.substr(nodes_[node].text, nodes_[node].bytes));
    }
    const std::size_t bytes = word.size();
    word.append(kShortTokenBytes, '\0');
    const std::uint64_t hash = token_hash(word.data(), bytes, seed);
    std::uint64_t at = word_of(hash, joined_.size());
    while (joined_[at].node != 0) at = at + 1 == joined_.size() ? 0 : at + 1;
    joined_[at] = {static_cast<std::uint32_t>(hash), phrase};
  }
}

// Whether the words on the way to the node, joined, are the token.
bool TokenIndex::is_joined(NodeId node, std::string_view token) const {
  for (; node != 0; node = nodes_[node].parent) {
    if (!token.ends_with(pool_.substr(nodes_[node].text, nodes_[node].bytes))) return false;
    token.remove_suffix(nodes_[node].bytes);
  }
  return token.empty();
}

// Different phrases that are alike when joined are all found: "a bc" and "ab c".
void TokenIndex::find_joined(std::string_view token, std::uint64_t hash,
                             std::vector<NodeId>* found) const {
  if (joined_.empty()) return;
  for (std::uint64_t at = word_of(hash, joined_.size()); joined_[at].node != 0;
       at = at + 1 == joined_.size() ? 0 : at + 1) {
    if (joined_[at].tag != static_cast<std::uint32_t>(hash)) continue;
    if (is_joined(joined_[at].node, token)) found->push_back(joined_[at].node);
  }
}

TokenIndex TokenIndex::build(std::string_view pool, std::span<const Term> terms, HashSeed seed) {
  TokenIndex index;
  index.pool_ = pool;
  index.reserve(terms);
  std::vector<NodeId> ends;
  ends.reserve(terms.size());
  for (const Term& term : terms) ends.push_back(index.add_term(term, seed));
  index.nodes_.shrink_to_fit();
  index.fill_postings(terms, ends);
  index.fill_joined(terms, ends, seed);
  index.fill_bloom(seed);
  return index;
}

// The terms that begin at one token.
void TokenIndex::walk(const FoldedText& text, std::span<const Token> tokens, std::uint32_t first,
                      std::vector<Found>* found) const {
  NodeId node = 0;
  for (std::uint32_t last = first; last < tokens.size(); ++last) {
    const Token& token = tokens[last];
    const std::uint64_t key = edge_key(node, token.hash);
    if (last != first && !may_have(key)) return;
    node = child(node, key, {text.data() + token.begin, token.end - token.begin},
                 tokens.data()[last + 1].hash);
    if (node == 0) return;
    const Node& at = nodes_[node];
    if (at.first_posting != kNoPosting) found->push_back({first, last, node});
    if (!at.goes_on) return;
  }
}

void TokenIndex::find(const FoldedText& text, std::span<const Token> tokens,
                      std::vector<Found>* found) const {
  constexpr std::size_t kAtOnce = 64;
  const Sieve sieve{bloom_.data(), bloom_.size()};
  for (std::size_t at = 0; at < tokens.size(); at += kAtOnce) {
    std::uint64_t bits = sift(sieve, tokens.data() + at, std::min(kAtOnce, tokens.size() - at));
    for (; bits != 0; bits &= bits - 1) {
      walk(text, tokens, static_cast<std::uint32_t>(at) + std::countr_zero(bits), found);
    }
  }
}

bool TokenIndex::begins_term(const FoldedText& text, const Token& token) const {
  return child(0, edge_key(0, token.hash), {text.data() + token.begin, token.end - token.begin},
               0) != 0;
}

std::size_t TokenIndex::memory_bytes() const {
  return nodes_.capacity() * sizeof(Node) +
         (slots_.capacity() + joined_.capacity()) * sizeof(Slot) +
         bloom_.capacity() * sizeof(std::uint64_t) + postings_.capacity() * sizeof(Posting);
}

}  // namespace vigie::rules
