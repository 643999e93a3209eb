#include <algorithm>
#include <cstdint>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "rules/buffer.h"
#include "rules/matcher_scratch.h"
#include "rules/post_words.h"

namespace vigie::rules {
namespace {

constexpr std::uint32_t kSampleEvery = 64;  // evaluations; a power of two
constexpr std::uint32_t kEvaluatedMax = 1U << 31;

}  // namespace

Matcher::Scratch::Scratch(std::shared_ptr<const RuleSet> with, Guard how, Nanoseconds clock)
    : rules(std::move(with)),
      guard(how),
      nanoseconds(clock),
      evaluator(rules.get(), how == Guard::off),
      costs(rules->names.size()),
      states(rules->rules.size()) {
  if (rules->questions) questions = std::make_unique<Scratch>(rules->questions, how, nullptr);
}

void Matcher::Scratch::wake(std::uint32_t rule) {
  if (std::exchange(states[rule].round, round) == round) return;
  woken.push_back(rule);
  __builtin_prefetch(&rules->rules[rule]);
}

void Matcher::Scratch::take(const Posting& posting, const Found& found, std::uint32_t part,
                            bool joined) {
  const TextPart& in = (*text)[part];
  if (posting.author != (in.field == Field::author)) return;
  const bool in_hashtag = joined || in.parent != kNoPart;
  if (in_hashtag) {
    const bool phrase = joined || found.last_token > found.first_token;
    if (!phrase || posting.sigil != Sigil::none) return;
  } else if (posting.sigil != Sigil::none) {
    // Where a cashtag ends is left to the evaluator: only queries have them, and those are woken.
    if (!text->has_sigil(part, found.first_token, posting.sigil)) return;
  }
  if (posting.wakes) return wake(posting.rule);
  const bool with_sigil = joined || posting.sigil != Sigil::none;
  // What collect() will read.
  __builtin_prefetch(&rules->rules[posting.rule]);
  if (rules->first_rule.empty()) {
    __builtin_prefetch(&costs[posting.rule]);
    __builtin_prefetch(&rules->ids[posting.rule]);
  }
  occurrences.push_back(
      {posting.rule, text->span(part, found.first_token, found.last_token, with_sigil)});
}

void Matcher::Scratch::take(const Found& found, std::uint32_t part, bool joined) {
  const Posting* posting = rules->index.postings(found.node);
  take(*posting, found, part, joined);
  while (!posting->last) take(*++posting, found, part, joined);
}

void Matcher::Scratch::scan(std::uint32_t part) {
  const TextPart& in = (*text)[part];
  found_.clear();
  if (!in.all().empty()) rules->index.find(in.folded, in.all(), &found_);
  for (const Found& one : found_) take(one, part, false);
  if (in.parent != kNoPart) return;
  if (!rules->regexes.empty()) scan_regexes(part);
  // A pattern that is looked for in the author does not wake by it; see Lowering::part_with().
  if (in.field != Field::author && rules->patterns.wakes_any()) scan_patterns(part);
}

// Phrases whose words are joined to a hashtag, or to one of its words: #OrangeBank2026.
void Matcher::Scratch::scan_hashtags() {
  for (const PostText::Hashtag& hashtag : text->hashtags()) {
    take_joined((*text)[hashtag.part].all()[hashtag.token], hashtag.part, hashtag);
  }
  for (std::uint32_t part = 0; part < text->size(); ++part) {
    const TextPart& words = (*text)[part];
    if (words.parent == kNoPart) continue;
    for (const Token& word : words.all()) {
      take_joined(word, part, {words.parent, words.parent_token});
    }
  }
}

void Matcher::Scratch::take_joined(const Token& word, std::uint32_t part,
                                   PostText::Hashtag hashtag) {
  joined_.clear();
  const std::string_view joined =
      (*text)[part].folded.view().substr(word.begin, word.end - word.begin);
  rules->index.find_joined(joined, word.hash, &joined_);
  for (const TokenIndex::NodeId node : joined_) {
    take({hashtag.token, hashtag.token, node}, hashtag.part, true);
  }
}

void Matcher::Scratch::scan_patterns(std::uint32_t part) {
  const TextPart& in = (*text)[part];
  patterns_.clear();
  for (std::uint32_t i = 0; i < in.all().size(); ++i) {
    patterns_.clear();
    rules->patterns.find(in.word(i), &patterns_);
    for (const std::uint32_t pattern : patterns_) {
      for (const std::uint32_t rule : rules->pattern_rules[pattern]) wake(rule);
    }
  }
}

void Matcher::Scratch::scan_regexes(std::uint32_t part) {
  rules->regexes.find_candidates((*text)[part].with_lead(), &regex_);
  for (const std::uint32_t regex : regex_.candidates) {
    regex_places_.push_back({regex, part, regex_.within(regex)});
    for (const std::uint32_t rule : rules->regex_rules[regex]) wake(rule);
  }
}

// Without the guard every rule is looked at, and plain terms are found by looking at every token.
void Matcher::Scratch::wake_all() {
  for (std::uint32_t i = 0; i < rules->rules.size(); ++i) {
    const Rule& rule = rules->rules[i];
    if (rule.role == Rule::Role::guideline) continue;
    if (!rule.plain) {
      wake(i);
      continue;
    }
    for (std::uint32_t term = rule.first; term < rule.first + rule.count; ++term) {
      spans_.clear();
      evaluator.find_plain(rules->plain_terms[term], &spans_);
      for (const Span& span : spans_) occurrences.push_back({i, span});
    }
  }
}

PostText::Wanted Matcher::Scratch::wanted() const {
  return {.tokens = rules->looks_at_tokens,
          .authors = rules->looks_at_authors,
          .hashtags = rules->looks_into_hashtags};
}

void Matcher::Scratch::read(const Mention& post, bool all_tokens) {
  PostText::Wanted with = wanted();
  with.tokens = with.tokens || all_tokens;
  read_own(post, with);
  look(post);
}

void Matcher::Scratch::read(const Mention& post, const PostText& of_other,
                            const PostText::Wanted& with) {
  const PostText::Wanted need = wanted();
  if (with.tokens >= need.tokens && with.authors >= need.authors &&
      with.hashtags >= need.hashtags) {
    text = &of_other;
    read_with = with;
  } else {
    read_own(post, need);
  }
  look(post);
}

void Matcher::Scratch::read_own(const Mention& post, const PostText::Wanted& with) {
  own_text.read(post, rules->seed, with);
  text = &own_text;
  read_with = with;
}

void Matcher::Scratch::look(const Mention& post) {
  mention = &post;
  ++round;
  if (round == 0) {
    for (RuleState& state : states) state.round = 0;
    round = 1;
  }
  woken.clear();
  occurrences.clear();
  matched.clear();
  failed.clear();
  owned.wrote.clear();
  owned.addressed.clear();
  trim(&found_);
  trim(&spans_);
  trim(&regex_places_);
  regex_places_.clear();
  if (guard == Guard::off) {
    rules->owned.find_slowly(post, *text, &owned);
    evaluator.start(post, *text, &tokens);
    return wake_all();
  }
  if (rules->owned.has_accounts()) rules->owned.find(post, *text, &owned);
  for (std::uint32_t part = 0; part < text->size(); ++part) scan(part);
  scan_hashtags();
  for (const std::uint32_t rule : rules->always) wake(rule);
  const bool campaigns = !occurrences.empty() && !rules->campaigns.empty();  // and guidelines
  if (woken.empty() && !campaigns) return;
  std::ranges::sort(regex_places_, {}, &RegexPlace::key);
  evaluator.start(post, *text, &tokens, regex_places_);
}

void Matcher::Scratch::need_tokens() {
  if (read_with.tokens) return;
  PostText::Wanted with = read_with;
  with.tokens = true;
  read_own(*mention, with);
}

void Matcher::Scratch::evaluate_rule(std::uint32_t number) {
  const Rule& rule = rules->rules[number];
  const bool timed = nanoseconds != nullptr && evaluations++ % kSampleEvery == 0;
  const std::uint64_t start = timed ? nanoseconds() : 0;
  const Evaluator::Verdict verdict = evaluator.evaluate(rule);
  if (timed) {
    costs[rule.brand].seconds += static_cast<double>(nanoseconds() - start) * 1e-9 * kSampleEvery;
  }
  if (++states[number].evaluated == kEvaluatedMax) count_evaluated();
  if (verdict == Evaluator::Verdict::yes) matched.push_back(number);
  if (verdict != Evaluator::Verdict::failed) return;
  ++costs[rule.brand].failures;
  failed.push_back(number);
}

void Matcher::Scratch::evaluate() {
  constexpr std::size_t kAhead = 6;
  for (std::size_t i = 0; i < std::min(kAhead, woken.size()); ++i) {
    evaluator.prefetch(rules->rules[woken[i]]);
  }
  for (std::size_t i = 0; i < woken.size(); ++i) {
    if (i + kAhead < woken.size()) evaluator.prefetch(rules->rules[woken[i + kAhead]]);
    evaluate_rule(woken[i]);
  }
  std::ranges::sort(matched);
}

void Matcher::Scratch::count_evaluated() {
  for (std::size_t i = 0; i < states.size(); ++i) {
    const std::uint32_t evaluated = std::exchange(states[i].evaluated, 0);
    if (evaluated == 0) continue;
    RuleCost& cost = costs[rules->rules[i].brand];
    cost.candidates += evaluated;
    cost.verifications += evaluated;
  }
}

bool Matcher::Scratch::takes_part(std::uint32_t campaign) const {
  const CampaignNotes& notes = rules->campaigns[campaign];
  const EventTime time = mention->created_at;
  return (!notes.start || *notes.start <= time) && (!notes.end || time < *notes.end);
}

bool Matcher::Scratch::breaks_guideline(std::uint32_t rule) {
  if (rule == kNone) return false;
  const Evaluator::Verdict verdict = evaluator.evaluate(rules->rules[rule]);
  if (verdict == Evaluator::Verdict::failed) ++costs[rules->rules[rule].brand].failures;
  return verdict == Evaluator::Verdict::yes;
}

// What the rules of one brand make of the post; the occurrences and matches of this brand begin at
// the given places. Returns the place behind its last match.
std::size_t Matcher::Scratch::collect_brand(std::uint32_t brand, std::size_t occurrence,
                                            std::size_t match, Hits* hits) {
  Hit hit{.brand = rules->ids[brand], .first_span = static_cast<std::uint32_t>(hits->spans.size())};
  bool by_query = false;
  bool by_shadow = false;
  bool has_shadow = false;
  spans_.clear();
  for (std::uint32_t i = rules->rules_of(brand); i < rules->rules_of(brand + 1); ++i) {
    const Rule& rule = rules->rules[i];
    has_shadow = has_shadow || rule.role == Rule::Role::shadow;
    const bool program = match < matched.size() && matched[match] == i;
    if (program) ++match;
    const bool plain = occurrence < occurrences.size() && occurrences[occurrence].rule == i;
    bool counts = program || plain;
    if (counts && rule.role == Rule::Role::campaign) {
      const std::uint32_t campaign = rules->first_campaign[brand] + rule.item;
      counts = takes_part(campaign);
      const bool rejected = counts && breaks_guideline(rules->campaigns[campaign].guideline);
      if (counts) hit.campaigns |= 1U << rule.item;
      if (rejected) hit.rejected |= 1U << rule.item;
    }
    by_query = by_query || (counts && rule.role == Rule::Role::query);
    by_shadow = by_shadow || (counts && rule.role == Rule::Role::shadow);
    const bool shown = counts && rule.role != Rule::Role::shadow;
    if (program && shown) {
      evaluator.refill();
      evaluator.collect(rule.count, &spans_);
    }
    for (; occurrence < occurrences.size() && occurrences[occurrence].rule == i; ++occurrence) {
      if (shown) spans_.push_back(occurrences[occurrence].span);
    }
  }
  if (has_shadow && by_query != by_shadow) hits->changes.push_back({hit.brand, by_shadow});
  hit.addressed = std::ranges::binary_search(owned.addressed, brand);
  if (!by_query && hit.campaigns == 0 && !hit.addressed) return match;
  hit.owned =
      std::ranges::binary_search(owned.wrote, brand) || rules->owned.is_at_site(brand, *mention);
  hit.owned_link = rules->owned.links_to_site(brand, *mention);
  ++costs[brand].matches;
  std::ranges::sort(spans_);
  const auto repeated = std::ranges::unique(spans_);
  spans_.erase(repeated.begin(), repeated.end());
  hit.span_count = static_cast<std::uint32_t>(std::min(spans_.size(), kSpansMax));
  hits->spans.insert(hits->spans.end(), spans_.begin(), spans_.begin() + hit.span_count);
  hits->hits.push_back(hit);
  return match;
}

void Matcher::Scratch::tell_media(Hits* hits) {
  if (hits->hits.empty()) return;
  need_tokens();
  const bool paid = is_marked_as_ad(*text);
  for (Hit& hit : hits->hits) hit.media = media_type(hit.owned, paid, mention->kind);
}

// Accounts answer for brands that their replies do not mention, too.
void Matcher::Scratch::collect_answers(Hits* hits) {
  if (mention->parent_id.empty()) return;
  for (const std::uint32_t brand : owned.wrote) {
    const BrandId id = rules->ids[brand];
    if (!std::ranges::binary_search(hits->hits, id, {}, &Hit::brand)) hits->answers.push_back(id);
  }
  std::ranges::sort(hits->answers);
}

void Matcher::Scratch::ask_questions(Hits* hits) {
  if (!questions || hits->hits.empty()) return;
  answers.clear();
  questions->read(*mention, *text, read_with);
  questions->decide(&answers);
  for (const Hit& answer : answers.hits) {
    if (answer.brand < rules->segments) hits->segments |= 1U << answer.brand;
    if (answer.brand >= rules->first_crisis && answer.brand < rules->end_crisis) {
      hits->crises |= 1U << (answer.brand - rules->first_crisis);
    }
    hits->recommends = hits->recommends || answer.brand == rules->recommend;
    hits->advises_against = hits->advises_against || answer.brand == rules->advise_against;
  }
}

void Matcher::Scratch::collect(Hits* hits) {
  const auto key = [](const Occurrence& one) { return std::tuple(one.rule, one.span); };
  std::ranges::sort(occurrences, {}, key);
  std::size_t occurrence = 0;
  std::size_t match = 0;
  std::size_t address = 0;
  while (occurrence < occurrences.size() || match < matched.size() ||
         address < owned.addressed.size()) {
    std::uint32_t brand = UINT32_MAX;
    if (occurrence < occurrences.size()) {
      brand = rules->rules[occurrences[occurrence].rule].brand;
    }
    const bool plain = brand != UINT32_MAX;
    if (match < matched.size()) brand = std::min(brand, rules->rules[matched[match]].brand);
    if (address < owned.addressed.size()) brand = std::min(brand, owned.addressed[address]);
    if (plain && rules->rules[occurrences[occurrence].rule].brand == brand) {
      ++costs[brand].candidates;
    }
    match = collect_brand(brand, occurrence, match, hits);
    if (address < owned.addressed.size() && owned.addressed[address] == brand) ++address;
    while (occurrence < occurrences.size() &&
           rules->rules[occurrences[occurrence].rule].brand == brand) {
      ++occurrence;
    }
  }
  std::ranges::sort(hits->hits, {}, &Hit::brand);
  std::ranges::sort(hits->changes, {}, &ShadowChange::brand);
  tell_media(hits);
  collect_answers(hits);
  ask_questions(hits);
}

void Matcher::Scratch::decide(Hits* hits) {
  if (is_quiet()) return;
  evaluate();
  collect(hits);
  trim(&occurrences);
}

Matcher::Matcher(std::shared_ptr<const RuleSet> rules, Guard guard, Nanoseconds clock)
    : scratch_(std::make_unique<Scratch>(std::move(rules), guard, clock)) {}
Matcher::~Matcher() = default;
Matcher::Matcher(Matcher&&) noexcept = default;
Matcher& Matcher::operator=(Matcher&&) noexcept = default;

void Matcher::match(const Mention& mention, Hits* hits) {
  hits->clear();
  scratch_->read(mention);
  scratch_->decide(hits);
}

void Matcher::describe(const KeySeed& seed, PostWords* words) {
  Scratch& scratch = *scratch_;
  scratch.need_tokens();
  read_words(*scratch.text, {seed.first, seed.second}, words);
}

FieldText Matcher::field(Field field) {
  Scratch& scratch = *scratch_;
  scratch.need_tokens();
  const std::uint32_t part = scratch.text->find(field);
  if (part == kNoPart) return {};
  const TextPart& in = (*scratch.text)[part];
  return {in.original, in.folded.view(), in.all()};
}

std::uint32_t Matcher::token_at(Field field, std::uint32_t byte) {
  const PostText& text = *scratch_->text;
  const std::uint32_t part = text.find(field);
  if (part == kNoPart) return 0;
  std::uint32_t low = 0;
  auto high = static_cast<std::uint32_t>(text[part].all().size());
  while (low < high) {
    const std::uint32_t middle = low + (high - low) / 2;
    const Span span = text.span(part, middle, middle, false);
    if (span.first + span.count > byte) {
      high = middle;
    } else {
      low = middle + 1;
    }
  }
  return low;
}

Span Matcher::span_of(Field field, std::uint32_t first, std::uint32_t last) {
  const PostText& text = *scratch_->text;
  return text.span(text.find(field), first, last - 1, false);
}

std::span<const RuleCost> Matcher::costs() {
  scratch_->count_evaluated();
  return scratch_->costs;
}

}  // namespace vigie::rules
