#include "connectors/regex_literal.h"

#include <optional>
#include <utility>

namespace vigie::mapping {
namespace {

constexpr std::string_view kPunctuation = "!\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~";
constexpr std::string_view kAsciiClasses = "dDsSwWbB";  // escapes of one letter

bool is_repeat(char c) { return c == '?' || c == '*' || c == '{'; }

// Reads a pattern from left to right. Whatever it does not know for sure ends the whole reading.
class LiteralReader {
 public:
  explicit LiteralReader(std::string_view pattern) : rest_(pattern) {}

  std::optional<std::string> read() {
    while (!rest_.empty()) {
      if (!step()) return std::nullopt;
    }
    end_run();
    return std::move(longest_);
  }

 private:
  bool step() {
    const char c = rest_.front();
    switch (c) {
      case '|': return false;
      case '\\': return escape();
      case '[': return end_run(), skip_class();
      case '(': return group();
      case '{': return drop_last(), skip_behind('}');
      case '?':
      case '*': drop_last(); break;
      case '+':
      case '^':
      case '$':
      case '.': end_run(); break;
      case ')': break;  // of a group that is not repeated
      default:
        if (static_cast<unsigned char>(c) >= 0x80) return false;
        run_ += c;
    }
    rest_.remove_prefix(1);
    return true;
  }
  bool escape() {
    if (rest_.size() < 2) return false;
    const char c = rest_[1];
    rest_.remove_prefix(2);
    if (kPunctuation.contains(c)) {
      run_ += c;
      return true;
    }
    end_run();
    return kAsciiClasses.contains(c);
  }
  // Steps over [...].
  bool skip_class() {
    std::size_t at = 1;
    if (at < rest_.size() && rest_[at] == '^') ++at;
    if (at < rest_.size() && rest_[at] == ']') ++at;
    for (; at < rest_.size() && rest_[at] != ']'; ++at) {
      if (rest_[at] == '[') return false;  // [:alpha:]
      if (rest_[at] == '\\') ++at;
    }
    if (at >= rest_.size()) return false;
    rest_.remove_prefix(at + 1);
    return true;
  }
  // What is in a group is read as if it stood alone, unless it may be left out.
  bool group() {
    if (rest_.starts_with("(?s)")) {
      rest_.remove_prefix(4);
      return true;
    }
    const std::size_t open = rest_.starts_with("(?:") ? 3 : 1;
    if (rest_.substr(open).starts_with('?')) return false;
    std::string_view whole = rest_;
    if (!skip_group()) return false;
    const bool repeated = !rest_.empty() && (is_repeat(rest_.front()) || rest_.front() == '+');
    if (repeated) {
      end_run();
      return true;
    }
    rest_ = whole.substr(open);
    return true;
  }
  bool skip_group() {
    std::size_t depth = 0;
    while (!rest_.empty()) {
      const char c = rest_.front();
      if (c == '[') {
        if (!skip_class()) return false;
        continue;
      }
      if (c == '(') ++depth;
      if (c == ')') --depth;
      if (c == '\\' && rest_.size() > 1) rest_.remove_prefix(1);
      rest_.remove_prefix(1);
      if (depth == 0) return true;
    }
    return false;
  }
  bool skip_behind(char closing) {
    const std::size_t at = rest_.find(closing);
    if (at == std::string_view::npos) return false;
    rest_.remove_prefix(at + 1);
    return true;
  }

  void drop_last() {  // it may be there not at all
    if (!run_.empty()) run_.pop_back();
    end_run();
  }
  void end_run() {
    if (run_.size() > longest_.size()) longest_ = run_;
    run_.clear();
  }

  std::string_view rest_;
  std::string run_;
  std::string longest_;
};

}  // namespace

std::string required_literal(std::string_view pattern) {
  return LiteralReader(pattern).read().value_or(std::string());
}

}  // namespace vigie::mapping
