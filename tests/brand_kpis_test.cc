#include "engine/analysis/brand_kpis.h"

#include <doctest/doctest.h>

#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "engine/base/limits.h"

namespace vigie {
namespace {

// 2026-11-24T12:30:00Z, a Tuesday.
constexpr EventTime kNow{std::chrono::seconds{1'795'523'400}};
constexpr Period kHour = 498'756;                   // of it
constexpr Period kMonth = (2026 - 1970) * 12 + 10;  // of it
constexpr std::int32_t kDay = kHour / 24;

BrandMoment now() {
  return {
      .watermark = kNow, .quarter = 2, .unanswered_negative = 0, .posts_kept = 0, .campaigns = {}};
}

std::optional<double> value(const BrandKpis& kpis, std::size_t window, std::string_view name) {
  return kpis.values[window][kpi_index(name)];
}

PostState post() {
  PostState out;
  out.live = true;
  out.counters.fill(kUnknownCount32);
  return out;
}

Change change(Measure measure, std::int64_t by) { return {static_cast<std::uint8_t>(measure), by}; }

BrandDay& day(BrandState& brand, std::int32_t number) {
  auto& at = brand.days[number];
  if (at == nullptr) at = std::make_unique<BrandDay>();
  return *at;
}

TopList& top(BrandDay& day, TopKind kind) { return day.tops[static_cast<std::size_t>(kind)]; }

// A hash as uniform as the lists want it.
std::uint64_t hash_of(std::string_view text) { return siphash128(KeySeed{1, 2}, text).low; }

TEST_CASE("windows and those before them are those that brute force counts") {
  std::mt19937 random(17);
  BrandState brand;
  std::vector<Period> hours;
  for (int i = 0; i < 3'000; ++i) {
    // Some lie behind the watermark's hour: other partitions run ahead.
    const Period hour = kHour + 3 - static_cast<Period>(random() % 1'500);
    hours.push_back(hour);
    Changes changes;
    contribution(post(), &changes);
    brand.hours.add(hour, changes.all());
  }
  const auto kpis = brand_kpis(brand, now(), {});
  for (std::size_t w = 0; w < kKpiWindows.size(); ++w) {
    const int length = kKpiWindows[w].hours;
    const auto in = [&](Period first, Period last) {
      return static_cast<double>(
          std::ranges::count_if(hours, [&](Period h) { return h >= first && h <= last; }));
    };
    CHECK(value(*kpis, w, "mentions") == in(kHour - length + 1, kHour));
    // To the middle of the third quarter of the hour: 5/8 of it.
    const double last = std::floor(in(kHour - length, kHour - length) * 5 / 8 + 0.5);
    CHECK(value(*kpis, w, "mentions_before") ==
          in(kHour - 2 * length + 1, kHour - length - 1) + last);
  }
}

TEST_CASE("an even flow of mentions shows no growth, however far its hour has come") {
  for (int quarter = 0; quarter < 4; ++quarter) {
    CAPTURE(quarter);
    BrandState brand;
    for (Period hour = kHour - 47; hour < kHour; ++hour) {
      brand.hours.add(hour, std::vector<Change>{change(Measure::mentions, 800)});
    }
    const std::int64_t so_far = 800 * (2 * quarter + 1) / 8;
    brand.hours.add(kHour, std::vector<Change>{change(Measure::mentions, so_far)});
    BrandMoment moment = now();
    moment.quarter = quarter;
    const auto kpis = brand_kpis(brand, moment, {});
    CHECK(value(*kpis, 0, "mentions_gained") == 0.0);
    CHECK(value(*kpis, 0, "mention_growth") == 0.0);
  }
}

TEST_CASE(
    "where counting began after the window before did, nothing was before and nothing gained") {
  BrandState brand;
  const std::vector<Change> one{change(Measure::mentions, 1)};
  brand.hours.add(kHour, one);
  brand.slices.add(std::array{brand.slices.find_or_add(Dimension::platform, "x")}, kHour, one);
  BrandMoment moment = now();
  moment.whole_from = kHour - 47;
  const auto kpis = brand_kpis(brand, moment, {});
  for (const KpiValues* values : {&kpis->values[0], &kpis->slices[0].values[0]}) {
    CHECK((*values)[kpi_index("mentions_before")] == 0.0);
    CHECK((*values)[kpi_index("mentions_gained")] == 1.0);
  }
  for (const KpiValues* values : {&kpis->values[1], &kpis->slices[0].values[1]}) {
    CHECK_FALSE((*values)[kpi_index("mentions_before")].has_value());
    CHECK_FALSE((*values)[kpi_index("mentions_gained")].has_value());
    CHECK_FALSE((*values)[kpi_index("mention_growth")].has_value());
  }
}

TEST_CASE("90/9/1 by creation is of 30 days, as the classes are") {
  BrandState brand;
  brand.authors.add(Key128{1, 1}, kNow, Deed::contribution, 100, false);
  const auto kpis = brand_kpis(brand, now(), {});
  for (const char* name : {"lurking", "contributing", "creating", "creating_share"}) {
    CAPTURE(name);
    CHECK_FALSE(value(*kpis, 0, name).has_value());
    CHECK_FALSE(value(*kpis, 1, name).has_value());
    CHECK(value(*kpis, 2, name).has_value());
  }
  CHECK(value(*kpis, 2, "creating_share") == 0.01);
  CHECK(value(*kpis, 0, "contributors") == 1.0);
}

TEST_CASE("a brand without anything has counts of 0 and no slices") {
  const BrandState brand;
  const auto kpis = brand_kpis(brand, now(), {});
  CHECK(value(*kpis, 0, "mentions") == 0.0);
  CHECK(value(*kpis, 2, "distinct_authors") == 0.0);
  CHECK_FALSE(value(*kpis, 0, "net_sentiment").has_value());
  CHECK_FALSE(value(*kpis, 0, "earned_media_value_estimate").has_value());
  CHECK_FALSE(kpis->net_sentiment[0].has_value());
  CHECK(kpis->slices.empty());
  CHECK(kpis->months.empty());
  CHECK_FALSE(kpis->growth_on_last_week.has_value());
}

TEST_CASE("slices come by dimension, the largest first, in the windows where they are") {
  BrandState brand;
  const auto add = [&](Dimension dimension, const char* value, Period hour, int times) {
    const SliceId id = brand.slices.find_or_add(dimension, value);
    brand.slices.add({&id, 1}, hour, std::vector<Change>{change(Measure::mentions, times)});
  };
  add(Dimension::hashtag, "tea", kHour, 9);
  add(Dimension::platform, "mastodon", kHour, 2);
  add(Dimension::platform, "x", kHour - 200, 5);
  add(Dimension::platform, "bluesky", kHour - 50, 2);
  add(Dimension::platform, "old", kHour - 1'000, 7);
  add(Dimension::platform, "gone", kHour - 1'450, 7);
  const auto kpis = brand_kpis(brand, now(), {});
  std::vector<std::string> names;
  for (const BrandKpis::Slice& slice : kpis->slices) names.push_back(slice.value);
  CHECK(names == std::vector<std::string>{"x", "bluesky", "mastodon", "old", "tea"});
  const BrandKpis::Slice& x = kpis->slices[0];
  CHECK(x.values[0].empty());
  REQUIRE_FALSE(x.values[1].empty());  // it was there the week before
  CHECK(x.values[1][kpi_index("mentions")] == 0.0);
  CHECK(x.values[1][kpi_index("mention_growth")] == -1.0);
  CHECK(x.values[2][kpi_index("mentions")] == 5.0);
  CHECK_FALSE(x.values[2][kpi_index("reach")].has_value());
}

TEST_CASE("earned media value by hand") {
  BrandState brand;
  const auto add = [&](const char* platform, Period hour, std::vector<Change> changes) {
    changes.insert(changes.begin(), change(Measure::mentions, 1));
    const SliceId id = brand.slices.find_or_add(Dimension::platform, platform);
    brand.slices.add({&id, 1}, hour, changes);
  };
  KpiSettings settings;
  settings.rates.platforms["youtube"] = {
      .cpm = 8, .like = 0.1, .comment = 0.5, .share = 1, .click = 0.25};
  settings.rates.platforms["other"] = {
      .cpm = 2, .like = 0.01, .comment = 0, .share = 0, .click = 0};
  add("youtube", kHour,
      {change(Measure::likes, 30), change(Measure::comments, 4), change(Measure::shares, 2),
       change(Measure::clicks, 8), change(Measure::views, 5'000)});
  add("mastodon", kHour - 30,
      {change(Measure::likes, 100), change(Measure::followers_unviewed, 50'000)});
  const auto kpis = brand_kpis(brand, now(), settings);
  // 5,000 / 1,000 x 8; 30 x 0.1 + 4 x 0.5 + 2 x 1 + 8 x 0.25 = 3 + 2 + 2 + 2.
  CHECK(value(*kpis, 0, "earned_media_value_of_views_estimate") == doctest::Approx(40));
  CHECK(value(*kpis, 0, "earned_media_value_of_interactions_estimate") == doctest::Approx(9));
  CHECK(value(*kpis, 0, "earned_media_value_estimate") == doctest::Approx(49));
  CHECK(value(*kpis, 0, "earned_media_value_of_followers_estimate") == 0.0);
  // In seven days mastodon, too, by the rates of other: 100 x 0.01; 50,000 / 1,000 x 2.
  CHECK(value(*kpis, 1, "earned_media_value_of_views_estimate") == doctest::Approx(40));
  CHECK(value(*kpis, 1, "earned_media_value_of_interactions_estimate") == doctest::Approx(10));
  CHECK(value(*kpis, 1, "earned_media_value_of_followers_estimate") == doctest::Approx(100));
  // What the brand wrote or paid for is not earned: 1,000 views and 10 likes of those 5,000 and 30.
  brand.slices.add(std::array{brand.slices.find_or_add(Dimension::unearned, "youtube")}, kHour,
                   std::vector<Change>{change(Measure::mentions, 1), change(Measure::likes, 10),
                                       change(Measure::views, 1'000)});
  const auto earned = brand_kpis(brand, now(), settings);
  CHECK(value(*earned, 0, "earned_media_value_of_views_estimate") == doctest::Approx(32));
  CHECK(value(*earned, 0, "earned_media_value_of_interactions_estimate") == doctest::Approx(8));
  for (const BrandKpis::Slice& slice : earned->slices) {
    CHECK(slice.dimension == Dimension::platform);
  }
  // Without rates for others they are worth nothing.
  settings.rates.platforms.erase("other");
  CHECK(value(*brand_kpis(brand, now(), settings), 1,
              "earned_media_value_of_interactions_estimate") == doctest::Approx(8));
}

TEST_CASE("distinct authors and sites, by hours and by days") {
  BrandState brand;
  brand.author_hours[kHour].add(hash_of("a"));
  brand.author_hours[kHour - 23].add(hash_of("b"));
  brand.author_hours[kHour - 24].add(hash_of("c"));
  brand.author_hours[kHour + 1].add(hash_of("d"));
  for (const auto& [number, author] : std::vector<std::pair<std::int32_t, const char*>>{
           {kDay + 1, "d"}, {kDay, "a"}, {kDay - 1, "b"}, {kDay - 6, "e"}, {kDay - 7, "f"}}) {
    day(brand, number).authors.add(hash_of(author));
    day(brand, number).sites.add(hash_of(author));
  }
  for (std::uint64_t author = 1; author <= 4; ++author) {
    brand.authors.add(Key128{author, author}, kNow - std::chrono::days{8 * author},
                      Deed::contribution, kUnknownCount, false);
  }
  const auto kpis = brand_kpis(brand, now(), {});
  CHECK(value(*kpis, 0, "distinct_authors") == doctest::Approx(2));  // a b
  CHECK(value(*kpis, 1, "distinct_authors") == doctest::Approx(3));  // a b e
  CHECK(value(*kpis, 2, "distinct_authors") == doctest::Approx(3));  // of the table of authors
  CHECK(value(*kpis, 0, "linked_sites") == doctest::Approx(2));      // of the days that it touches
  CHECK(value(*kpis, 1, "linked_sites") == doctest::Approx(4));
  CHECK_FALSE(value(*kpis, 2, "linked_sites").has_value());
}

TEST_CASE("lists are those of the days that the window touches") {
  BrandState brand;
  const auto add = [&](std::int32_t number, const char* text, int times) {
    top(day(brand, number), TopKind::hashtags).add(hash_of(text), text, times);
  };
  add(kDay, "tea", 3);
  add(kDay - 1, "tea", 2);
  add(kDay - 1, "milk", 9);
  add(kDay - 7, "tea", 20);
  add(kDay - 8, "old", 99);
  const auto kpis = brand_kpis(brand, now(), {});
  const auto& of = kpis->tops[static_cast<std::size_t>(TopKind::hashtags)];
  REQUIRE(of[0].entries.size() == 2);
  CHECK(of[0].entries[0].text == "milk");
  CHECK(of[0].entries[1].count == 5);
  REQUIRE(of[1].entries.size() == 2);
  CHECK(of[1].entries[0].text == "tea");
  CHECK(of[1].entries[0].count == 25);
  CHECK(of[1].error == 0);
}

TEST_CASE("hashtags that occur together are one cluster") {
  TopList tags;
  TopList pairs;
  const auto add = [](TopList& list, const char* text, int times) {
    list.add(hash_of(text), text, times);
  };
  add(tags, "tea", 100);
  add(tags, "cake", 40);
  add(tags, "scones", 12);
  add(tags, "rain", 60);
  add(tags, "umbrella", 8);
  add(tags, "monday", 30);
  add(pairs, "cake tea", 20);         // half of 40
  add(pairs, "cake scones", 6);       // half of 12
  add(pairs, "rain umbrella", 4);     // too few
  add(pairs, "monday tea", 14);       // less than half of 30
  add(pairs, "monday unlisted", 30);  // the other one is not known
  CHECK(hashtag_clusters(tags, pairs) ==
        std::vector<std::vector<std::string>>{{"tea", "cake", "scones"}});
  add(pairs, "rain umbrella", 1);
  CHECK(hashtag_clusters(tags, pairs) ==
        std::vector<std::vector<std::string>>{{"tea", "cake", "scones"}, {"rain", "umbrella"}});
  CHECK(hashtag_clusters(TopList{}, TopList{}).empty());
}

TEST_CASE("months, the hour a week ago, and the rest") {
  BrandState brand;
  brand.months.add(kMonth, std::vector<Change>{change(Measure::ugc_originals, 4)});
  brand.months.add(kMonth - 24, std::vector<Change>{change(Measure::ugc_originals, 3)});
  brand.months.add(kMonth - 25, std::vector<Change>{change(Measure::ugc_originals, 2)});
  brand.hours.add(kHour - 1, std::vector<Change>{change(Measure::mentions, 12)});
  brand.hours.add(kHour - 1 - 168, std::vector<Change>{change(Measure::mentions, 8)});
  brand.hours.add(kHour,
                  std::vector<Change>{change(Measure::positive, 6), change(Measure::negative, 2)});
  BrandMoment moment = now();
  moment.unanswered_negative = 3;
  moment.posts_kept = 77;
  const auto kpis = brand_kpis(brand, moment, {});
  REQUIRE(kpis->months.size() == 2);
  CHECK(kpis->months[0].month == kMonth - 24);
  CHECK(at(kpis->months[1].sums, Measure::ugc_originals) == 4);
  CHECK(kpis->growth_on_last_week == 0.5);  // (12 - 8) / 8
  CHECK(value(*kpis, 1, "unanswered_negative") == 3.0);
  CHECK(kpis->posts_kept == 77);
  REQUIRE(kpis->net_sentiment[0].has_value());
  CHECK(kpis->net_sentiment[0]->lower == net_sentiment_interval(6, 2)->lower);
}

}  // namespace
}  // namespace vigie
