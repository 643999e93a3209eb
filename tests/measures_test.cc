#include "engine/analysis/measures.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstdint>
#include <cstring>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>

#include "engine/analysis/sentiment/sentiment.h"
#include "engine/base/text.h"
#include "tests/files.h"

namespace vigie {
namespace {

PostState post() {
  PostState out;
  out.live = true;
  out.counters.fill(kUnknownCount32);
  out.slices.fill(kNoSlice);
  return out;
}

void set(PostState& post, Counter which, std::uint32_t value) {
  post.counters[static_cast<std::size_t>(which)] = value;
}

// "mentions 1, likes 3": what is not zero.
std::string text_of(const Changes& changes) {
  std::string out;
  for (const Change& change : changes.all()) {
    if (!out.empty()) out += ", ";
    out += measure_specs()[change.measure].name;
    out += ' ';
    out += std::to_string(change.by);
  }
  return out;
}

std::string contribution_of(const PostState& post) {
  Changes changes;
  contribution(post, &changes);
  return text_of(changes);
}

TEST_CASE(
    "the table of measures has a row for each, with a name of its own, a unit and a meaning") {
  std::map<std::string_view, int> names;
  for (const MeasureSpec& spec : measure_specs()) {
    CAPTURE(spec.name);
    CHECK(++names[spec.name] == 1);
    CHECK_FALSE(spec.unit.empty());
    CHECK(spec.meaning.ends_with('.'));
    REQUIRE((spec.of != nullptr));
  }
  const auto name_of = [](Measure measure) {
    return measure_specs()[static_cast<std::size_t>(measure)].name;
  };
  // A row that is missing or in a wrong place moves one of these.
  CHECK(name_of(Measure::mentions) == "mentions");
  CHECK(name_of(Measure::rating_sum) == "rating_sum");
  CHECK(name_of(Measure::reposts) == "reposts");
  CHECK(name_of(Measure::answer_seconds) == "answer_seconds");
  CHECK(name_of(Measure::suspicious) == "suspicious");
  CHECK(name_of(Measure::rated_5) == "rated_5");
}

TEST_CASE("a post adds what its state says") {
  PostState one = post();
  CHECK(contribution_of(one) == "mentions 1, originals 1");

  SUBCASE("nothing where it is not live") {
    one.live = false;
    CHECK(contribution_of(one).empty());
  }
  SUBCASE("a repost is no original") {
    one.kind = Kind::repost;
    CHECK(contribution_of(one) == "mentions 1, reposts 1");
  }
  SUBCASE("a comment counts as a reply") {
    one.kind = Kind::comment;
    CHECK(contribution_of(one) == "mentions 1, originals 1, replies 1");
  }
  SUBCASE("shares and quotes are added up; what is not known adds nothing") {
    set(one, Counter::shares, 4);
    set(one, Counter::quotes, 3);
    CHECK(contribution_of(one) == "mentions 1, originals 1, shares 7");
  }
  SUBCASE("engagement is kept again where views are known, and where followers are") {
    set(one, Counter::likes, 10);
    set(one, Counter::comments, 3);
    set(one, Counter::shares, 2);
    set(one, Counter::clicks, 1);
    CHECK(contribution_of(one) ==
          "mentions 1, originals 1, likes 10, comments 3, shares 2, clicks 1");
    set(one, Counter::views, 0);
    CHECK(contribution_of(one) ==
          "mentions 1, originals 1, likes 10, comments 3, shares 2, clicks 1, shares_viewed 2, "
          "engagement_viewed 16, comments_viewed 3");
    one.followers = 500;
    set(one, Counter::views, 90);
    CHECK(contribution_of(one) ==
          "mentions 1, originals 1, likes 10, comments 3, shares 2, clicks 1, views 90, "
          "shares_viewed 2, engagement_viewed 16, followers 500, engagement_followed 16, "
          "comments_viewed 3, organic_views 90, organic_followers 500");
    one.media = MediaType::paid;
    CHECK(contribution_of(one).ends_with("engagement_followed 16, comments_viewed 3"));
  }
  SUBCASE("followers stand in for views that are not known") {
    one.followers = 500;
    CHECK(contribution_of(one) ==
          "mentions 1, originals 1, followers 500, followers_unviewed 500, organic_followers 500");
  }
  SUBCASE("stars are kept in hundredths, and rounded for the distribution") {
    one.rating = 449;
    CHECK(contribution_of(one) == "mentions 1, originals 1, ratings 1, rating_sum 449, rated_4 1");
    one.rating = 450;
    CHECK(contribution_of(one) == "mentions 1, originals 1, ratings 1, rating_sum 450, rated_5 1");
    one.rating = 100;
    CHECK(contribution_of(one) == "mentions 1, originals 1, ratings 1, rating_sum 100, rated_1 1");
  }
}

TEST_CASE("what a post is for its brand") {
  PostState one = post();
  SUBCASE("contributions to campaigns come from others than the brand") {
    one.campaigns = 0b101;
    CHECK(contribution_of(one) == "mentions 1, originals 1, ugc_originals 1, contributions 1");
    one.rejected = 0b100;
    CHECK(contribution_of(one) ==
          "mentions 1, originals 1, ugc_originals 1, contributions 1, rejections 1");
    one.rejected = 0;
    one.moderated = true;
    one.kind = Kind::repost;
    CHECK(contribution_of(one) ==
          "mentions 1, reposts 1, ugc_reposts 1, contributions 1, rejections 1");
    one.owned = true;
    CHECK(contribution_of(one) == "mentions 1, reposts 1");
  }
  SUBCASE("an answer falls into one stretch of time") {
    one.addressed = true;
    CHECK(contribution_of(one) == "mentions 1, originals 1, addressed 1");
    const auto answered = [&](std::uint32_t after) {
      one.answered_after = after & kNotAnswered;
      const std::string text = contribution_of(one);
      return text.substr(text.find("answered 1, ") + 12);
    };
    CHECK(answered(0) == "answered_in_5m 1");
    CHECK(answered(299) == "answered_in_5m 1, answer_seconds 299");
    CHECK(answered(300) == "answered_in_15m 1, answer_seconds 300");
    CHECK(answered(900) == "answered_in_1h 1, answer_seconds 900");
    CHECK(answered(3'600) == "answered_in_4h 1, answer_seconds 3600");
    CHECK(answered(14'400) == "answered_in_12h 1, answer_seconds 14400");
    CHECK(answered(43'200) == "answered_in_1d 1, answer_seconds 43200");
    CHECK(answered(86'400) == "answered_in_3d 1, answer_seconds 86400");
    CHECK(answered(259'200) == "answered_later 1, answer_seconds 259200");
    one.owned = true;
    CHECK(contribution_of(one) == "mentions 1, originals 1");
  }
  SUBCASE("defences count for negative posts only") {
    one.defences = 2;
    CHECK(contribution_of(one) == "mentions 1, originals 1");
    one.sentiment = Sentiment::negative;
    CHECK(contribution_of(one) == "mentions 1, originals 1, negative 1, opinions 1, defences 2");
  }
  SUBCASE("several signs are one suspicious post") {
    one.young_author = true;
    one.unfollowed_author = true;
    one.near_identical = true;
    CHECK(contribution_of(one) ==
          "mentions 1, originals 1, suspicious 1, young_authors 1, unfollowed_authors 1, "
          "near_identical 1");
  }
  SUBCASE("the rest") {
    one.first_of_group = true;
    one.sentiment = Sentiment::neutral;
    one.recommends = true;
    one.linked = true;
    one.owned_link = true;
    set(one, Counter::saves, 6);
    set(one, Counter::reach, 70);
    CHECK(contribution_of(one) ==
          "mentions 1, originals 1, deduplicated 1, neutral 1, saves 6, reported_reach 70, "
          "recommending 1, opinions 1, linked 1, owned_links 1");
  }
}

PostState random_post(std::mt19937& random) {
  const auto below = [&](std::uint32_t n) { return static_cast<std::uint32_t>(random() % n); };
  PostState out = post();
  out.live = below(5) != 0;
  for (std::uint32_t& counter : out.counters) {
    counter = below(3) == 0 ? kUnknownCount32 : below(1'000);
  }
  if (below(2) == 0) out.followers = below(100'000);
  out.kind = static_cast<Kind>(below(8));
  out.sentiment = static_cast<Sentiment>(below(4));
  if (out.sentiment != Sentiment::unscored) out.language = below(7) & 7;
  out.score = below(61) & 0x3F;
  out.campaigns = below(3);
  out.addressed = below(2) == 0;
  out.owned = below(4) == 0;
  if (below(2) == 0) out.answered_after = below(300'000) & kNotAnswered;
  if (below(4) == 0) out.rating = (100 + below(401)) & 0x1FF;
  out.near_identical = below(5) == 0;
  return out;
}

TEST_CASE("the contribution before and the difference make the contribution after") {
  std::mt19937 random(7);
  for (int round = 0; round < 2'000; ++round) {
    const PostState before = random_post(random);
    const PostState after = random_post(random);
    std::map<std::uint8_t, std::int64_t> sums;
    Changes changes;
    contribution(before, &changes);
    for (const Change& change : changes.all()) sums[change.measure] += change.by;
    difference(before, after, &changes);
    for (const Change& change : changes.all()) {
      CHECK(change.by != 0);
      sums[change.measure] += change.by;
    }
    contribution(after, &changes);
    for (const Change& change : changes.all()) sums[change.measure] -= change.by;
    for (const auto& [measure, sum] : sums) CHECK(sum == 0);
  }
}

TEST_CASE("a measure keeps its number in the saved state for good") {
  std::string told = read_file(VIGIE_SOURCE_DIR "/tests/cases/measures/numbers.txt");
  std::string out;
  for (std::size_t begin = 0; told.substr(begin).starts_with('#');) {
    begin = told.find('\n', begin) + 1;
    if (!told.substr(begin).starts_with('#')) out = told.substr(0, begin);
  }
  for (std::uint32_t number = 0; number < kMeasureNumbersMax; ++number) {
    const std::optional<Measure> measure = measure_of_number(number);
    if (!measure) continue;
    append_to(&out, number, " ", measure_specs()[static_cast<std::size_t>(*measure)].name, "\n");
    CHECK(number_of(*measure) == number);
  }
  CHECK_MESSAGE(out == told, "add new lines to tests/cases/measures/numbers.txt; change none");
}

TEST_CASE("slices keep the first measures") {
  PostState one = post();
  one.rating = 300;
  one.linked = true;
  Changes changes;
  contribution(one, &changes);
  CHECK(changes.all().size() == 6);
  CHECK(changes.sliced().size() == 4);
  CHECK(changes.sliced().back().measure == static_cast<std::uint8_t>(Measure::rating_sum));
  changes.count = 0;
  CHECK(changes.sliced().empty());
}

TEST_CASE("what the model called posts has numbers in the saved state that stay") {
  const std::string told = read_file(VIGIE_SOURCE_DIR "/tests/cases/measures/called.txt");
  std::string out = told.substr(0, told.find('\n') + 1);
  for (std::uint32_t number = 0; number < kMeasureNumbersMax; ++number) {
    const std::optional<std::size_t> place = called_numbering().place(number);
    if (!place) continue;
    PostState one = post();
    one.language = static_cast<std::uint8_t>(*place / 3 + 1) & 7;
    one.sentiment = static_cast<Sentiment>(*place % 3 + 1);
    CHECK(called_place(one) == *place);
    CHECK(called_numbering().number(*place) == number);
    append_to(&out, number, " ", to_text(static_cast<sentiment::Language>(*place / 3 + 1)), " ",
              to_text(one.sentiment), "\n");
  }
  CHECK_MESSAGE(out == told, "add new lines to tests/cases/measures/called.txt; change none");
}

TEST_CASE("a post counts once in what the model called it") {
  PostState one = post();
  one.sentiment = Sentiment::negative;
  CHECK_FALSE(called_place(one).has_value());  // somebody else said so
  one.language = 2;
  CHECK(called_place(one) == 3);
  one.sentiment = Sentiment::positive;
  CHECK(called_place(one) == 5);
  one.live = false;
  CHECK_FALSE(called_place(one).has_value());
}

TEST_CASE("a row of version 1 is the same today, and unscored") {
  PostState row = post();
  const std::uint32_t answers[] = {0, 90'000, 0x500000, 0xFFFFFFFF};
  const std::uint32_t kept[] = {0, 90'000, kNotAnswered - 1, kNotAnswered};
  for (std::size_t i = 0; i < 4; ++i) {
    std::memcpy(reinterpret_cast<char*>(&row) + 92, &answers[i], sizeof answers[i]);
    upgrade_row(&row);
    CHECK(+row.answered_after == kept[i]);
    CHECK(score_steps(row) == 0);
    CHECK(+row.language == 0);
    CHECK(+row.crisis == 0);
  }
}

TEST_CASE("a score is kept in steps") {
  PostState row;
  CHECK(score_steps(row) == 0);
  for (const float score : {-1.0F, -0.5F, 0.0F, 0.26F, 1.0F, 7.0F}) {
    row.score = packed_score(score) & 0x3F;
    CHECK(score_steps(row) == std::lround(std::min(score, 1.0F) * kScoreSteps));
  }
}

}  // namespace
}  // namespace vigie
