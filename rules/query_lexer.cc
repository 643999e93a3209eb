#include "rules/query_lexer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>

#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::rules {
namespace {

// Texts pasted from a page or a document bring others than ASCII has: no-break, thin, ideographic.
constexpr std::array<std::string_view, 9> kSpaces{" ",      "\t",     "\r",     "\n",    "\u00A0",
                                                  "\u2009", "\u202F", "\u3000", "\uFEFF"};
constexpr std::string_view kCommentOpen = "<<<";
constexpr std::string_view kCommentClose = ">>>";
constexpr std::string_view kCall = "@rule(";

struct Quotes {
  std::string_view open;
  std::string_view close;
};
// Texts pasted from a document bring typographic ones.
constexpr std::array<Quotes, 4> kQuotes{{{"\"", "\""}, {"“", "”"}, {"„", "“"}, {"«", "»"}}};

// Bytes of the white space with which the text begins; 0: it begins with something else.
std::size_t space_bytes(std::string_view text) {
  for (const std::string_view space : kSpaces) {
    if (text.starts_with(space)) return space.size();
  }
  return 0;
}

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }

std::optional<std::uint32_t> number_of(std::string_view text) {
  std::uint32_t number = 0;
  const char* end = std::to_address(text.end());
  const auto read = std::from_chars(std::to_address(text.begin()), end, number);
  if (text.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return number;
}

// The part of `site:lemonde.fr` before its colon, or nothing.
std::string_view field_name(std::string_view word) {
  std::size_t size = 0;
  while (size < word.size() && (is_letter(word[size]) || word[size] == '_')) ++size;
  if (size == 0 || size == word.size() || word[size] != ':') return {};
  return word.substr(0, size);
}

}  // namespace

Lexeme QueryLexer::broken(std::size_t first, std::size_t count, std::string message) const {
  Lexeme lexeme;
  lexeme.kind = Lexeme::Kind::broken;
  lexeme.text = std::move(message);
  lexeme.first = static_cast<std::uint32_t>(first);
  lexeme.count = static_cast<std::uint32_t>(std::min(count, text_.size() - first));
  return lexeme;
}

bool QueryLexer::leads_something() const {
  return at_ + 1 < text_.size() && space_bytes(text_.substr(at_ + 1)) == 0;
}

// Steps over white space, comments and '+'; returns what is wrong with a comment.
std::optional<Lexeme> QueryLexer::skip_to_token() {
  while (true) {
    while (const std::size_t bytes = space_bytes(text_.substr(at_))) at_ += bytes;
    if (text_.substr(at_).starts_with('+') && leads_something()) {
      ++at_;
      continue;
    }
    if (!text_.substr(at_).starts_with(kCommentOpen)) return std::nullopt;
    const std::size_t close = text_.find(kCommentClose, at_);
    if (close == std::string_view::npos) {
      return broken(at_, kCommentOpen.size(), "this comment does not end; write >>> behind it");
    }
    at_ = close + kCommentClose.size();
  }
}

// A text between two signs, of which the first has `opening` bytes. A backslash makes the sign
// behind it, or another backslash, part of the text.
Lexeme QueryLexer::delimited(Lexeme::Kind kind, std::size_t opening, std::string_view closing) {
  Lexeme lexeme;
  lexeme.kind = kind;
  lexeme.first = static_cast<std::uint32_t>(at_);
  std::size_t at = at_ + opening;
  while (at < text_.size() && !text_.substr(at).starts_with(closing)) {
    const std::string_view behind = text_.substr(at + 1);
    if (text_[at] == '\\' && (behind.starts_with(closing) || behind.starts_with('\\'))) ++at;
    lexeme.text.push_back(text_[at++]);
  }
  if (at == text_.size()) {
    return broken(at_, opening,
                  cat("there is no ", closing, " for this ", text_.substr(at_, opening)));
  }
  at_ = at + closing.size();
  lexeme.count = static_cast<std::uint32_t>(at_ - lexeme.first);
  if (kind != Lexeme::Kind::range) read_tilde(&lexeme);
  return lexeme;
}

Lexeme QueryLexer::regex() {
  Lexeme lexeme;
  lexeme.kind = Lexeme::Kind::regex;
  lexeme.first = static_cast<std::uint32_t>(at_);
  std::size_t at = at_ + 1;
  for (; at < text_.size() && text_[at] != '/'; ++at) {
    if (text_[at] == '\\' && at + 1 < text_.size()) {
      if (text_[at + 1] != '/') lexeme.text.push_back('\\');
      ++at;
    }
    lexeme.text.push_back(text_[at]);
  }
  if (at >= text_.size()) {
    return broken(at_, 1,
                  "this regular expression does not end; write / behind it, or put a text "
                  "that starts with a slash in quotes");
  }
  ++at;
  if (at < text_.size() && text_[at] == 'i') {
    lexeme.number = 1;
    ++at;
  }
  if (at < text_.size() && (is_letter(text_[at]) || is_digit(text_[at]))) {
    return broken(at_, at + 1 - at_,
                  "behind a regular expression only the flag i may stand; put a text with slashes "
                  "in quotes");
  }
  lexeme.count = static_cast<std::uint32_t>(at - at_);
  at_ = at;
  return lexeme;
}

