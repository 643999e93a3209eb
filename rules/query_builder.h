// Builds the tree of a query from the bottom up, and knows what its parts may be joined to. Private
// to the parser.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rules/query.h"
#include "rules/query_fields.h"

namespace vigie::rules {

class QueryBuilder {
 public:
  // All of it outlives the builder.
  QueryBuilder(std::string_view text, const QueryContext& context, std::vector<QueryFault>* faults);

  void error(std::uint32_t first, std::uint32_t count, std::string message);
  // Not while a shared query is read: it has been warned about by itself.
  void warn(std::uint32_t first, std::uint32_t count, std::string message);

  // The sides as one node; a single side is itself.
  NodeIndex join(Node::Kind kind, std::vector<NodeIndex> sides);
  NodeIndex negate(NodeIndex child, std::uint32_t first, std::uint32_t count);
  // AND on a side is distributed: (a AND b) NEAR c is (a NEAR c) AND (b NEAR c).
  Result<NodeIndex> near(NodeIndex left, NodeIndex right, std::uint32_t distance, bool in_order);
  NodeIndex count(NodeIndex child, std::uint32_t low, std::uint32_t high, std::uint32_t first,
                  std::uint32_t bytes);
  NodeIndex term(Term term, std::uint32_t first, std::uint32_t count);
  // Where a node is written that was made of others; what was called by name stays in its place.
  void place(NodeIndex node, std::uint32_t first, std::uint32_t count);
  // Adjacent terms, or with `tilde` terms in any order with so many words among them.
  NodeIndex phrase(std::span<const Term> terms, std::optional<std::uint32_t> tilde,
                   std::uint32_t first, std::uint32_t count);
  // A value of a field that is no term.
  Result<NodeIndex> field_value(const QueryField& field, std::string_view value,
                                std::uint32_t first, std::uint32_t count);
  // A query of the library in this place.
  Result<NodeIndex> call(std::string_view name, std::uint32_t first, std::uint32_t count);

  // Whether the node has places in a text: terms and what NEAR, OR and phrases make of them.
  [[nodiscard]] bool is_positional(NodeIndex node) const;

  // Reports a NOT that no positive side stands beside.
  void check_positive(NodeIndex root);

  [[nodiscard]] Query take(NodeIndex root);

 private:
  // What is somewhere below a node, itself included.
  struct Traits {
    std::uint16_t depth = 0;
    bool has_none = false;
    bool has_all = false;
    bool has_other = false;  // attributes and counts, which have no place in a text
  };

  void report(Finding::Severity severity, std::uint32_t first, std::uint32_t count,
              std::string message);
  NodeIndex add(Node node);
  NodeIndex made(Node::Kind kind, std::vector<NodeIndex> children, std::uint32_t first,
                 std::uint32_t count);
  Result<NodeIndex> distribute(NodeIndex split, NodeIndex other, bool split_is_left,
                               std::uint32_t distance, bool in_order);
  Result<NodeIndex> media(std::string_view value, std::uint32_t first, std::uint32_t count);
  NodeIndex owned(std::uint32_t first, std::uint32_t count);
  NodeIndex paid(std::uint32_t first, std::uint32_t count);
  NodeIndex kinds(std::span<const vigie::Kind> kinds, std::uint32_t first, std::uint32_t count);
  Result<NodeIndex> listed(std::string_view name, bool authors, std::uint32_t first,
                           std::uint32_t count);
  Result<NodeIndex> attribute(const QueryField& field, std::string_view value, std::uint32_t first,
                              std::uint32_t count);
  bool check_positive_side(NodeIndex node);

  Query query_;
  std::vector<Traits> traits_;  // of each node
  QueryContext context_;
  std::vector<QueryFault>* faults_;
  std::vector<std::string_view> calls_;  // the library queries that are open
  std::optional<Node> place_;            // of the outermost call: what it makes stands there
  bool full_ = false;
};

// Parses into a builder that may hold more already. Nothing, and an error reported, if it fails.
[[nodiscard]] std::optional<NodeIndex> parse_into(std::string_view text, QueryBuilder* builder);

}  // namespace vigie::rules
