#include "engine/runtime/yaml_scalar.h"

#include <algorithm>

namespace vigie {
namespace {

enum class Style : char { plain, single_quoted, double_quoted, block };

bool is_space(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

// A piece of the file and the bytes of the value that it stands for.
struct Unit {
  std::size_t written = 1;
  std::size_t made = 1;
  bool space = false;
};

// Bytes of the code point in UTF-8, given its hexadecimal digits.
std::size_t utf8_bytes(std::string_view digits) {
  const std::size_t first = std::min(digits.find_first_not_of('0'), digits.size());
  const std::string_view value = digits.substr(first);
  if (value.size() < 2 || (value.size() == 2 && value[0] < '8')) return 1;
  if (value.size() == 2 || (value.size() == 3 && value[0] < '8')) return 2;
  return value.size() <= 4 ? 3 : 4;
}

// The escape at the start of `text`, which is a backslash. Of \N and \_ the library makes one byte.
Unit escape_at(std::string_view text) {
  const char kind = text.size() > 1 ? text[1] : '\\';
  switch (kind) {
    case 'x': return {4, utf8_bytes(text.substr(2, 2))};
    case 'u': return {6, utf8_bytes(text.substr(2, 4))};
    case 'U': return {10, utf8_bytes(text.substr(2, 8))};
    case 'L':
    case 'P': return {2, 3};
    default: return {2, 1, is_space(kind) || kind == 'n' || kind == 'r' || kind == 't'};
  }
}

// Walks along the scalar in its file. White space is folded in many ways; everything else stands in
// the file in the order of the value, so the two are aligned by what is not white space.
class Walk {
 public:
  Walk(std::string_view file, std::size_t begin, std::string_view value)
      : file_(file), value_(value), at_(std::min(begin, file.size())) {
    skip_properties();
    switch (peek()) {
      case '"': style_ = Style::double_quoted; break;
      case '\'': style_ = Style::single_quoted; break;
      case '|':
      case '>': style_ = Style::block; break;
      default: style_ = Style::plain;
    }
    start_ = at_;
    if (style_ == Style::block) at_ = std::min(file_.find('\n', at_), file_.size());
    if (style_ == Style::single_quoted || style_ == Style::double_quoted) ++at_;
  }

  // Passes the first `to` bytes of the value; returns where the file's next byte stands.
  std::size_t pass(std::size_t to) {
    while (made_ < to && at_ < file_.size()) {
      const Unit unit = next();
      if (is_space(value_[made_])) {
        ++made_;
        if (unit.space) step(unit);
      } else {
        if (!unit.space) made_ += unit.made;
        step(unit);
      }
    }
    return at_;
  }

  // Where byte `to` of the value stands.
  std::size_t find(std::size_t to) {
    pass(to);
    if (to < value_.size() && !is_space(value_[to])) {
      while (at_ < file_.size() && next().space) step(next());
    }
    return at_;
  }

  [[nodiscard]] Style style() const { return style_; }
  [[nodiscard]] std::size_t start() const { return start_; }

 private:
  [[nodiscard]] char peek() const { return at_ < file_.size() ? file_[at_] : '\0'; }
  void step(const Unit& unit) { at_ = std::min(at_ + unit.written, file_.size()); }

  [[nodiscard]] Unit next() const {
    const std::string_view rest = file_.substr(at_);
    if (style_ == Style::double_quoted && rest[0] == '\\') return escape_at(rest);
    if (style_ == Style::single_quoted && rest.starts_with("''")) return {2, 1};
    return {1, 1, is_space(rest[0])};
  }

  // "&anchor !tag" before the scalar itself.
  void skip_properties() {
    while (peek() == '&' || peek() == '!') {
      while (at_ < file_.size() && !is_space(file_[at_])) ++at_;
      while (at_ < file_.size() && is_space(file_[at_])) ++at_;
    }
  }

  std::string_view file_;
  std::string_view value_;
  std::size_t at_;  // in the file
  std::size_t start_ = 0;
  std::size_t made_ = 0;  // bytes of the value that lie behind
  Style style_ = Style::plain;
};

}  // namespace

Extent scalar_extent(std::string_view file, std::size_t begin, std::string_view value,
                     Extent part) {
  part.first = std::min(part.first, value.size());
  part.count = std::min(part.count, value.size() - part.first);
  Walk walk(file, begin, value);
  const std::size_t first = walk.find(part.first);
  const std::size_t end = walk.pass(part.first + part.count);
  return {first, end - first};
}

Extent written_extent(std::string_view file, std::size_t begin, std::string_view value) {
  Walk walk(file, begin, value);
  if (walk.style() == Style::block) return {walk.start(), 1};
  const std::size_t end = walk.pass(value.size());
  const std::size_t quote = walk.style() == Style::plain ? 0 : 1;
  return {walk.start(), std::min(end + quote, file.size()) - walk.start()};
}

}  // namespace vigie
