// The parser of the query language. Private to query_parser.cc, which reads what is around terms
// (groups, operators), and query_parser_terms.cc, which reads fields and terms.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "rules/query.h"
#include "rules/query_builder.h"
#include "rules/query_fields.h"
#include "rules/query_lexer.h"
#include "rules/query_words.h"

namespace vigie::rules {

// What stands around a term and changes it.
struct QueryAround {
  TermForm form;
  const QueryField* field = nullptr;  // an attribute: values instead of terms
};

// One query is read with it, once: run() adds its nodes to the builder. Recursive descent; the
// grammar stands in query_parser.cc. One thread.
class QueryParser {
 public:
  QueryParser(std::string_view text, QueryBuilder* builder)
      : text_(text), lexer_(text), builder_(builder) {}

  // The root. Nothing after a fault, which the builder has been told of.
  std::optional<NodeIndex> run() {
    advance();
    if (now_.kind == Lexeme::Kind::end)
      return fault(now_, "the query is empty; write at least one term");
    const auto root = parse_or({}, 0);
    if (!root) return root;
    if (now_.kind == Lexeme::Kind::close) return fault(now_, "there is no ( for this )");
    return root;
  }

 private:
  using Parsed = std::optional<NodeIndex>;

  void advance() {
    last_end_ = now_.end();
    now_ = lexer_.next();
  }

  Parsed fault(const Lexeme& at, std::string message) {
    // White space and remarks at the end are not what is wrong.
    const bool ends = at.kind == Lexeme::Kind::end && last_end_ != 0;
    builder_->error(ends ? last_end_ : at.first, std::max<std::uint32_t>(at.count, 1),
                    std::move(message));
    return std::nullopt;
  }
  Parsed fault(std::uint32_t first, std::string message) {
    builder_->error(first, std::max(last_end_, first + 1) - first, std::move(message));
    return std::nullopt;
  }

  NodeIndex joined(Node::Kind kind, std::vector<NodeIndex> sides, std::uint32_t first);
  Parsed parse_or(const QueryAround& around, std::size_t depth);
  Parsed parse_and(const QueryAround& around, std::size_t depth);
  Parsed parse_not(const QueryAround& around, std::size_t depth);
  Parsed parse_near(const QueryAround& around, std::size_t depth);
  Parsed parse_primary(const QueryAround& around, std::size_t depth);
  Parsed parse_group(const QueryAround& around, std::size_t depth);
  Parsed parse_count(const QueryAround& around, std::size_t depth);
  Parsed parse_field(const QueryAround& around, std::size_t depth);
  Parsed parse_value(const QueryAround& around, std::uint32_t first);
  Parsed parse_call();
  Parsed parse_term(QueryAround around, std::uint32_t first);
  Parsed parse_regex(const QueryAround& around, std::uint32_t first);
  Parsed parse_attribute(const QueryField& field, std::uint32_t first);
  Parsed add_words(std::string_view text, const TermForm& form, std::optional<std::uint32_t> tilde,
                   std::uint32_t first);
  void warn_about_word(const Lexeme& word);
  bool read_comparison(std::uint32_t first, std::uint32_t* low, std::uint32_t* high);
  [[nodiscard]] bool begins_operand() const;
  [[nodiscard]] bool suspicious_operator(std::string_view word) const;

  std::string_view text_;
  QueryLexer lexer_;
  QueryBuilder* builder_;
  Lexeme now_;
  std::uint32_t last_end_ = 0;
  bool bare_and_ = false;  // the last part of an OR holds an AND without parentheses around it
};

}  // namespace vigie::rules
