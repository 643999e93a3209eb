// What the table of KPIs computes its values by. Private to kpi_table.cc.
#pragma once

#include <algorithm>
#include <array>
#include <optional>

#include "engine/analysis/kpi.h"

namespace vigie::kpi {

using Value = std::optional<double>;
using Input = KpiInput;
using Whole = KpiInput::Whole;

inline double sum(const Input& input, Measure measure) {
  return static_cast<double>(at(input.now, measure));
}
template <Measure which>
Value measure(const Input& input) {
  return sum(input, which);
}
template <auto which>
Value whole(const Input& input) {
  return input.whole != nullptr ? Value(input.whole->*which) : std::nullopt;
}
template <double AuthorSums::* which>
Value authors(const Input& input) {
  return input.whole != nullptr ? Value(input.whole->authors.*which) : std::nullopt;
}
template <AuthorClass which>
Value of_class(const Input& input) {
  if (input.whole == nullptr) return std::nullopt;
  return input.whole->authors.by_class[static_cast<std::size_t>(which)];
}

inline Value mentions_before(const Input& input) {
  if (!input.compared) return std::nullopt;
  return static_cast<double>(at(input.before, Measure::mentions));
}
inline Value mentions_gained(const Input& input) {
  if (!input.compared) return std::nullopt;
  return sum(input, Measure::mentions) - *mentions_before(input);
}
inline Value scored(const Input& input) {
  return sum(input, Measure::positive) + sum(input, Measure::neutral) +
         sum(input, Measure::negative);
}
inline Value unscored(const Input& input) { return sum(input, Measure::mentions) - *scored(input); }
inline Value sentiment_balance(const Input& input) {
  return sum(input, Measure::positive) - sum(input, Measure::negative);
}
inline Value sentiment_bearing(const Input& input) {
  return sum(input, Measure::positive) + sum(input, Measure::negative);
}
inline Value score_sum(const Input& input) { return sum(input, Measure::score_sum) / kScoreSteps; }
// Of negative, neutral and positive.
template <std::size_t which>
Value adjusted(const Input& input) {
  if (input.whole == nullptr) return std::nullopt;
  return input.whole->adjusted.posts[which];
}
inline Value adjusted_balance(const Input& input) {
  if (input.whole == nullptr) return std::nullopt;
  return *adjusted<2>(input) - *adjusted<0>(input);
}
inline Value adjusted_bearing(const Input& input) {
  if (input.whole == nullptr) return std::nullopt;
  return *adjusted<2>(input) + *adjusted<0>(input);
}
inline Value engagement(const Input& input) {
  return sum(input, Measure::likes) + sum(input, Measure::comments) + sum(input, Measure::shares) +
         sum(input, Measure::clicks);
}
inline Value rating_sum(const Input& input) { return sum(input, Measure::rating_sum) / 100; }
inline Value echoes(const Input& input) {
  return sum(input, Measure::reposts) + sum(input, Measure::quotes) + sum(input, Measure::replies);
}

inline Value audience(const Input& input) {
  if (input.whole == nullptr) return std::nullopt;
  return std::max(0.0, input.whole->authors.reach - sum(input, Measure::views));
}
inline Value inactive(const Input& input) {
  return std::max(0.0, sum(input, Measure::views) - sum(input, Measure::engagement_viewed));
}
inline Value interacting(const Input& input) {
  return sum(input, Measure::engagement_viewed) - sum(input, Measure::comments_viewed);
}
inline Value interaction_audience(const Input& input) {
  return *inactive(input) + sum(input, Measure::engagement_viewed);
}
// The classes are those of 30 days, so reach has to be.
inline bool has_creation(const Input& input) {
  return input.whole != nullptr && input.whole->days == kAuthorClassDays;
}
inline Value contributing(const Input& input) {
  if (!has_creation(input)) return std::nullopt;
  return *of_class<AuthorClass::sharer>(input) + *of_class<AuthorClass::commenter>(input);
}
inline Value creating(const Input& input) {
  if (!has_creation(input)) return std::nullopt;
  return *of_class<AuthorClass::contributor>(input) + *of_class<AuthorClass::animator>(input) +
         *of_class<AuthorClass::ambassador>(input);
}
inline Value lurking(const Input& input) {
  if (!has_creation(input)) return std::nullopt;
  return std::max(0.0, input.whole->authors.reach - *contributing(input) - *creating(input));
}
inline Value creation_audience(const Input& input) {
  if (!has_creation(input)) return std::nullopt;
  return *lurking(input) + *contributing(input) + *creating(input);
}
inline Value earned_media_value(const Input& input) {
  if (input.whole == nullptr) return std::nullopt;
  const Whole& whole = *input.whole;
  if (!whole.value_of_views || !whole.value_of_interactions) return std::nullopt;
  return *whole.value_of_views + *whole.value_of_interactions;
}

struct Stretch {
  Measure answers;
  double from;  // seconds
  double to;
};
// What is answered later has no end: it counts as its beginning, as in PromQL's
// histogram_quantile().
inline constexpr std::array<Stretch, 8> kStretches{{{Measure::answered_in_5m, 0, 300},
                                                    {Measure::answered_in_15m, 300, 900},
                                                    {Measure::answered_in_1h, 900, 3'600},
                                                    {Measure::answered_in_4h, 3'600, 14'400},
                                                    {Measure::answered_in_12h, 14'400, 43'200},
                                                    {Measure::answered_in_1d, 43'200, 86'400},
                                                    {Measure::answered_in_3d, 86'400, 259'200},
                                                    {Measure::answered_later, 259'200, 259'200}}};

template <int percent>
Value response_time(const Input& input) {
  const double rank = sum(input, Measure::answered) * percent / 100;
  double below = 0;
  for (const Stretch& stretch : kStretches) {
    const double answers = sum(input, stretch.answers);
    if (answers > 0 && below + answers >= rank) {
      return stretch.from + (stretch.to - stretch.from) * (rank - below) / answers;
    }
    below += answers;
  }
  return std::nullopt;
}

}  // namespace vigie::kpi
