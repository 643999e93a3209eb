// The grammar of the query language:
//
//   or      = and ("OR" and)*
//   and     = not (["AND"] not)*
//   not     = ("NOT" | "-") not | near
//   near    = primary (NEAR/n primary)*
//   primary = "(" or ")" | COUNT "(" or ")" comparison | field ":" value | term
#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <optional>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "rules/query.h"
#include "rules/query_builder.h"
#include "rules/query_fields.h"
#include "rules/query_lexer.h"
#include "rules/query_words.h"

namespace vigie::rules {
namespace {

using K = Lexeme::Kind;

constexpr std::array<std::string_view, 5> kOperators{"AND", "OR", "NOT", "NEAR", "COUNT"};
// How other tools write it.
constexpr std::array<std::string_view, 6> kOtherNears{"W/",    "PRE/",    "ADJ/",
                                                      "NEXT/", "WITHIN/", "N/"};
constexpr std::string_view kWriteNear =
    "write NEAR/5 for at most five words between both sides, NEAR/5f for that order";

// What stands around a term and changes it.
struct Around {
  TermForm form;
  const QueryField* field = nullptr;  // an attribute: values instead of terms
};

class Parser {
 public:
  Parser(std::string_view text, QueryBuilder* builder)
      : text_(text), lexer_(text), builder_(builder) {}

  std::optional<NodeIndex> run() {
    advance();
    if (now_.kind == K::end) return fault(now_, "the query is empty; write at least one term");
    const auto root = parse_or({}, 0);
    if (!root) return root;
    if (now_.kind == K::close) return fault(now_, "there is no ( for this )");
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
    const bool ends = at.kind == K::end && last_end_ != 0;
    builder_->error(ends ? last_end_ : at.first, std::max<std::uint32_t>(at.count, 1),
                    std::move(message));
    return std::nullopt;
  }
  Parsed fault(std::uint32_t first, std::string message) {
    builder_->error(first, std::max(last_end_, first + 1) - first, std::move(message));
    return std::nullopt;
  }

