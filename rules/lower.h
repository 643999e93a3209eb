// From the tree of a query to the program of a rule, and to the guard that wakes it: the rarest
// group of terms of which one must be in every post that matches. Private to compilation.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/query.h"
#include "rules/rule_set.h"
#include "rules/token_index.h"

namespace vigie::rules {

// What is wrong with a node of a query, or doubtful.
struct LoweringFault {
  NodeIndex node = 0;
  std::string message;
};

// Fills a rule set, rule by rule. One thread.
class Lowering {
 public:
  explicit Lowering(RuleSet* rules) : rules_(rules) {}

  // A term as its folded tokens in the pool; nothing where it holds none.
  struct Pooled {
    std::uint32_t text = 0;
    std::uint16_t bytes = 0;
    bool is_phrase = false;
  };
  std::optional<Pooled> pool(std::string_view text);
  // A rule shall know when the term is found, `in_hashtags` in joined words too.
  void index(const Pooled& term, const Posting& posting, bool in_hashtags);

  // Adds the program of a query as the next rule. `wakes`: it is to be woken by its guard; else it
  // is evaluated when somebody asks for it.
  void add_program(const Query& query, Rule rule, bool wakes, std::vector<LoweringFault>* warnings);

  // Builds the indices. Call once, at the end.
  void finish();

 private:
  // A group of terms of which one must be there, and in what part of the posts one is.
  struct Guard {
    double part = 0;
    std::vector<std::uint32_t> terms;
  };
  struct PendingPattern {
    std::string text;
    bool typo = false;
    bool wakes = false;
    std::uint32_t number = 0;
    std::vector<std::uint32_t> rules;
  };

  void lower(const Query& query, NodeIndex node, std::uint32_t op);
  void sort_children(const Op& parent);
  struct Group {
    double part = 0;
    std::vector<std::uint32_t> hashes;
  };
  [[nodiscard]] std::vector<std::uint32_t> hashes_of(const Op& op) const;
  void find_groups(std::uint32_t op, std::vector<Group>* groups) const;
  void add_probe(const Rule& rule, const Guard* guard);
  [[nodiscard]] double part_of(std::uint32_t op) const;
  std::uint32_t add_term(const Query& query, const Node& node);
  [[nodiscard]] std::uint64_t hash_of(std::string_view word) const;
  void add_words(const Term& term, CompiledTerm* out);
  void add_pattern(const Term& term, CompiledTerm* out);
  void add_regex(const Term& term, CompiledTerm* out);
  void add_surface(const Term& term, CompiledTerm* out);
  [[nodiscard]] std::optional<Guard> guard_of(std::uint32_t op) const;
  [[nodiscard]] std::optional<Guard> rarest(const Op& op) const;
  [[nodiscard]] std::optional<double> part_with(std::uint32_t term) const;
  [[nodiscard]] double cost_of(std::uint32_t op) const;
  void wake(std::uint32_t term, std::uint32_t rule);

  RuleSet* rules_;
  std::vector<TokenIndex::Term> index_terms_;
  std::map<std::pair<std::string, bool>, std::uint32_t, std::less<>> pattern_numbers_;
  std::vector<PendingPattern> patterns_;
  std::map<std::pair<std::string, bool>, std::uint32_t, std::less<>> regex_numbers_;
  std::vector<bool> regex_expensive_;
  std::map<NodeIndex, Op> lowered_;  // of the query at hand: its nodes may have several parents
  FoldedText folded_;
  Tokens tokens_;
};

}  // namespace vigie::rules