Lexeme QueryLexer::call() {
  const std::size_t close = text_.find(')', at_);
  if (close == std::string_view::npos) {
    return broken(at_, kCall.size(), "write @rule(NAME)");
  }
  Lexeme lexeme;
  lexeme.kind = Lexeme::Kind::call;
  lexeme.first = static_cast<std::uint32_t>(at_);
  lexeme.text = text_.substr(at_ + kCall.size(), close - at_ - kCall.size());
  lexeme.count = static_cast<std::uint32_t>(close + 1 - at_);
  at_ = close + 1;
  return lexeme;
}

// Where a word that begins here ends.
std::size_t QueryLexer::word_end() const {
  std::size_t at = at_;
  while (at < text_.size()) {
    const std::string_view rest = text_.substr(at);
    if (space_bytes(rest) != 0) break;
    if (rest[0] == '(' || rest[0] == ')' || rest[0] == '{' || rest[0] == '}') break;
    if (rest.starts_with(kCommentOpen)) break;
    const bool quote = std::ranges::any_of(kQuotes, [&](const Quotes& quotes) {
      return rest.starts_with(quotes.open) || rest.starts_with(quotes.close);
    });
    if (quote) break;
    ++at;
  }
  return at;
}

void QueryLexer::read_tilde(Lexeme* lexeme) {
  std::size_t end = at_ + 1;
  if (at_ == text_.size() || text_[at_] != '~') return;
  while (end < text_.size() && is_digit(text_[end])) ++end;
  lexeme->tilde = number_of(text_.substr(at_ + 1, end - at_ - 1)).value_or(UINT32_MAX);
  at_ = end;
  lexeme->count = static_cast<std::uint32_t>(at_ - lexeme->first);
}

Lexeme QueryLexer::near_or_broken(Lexeme lexeme, std::string_view text) const {
  const bool ordered = text.starts_with('O');
  std::string_view rest = text.substr(ordered ? 5 : 4);
  if (rest.starts_with('/')) rest.remove_prefix(1);
  const bool slash = text[text.size() - rest.size() - 1] == '/';
  const bool suffix = !ordered && rest.ends_with('f');
  const auto number = number_of(rest.substr(0, rest.size() - (suffix ? 1 : 0)));
  if (!slash || !number) {
    return broken(lexeme.first, lexeme.count,
                  "write NEAR/5 for at most five words between both sides, NEAR/5f for that order");
  }
  if (*number > kNearMax) {
    return broken(lexeme.first, lexeme.count,
                  cat("NEAR/", *number, " is too far; write at most NEAR/", kNearMax));
  }
  lexeme.kind = Lexeme::Kind::near;
  lexeme.number = *number;
  lexeme.in_order = ordered || suffix;
  return lexeme;
}

Lexeme QueryLexer::word() {
  Lexeme lexeme;
  lexeme.kind = Lexeme::Kind::word;
  lexeme.first = static_cast<std::uint32_t>(at_);
  std::string_view text = text_.substr(at_, word_end() - at_);
  const std::string_view field = field_name(text);
  if (!field.empty() && !text.substr(field.size()).starts_with("://")) {
    lexeme.kind = Lexeme::Kind::field;
    lexeme.text = field;
    lexeme.count = static_cast<std::uint32_t>(field.size() + 1);
    at_ += lexeme.count;
    return lexeme;
  }
  const std::size_t tilde = text.find('~');
  if (tilde != std::string_view::npos && tilde != 0) text = text.substr(0, tilde);
  at_ += text.size();
  lexeme.text = text;
  lexeme.count = static_cast<std::uint32_t>(text.size());
  read_tilde(&lexeme);
  if (text == "AND") lexeme.kind = Lexeme::Kind::op_and;
  if (text == "OR") lexeme.kind = Lexeme::Kind::op_or;
  if (text == "NOT") lexeme.kind = Lexeme::Kind::op_not;
  if (text == "NEAR" || text == "ONEAR") return near_or_broken(lexeme, text);
  for (const std::string_view near : {"NEAR", "ONEAR"}) {
    if (!text.starts_with(near) || text.size() == near.size()) continue;
    const char behind = text[near.size()];
    if (!is_letter(behind) && static_cast<unsigned char>(behind) < 0x80) {
      return near_or_broken(lexeme, text);
    }
  }
  return lexeme;
}

Lexeme QueryLexer::next() {
  if (auto fault = skip_to_token()) return *fault;
  Lexeme lexeme;
  lexeme.first = static_cast<std::uint32_t>(at_);
  if (at_ == text_.size()) return lexeme;
  const std::string_view rest = text_.substr(at_);
  const char c = rest[0];
  if (c == '(' || c == ')') {
    lexeme.kind = c == '(' ? Lexeme::Kind::open : Lexeme::Kind::close;
    lexeme.count = 1;
    ++at_;
    return lexeme;
  }
  if (c == '-' && leads_something()) {
    ++at_;
    lexeme.kind = Lexeme::Kind::op_not;
    lexeme.count = 1;
    return lexeme;
  }
  for (const Quotes& quotes : kQuotes) {
    if (!rest.starts_with(quotes.open)) continue;
    return delimited(Lexeme::Kind::quoted, quotes.open.size(), quotes.close);
  }
  if (c == '{') return delimited(Lexeme::Kind::braces, 1, "}");
  if (c == '[') return delimited(Lexeme::Kind::range, 1, "]");
  if (c == '}') return broken(at_, 1, "there is no { for this }");
  if (c == '/') return regex();
  if (rest.starts_with(kCall)) return call();
  if (word_end() == at_) return broken(at_, 1, "there is no opening quote for this one");
  return word();
}

}  // namespace vigie::rules
