#include "connectors/simple_regex.h"

#include <utility>

namespace vigie::mapping {
namespace {

using Bytes = std::bitset<256>;

constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr unsigned kAsciiEnd = 0x80;

std::size_t index(char c) { return static_cast<unsigned char>(c); }
bool is_ascii(char c) { return index(c) < kAsciiEnd; }
bool is_continuation(char c) { return (index(c) & 0xc0) == 0x80; }

Bytes range(char first, char last) {
  Bytes bytes;
  for (std::size_t i = index(first); i <= index(last); ++i) bytes.set(i);
  return bytes;
}

// \d, \w, \s and escaped punctuation.
std::optional<Bytes> escaped(char c) {
  if (kPunctuation.contains(c)) return range(c, c);
  if (c == 'd') return range('0', '9');
  if (c == 'w') return range('0', '9') | range('A', 'Z') | range('a', 'z') | range('_', '_');
  if (c == 's') return range('\t', '\n') | range('\f', '\r') | range(' ', ' ');
  return std::nullopt;
}

}  // namespace

class SimpleRegexReader {
 public:
  explicit SimpleRegexReader(std::string_view pattern) : rest_(pattern) {}

  std::optional<SimpleRegex> read() {
    any_line_ = take("(?s)");
    regex_.at_begin_ = take("^");
    while (!rest_.empty()) {
      if (rest_ == "$") {
        regex_.at_end_ = true;
        break;
      }
      if (!step()) return std::nullopt;
    }
    return std::move(regex_);
  }

 private:
  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  [[nodiscard]] bool at_repeat() const {
    return !rest_.empty() && std::string_view("?*+{").contains(rest_.front());
  }
  bool step() {
    if (take("(")) {
      regex_.group_first_ = regex_.pieces_.size();
      return !at_repeat();  // (?:...) and flags
    }
    if (take(")")) {
      regex_.group_end_ = regex_.pieces_.size();
      return !at_repeat();
    }
    const auto bytes = one();
    if (!bytes) return false;
    const bool optional = rest_.starts_with('?') || rest_.starts_with('*');
    const bool repeated = rest_.starts_with('+') || rest_.starts_with('*');
    if (optional || repeated) rest_.remove_prefix(1);
    regex_.pieces_.push_back({*bytes, optional, repeated});
    return !at_repeat();
  }
  std::optional<Bytes> one() {
    const char c = rest_.front();
    if (take("[")) return character_class();
    if (take(".")) return any_line_ ? ~Bytes{} : ~range('\n', '\n');
    if (std::string_view("^$|{").contains(c)) return std::nullopt;
    return character();
  }
  std::optional<Bytes> character() {
    if (rest_.empty() || !is_ascii(rest_.front())) return std::nullopt;
    const char c = rest_.front();
    rest_.remove_prefix(1);
    if (c != '\\') return range(c, c);
    if (rest_.empty()) return std::nullopt;
    const auto meant = escaped(rest_.front());
    rest_.remove_prefix(1);
    return meant;
  }
  std::optional<Bytes> character_class() {
    const bool negated = take("^");
    if (rest_.starts_with(']')) return std::nullopt;
    Bytes bytes;
    while (!take("]")) {
      if (rest_.starts_with('[')) return std::nullopt;
      const std::size_t before = rest_.size();
      const char first = rest_.empty() ? '\0' : rest_.front();
      auto members = character();
      if (!members) return std::nullopt;
      if (rest_.size() > 1 && rest_[0] == '-' && rest_[1] != ']') {
        const char last = rest_[1];
        if (before - rest_.size() != 1 || !is_ascii(last) || last == '\\') return std::nullopt;
        members = range(first, last);
        rest_.remove_prefix(2);
      }
      bytes |= *members;
    }
    return negated ? ~bytes : bytes;
  }

  std::string_view rest_;
  bool any_line_ = false;
  SimpleRegex regex_;
};

std::optional<SimpleRegex> SimpleRegex::read(std::string_view pattern) {
  auto regex = SimpleRegexReader(pattern).read();
  if (!regex || !regex->is_deterministic()) return std::nullopt;
  regex->first_ = regex->begins(0);
  return regex;
}

SimpleRegex::Bytes SimpleRegex::begins(std::size_t piece) const {
  Bytes bytes;
  for (; piece < pieces_.size(); ++piece) {
    bytes |= pieces_[piece].bytes;
    if (!pieces_[piece].optional) break;
  }
  return bytes;
}

// Whoever takes all that a piece can take has then nothing to give back: what follows could not
// begin with it. All of it may not be optional: then a match may begin where nothing fits.
bool SimpleRegex::is_deterministic() const {
  bool all_optional = true;
  for (std::size_t i = 0; i < pieces_.size(); ++i) {
    all_optional = all_optional && pieces_[i].optional;
    const bool free = pieces_[i].optional || pieces_[i].repeated;
    if (free && (pieces_[i].bytes & begins(i + 1)).any()) return false;
  }
  return !all_optional;
}

std::size_t SimpleRegex::match(std::string_view text, std::size_t at,
                               std::string_view* group) const {
  std::size_t group_at = at;
  for (std::size_t i = 0; i <= pieces_.size(); ++i) {
    if (i == group_first_) group_at = at;
    if (i == group_end_) *group = text.substr(group_at, at - group_at);
    if (i == pieces_.size()) break;
    const Piece& piece = pieces_[i];
    const std::size_t before = at;
    while (at < text.size() && piece.bytes[index(text[at])]) {
      ++at;
      while (at < text.size() && is_continuation(text[at])) ++at;
      if (!piece.repeated) break;
    }
    if (at == before && !piece.optional) return std::string_view::npos;
  }
  return at_end_ && at != text.size() ? std::string_view::npos : at;
}

SimpleRegex::Answer SimpleRegex::find(std::string_view text, std::string_view* group) const {
  // Each place may be tried for as long as the text is.
  constexpr std::size_t kTriesMax = 64;
  std::size_t tries = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (first_[index(text[at])] && !is_continuation(text[at])) {
      if (++tries > kTriesMax) return Answer::unknown;
      if (match(text, at, group) != std::string_view::npos) return Answer::yes;
    }
    if (at_begin_) break;
  }
  return Answer::no;
}

}  // namespace vigie::mapping
