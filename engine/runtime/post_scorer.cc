#include "engine/runtime/post_scorer.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <string_view>

#include "engine/base/limits.h"

namespace vigie {
namespace {

using sentiment::Clause;
using sentiment::Language;
using sentiment::Score;

// By the order of Score::probabilities.
constexpr std::array kLabels{Sentiment::negative, Sentiment::neutral, Sentiment::positive};

rules::Span all_of(rules::Field field, std::string_view original) {
  return {field, 0, static_cast<std::uint32_t>(original.size())};
}

}  // namespace

void PostScorer::read_joined(const rules::FieldText& title, const rules::FieldText& text) {
  original_.assign(title.original).append(1, '\n').append(text.original);
  folded_.assign(title.folded).append(1, '\n').append(text.folded);
  tokens_.assign(title.tokens.begin(), title.tokens.end());
  const auto by = static_cast<std::uint32_t>(title.folded.size() + 1);
  for (Token token : text.tokens) {
    token.begin += by;
    token.end += by;
    tokens_.push_back(token);
  }
  text_ = {original_, folded_, tokens_};
}

void PostScorer::read(rules::Matcher* matcher) {
  const rules::FieldText title = matcher->field(rules::Field::title);
  const rules::FieldText text = matcher->field(rules::Field::text);
  whole_.clear();
  title_tokens_ = 0;
  if (!title.tokens.empty()) whole_.push_back(all_of(rules::Field::title, title.original));
  if (!text.tokens.empty()) whole_.push_back(all_of(rules::Field::text, text.original));
  if (whole_.size() == 2) {
    title_tokens_ = static_cast<std::uint32_t>(title.tokens.size());
    field_ = rules::Field::text;
    return read_joined(title, text);
  }
  rules::FieldText only = text;
  if (whole_.empty()) {
    only = matcher->field(rules::Field::shared_text);
    whole_.push_back(all_of(rules::Field::shared_text, only.original));
  } else if (!title.tokens.empty()) {
    only = title;
  }
  field_ = whole_.front().field;
  text_ = {only.original, only.folded, only.tokens};
}

std::pair<rules::Field, Clause> PostScorer::in_field(Clause clause) const {
  if (clause.first < title_tokens_) return {rules::Field::title, clause};
  return {field_, {clause.first - title_tokens_, clause.last - title_tokens_}};
}

void PostScorer::find_places(rules::Matcher* matcher, const rules::Hits& hits) {
  places_.clear();
  for (std::uint32_t hit = 0; hit < hits.hits.size(); ++hit) {
    const rules::Hit& of = hits.hits[hit];
    for (std::uint32_t i = of.first_span; i < of.first_span + of.span_count; ++i) {
      const rules::Span& span = hits.spans[i];
      const bool title = title_tokens_ != 0 && span.field == rules::Field::title;
      if (span.field != field_ && !title) continue;
      std::uint32_t token = matcher->token_at(span.field, span.first);
      if (!title) token += title_tokens_;
      if (token < text_.tokens.size()) places_.push_back({token, hit});
      if (places_.size() > kClauseHitsMax) return;
    }
  }
}

bool PostScorer::find_clauses(rules::Matcher* matcher, const rules::Hits& hits, Language language) {
  find_places(matcher, hits);
  if (places_.empty() || places_.size() > kClauseHitsMax) return false;
  clauses_.clear();
  of_hits_.assign(hits.hits.size(), {});
  bool differ = false;
  for (std::uint32_t hit = 0; hit < hits.hits.size(); ++hit) {
    others_.clear();
    for (const Place& place : places_) {
      if (place.hit != hit) others_.push_back(place.token);
    }
    std::ranges::sort(others_);
    HitClauses& mine = of_hits_[hit];
    mine.first = static_cast<std::uint32_t>(clauses_.size());
    for (const Place& place : places_) {
      if (place.hit != hit || clauses_.size() - mine.first == kClausesMax) continue;
      const Clause clause =
          sentiment::clause_around(text_.folded, text_.tokens, place.token, others_, language);
      const auto begin = clauses_.begin() + mine.first;
      if (std::find(begin, clauses_.end(), clause) == clauses_.end()) clauses_.push_back(clause);
    }
    mine.count = static_cast<std::uint32_t>(clauses_.size()) - mine.first;
    const auto of = [&](const HitClauses& one) {
      return std::span(clauses_).subspan(one.first, one.count);
    };
    differ = differ || !std::ranges::equal(of(mine), of(of_hits_.front()));
  }
  return differ;
}

Score PostScorer::score_clause(rules::Matcher* matcher, Clause clause, Language language) {
  for (const auto& [known, score] : scored_) {
    if (known == clause) return score;
  }
  const auto [field, place] = in_field(clause);
  const rules::Span span = matcher->span_of(field, place.first, place.last);
  // With the signs behind it, which may be as telling as its words.
  const std::string_view original = matcher->field(field).original;
  const std::size_t next = place.last < matcher->field(field).tokens.size()
                               ? matcher->span_of(field, place.last, place.last + 1).first
                               : original.size();
  const sentiment::Text part{
      .original = original.substr(span.first, next - span.first),
      .folded = text_.folded,
      .tokens = text_.tokens.subspan(clause.first, clause.last - clause.first)};
  return scored_.emplace_back(clause, scorer_.score(part, language)).second;
}

void PostScorer::score_clauses(rules::Matcher* matcher, Language language, BrandScore* out) {
  const auto hit = static_cast<std::size_t>(out - scores_.data());
  const HitClauses& mine = of_hits_[hit];
  out->first_clause = static_cast<std::uint32_t>(spans_.size());
  std::array<float, 3> sum{};
  for (const Clause& clause : std::span(clauses_).subspan(mine.first, mine.count)) {
    const Score score = score_clause(matcher, clause, language);
    if (score.label == Sentiment::unscored) continue;
    for (std::size_t i = 0; i < sum.size(); ++i) sum[i] += score.probabilities[i];
    const auto [field, place] = in_field(clause);
    spans_.push_back(matcher->span_of(field, place.first, place.last));
  }
  out->clause_count = static_cast<std::uint32_t>(spans_.size()) - out->first_clause;
  if (out->clause_count == 0) return;
  const auto count = static_cast<float>(out->clause_count);
  for (std::size_t i = 0; i < sum.size(); ++i) out->score.probabilities[i] = sum[i] / count;
  const auto best = std::ranges::max_element(sum);
  out->score.label = kLabels[static_cast<std::size_t>(best - sum.begin())];
}

void PostScorer::score(const Mention& mention, rules::Matcher* matcher, const rules::Hits& hits) {
  scores_.assign(hits.hits.size(), {});
  spans_.clear();
  scored_.clear();
  read(matcher);
  const bool known = !mention.lang.empty() && mention.lang != "und";
  const Language language = known ? sentiment::language_of(mention.lang) : scorer_.identify(text_);
  if (language == Language::none || scores_.empty()) return;
  const bool by_clause = scores_.size() > 1 && find_clauses(matcher, hits, language);
  std::optional<Score> whole;
  for (BrandScore& brand : scores_) {
    brand.language = language;
    if (by_clause) score_clauses(matcher, language, &brand);
    if (brand.clause_count != 0) continue;
    if (!whole) whole = scorer_.score(text_, language);
    brand.score = *whole;
  }
}

}  // namespace vigie
