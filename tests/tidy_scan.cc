#include "tests/tidy_scan.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace vigie::tidy {
namespace {

bool is_word(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }
bool is_space(char c) { return std::isspace(static_cast<unsigned char>(c)) != 0; }

std::string_view trim(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

// Turns stretches of a copy of the source into spaces.
class Blanker {
 public:
  Blanker(std::string_view source, Blank what) : source_(source), out_(source), what_(what) {}

  std::string run() {
    while (at_ < source_.size()) step();
    return std::move(out_);
  }

 private:
  void step() {
    if (source_.substr(at_).starts_with("//")) {
      wipe_to(end_of_line());
    } else if (source_.substr(at_).starts_with("/*")) {
      wipe_to(end_behind("*/", at_ + 2));
    } else if (source_[at_] == '"') {
      literal(is_raw() ? end_of_raw() : end_of_quoted('"'));
    } else if (source_[at_] == '\'' && !is_digit_separator()) {
      literal(end_of_quoted('\''));
    } else {
      ++at_;
    }
  }

  void wipe_to(std::size_t end) {
    for (; at_ < end; ++at_) {
      if (out_[at_] != '\n') out_[at_] = ' ';
    }
  }

  // Leaves the quotes, so that the place of a literal can still be seen.
  void literal(std::size_t end) {
    const bool closed = end > at_ + 1 && source_[end - 1] == source_[at_];
    if (what_ == Blank::comments_and_literals) {
      ++at_;
      wipe_to(closed ? end - 1 : end);
    }
    at_ = end;
  }

  std::size_t end_behind(std::string_view mark, std::size_t from) const {
    const std::size_t found = source_.find(mark, std::min(from, source_.size()));
    return found == std::string_view::npos ? source_.size() : found + mark.size();
  }

  // A backslash at its end carries a comment to the next line.
  std::size_t end_of_line() const {
    std::size_t end = source_.find('\n', at_);
    while (end != std::string_view::npos && source_[end - 1] == '\\') {
      end = source_.find('\n', end + 1);
    }
    return std::min(end, source_.size());
  }

  std::size_t end_of_quoted(char quote) const {
    for (std::size_t i = at_ + 1; i < source_.size(); ++i) {
      if (source_[i] == '\\') {
        ++i;
      } else if (source_[i] == quote) {
        return i + 1;
      } else if (source_[i] == '\n') {
        return i;  // no literal after all: an apostrophe in an #error, say
      }
    }
    return source_.size();
  }

  std::string_view word_before() const {
    std::size_t first = at_;
    while (first > 0 && is_word(source_[first - 1])) --first;
    return source_.substr(first, at_ - first);
  }

  bool is_raw() const {
    constexpr std::array<std::string_view, 5> kPrefixes{"R", "u8R", "uR", "UR", "LR"};
    return std::ranges::find(kPrefixes, word_before()) != kPrefixes.end();
  }

  std::size_t end_of_raw() const {
    const std::size_t open = source_.find('(', at_);
    if (open == std::string_view::npos) return source_.size();
    const std::string mark = ")" + std::string(source_.substr(at_ + 1, open - at_ - 1)) + "\"";
    return end_behind(mark, open);
  }

  bool is_digit_separator() const {
    const std::string_view word = word_before();
    if (!word.empty()) return std::isdigit(static_cast<unsigned char>(word.front())) != 0;
    return false;
  }

  std::string_view source_;
  std::string out_;
  Blank what_;
  std::size_t at_ = 0;
};

// Turns preprocessor lines, with what continues them, into spaces.
void blank_directives(std::string* code) {
  bool continues = false;
  for (std::size_t first = 0; first < code->size();) {
    const std::size_t end = std::min(code->find('\n', first), code->size());
    const std::string_view line = std::string_view(*code).substr(first, end - first);
    const bool directive = continues || trim(line).starts_with('#');
    continues = directive && line.ends_with('\\');
    if (directive) std::fill(code->begin() + first, code->begin() + end, ' ');
    first = end + 1;
  }
}

bool contains_word(std::string_view text, std::string_view word) {
  for (std::size_t at = text.find(word); at != text.npos; at = text.find(word, at + 1)) {
    const std::size_t end = at + word.size();
    if ((at == 0 || !is_word(text[at - 1])) && (end == text.size() || !is_word(text[end]))) {
      return true;
    }
  }
  return false;
}

// "template <...>" taken off the front of a declaration.
std::string_view without_template(std::string_view head) {
  while (head.starts_with("template")) {
    std::size_t i = head.find('<');
    if (i == head.npos) return head;
    int depth = 0;
    for (; i < head.size(); ++i) {
      if (head[i] == '<') ++depth;
      if (head[i] == '>' && --depth == 0) break;
    }
    head = trim(head.substr(std::min(i + 1, head.size())));
  }
  return head;
}

bool declares_type(std::string_view head) {
  for (const std::string_view word : {"typedef ", "static ", "inline ", "constexpr ", "const "}) {
    if (head.starts_with(word)) head = trim(head.substr(word.size()));
  }
  for (const std::string_view word : {"class", "struct", "union", "enum"}) {
    if (head.starts_with(word) && (head.size() == word.size() || !is_word(head[word.size()]))) {
      return true;
    }
  }
  return false;
}

// "X() : a_(1), b_": what follows is the initial value of a member, not the body.
bool ends_in_member_init(std::string_view head) {
  if (!is_word(head.back()) && head.back() != '>') return false;
  int depth = 0;
  bool behind_parameters = false;
  for (std::size_t i = 0; i < head.size(); ++i) {
    if (head[i] == '(') ++depth;
    if (head[i] == ')' && --depth == 0) behind_parameters = true;
    if (head[i] != ':' || depth != 0) continue;
    if (i + 1 < head.size() && head[i + 1] == ':') {
      ++i;
    } else if (behind_parameters) {
      return true;
    }
  }
  return false;
}

enum class Scope : std::uint8_t { outer, function, block, initializer };

class FunctionFinder {
 public:
  explicit FunctionFinder(std::string_view source)
      : source_(source), code_(blank(source, Blank::comments_and_literals)) {
    blank_directives(&code_);
  }

  Functions run() {
    for (std::size_t i = 0; i < code_.size(); ++i) {
      switch (code_[i]) {
        case '(':
        case '[': ++parens_; break;
        case ')':
        case ']': --parens_; break;
        case '{': open(i); break;
        case '}': close(i); break;
        case ';':
          if (parens_ == 0) head_ = i + 1;
          break;
        case ':': skip_access_specifier(i); break;
        default: break;
      }
    }
    result_.balanced = result_.balanced && scopes_.empty();
    return std::move(result_);
  }

 private:
  struct Open {
    Scope scope;
    std::size_t head;
    int parens;
  };

  void open(std::size_t at) {
    scopes_.push_back({classify(at), head_, parens_});
    head_ = at + 1;
    parens_ = 0;
  }

  void close(std::size_t at) {
    if (scopes_.empty()) {
      result_.balanced = false;
      return;
    }
    const Open opened = scopes_.back();
    scopes_.pop_back();
    parens_ = opened.parens;
    head_ = opened.scope == Scope::initializer ? opened.head : at + 1;
    if (opened.scope == Scope::function) record(opened.head, at);
  }

  Scope classify(std::size_t at) const {
    const Scope around = scopes_.empty() ? Scope::outer : scopes_.back().scope;
    if (around == Scope::function || around == Scope::block) return Scope::block;
    std::string_view head = trim(std::string_view(code_).substr(head_, at - head_));
    if (head.empty()) return around == Scope::initializer ? around : Scope::block;
    const bool lambda = head.find('[') != head.npos && (head.back() == ')' || head.back() == ']');
    if (around == Scope::initializer || parens_ > 0) {
      return lambda ? Scope::function : Scope::initializer;
    }
    head = without_template(head);
    const bool callable = head.find('(') != head.npos;
    if (contains_word(head, "namespace") || declares_type(head)) return Scope::outer;
    if (head.starts_with("extern") && !callable) return Scope::outer;
    if (!callable || head.back() == '=' || ends_in_member_init(head)) return Scope::initializer;
    return Scope::function;
  }

  void skip_access_specifier(std::size_t at) {
    const std::string_view head = trim(std::string_view(code_).substr(head_, at - head_));
    if (head == "public" || head == "private" || head == "protected") head_ = at + 1;
  }

  void record(std::size_t head, std::size_t end) {
    while (is_space(code_[head])) ++head;
    const auto line_at = [this](std::size_t at) {
      return static_cast<std::size_t>(std::count(code_.begin(), code_.begin() + at, '\n')) + 1;
    };
    const std::size_t first = line_at(head);
    const std::string_view name = source_.substr(head, source_.find('\n', head) - head);
    result_.found.push_back({std::string(trim(name)), first, line_at(end) - first + 1});
  }

  std::string_view source_;
  std::string code_;  // the source's bytes, each in its place
  std::vector<Open> scopes_;
  std::size_t head_ = 0;  // where the present declaration starts
  int parens_ = 0;
  Functions result_;
};

}  // namespace

std::string blank(std::string_view source, Blank what) { return Blanker(source, what).run(); }

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Functions find_functions(std::string_view source) { return FunctionFinder(source).run(); }

}  // namespace vigie::tidy
