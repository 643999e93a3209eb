#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "rules/fold.h"
#include "rules/regex_guard.h"
#include "rules/rule_set.h"
#include "rules/rules.h"
#include "rules/token_index.h"
#include "rules/tokens.h"

namespace vigie::rules {
namespace {

// A term of a brand that stands somewhere in the post.
struct Occurrence {
  BrandId brand = 0;
  bool excludes = false;
  Span span;
};

// By brand; what excludes comes first; then by place.
bool before(const Occurrence& a, const Occurrence& b) {
  return std::tuple(a.brand, !a.excludes, a.span) < std::tuple(b.brand, !b.excludes, b.span);
}

// Gives the memory back when one huge post has made it large.
template <class T>
void trim(std::vector<T>* scratch) {
  if (scratch->capacity() * sizeof(T) > kScratchKeptBytes) std::vector<T>().swap(*scratch);
}

char sigil_of(Role role) { return role == Role::hashtag ? '#' : '@'; }
bool needs_sigil(Role role) { return role == Role::hashtag || role == Role::handle; }

// Whether the tokens from `first` on are those of `term`, which are joined by spaces. Returns their
// number, or 0.
std::size_t tokens_of_term(std::string_view text, std::span<const Token> tokens, std::size_t first,
                           std::string_view term) {
  std::size_t count = 0;
  for (; !term.empty(); ++count) {
    if (first + count == tokens.size()) return 0;
    const Token& token = tokens[first + count];
    const std::string_view word = term.substr(0, term.find(' '));
    if (word != text.substr(token.begin, token.end - token.begin)) return 0;
    term.remove_prefix(std::min(term.size(), word.size() + 1));
  }
  return count;
}

}  // namespace

struct Matcher::Scratch {
  std::shared_ptr<const RuleSet> rules;
  Guard guard;
  FoldedText folded;
  Tokens tokens;
  std::vector<Found> found;
  RegexSet::Scratch regex;
  std::vector<Occurrence> occurrences;
  std::vector<RuleCost> costs;

  // The field at work.
  Field field = Field::text;
  std::string_view original;

