#include "connectors/simple_regex.h"

#include <algorithm>
#include <charconv>
#include <iterator>
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

// --- Reading a pattern ---------------------------------------------------------------------------

class SimpleRegexReader {
 public:
  explicit SimpleRegexReader(std::string_view pattern) : rest_(pattern) {}

  std::optional<SimpleRegex> read() {
    SimpleRegex regex;
    any_line_ = take("(?s)");
    regex.at_begin_ = take("^");
    std::optional<Steps> steps = alternatives();
    // "^a|b" may match b anywhere.
    if (!steps || !rest_.empty() || (regex.at_begin_ && outer_alternatives_)) return std::nullopt;
    regex.steps_ = std::move(*steps);
    if (!regex.prepare()) return std::nullopt;
    return regex;
  }

 private:
  using Step = SimpleRegex::Step;
  using Steps = std::vector<Step>;
  static constexpr std::size_t kDepthMax = 20;

  bool take(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  static void append(Steps&& more, Steps* steps) {
    std::ranges::move(more, std::back_inserter(*steps));
  }
  static Step fork(std::size_t other, bool lazy = false) {
    return {.kind = Step::Kind::fork, .lazy = lazy, .other = other};
  }

  // Up to the bracket that closes them, or the end.
  std::optional<Steps> alternatives() {
    std::vector<Steps> all;
    do {
      std::optional<Steps> steps = sequence();
      if (!steps) return std::nullopt;
      all.push_back(std::move(*steps));
    } while (take("|"));
    outer_alternatives_ = depth_ == 0 && all.size() > 1;
    Steps steps = std::move(all.back());
    for (all.pop_back(); !all.empty(); all.pop_back()) {
      Steps either{fork(all.back().size() + 2)};
      append(std::move(all.back()), &either);
      either.push_back({.kind = Step::Kind::jump, .other = steps.size() + 1});
      append(std::move(steps), &either);
      steps = std::move(either);
    }
    return steps;
  }
  std::optional<Steps> sequence() {
    Steps steps;
    std::size_t sealed = 0;  // steps that belong to groups
    while (!rest_.empty() && rest_.front() != '|' && rest_.front() != ')') {
      const bool is_group = rest_.front() == '(';
      if (!(is_group ? group(&steps) : piece(sealed, &steps))) return std::nullopt;
      if (is_group) sealed = steps.size();
    }
    return steps;
  }
  bool group(Steps* steps) {
    const bool captured = !take("(?:");
    if (captured && (!take("(") || rest_.starts_with('?'))) return false;
    if (++depth_ > kDepthMax) return false;
    std::optional<Steps> inner = alternatives();
    --depth_;
    if (!inner || !take(")")) return false;
    const std::optional<Step> repeat = repetition();
    if (!repeat || repeat->max != 1) return false;
    if (repeat->min == 0) steps->push_back(fork(inner->size() + (captured ? 3 : 1), repeat->lazy));
    if (captured) steps->push_back({.kind = Step::Kind::open});
    append(std::move(*inner), steps);
    if (captured) steps->push_back({.kind = Step::Kind::close});
    return true;
  }
  // One character, repeated or not.
  bool piece(std::size_t sealed, Steps* steps) {
    if (take("$")) {
      steps->push_back({.kind = Step::Kind::end});
      return !at_repetition();
    }
    const std::optional<Bytes> bytes = one();
    if (!bytes) return false;
    std::optional<Step> step = repetition();
    if (!step) return false;
    const bool is_byte = bytes->count() == 1 && step->min == 1 && step->max == 1;
    if (!is_byte) {
      step->bytes = *bytes;
      steps->push_back(std::move(*step));
      return true;
    }
    if (steps->size() == sealed || steps->back().kind != Step::Kind::text) steps->emplace_back();
    for (std::size_t i = 0; i < bytes->size(); ++i) {
      if (bytes->test(i)) steps->back().text += static_cast<char>(i);
    }
    return true;
  }

  [[nodiscard]] bool at_repetition() const {
    return !rest_.empty() && std::string_view("?*+{").contains(rest_.front());
  }
  // How often what stands before may come; nothing where that is not understood.
  std::optional<Step> repetition() {
    Step step{.kind = Step::Kind::take};
    if (!at_repetition()) return step;
    if (take("?")) {
      step.min = 0;
    } else if (take("*")) {
      step.min = 0;
      step.max = SimpleRegex::kUnlimited;
    } else if (take("+")) {
      step.max = SimpleRegex::kUnlimited;
    } else {
      rest_.remove_prefix(1);
      if (!number(&step.min)) return std::nullopt;
      step.max = step.min;
      if (take(",") && !number(&step.max)) step.max = SimpleRegex::kUnlimited;
      if (!take("}") || step.max == 0) return std::nullopt;
    }
    step.lazy = take("?");
    if (at_repetition()) return std::nullopt;
    return step;
  }
  bool number(std::size_t* to) {
    const auto [end, error] = std::from_chars(rest_.data(), rest_.data() + rest_.size(), *to);
    if (error != std::errc{}) return false;
    rest_.remove_prefix(static_cast<std::size_t>(end - rest_.data()));
    return true;
  }

  std::optional<Bytes> one() {
    const char c = rest_.front();
    if (take("[")) return character_class();
    if (take(".")) return any_line_ ? ~Bytes{} : ~range('\n', '\n');
    if (std::string_view("^?*+{").contains(c)) return std::nullopt;
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
  std::size_t depth_ = 0;  // of groups
  bool any_line_ = false;
  bool outer_alternatives_ = false;
};

std::optional<SimpleRegex> SimpleRegex::read(std::string_view pattern) {
  return SimpleRegexReader(pattern).read();
}

bool SimpleRegex::prepare() {
  using Kind = Step::Kind;
  struct Rest {  // what may follow
    Bytes begins;
    bool may_be_empty = false;
  };
  std::vector<Rest> rests(steps_.size() + 1);
  rests.back().may_be_empty = true;
  for (std::size_t i = steps_.size(); i-- > 0;) {
    Step& step = steps_[i];
    Rest& rest = rests[i];
    rest = rests[i + (step.kind == Kind::jump ? step.other : 1)];
    if (step.kind == Kind::text) {
      rest = {range(step.text.front(), step.text.front())};
    } else if (step.kind == Kind::fork) {
      rest.begins |= rests[i + step.other].begins;
      rest.may_be_empty = rest.may_be_empty || rests[i + step.other].may_be_empty;
    } else if (step.kind == Kind::take) {
      step.next = rest.begins;
      step.is_last_possible = rest.may_be_empty;
      // Whoever takes all that can be taken has nothing to give back that the rest could begin
      // with; and where the rest is empty, it was so behind the last one.
      step.alone = !step.lazy && (step.bytes & step.next).none();
      rest = {step.bytes | (step.min == 0 ? rest.begins : Bytes{}),
              step.min == 0 && rest.may_be_empty};
    }
  }
  first_ = rests.front().begins;
  may_be_empty_ = rests.front().may_be_empty;
  const auto takes = [](const Step& step) { return step.kind != Kind::open; };
  head_ = static_cast<std::size_t>(std::ranges::find_if(steps_, takes) - steps_.begin());
  return std::ranges::count_if(steps_, &Step::is_choice) <= static_cast<int>(kChoicesMax);
}

// --- Matching ------------------------------------------------------------------------------------

// The tries to match one text.
class SimpleRegexMatch {
 public:
  SimpleRegexMatch(const std::vector<SimpleRegex::Step>& steps, std::string_view text)
      : steps_(steps), text_(text), left_(kStepsMin + kStepsPerByte * text.size()) {}

  // Whether a match begins here.
  bool begins_at(std::size_t at) {
    at_ = at;
    step_ = 0;
    choices_ = 0;
    group_begin_ = group_end_ = kNowhere;
    while (step_ < steps_.size()) {
      if (!step(steps_[step_]) && !go_back()) return false;
    }
    return !is_spent();
  }
  // All that may be spent on the text is: what was said of the last place is not known.
  [[nodiscard]] bool is_spent() const { return left_ == 0; }
  [[nodiscard]] std::string_view group() const {
    return group_end_ == kNowhere ? std::string_view{}
                                  : text_.substr(group_begin_, group_end_ - group_begin_);
  }

 private:
  using Step = SimpleRegex::Step;
  static constexpr std::size_t kNowhere = std::string_view::npos;
  static constexpr std::size_t kStepsMin = 4096;
  static constexpr std::size_t kStepsPerByte = 16;

  struct Choice {
    std::size_t step;
    std::size_t at;     // of what was taken, the end
    std::size_t bound;  // the least that it can be; where it is lazy, how many more it may take
    std::size_t group_begin;
    std::size_t group_end;
  };

  bool spend(std::size_t steps) {
    left_ -= std::min(left_, steps);
    return left_ != 0;
  }
  void choose_later(std::size_t at, std::size_t bound) {
    choices_made_[choices_++] = {step_, at, bound, group_begin_, group_end_};
  }
  [[nodiscard]] bool fits(const Step& step) const {
    return at_ < text_.size() && step.bytes[index(text_[at_])];
  }
  void pass() {
    ++at_;
    while (at_ < text_.size() && is_continuation(text_[at_])) ++at_;
  }
  // Whether the rest may follow here.
  [[nodiscard]] bool may_go_on(const Step& step) const {
    return step.is_last_possible || (at_ < text_.size() && step.next[index(text_[at_])]);
  }

  bool step(const Step& step) {
    if (!spend(1)) return false;
    switch (step.kind) {
      case Step::Kind::text:
        if (!text_.substr(at_).starts_with(step.text)) return false;
        at_ += step.text.size();
        break;
      case Step::Kind::take: return take(step);
      case Step::Kind::fork:
        choose_later(at_, 0);
        if (step.lazy) step_ += step.other - 1;
        break;
      case Step::Kind::jump: step_ += step.other - 1; break;
      case Step::Kind::open: group_begin_ = at_; break;
      case Step::Kind::close: group_end_ = at_; break;
      case Step::Kind::end:
        if (at_ != text_.size()) return false;
        break;
    }
    ++step_;
    return true;
  }
  bool take(const Step& step) {
    std::size_t taken = 0;
    for (; taken < step.min && fits(step); ++taken) pass();
    if (taken < step.min) return false;
    if (step.lazy) {
      if (step.min != step.max) choose_later(at_, step.max - taken);
      ++step_;
      return may_go_on(step) || go_back();
    }
    const std::size_t least = at_;
    if (step.max == SimpleRegex::kUnlimited) {
      // Of a character all bytes belong to the class, or none.
      if (step.bytes.all()) at_ = text_.size();
      while (fits(step)) ++at_;
    } else {
      for (; taken < step.max && fits(step); ++taken) pass();
    }
    if (!step.alone && step.min != step.max) choose_later(at_, least);
    ++step_;
    return spend(at_ - least);
  }

  // To the last choice that can be made otherwise.
  bool go_back() {
    while (choices_ > 0 && spend(1)) {
      Choice& choice = choices_made_[choices_ - 1];
      const Step& step = steps_[choice.step];
      at_ = choice.at;
      group_begin_ = choice.group_begin;
      group_end_ = choice.group_end;
      if (step.kind == Step::Kind::fork) {
        --choices_;
        step_ = choice.step + (step.lazy ? 1 : step.other);
        return true;
      }
      if (step.lazy ? take_more(step, &choice) : give_back(step, &choice)) {
        step_ = choice.step + 1;
        return true;
      }
      --choices_;
    }
    return false;
  }
  bool take_more(const Step& step, Choice* choice) {
    bool found = false;
    while (!found && choice->bound > 0 && fits(step)) {
      --choice->bound;
      pass();
      found = may_go_on(step);
    }
    const std::size_t more = at_ - choice->at;
    choice->at = at_;
    return spend(more) && found;
  }
  bool give_back(const Step& step, Choice* choice) {
    while (at_ > choice->bound) {
      --at_;
      while (is_continuation(text_[at_])) --at_;
      if (!may_go_on(step)) continue;
      choice->at = at_;
      return true;
    }
    return false;
  }

  const std::vector<Step>& steps_;
  std::string_view text_;
  std::size_t left_;
  std::size_t at_ = 0;
  std::size_t step_ = 0;
  std::size_t group_begin_ = kNowhere;
  std::size_t group_end_ = kNowhere;
  std::size_t choices_ = 0;
  Choice choices_made_[SimpleRegex::kChoicesMax];  // what is not in use is not cleared
};

std::size_t SimpleRegex::next_start(std::string_view text, std::size_t at) const {
  if (at_begin_ || may_be_empty_) return at;
  const Step& head = steps_[head_];
  if (head.kind == Step::Kind::text) return text.find(head.text, at);
  while (at < text.size() && (!first_[index(text[at])] || is_continuation(text[at]))) ++at;
  return at < text.size() ? at : std::string_view::npos;
}

std::size_t SimpleRegex::behind_start(std::string_view text, std::size_t at) const {
  // A match that began in the middle of what was taken first would come to the same end.
  if (!may_be_empty_) {
    const Step& head = steps_[head_];
    const bool takes_all = head.kind == Step::Kind::take && head.alone && head.max == kUnlimited;
    const std::size_t start = at;
    while (takes_all && at < text.size() && head.bytes[index(text[at])]) ++at;
    if (at != start) return at;
  }
  ++at;
  while (at < text.size() && is_continuation(text[at])) ++at;
  return at;
}

SimpleRegex::Answer SimpleRegex::find(std::string_view text, std::string_view* group) const {
  SimpleRegexMatch match(steps_, text);
  for (std::size_t at = next_start(text, 0); at <= text.size();) {
    if (match.begins_at(at)) {
      *group = match.group();
      return Answer::yes;
    }
    if (match.is_spent()) return Answer::unknown;
    if (at_begin_) break;
    at = next_start(text, behind_start(text, at));
  }
  return Answer::no;
}

}  // namespace vigie::mapping
