#include "engine/analysis/measures.h"

#include <algorithm>
#include <utility>

namespace vigie {
namespace {

using P = PostState;

// A count that is not known adds nothing.
constexpr std::int64_t counter(const P& post, Counter which) {
  const std::uint32_t value = post.counters[static_cast<std::size_t>(which)];
  return value == kUnknownCount32 ? 0 : std::int64_t{value};
}
constexpr bool viewed(const P& post) {
  return post.counters[static_cast<std::size_t>(Counter::views)] != kUnknownCount32;
}
constexpr bool followed(const P& post) { return post.followers != kUnknownCount32; }
constexpr std::int64_t shares(const P& post) {
  return counter(post, Counter::shares) + counter(post, Counter::quotes);
}
constexpr std::int64_t engagement(const P& post) {
  return counter(post, Counter::likes) + counter(post, Counter::comments) + shares(post) +
         counter(post, Counter::clicks);
}
constexpr bool organic(const P& post) { return post.media != MediaType::paid; }
constexpr bool contributes(const P& post) { return post.campaigns != 0 && !post.owned; }
// What the brand itself writes waits for no answer of it.
constexpr bool addressed(const P& post) { return post.addressed && !post.owned; }
constexpr bool answered(const P& post) {
  return addressed(post) && post.answered_after != kNotAnswered;
}
// In [from, to) seconds.
constexpr std::int64_t answered_within(const P& post, std::uint32_t from, std::uint32_t to) {
  return answered(post) && post.answered_after >= from && post.answered_after < to ? 1 : 0;
}
// Rated so many stars, rounded; ratings are 1 to 5.
constexpr std::int64_t rated(const P& post, int stars) {
  return post.rating != 0 && (post.rating + 50) / 100 == stars ? 1 : 0;
}
constexpr bool has_opinion(const P& post) {
  return post.recommends || post.advises_against || post.sentiment == Sentiment::positive ||
         post.sentiment == Sentiment::negative;
}

constexpr std::uint32_t kMinute = 60;
constexpr std::uint32_t kHour = 60 * kMinute;
constexpr std::uint32_t kDay = 24 * kHour;

constexpr std::array<MeasureSpec, kMeasures> kMeasureSpecs{{
    {"mentions", "posts", "Posts that mention the brand.",  //
     [](const P&) -> std::int64_t { return 1; }},
    {"originals", "posts", "Mentions that are no reposts.",
     [](const P& p) -> std::int64_t { return p.kind != Kind::repost; }},
    {"deduplicated", "posts", "Mentions of which no near-duplicate came before.",
     [](const P& p) -> std::int64_t { return p.first_of_group; }},
    {"positive", "posts", "Mentions with a positive text.",
     [](const P& p) -> std::int64_t { return p.sentiment == Sentiment::positive; }},
    {"neutral", "posts", "Mentions with a neutral text.",
     [](const P& p) -> std::int64_t { return p.sentiment == Sentiment::neutral; }},
    {"negative", "posts", "Mentions with a negative text.",
     [](const P& p) -> std::int64_t { return p.sentiment == Sentiment::negative; }},
    {"likes", "likes", "Likes of mentions.",
     [](const P& p) -> std::int64_t { return counter(p, Counter::likes); }},
    {"comments", "comments", "Comments on mentions, as their platforms count them.",
     [](const P& p) -> std::int64_t { return counter(p, Counter::comments); }},
    {"shares", "shares", "Shares and quotes of mentions, as their platforms count them.",
     [](const P& p) -> std::int64_t { return shares(p); }},
    {"clicks", "clicks", "Clicks on mentions.",
     [](const P& p) -> std::int64_t { return counter(p, Counter::clicks); }},
    {"views", "views", "Views of mentions (impressions), where they are known.",
     [](const P& p) -> std::int64_t { return counter(p, Counter::views); }},
    {"shares_viewed", "shares", "Shares and quotes of mentions whose views are known.",
     [](const P& p) -> std::int64_t { return viewed(p) ? shares(p) : 0; }},
    {"engagement_viewed", "interactions",
     "Likes, comments, shares and clicks of mentions whose views are known.",
     [](const P& p) -> std::int64_t { return viewed(p) ? engagement(p) : 0; }},
    {"followers", "followers",
     "Followers of the authors of mentions, once for each mention (potential impressions).",
     [](const P& p) -> std::int64_t { return followed(p) ? std::int64_t{p.followers} : 0; }},
    {"engagement_followed", "interactions",
     "Likes, comments, shares and clicks of mentions whose authors' followers are known.",
     [](const P& p) -> std::int64_t { return followed(p) ? engagement(p) : 0; }},
    {"followers_unviewed", "followers",
     "Followers of the authors of mentions whose views are not known.",
     [](const P& p) -> std::int64_t {
       return followed(p) && !viewed(p) ? std::int64_t{p.followers} : 0;
     }},
    {"ratings", "posts", "Mentions that give stars.",
     [](const P& p) -> std::int64_t { return p.rating != 0; }},
    {"rating_sum", "hundredths of a star", "The stars they give, added up.",
     [](const P& p) -> std::int64_t { return p.rating; }},
    {"reposts", "posts", "Mentions that are reposts.",
     [](const P& p) -> std::int64_t { return p.kind == Kind::repost; }},
    {"quotes", "posts", "Mentions that quote another post.",
     [](const P& p) -> std::int64_t { return p.kind == Kind::quote; }},
    {"replies", "posts", "Mentions that are replies or comments.",
     [](const P& p) -> std::int64_t { return p.kind == Kind::reply || p.kind == Kind::comment; }},
    {"saves", "saves", "Saves (bookmarks) of mentions.",
     [](const P& p) -> std::int64_t { return counter(p, Counter::saves); }},
    {"reported_reach", "people", "People reached by mentions, where a platform reports them.",
     [](const P& p) -> std::int64_t { return counter(p, Counter::reach); }},
    {"engagement_reached", "interactions",
     "Likes, comments, shares and clicks of mentions by others than the brand whose authors are "
     "known, and their followers.",
     [](const P& p) -> std::int64_t {
       return !p.owned && followed(p) && p.author.is_set() ? engagement(p) : 0;
     }},
    {"comments_viewed", "comments", "Comments on mentions whose views are known.",
     [](const P& p) -> std::int64_t { return viewed(p) ? counter(p, Counter::comments) : 0; }},
    {"organic_views", "views", "Views of mentions that are not paid, where they are known.",
     [](const P& p) -> std::int64_t { return organic(p) ? counter(p, Counter::views) : 0; }},
    {"organic_followers", "followers", "Followers of the authors of mentions that are not paid.",
     [](const P& p) -> std::int64_t {
       return organic(p) && followed(p) ? std::int64_t{p.followers} : 0;
     }},
    {"ugc_originals", "posts",
     "Posts with the hashtag of a campaign by others than the brand, no reposts.",
     [](const P& p) -> std::int64_t { return contributes(p) && p.kind != Kind::repost; }},
    {"ugc_reposts", "posts", "Reposts with the hashtag of a campaign by others than the brand.",
     [](const P& p) -> std::int64_t { return contributes(p) && p.kind == Kind::repost; }},
    {"contributions", "posts", "Posts and reposts to campaigns by others than the brand.",
     [](const P& p) -> std::int64_t { return contributes(p); }},
    {"rejections", "posts", "Contributions that break the guideline, or that were hidden.",
     [](const P& p) -> std::int64_t { return contributes(p) && (p.rejected != 0 || p.moderated); }},
    {"addressed", "posts", "Mentions by others that answer the brand or call one of its accounts.",
     [](const P& p) -> std::int64_t { return addressed(p); }},
    {"answered", "posts", "Of those addressed to the brand: the ones it has answered.",
     [](const P& p) -> std::int64_t { return answered(p); }},
    {"answered_in_5m", "posts", "Answered within 5 minutes.",
     [](const P& p) -> std::int64_t { return answered_within(p, 0, 5 * kMinute); }},
    {"answered_in_15m", "posts", "Answered after 5 to 15 minutes.",
     [](const P& p) -> std::int64_t { return answered_within(p, 5 * kMinute, 15 * kMinute); }},
    {"answered_in_1h", "posts", "Answered after 15 minutes to 1 hour.",
     [](const P& p) -> std::int64_t { return answered_within(p, 15 * kMinute, kHour); }},
    {"answered_in_4h", "posts", "Answered after 1 to 4 hours.",
     [](const P& p) -> std::int64_t { return answered_within(p, kHour, 4 * kHour); }},
    {"answered_in_12h", "posts", "Answered after 4 to 12 hours.",
     [](const P& p) -> std::int64_t { return answered_within(p, 4 * kHour, 12 * kHour); }},
    {"answered_in_1d", "posts", "Answered after 12 to 24 hours.",
     [](const P& p) -> std::int64_t { return answered_within(p, 12 * kHour, kDay); }},
    {"answered_in_3d", "posts", "Answered after 1 to 3 days.",
     [](const P& p) -> std::int64_t { return answered_within(p, kDay, 3 * kDay); }},
    {"answered_later", "posts", "Answered after 3 days or more.",
     [](const P& p) -> std::int64_t { return answered_within(p, 3 * kDay, kNotAnswered); }},
    {"answer_seconds", "seconds", "The time until those answers, added up.",
     [](const P& p) -> std::int64_t { return answered(p) ? std::int64_t{p.answered_after} : 0; }},
    {"recommending", "posts", "Mentions that recommend the brand.",
     [](const P& p) -> std::int64_t { return p.recommends; }},
    {"advising_against", "posts", "Mentions that advise against the brand.",
     [](const P& p) -> std::int64_t { return p.advises_against; }},
    {"opinions", "posts",
     "Mentions that recommend, advise against, or have a positive or negative text.",
     [](const P& p) -> std::int64_t { return has_opinion(p); }},
    {"defences", "posts", "Positive replies to negative mentions.",
     [](const P& p) -> std::int64_t {
       return p.sentiment == Sentiment::negative ? std::int64_t{p.defences} : 0;
     }},
    {"linked", "posts", "Mentions with a link.",
     [](const P& p) -> std::int64_t { return p.linked; }},
    {"owned_links", "posts", "Mentions with a link to a site of the brand.",
     [](const P& p) -> std::int64_t { return p.owned_link; }},
    {"suspicious", "posts",
     "Mentions with a sign of inauthenticity: a young account, no followers, or a text that many "
     "posted. A sign, never a verdict.",
     [](const P& p) -> std::int64_t {
       return p.young_author || p.unfollowed_author || p.near_identical;
     }},
    {"young_authors", "posts", "Mentions by accounts younger than 7 days.",
     [](const P& p) -> std::int64_t { return p.young_author; }},
    {"unfollowed_authors", "posts", "Mentions by accounts without followers.",
     [](const P& p) -> std::int64_t { return p.unfollowed_author; }},
    {"near_identical", "posts", "Mentions whose text many had posted before, nearly the same.",
     [](const P& p) -> std::int64_t { return p.near_identical; }},
    {"rated_1", "posts", "Mentions that give 1 star, rounded.",
     [](const P& p) -> std::int64_t { return rated(p, 1); }},
    {"rated_2", "posts", "Mentions that give 2 stars, rounded.",
     [](const P& p) -> std::int64_t { return rated(p, 2); }},
    {"rated_3", "posts", "Mentions that give 3 stars, rounded.",
     [](const P& p) -> std::int64_t { return rated(p, 3); }},
    {"rated_4", "posts", "Mentions that give 4 stars, rounded.",
     [](const P& p) -> std::int64_t { return rated(p, 4); }},
    {"rated_5", "posts", "Mentions that give 5 stars, rounded.",
     [](const P& p) -> std::int64_t { return rated(p, 5); }},
    {"score_sum", "thirtieths", "The scores of mentions that the model scored, added up.",
     [](const P& p) -> std::int64_t { return p.language != 0 ? score_steps(p) : 0; }},
    {"crisis_mentions", "posts", "Mentions that hold words of a crisis.",
     [](const P& p) -> std::int64_t { return std::int64_t{p.crisis}; }},
}};

// By number in the saved state, the oldest first. A new measure goes to the end, wherever it stands
// in Measure; one that is gone leaves Measure::count.
constexpr std::array kByNumber{
    Measure::mentions,
    Measure::originals,
    Measure::deduplicated,
    Measure::positive,
    Measure::neutral,
    Measure::negative,
    Measure::likes,
    Measure::comments,
    Measure::shares,
    Measure::clicks,
    Measure::views,
    Measure::shares_viewed,
    Measure::engagement_viewed,
    Measure::followers,
    Measure::engagement_followed,
    Measure::followers_unviewed,
    Measure::ratings,
    Measure::rating_sum,
    Measure::reposts,
    Measure::quotes,
    Measure::replies,
    Measure::saves,
    Measure::reported_reach,
    Measure::comments_viewed,
    Measure::organic_views,
    Measure::organic_followers,
    Measure::ugc_originals,
    Measure::ugc_reposts,
    Measure::contributions,
    Measure::rejections,
    Measure::addressed,
    Measure::answered,
    Measure::answered_in_5m,
    Measure::answered_in_15m,
    Measure::answered_in_1h,
    Measure::answered_in_4h,
    Measure::answered_in_12h,
    Measure::answered_in_1d,
    Measure::answered_in_3d,
    Measure::answered_later,
    Measure::answer_seconds,
    Measure::recommending,
    Measure::advising_against,
    Measure::opinions,
    Measure::defences,
    Measure::linked,
    Measure::owned_links,
    Measure::suspicious,
    Measure::young_authors,
    Measure::unfollowed_authors,
    Measure::near_identical,
    Measure::rated_1,
    Measure::rated_2,
    Measure::rated_3,
    Measure::rated_4,
    Measure::rated_5,
    Measure::engagement_reached,
    Measure::score_sum,
    Measure::crisis_mentions,
};

// Where a measure has none, or two, this is not a constant.
constexpr std::array<std::uint8_t, kMeasures> make_numbers() {
  std::array<std::uint8_t, kMeasures> numbers{};
  std::array<bool, kMeasures> seen{};
  std::size_t found = 0;
  for (std::size_t number = 0; number < kByNumber.size(); ++number) {
    if (kByNumber[number] == Measure::count) continue;
    const auto place = static_cast<std::size_t>(kByNumber[number]);
    if (seen[place]) throw "a measure has one number";
    seen[place] = true;
    numbers[place] = static_cast<std::uint8_t>(number);
    ++found;
  }
  if (found != kMeasures) throw "every measure has a number";
  return numbers;
}
constexpr std::array<std::uint8_t, kMeasures> kNumbers = make_numbers();
static_assert(kByNumber.size() <= kMeasureNumbersMax);

// Written without a branch: which of them are zero changes from post to post.
void append(std::size_t measure, std::int64_t by, Changes* changes) {
  changes->list[changes->count] = {static_cast<std::uint8_t>(measure), by};
  changes->count += by != 0 ? 1 : 0;
}

// The measures are known when this is compiled, so that their lambdas become one straight piece of
// code: calling them through the table takes three times as long.
template <std::size_t... I>
void append_all(const PostState& post, Changes* changes, std::index_sequence<I...>) {
  (append(I, kMeasureSpecs[I].of(post), changes), ...);
}

template <std::size_t... I>
void set_all(const PostState& post, Measures* sums, std::index_sequence<I...>) {
  (((*sums)[I] = kMeasureSpecs[I].of(post)), ...);
}

template <std::size_t... I>
void append_differences(const PostState& before, const PostState& after, Changes* changes,
                        std::index_sequence<I...>) {
  const std::int64_t had = before.live ? 1 : 0;
  const std::int64_t has = after.live ? 1 : 0;
  (append(I, has * kMeasureSpecs[I].of(after) - had * kMeasureSpecs[I].of(before), changes), ...);
}

}  // namespace

std::span<const MeasureSpec, kMeasures> measure_specs() { return kMeasureSpecs; }

std::uint32_t number_of(Measure measure) { return kNumbers[static_cast<std::size_t>(measure)]; }

std::optional<Measure> measure_of_number(std::uint32_t number) {
  if (number >= kByNumber.size() || kByNumber[number] == Measure::count) return std::nullopt;
  return kByNumber[number];
}

const Numbering& measure_numbering() {
  static constexpr Numbering kNumbering{
      .number = [](std::size_t place) -> std::uint32_t { return kNumbers[place]; },
      .place = [](std::uint32_t number) -> std::optional<std::size_t> {
        const std::optional<Measure> measure = measure_of_number(number);
        if (!measure) return std::nullopt;
        return static_cast<std::size_t>(*measure);
      }};
  return kNumbering;
}

// Places of Called are in the order of their numbers as long as languages are only added behind.
const Numbering& called_numbering() {
  static constexpr Numbering kNumbering{
      .number = [](std::size_t place) { return static_cast<std::uint32_t>(place); },
      .place = [](std::uint32_t number) -> std::optional<std::size_t> {
        if (number >= kCalled) return std::nullopt;
        return number;
      }};
  return kNumbering;
}

std::span<const Change> Changes::sliced() const {
  const auto end = std::find_if(list.begin(), list.begin() + count, [](const Change& change) {
    return change.measure >= kSlicedMeasures;
  });
  return {list.begin(), end};
}

void append_changes(std::span<const std::int64_t> by, Changes* changes) {
  for (std::size_t measure = 0; measure < by.size(); ++measure) {
    append(measure, by[measure], changes);
  }
}

std::optional<std::uint8_t> called_place(const PostState& post) {
  const bool called = post.live && post.language != 0 && post.language <= kCalledLanguages &&
                      post.sentiment != Sentiment::unscored;
  if (!called) return std::nullopt;
  const std::uint32_t label = static_cast<std::uint32_t>(post.sentiment) - 1;
  return static_cast<std::uint8_t>(3 * (post.language - 1U) + label);
}

void contribution(const PostState& post, Changes* changes) {
  changes->count = 0;
  if (post.live) append_all(post, changes, std::make_index_sequence<kMeasures>{});
}

void contribution(const PostState& post, Measures* sums) {
  set_all(post, sums, std::make_index_sequence<kMeasures>{});
}

std::int64_t engagement_of(const PostState& post) { return post.live ? engagement(post) : 0; }

void difference(const PostState& before, const PostState& after, Changes* changes) {
  changes->count = 0;
  append_differences(before, after, changes, std::make_index_sequence<kMeasures>{});
}

}  // namespace vigie
