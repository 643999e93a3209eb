// The measures: what every post adds to the numbers of a brand. Each is a sum over posts of a whole
// number that follows from the post's state alone, so that cells of any length add up, and what a
// post added can be taken back exactly.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

#include "engine/analysis/post_state.h"

namespace vigie {

// In the order of kMeasureSpecs. The first kSlicedMeasures are kept for every slice too.
enum class Measure : std::uint8_t {
  mentions,
  originals,
  deduplicated,
  positive,
  neutral,
  negative,
  likes,
  comments,
  shares,
  clicks,
  views,
  shares_viewed,
  engagement_viewed,
  followers,
  engagement_followed,
  followers_unviewed,
  ratings,
  rating_sum,
  // Of the brand as a whole only.
  reposts,
  quotes,
  replies,
  saves,
  reported_reach,
  engagement_reached,
  comments_viewed,
  organic_views,
  organic_followers,
  ugc_originals,
  ugc_reposts,
  contributions,
  rejections,
  addressed,
  answered,
  answered_in_5m,
  answered_in_15m,
  answered_in_1h,
  answered_in_4h,
  answered_in_12h,
  answered_in_1d,
  answered_in_3d,
  answered_later,
  answer_seconds,
  recommending,
  advising_against,
  opinions,
  defences,
  linked,
  owned_links,
  suspicious,
  young_authors,
  unfollowed_authors,
  near_identical,
  rated_1,
  rated_2,
  rated_3,
  rated_4,
  rated_5,
  score_sum,
  crisis_mentions,
  count,
};
inline constexpr std::size_t kMeasures = static_cast<std::size_t>(Measure::count);
inline constexpr std::size_t kSlicedMeasures = static_cast<std::size_t>(Measure::reposts);

struct MeasureSpec {
  std::string_view name;                 // as in Measure
  std::string_view unit;                 // "posts", "views", ...
  std::string_view meaning;              // a sentence
  std::int64_t (*of)(const PostState&);  // what one live post adds
};
[[nodiscard]] std::span<const MeasureSpec, kMeasures> measure_specs();

// In the saved state a measure has a number that is its own for good, whatever its place is.
inline constexpr std::uint32_t kMeasureNumbersMax = 256;
[[nodiscard]] std::uint32_t number_of(Measure measure);
// Nothing for a number that this engine does not know.
[[nodiscard]] std::optional<Measure> measure_of_number(std::uint32_t number);

using Measures = std::array<std::int64_t, kMeasures>;
[[nodiscard]] inline std::int64_t& at(Measures& measures, Measure measure) {
  return measures[static_cast<std::size_t>(measure)];
}
[[nodiscard]] inline std::int64_t at(const Measures& measures, Measure measure) {
  return measures[static_cast<std::size_t>(measure)];
}

// Posts by what the model called them: what the correction of its errors starts from. Beside the
// measures, as cells hold 64 of those.
inline constexpr std::size_t kCalledLanguages = 6;  // of sentiment::Language, without none
inline constexpr std::size_t kCalled = 3 * kCalledLanguages;
// By language, in each negative, neutral and positive.
using Called = std::array<std::int64_t, kCalled>;
// Where the post counts in it; nothing where it is not live, or the model did not score it.
[[nodiscard]] std::optional<std::uint8_t> called_place(const PostState& post);

// What the saved state calls the columns of a Track: those of measures, or those of Called, which
// have numbers of their own. REQUIRES: a place of the table; numbers are below kMeasureNumbersMax.
struct Numbering {
  std::uint32_t (*number)(std::size_t place);
  std::optional<std::size_t> (*place)(std::uint32_t number);  // nothing: not known here
};
[[nodiscard]] const Numbering& measure_numbering();
[[nodiscard]] const Numbering& called_numbering();

// What one measure grows by.
struct Change {
  std::uint8_t measure = 0;
  std::int64_t by = 0;
  friend auto operator<=>(const Change&, const Change&) = default;
};

// Changes by measure, each once, rising; at most kMeasures.
struct Changes {
  std::array<Change, kMeasures> list{};
  std::size_t count = 0;
  [[nodiscard]] std::span<const Change> all() const { return {list.data(), count}; }
  // Those that slices keep.
  [[nodiscard]] std::span<const Change> sliced() const;
};
// Appends those of `by` that are not zero, the first of which is the first measure.
void append_changes(std::span<const std::int64_t> by, Changes* changes);

// What the post adds; nothing where it is not live.
void contribution(const PostState& post, Changes* changes);
// The same of a live one, of all measures.
void contribution(const PostState& post, Measures* sums);
// Likes, comments, shares and clicks that it adds; 0 where it is not live.
[[nodiscard]] std::int64_t engagement_of(const PostState& post);
// What has to be added so that `before` becomes `after`.
void difference(const PostState& before, const PostState& after, Changes* changes);

}  // namespace vigie
