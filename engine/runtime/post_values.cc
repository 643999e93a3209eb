#include "engine/runtime/post_values.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <span>

#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::array<std::string_view, 7> kPositive{
    "positive", "pos", "very_positive", "very positive", "positif", "positiv", "positivo"};
constexpr std::array<std::string_view, 6> kNeutral{"neutral", "neu",   "neutre",
                                                   "neutro",  "mixed", "mixte"};
constexpr std::array<std::string_view, 8> kNegative{"negative",      "neg",     "very_negative",
                                                    "very negative", "negatif", "négatif",
                                                    "negativ",       "negativo"};
constexpr std::array<std::string_view, 8> kOutOfSight{
    "removed", "hidden", "moderated", "rejected", "blocked", "withheld", "spam", "suspended"};

bool is_one_of(std::string_view text, std::span<const std::string_view> words) {
  return std::ranges::any_of(words, [&](std::string_view word) { return same_word(text, word); });
}

}  // namespace

EventTime counted_at(const Mention& mention) {
  if (mention.metrics.as_of) return *mention.metrics.as_of;
  if (mention.edited_at) return *mention.edited_at;
  return mention.observed_at.value_or(mention.created_at);
}

std::string_view root_id_of(const Mention& mention) {
  std::string_view root = mention.root_id;
  if (mention.kind == Kind::repost && !mention.shared_id.empty()) root = mention.shared_id;
  if (mention.kind == Kind::quote && !mention.quoted_id.empty()) root = mention.quoted_id;
  if (root.empty()) root = mention.parent_id;
  return root == mention.id ? std::string_view() : root;
}

float stars_of(const Mention& mention) {
  if (!mention.rating) return 0;
  constexpr double kMost = 5;
  const double max = mention.rating->max.value_or(kMost);
  const double value = mention.rating->value;
  const double least = mention.rating->max ? 0 : 1;
  if (!std::isfinite(max) || max <= 0 || !(value >= least && value <= max)) return 0;
  return static_cast<float>(std::max(1.0, value / max * kMost));
}

std::int32_t account_days_of(const Mention& mention) {
  if (!mention.author.created_at) return -1;
  const Duration age = mention.created_at - *mention.author.created_at;
  if (age < Duration::zero()) return -1;
  return std::chrono::duration_cast<std::chrono::duration<std::int32_t, std::ratio<86400>>>(age)
      .count();
}

Sentiment sentiment_of(const Mention& mention) {
  if (!mention.sentiment) return Sentiment::unscored;
  const std::string_view label = mention.sentiment->label;
  if (is_one_of(label, kPositive)) return Sentiment::positive;
  if (is_one_of(label, kNeutral)) return Sentiment::neutral;
  if (is_one_of(label, kNegative)) return Sentiment::negative;
  return Sentiment::unscored;
}

float given_score_of(const Mention& mention) {
  if (!mention.sentiment || !mention.sentiment->score) return 0;
  const double score = *mention.sentiment->score;
  return score >= -1 && score <= 1 ? static_cast<float>(score) : 0;
}

bool is_edited(const Mention& mention) {
  return mention.edited_at.has_value() || !mention.replaces_id.empty();
}

std::string_view author_id_of(const Mention& mention) {
  const Author& author = mention.author;
  return author.id.empty() ? author.handle : author.id;
}

bool is_moderated(const Mention& mention) { return is_one_of(mention.visibility, kOutOfSight); }

}  // namespace vigie