  NodeIndex joined(Node::Kind kind, std::vector<NodeIndex> sides, std::uint32_t first);
  Parsed parse_or(const Around& around, std::size_t depth);
  Parsed parse_and(const Around& around, std::size_t depth);
  Parsed parse_not(const Around& around, std::size_t depth);
  Parsed parse_near(const Around& around, std::size_t depth);
  Parsed parse_primary(const Around& around, std::size_t depth);
  Parsed parse_group(const Around& around, std::size_t depth);
  Parsed parse_count(const Around& around, std::size_t depth);
  Parsed parse_field(const Around& around, std::size_t depth);
  Parsed parse_value(const Around& around, std::uint32_t first);
  Parsed parse_call();
  Parsed parse_term(Around around, std::uint32_t first);
  Parsed parse_regex(const Around& around, std::uint32_t first);
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

bool Parser::begins_operand() const {
  return now_.kind != K::end && now_.kind != K::close && now_.kind != K::op_or &&
         now_.kind != K::near;
}

Parser::Parsed Parser::parse_or(const Around& around, std::size_t depth) {
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
NodeIndex Parser::joined(Node::Kind kind, std::vector<NodeIndex> sides, std::uint32_t first) {
  const bool several = sides.size() > 1;
  const NodeIndex node = builder_->join(kind, std::move(sides));
  if (several) builder_->place(node, first, last_end_ - first);
  return node;
}

Parser::Parsed Parser::parse_and(const Around& around, std::size_t depth) {
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

Parser::Parsed Parser::parse_not(const Around& around, std::size_t depth) {
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

Parser::Parsed Parser::parse_near(const Around& around, std::size_t depth) {
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

bool Parser::suspicious_operator(std::string_view word) const {
  for (const std::string_view sign : {"&&", "||", "|", "!", "&"}) {
    if (word == sign) return true;
  }
  if (word.starts_with("&&") || word.starts_with("||")) return true;
  const std::size_t letters =
      std::min(word.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"), word.size());
  if (letters == word.size() || letters < 3 || (word[letters] != '/' && word[letters] != '\\')) {
    return false;
  }
  return closest(word.substr(0, letters), kOperators.data(), kOperators.size()) == "NEAR";
}

Parser::Parsed Parser::parse_primary(const Around& around, std::size_t depth) {
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

Parser::Parsed Parser::parse_group(const Around& around, std::size_t depth) {
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
bool Parser::read_comparison(std::uint32_t first, std::uint32_t* low, std::uint32_t* high) {
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

Parser::Parsed Parser::parse_count(const Around& around, std::size_t depth) {
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

Parser::Parsed Parser::parse_field(const Around& around, std::size_t depth) {
  const Lexeme name = now_;
  const QueryField* field = find_field(name.text);
  if (name.text == "NEAR" || name.text == "ONEAR") return fault(name, std::string(kWriteNear));
  if (field == nullptr) return fault(name, unknown_field(name.text));
  advance();
  Around inner = around;
  inner.field = nullptr;
  switch (field->use) {
    case FieldUse::scope: inner.form.like.scope = field->scope; break;
    case FieldUse::accents: inner.form.like.match_accents = true; break;
    case FieldUse::no_hashtag: inner.form.like.no_hashtag = true; break;
    case FieldUse::raw: inner.form.like.kind = Term::Kind::raw; break;
    case FieldUse::sigil: inner.form.like.sigil = field->sigil; break;
    case FieldUse::attribute:
    case FieldUse::media:
    case FieldUse::list:
    case FieldUse::group:
    case FieldUse::reposts_of:
    case FieldUse::any_url: inner.field = field; break;
  }
  switch (now_.kind) {
    case K::open: {
      const Parsed group = parse_group(inner, depth);
      if (group) builder_->place(*group, name.first, last_end_ - name.first);
      return group;
    }
    case K::field:
      if (inner.field == nullptr && depth < kQueryDepthMax) return parse_field(inner, depth + 1);
      break;
    case K::word:
      if (now_.text == "COUNT") return fault(now_, "COUNT stands outside of fields");
      return parse_value(inner, name.first);
    case K::quoted:
    case K::braces:
    case K::regex:
    case K::range: return parse_value(inner, name.first);
    case K::broken: return fault(now_, now_.text);
    case K::close:
    case K::op_and:
    case K::op_or:
    case K::op_not:
    case K::near:
    case K::call:
    case K::end: break;
  }
  return fault(name, cat("'", field->name, ":' needs a value right behind it"));
}

Parser::Parsed Parser::parse_value(const Around& around, std::uint32_t first) {
  if (around.field != nullptr) return parse_attribute(*around.field, first);
  if (now_.kind == K::range) return fault(now_, "this field takes words, not a range");
  return now_.kind == K::regex ? parse_regex(around, first) : parse_term(around, first);
}

Parser::Parsed Parser::parse_attribute(const QueryField& field, std::uint32_t first) {
  const Lexeme value = now_;
  if (value.kind == K::regex || value.tilde) {
    return fault(value, cat("'", field.name, ":' takes a plain value"));
  }
  advance();
  const std::uint32_t count = last_end_ - first;
  auto added = builder_->field_value(field, value.text, first, count);
  if (!added) return fault(value, added.error().message);
  return *added;
}

Parser::Parsed Parser::parse_call() {
  const Lexeme call = now_;
  advance();
  auto called = builder_->call(call.text, call.first, call.count);
  if (!called) return fault(call, called.error().message);
  return *called;
}

Parser::Parsed Parser::parse_regex(const Around& around, std::uint32_t first) {
  const Lexeme regex = now_;
  advance();
  if (regex.tilde) return fault(regex, "~ stands behind a word or a quoted text");
  const Term& like = around.form.like;
  if (like.sigil != Sigil::none || like.no_hashtag || like.match_accents ||
      like.kind == Term::Kind::raw) {
    return fault(regex,
                 "this field takes words, not a regular expression; put a text with slashes in "
                 "quotes");
  }
  Term term = like;
  term.kind = Term::Kind::regex;
  term.fold_text = regex.number == 1;
  term.text = regex.text;
  if (regex.text.empty()) return fault(regex, "this regular expression is empty");
  if (const auto wrong = regex_error(regex.text)) {
    return fault(regex, cat("RE2 does not take this regular expression: ", *wrong));
  }
  return builder_->term(std::move(term), first, last_end_ - first);
}

Parser::Parsed Parser::add_words(std::string_view text, const TermForm& form,
                                 std::optional<std::uint32_t> tilde, std::uint32_t first) {
  const std::uint32_t count = last_end_ - first;
  if (tilde && !form.quoted) {
    if (*tilde != 1) return fault(first, "only ~1 is possible: one letter more, less or other");
    Result<Term> term = typo_of(text, form);
    if (!term) return fault(first, term.error().message);
    return builder_->term(std::move(*term), first, count);
  }
  if (tilde && *tilde > kNearMax) {
    return fault(first, cat("write a number of words, at most ", kNearMax, ", behind ~"));
  }
  Result<std::vector<Term>> terms = cut_term(text, form);
  if (!terms) {
    std::string_view wrong = terms.error().message;
    if (!wrong.starts_with("it ")) return fault(first, std::string(wrong));
    wrong.remove_prefix(2);
    return fault(first, cat("'", text_.substr(first, count), "'", wrong));
  }
  return builder_->phrase(*terms, tilde, first, count);
}

// Words that are meant as something else.
void Parser::warn_about_word(const Lexeme& word) {
  std::string upper = word.text;
  for (char& c : upper) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  std::string_view meant;
  if (std::ranges::find(kOperators, upper) != kOperators.end() || upper.starts_with("NEAR/")) {
    meant = upper;
    if (upper == "NEAR") meant = "NEAR/5";
    if (upper == "COUNT") meant = "COUNT(...)>=2";
  }
  for (const std::string_view other : kOtherNears) {
    if (!word.text.starts_with(other) || word.text.size() == other.size()) continue;
    if (word.text.find_first_not_of("0123456789", other.size()) == std::string::npos) {
      meant = "NEAR/5";
    }
  }
  if (!meant.empty()) {
    builder_->warn(
        word.first, word.count,
        cat("'", word.text, "' is looked for as a word; write ", meant, " for the operator"));
  }
  if (word.text.find("||") != std::string::npos || word.text.find("&&") != std::string::npos) {
    builder_->warn(word.first, word.count,
                   cat("'", word.text, "' is looked for as a phrase; write OR, AND between terms"));
  }
  if (word.text.size() > 1 && (word.text.ends_with(',') || word.text.ends_with(';'))) {
    builder_->warn(word.first, word.count,
                   cat("'", word.text.substr(word.text.size() - 1),
                       "' does not separate terms, and both must be there; write OR"));
  }
}

Parser::Parsed Parser::parse_term(Around around, std::uint32_t first) {
  const Lexeme lexeme = now_;
  advance();
  TermForm& form = around.form;
  std::string_view text = lexeme.text;
  if (lexeme.kind == K::quoted) {
    form.quoted = true;
    return add_words(text, form, lexeme.tilde, first);
  }
  if (lexeme.kind == K::braces) {
    form.like.match_case = true;
    return add_words(text, form, lexeme.tilde, first);
  }
  warn_about_word(lexeme);
  struct Sign {
    std::string_view text;
    Sigil sigil;
  };
  constexpr std::array<Sign, 6> kSigns{{{"#", Sigil::hashtag},
                                        {"＃", Sigil::hashtag},
                                        {"@", Sigil::handle},
                                        {"＠", Sigil::handle},
                                        {"$", Sigil::cashtag},
                                        {"＄", Sigil::cashtag}}};
  for (const Sign& sign : kSigns) {
    if (!text.starts_with(sign.text) || form.like.kind == Term::Kind::raw) continue;
    text.remove_prefix(sign.text.size());
    if (form.like.scope != Scope::author) form.like.sigil = sign.sigil;
    break;
  }
  return add_words(text, form, lexeme.tilde, first);
}

}  // namespace

std::optional<NodeIndex> parse_into(std::string_view text, QueryBuilder* builder) {
  return Parser(text, builder).run();
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
