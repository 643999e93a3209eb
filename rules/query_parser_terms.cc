// The part of the grammar below its groups: fields with their values, calls, and terms.
#include <algorithm>
#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "rules/query_parser.h"
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

}  // namespace

bool QueryParser::suspicious_operator(std::string_view word) const {
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

QueryParser::Parsed QueryParser::parse_field(const QueryAround& around, std::size_t depth) {
  const Lexeme name = now_;
  const QueryField* field = find_field(name.text);
  if (name.text == "NEAR" || name.text == "ONEAR") return fault(name, std::string(kWriteNear));
  if (field == nullptr) return fault(name, unknown_field(name.text));
  advance();
  QueryAround inner = around;
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

QueryParser::Parsed QueryParser::parse_value(const QueryAround& around, std::uint32_t first) {
  if (around.field != nullptr) return parse_attribute(*around.field, first);
  if (now_.kind == K::range) return fault(now_, "this field takes words, not a range");
  return now_.kind == K::regex ? parse_regex(around, first) : parse_term(around, first);
}

QueryParser::Parsed QueryParser::parse_attribute(const QueryField& field, std::uint32_t first) {
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

QueryParser::Parsed QueryParser::parse_call() {
  const Lexeme call = now_;
  advance();
  auto called = builder_->call(call.text, call.first, call.count);
  if (!called) return fault(call, called.error().message);
  return *called;
}

QueryParser::Parsed QueryParser::parse_regex(const QueryAround& around, std::uint32_t first) {
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

QueryParser::Parsed QueryParser::add_words(std::string_view text, const TermForm& form,
                                           std::optional<std::uint32_t> tilde,
                                           std::uint32_t first) {
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
void QueryParser::warn_about_word(const Lexeme& word) {
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

QueryParser::Parsed QueryParser::parse_term(QueryAround around, std::uint32_t first) {
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

}  // namespace vigie::rules