  void scan(Field which, std::string_view text, char lead);
  void scan_literals();
  void scan_literals_without_index();
  void scan_regexes(std::string_view text, std::uint32_t lead);
  void add(const Posting& posting, std::uint32_t first_token, std::uint32_t last_token);
  void add(BrandId brand, bool excludes, std::uint32_t begin, std::uint32_t end);
  void collect(Hits* hits);
};

void Matcher::Scratch::add(BrandId brand, bool excludes, std::uint32_t begin, std::uint32_t end) {
  const Stretch at = folded.original(original, begin, end);
  occurrences.push_back({brand, excludes, {field, at.first, at.count}});
}

void Matcher::Scratch::add(const Posting& posting, std::uint32_t first_token,
                           std::uint32_t last_token) {
  const Role role = posting.role;
  std::uint32_t begin = tokens.all()[first_token].begin;
  if (needs_sigil(role)) {
    if (folded.data()[static_cast<std::ptrdiff_t>(begin) - 1] != sigil_of(role)) return;
    if (begin != 0) --begin;  // else it is only implied, in a list
  }
  add(posting.brand, role == Role::exclude, begin, tokens.all()[last_token].end);
}

void Matcher::Scratch::scan_literals() {
  found.clear();
  rules->index.find(folded, tokens.all(), &found);
  for (const Found& one : found) {
    const Posting* posting = rules->index.postings(one);
    add(*posting, one.first_token, one.last_token);
    while (posting->last == 0) add(*++posting, one.first_token, one.last_token);
  }
}

void Matcher::Scratch::scan_literals_without_index() {
  for (const TokenIndex::Term& term : rules->terms) {
    const auto text = std::string_view(rules->pool).substr(term.text, term.bytes);
    for (std::uint32_t first = 0; first < tokens.all().size(); ++first) {
      const std::size_t count = tokens_of_term(folded.view(), tokens.all(), first, text);
      if (count == 0) continue;
      const auto last = static_cast<std::uint32_t>(first + count - 1);
      add({term.brand, term.role, true}, first, last);
    }
  }
}

// `lead` bytes of the text come before the folded text itself.
void Matcher::Scratch::scan_regexes(std::string_view text, std::uint32_t lead) {
  const RegexSet& regexes = rules->regexes;
  if (guard == Guard::on) {
    regexes.find_candidates(text, &regex);
  } else {
    regex.candidates.clear();
    for (std::uint32_t i = 0; i < regexes.size(); ++i) regex.candidates.push_back(i);
  }
  for (const std::uint32_t candidate : regex.candidates) {
    regexes.find_matches(candidate, text, &regex.matches);
    for (const Stretch match : regex.matches) {
      const std::uint32_t begin = std::max(match.first, lead) - lead;
      const std::uint32_t end = match.first + match.count - lead;
      if (begin < end) add(regexes.brand(candidate), false, begin, end);
    }
  }
}

// `lead`: the sigil that an item of a list is taken to have; a space for text.
void Matcher::Scratch::scan(Field which, std::string_view text, char lead) {
  if (text.empty()) return;
  field = which;
  original = text;
  fold(text, &folded, lead);
  tokenise(folded, rules->seed, &tokens);
  if (guard == Guard::on) {
    scan_literals();
  } else {
    scan_literals_without_index();
  }
  if (rules->regexes.empty()) return;
  const std::uint32_t implied = lead == ' ' ? 0 : 1;
  scan_regexes({folded.data() - implied, folded.size() + implied}, implied);
}

void Matcher::Scratch::collect(Hits* hits) {
  std::sort(occurrences.begin(), occurrences.end(), before);
  for (auto at = occurrences.begin(); at != occurrences.end();) {
    const auto first = at;
    while (at != occurrences.end() && at->brand == first->brand) ++at;
    if (first->excludes) continue;
    const auto first_span = static_cast<std::uint32_t>(hits->spans.size());
    for (auto one = first; one != at && hits->spans.size() < first_span + kSpansMax; ++one) {
      if (one == first || one->span != one[-1].span) hits->spans.push_back(one->span);
    }
    hits->hits.push_back(
        {.brand = rules->ids[first->brand],
         .first_span = first_span,
         .span_count = static_cast<std::uint32_t>(hits->spans.size()) - first_span});
  }
  std::ranges::sort(hits->hits, {}, &Hit::brand);
}

Matcher::Matcher(std::shared_ptr<const RuleSet> rules, Guard guard, Nanoseconds /*clock*/)
    : scratch_(std::make_unique<Scratch>()) {
  scratch_->rules = std::move(rules);
  scratch_->guard = guard;
  scratch_->costs.resize(scratch_->rules->names.size());
}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

std::span<const RuleCost> Matcher::costs() const { return scratch_->costs; }
std::vector<Explanation> Matcher::explain(const Mention& /*mention*/,
                                          std::optional<std::uint32_t> /*brand*/) {
  return {};
}
std::vector<SeenToken> Matcher::seen() const { return {}; }

void Matcher::match(const Mention& mention, Hits* hits) {
  Scratch& scratch = *scratch_;
  hits->clear();
  scratch.occurrences.clear();
  scratch.scan(Field::text, mention.text, ' ');
  scratch.scan(Field::title, mention.title, ' ');
  scratch.scan(Field::shared_text, mention.shared_text, ' ');
  for (const std::string_view tag : mention.hashtags) scratch.scan(Field::hashtags, tag, '#');
  for (const Handle& one : mention.mentions) scratch.scan(Field::mentions, one.handle, '@');
  if (!scratch.occurrences.empty()) scratch.collect(hits);
  trim(&scratch.occurrences);
  trim(&scratch.found);
}

}  // namespace vigie::rules
