// The grammar of the query language:
//
//   or      = and ("OR" and)*
//   and     = not (["AND"] not)*
//   not     = ("NOT" | "-") not | near
//   near    = primary (NEAR/n primary)*
//   primary = "(" or ")" | COUNT "(" or ")" comparison | field ":" value | term
#include "rules/query_parser.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::rules {
namespace {

using K = Lexeme::Kind;

}  // namespace

bool QueryParser::begins_operand() const {
  return now_.kind != K::end && now_.kind != K::close && now_.kind != K::op_or &&
         now_.kind != K::near;
}

QueryParser::Parsed QueryParser::parse_or(const QueryAround& around, std::size_t depth) {
  std::vector<NodeIndex> sides;
  bool mixed = false;
  const std::uint32_t first = now_.first;
  while (true) {
    if (now_.kind == K::op_or || now_.kind == K::near || now_.kind == K::op_and) {
      return fault(now_, "this operator needs a term before it");
    }
    const Lexeme before = now_;
    if (now_.kind == K::end || now_.kind == K::close) {
      return fault(before, sides.empty() ? "a term is missing here" : "OR needs a term behind it");
    }
    const Parsed side = parse_and(around, depth);
    if (!side) return side;
    sides.push_back(*side);
    mixed = mixed || bare_and_;
    if (now_.kind != K::op_or) break;
    advance();
  }
  bare_and_ = false;
  if (mixed && sides.size() > 1) {
    builder_->warn(
        first, last_end_ - first,
        "AND binds tighter than OR, and a space is AND; say with parentheses which terms "
        "belong together");
  }
  return joined(Node::Kind::any, std::move(sides), first);
}

// The place of what is joined reaches from the first parenthesis to the last.
NodeIndex QueryParser::joined(Node::Kind kind, std::vector<NodeIndex> sides, std::uint32_t first) {
  const bool several = sides.size() > 1;
  const NodeIndex node = builder_->join(kind, std::move(sides));
  if (several) builder_->place(node, first, last_end_ - first);
  return node;
}

QueryParser::Parsed QueryParser::parse_and(const QueryAround& around, std::size_t depth) {
  std::vector<NodeIndex> sides;
  const std::uint32_t first = now_.first;
  while (true) {
    const Parsed side = parse_not(around, depth);
    if (!side) return side;
    sides.push_back(*side);
    const bool written = now_.kind == K::op_and;
    if (written) advance();
    if (begins_operand() && now_.kind != K::op_and) continue;
    if (!written) break;
    return fault(now_, "AND needs a term behind it");
  }
  bare_and_ = sides.size() > 1;
  return joined(Node::Kind::all, std::move(sides), first);
}

QueryParser::Parsed QueryParser::parse_not(const QueryAround& around, std::size_t depth) {
  if (now_.kind != K::op_not) return parse_near(around, depth);
  const std::uint32_t first = now_.first;
  advance();
  if (!begins_operand() || now_.kind == K::op_and) {
    return fault(now_, "NOT needs a term behind it");
  }
  if (depth == kQueryDepthMax) return fault(now_, "this stands too deep; use fewer parentheses");
  const Parsed child = parse_not(around, depth + 1);
  if (!child) return child;
  return builder_->negate(*child, first, last_end_ - first);
}

QueryParser::Parsed QueryParser::parse_near(const QueryAround& around, std::size_t depth) {
  const std::uint32_t first = now_.first;
  Parsed left = parse_primary(around, depth);
  while (left && now_.kind == K::near) {
    const Lexeme near = now_;
    advance();
    if (!begins_operand() || now_.kind == K::op_and || now_.kind == K::op_not) {
      return fault(now_, cat("NEAR/", near.number, " needs a term behind it"));
    }
    const Parsed right = parse_primary(around, depth);
    if (!right) return right;
    auto joined = builder_->near(*left, *right, near.number, near.in_order);
    if (!joined) return fault(near, joined.error().message);
    left = *joined;
    builder_->place(*left, first, last_end_ - first);
  }
  return left;
}

QueryParser::Parsed QueryParser::parse_primary(const QueryAround& around, std::size_t depth) {
  switch (now_.kind) {
    case K::broken: return fault(now_, now_.text);
    case K::open: return parse_group(around, depth);
    case K::field: return parse_field(around, depth);
    case K::call: return parse_call();
    case K::range: return fault(now_, "a range stands behind a field, such as views:[1000 TO *]");
    case K::word:
      if (now_.text == "COUNT") return parse_count(around, depth);
      if (now_.text.size() > 1 && now_.text[0] == '!' && now_.text[1] != '?') {
        return fault(now_, cat("'!' is no operator; write NOT ", now_.text.substr(1)));
      }
      if (suspicious_operator(now_.text)) {
        return fault(now_, cat("'", now_.text,
                               "' is no operator; write AND, OR, NOT or NEAR/5, or "
                               "put the text in quotes"));
      }
      break;
    case K::quoted:
    case K::braces:
    case K::regex: break;
    case K::close:
    case K::op_and:
    case K::op_or:
    case K::op_not:
    case K::near:
    case K::end: return fault(now_, "a term is missing here");
  }
  return parse_value(around, now_.first);
}

QueryParser::Parsed QueryParser::parse_group(const QueryAround& around, std::size_t depth) {
  const Lexeme open = now_;
  if (depth == kQueryDepthMax) {
    return fault(open, cat("parentheses nest more than ", kQueryDepthMax,
                           " deep; split the query, and call its parts with @rule(NAME)"));
  }
  advance();
  if (now_.kind == K::close) return fault(open, "these parentheses hold nothing");
  const Parsed inside = parse_or(around, depth + 1);
  if (!inside) return inside;
  if (now_.kind != K::close) {
    return now_.kind == K::broken ? fault(now_, now_.text)
                                  : fault(open, "there is no ) for this (");
  }
  advance();
  return inside;
}

// ">=2", ">= 2", ">1", "=3".
bool QueryParser::read_comparison(std::uint32_t first, std::uint32_t* low, std::uint32_t* high) {
  std::string text = now_.kind == K::word ? now_.text : std::string();
  const std::size_t digits = std::min(text.find_first_of("0123456789"), text.size());
  const std::string sign = text.substr(0, digits);
  if (digits == text.size() && !sign.empty()) {
    advance();
    text += now_.kind == K::word ? now_.text : std::string();
  }
  std::uint32_t number = 0;
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data() + digits, end, number);
  const bool good = read.ec == std::errc{} && read.ptr == end && digits < text.size() &&
                    number < UINT32_MAX && (sign == ">=" || sign == ">" || sign == "=");
  *low = sign == ">" ? number + 1 : number;
  *high = sign == "=" ? number : UINT32_MAX;
  if (good && *low > 0) {
    advance();
    return true;
  }
  const std::uint32_t until = std::max(now_.end(), last_end_);
  builder_->error(first, until - first,
                  sign.starts_with('<') || (good && *low == 0)
                      ? "COUNT says how often a term must be there at least; write NOT "
                        "COUNT(...)>=2 for less often than that"
                      : "write COUNT(term)>=2");
  return false;
}

QueryParser::Parsed QueryParser::parse_count(const QueryAround& around, std::size_t depth) {
  const std::uint32_t first = now_.first;
  advance();
  if (now_.kind != K::open) return fault(now_, "COUNT needs parentheses; write COUNT(term)>=2");
  const Parsed inside = parse_group(around, depth);
  if (!inside) return inside;
  if (!builder_->is_positional(*inside)) {
    return fault(first, "COUNT takes terms, phrases, NEAR, and OR of them");
  }
  std::uint32_t low = 0;
  std::uint32_t high = 0;
  if (!read_comparison(first, &low, &high)) return std::nullopt;
  return builder_->count(*inside, low, high, first, last_end_ - first);
}

std::optional<NodeIndex> parse_into(std::string_view text, QueryBuilder* builder) {
  return QueryParser(text, builder).run();
}

Query parse_query(std::string_view text, const QueryContext& context,
                  std::vector<QueryFault>* faults) {
  QueryBuilder builder(text, context, faults);
  if (text.size() > kQueryBytesMax) {
    builder.error(0, 1,
                  cat("a query may have ", kQueryBytesMax, " bytes at most, its comments ",
                      "included; share parts of it by @rule(NAME) or list:NAME"));
    return builder.take(0);
  }
  const std::optional<NodeIndex> root = parse_into(text, &builder);
  if (root) builder.check_positive(*root);
  return builder.take(root.value_or(0));
}

}  // namespace vigie::rules
