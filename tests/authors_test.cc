// Authors: sums by examples worked out by hand; order, sampling and saving against brute force.
#include "engine/analysis/authors.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/analysis/state.pb.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr KeySeed kSeed{.first = 7, .second = 11};
const EngagementSettings kClasses;  // animator: 3 days, ambassador: 6 days

Key128 author(std::string_view name) { return author_key(kSeed, "mastodon", name); }
Key128 author(std::uint64_t number) { return author(cat("a", number)); }

EventTime at(std::string_view text) { return *parse_rfc3339(text); }
const EventTime kNow = at("2026-11-22T12:30:00Z");  // a Sunday
// So many days before kNow's, at noon.
EventTime day(int ago) { return at("2026-11-22T12:00:00Z") - days{ago}; }

struct Post {
  Key128 author;
  EventTime time;
  Deed deed = Deed::contribution;
  std::int64_t followers = kUnknownCount;
  bool negative = false;
};

Authors of(const std::vector<Post>& posts, std::size_t authors_max = kAuthorsMax) {
  Authors authors(authors_max);
  for (const Post& post : posts) {
    authors.add(post.author, post.time, post.deed, post.followers, post.negative);
  }
  return authors;
}

std::string saved(const Authors& authors) {
  pb::Authors out;
  authors.save(&out);
  std::string bytes;
  CHECK(out.SerializeToString(&bytes));
  return bytes;
}

// sharer/commenter/contributor/animator/ambassador
std::string classes(const AuthorSums& sums) {
  std::string text;
  for (const double count : sums.by_class) {
    text += cat(text.empty() ? "" : "/", static_cast<std::int64_t>(count));
  }
  return text;
}

// One post of `deed` on each of these days.
void add(Authors* authors, std::string_view name, Deed deed, const std::vector<int>& days_ago,
         int negative = 0) {
  for (const int ago : days_ago) {
    authors->add(author(name), day(ago), deed, kUnknownCount, negative-- > 0);
  }
}

TEST_CASE("nobody: every sum is 0") {
  const AuthorSums sums = Authors().sums(kNow, 30, kClasses);
  CHECK(sums.authors == 0);
  CHECK(sums.reach == 0);
  CHECK(sums.previous == 0);
  CHECK(classes(sums) == "0/0/0/0/0");
}

TEST_CASE("each author is in the highest class of the last 30 days") {
  Authors authors;
  add(&authors, "shares", Deed::share, {0, 1, 2, 3, 4, 5, 6, 7});  // often, yet only that
  add(&authors, "comments", Deed::share, {0});
  add(&authors, "comments", Deed::comment, {29});
  add(&authors, "writes", Deed::comment, {0, 1});
  add(&authors, "writes", Deed::contribution, {3, 29});                   // 2 days: below 3
  add(&authors, "animates", Deed::contribution, {0, 14, 29});             // 3 days
  add(&authors, "almost", Deed::contribution, {0, 1, 2, 3, 4});           // 5 days: below 6
  add(&authors, "champion", Deed::contribution, {0, 5, 10, 15, 20, 25});  // 6 days
  add(&authors, "was", Deed::contribution, {30});  // the 31st day: not any more
  // 1 sharer, 1 commenter, 1 contributor, 2 animators, 1 ambassador
  CHECK(classes(authors.sums(kNow, 30, kClasses)) == "1/1/1/2/1");
  // The classes are those of 30 days, however long the period.
  CHECK(classes(authors.sums(kNow, 1, kClasses)) == "1/1/1/2/1");
  CHECK(classes(authors.sums(kNow, 7, kClasses)) == "1/1/1/2/1");
  // With 2 and 5 days "writes" animates and "almost" is an ambassador.
  CHECK(classes(authors.sums(kNow, 30, {.animator_days = 2, .ambassador_days = 5})) == "1/1/0/2/2");
  // A day on, "comments" has lost its comment, "writes" one of 2 days, "animates" one of 3.
  CHECK(classes(authors.sums(kNow + days{1}, 30, kClasses)) == "2/0/2/1/1");
}

TEST_CASE("two posts on one day are one day") {
  Authors authors;
  for (int i = 0; i < 10; ++i) {
    authors.add(author("busy"), day(0) + minutes{i}, Deed::contribution, kUnknownCount, false);
  }
  CHECK(classes(authors.sums(kNow, 30, kClasses)) == "0/0/1/0/0");
}

TEST_CASE("an ambassador has fewer negative days than half") {
  Authors authors;
  add(&authors, "fond", Deed::contribution, {0, 1, 2, 3, 4, 5}, 2);   // 2 of 6 days negative
  add(&authors, "torn", Deed::contribution, {0, 1, 2, 3, 4, 5}, 3);   // 3 of 6: an animator
  add(&authors, "saved", Deed::contribution, {0, 1, 2, 3, 4, 5}, 3);  // 3 of 7
  add(&authors, "saved", Deed::share, {6});
  CHECK(classes(authors.sums(kNow, 30, kClasses)) == "0/0/0/1/2");
}

TEST_CASE("new ambassadors are those who were none a period ago") {
  Authors authors;
  add(&authors, "fallen", Deed::contribution, {0, 1, 2, 3, 4, 30, 31, 32, 33, 34, 35});  // 5 of 6
  add(&authors, "lasting", Deed::contribution, {0, 1, 2, 3, 4, 5, 30, 31, 32, 33, 34, 35});
  add(&authors, "risen", Deed::contribution, {0, 1, 2, 3, 4, 5, 30, 31, 32, 33, 34});  // 5 before
  add(&authors, "fresh", Deed::contribution, {0, 1, 2, 3, 4, 5});
  add(&authors, "week", Deed::contribution, {8, 9, 10, 11, 12, 13});
  const AuthorSums month = authors.sums(kNow, 30, kClasses);
  CHECK(classes(month) == "0/0/0/1/4");
  CHECK(month.new_ambassadors == 3);  // risen, fresh, week
  // A week ago, on days 7 to 36: "lasting" 6 days (30 to 35), "week" 6; "risen" 5, "fresh" 0.
  CHECK(authors.sums(kNow, 7, kClasses).new_ambassadors == 2);
  // Yesterday, on days 1 to 30: "lasting" and "risen" 1 to 5 and 30, so 6; "week" 6; "fresh" 5.
  CHECK(authors.sums(kNow, 1, kClasses).new_ambassadors == 1);
}

TEST_CASE("a conversion: shared or commented before, contributes now") {
  Authors authors;
  add(&authors, "shared", Deed::share, {35});
  add(&authors, "shared", Deed::contribution, {2});
  add(&authors, "commented", Deed::comment, {59});  // the last of the 30 days before
  add(&authors, "commented", Deed::contribution, {29});
  add(&authors, "too long ago", Deed::comment, {60});
  add(&authors, "too long ago", Deed::contribution, {0});
  add(&authors, "did both", Deed::share, {40});
  add(&authors, "did both", Deed::contribution, {41, 0});
  add(&authors, "not yet", Deed::share, {40});
  add(&authors, "not yet", Deed::comment, {0});
  add(&authors, "new", Deed::contribution, {0});
  CHECK(authors.sums(kNow, 30, kClasses).conversions == 2);  // shared, commented
  // Before the last 7 days, on days 7 to 36: "shared" had shared, "commented" had contributed too.
  CHECK(authors.sums(kNow, 7, kClasses).conversions == 1);
}

TEST_CASE("authors, previous and returning by days of UTC") {
  Authors authors;
  add(&authors, "today", Deed::share, {0});
  add(&authors, "sixth", Deed::comment, {6});         // the first of 7 days
  add(&authors, "seventh", Deed::contribution, {7});  // the last of the 7 before
  add(&authors, "both", Deed::share, {0, 13});
  add(&authors, "long ago", Deed::share, {14});
  const AuthorSums week = authors.sums(kNow, 7, kClasses);
  CHECK(week.authors == 3);    // today, sixth, both
  CHECK(week.previous == 2);   // seventh, both
  CHECK(week.returning == 1);  // both
  const AuthorSums month = authors.sums(kNow, 30, kClasses);
  CHECK(month.authors == 5);
  CHECK(month.previous == 0);
  CHECK(month.returning == 0);
}

TEST_CASE("one day is the last 24 hours") {
  Authors authors;
  const auto post = [&authors](std::string_view name, std::string_view time) {
    authors.add(author(name), at(time), Deed::share, kUnknownCount, false);
  };
  post("first", "2026-11-21T13:00:00Z");   // the hours are 13 (yesterday) to 12 (today)
  post("last", "2026-11-22T12:59:59Z");    // the rest of the hour of `now` is part of it
  post("ahead", "2026-11-22T13:00:00Z");   // after it
  post("before", "2026-11-21T12:59:59Z");  // in the 24 hours before
  post("back", "2026-11-20T13:00:00Z");    // the first of them
  post("back", "2026-11-22T12:00:00Z");
  post("gone", "2026-11-20T12:59:59Z");
  const AuthorSums sums = authors.sums(kNow, 1, kClasses);
  CHECK(sums.authors == 3);    // first, last, back
  CHECK(sums.previous == 2);   // before, back
  CHECK(sums.returning == 1);  // back
}

TEST_CASE("what comes after the day of now does not count") {
  Authors authors;
  add(&authors, "ahead", Deed::contribution, {-1, 0, 1});
  add(&authors, "only ahead", Deed::contribution, {-2});
  CHECK(authors.sums(kNow, 7, kClasses).authors == 1);
  CHECK(classes(authors.sums(kNow, 7, kClasses)) == "0/0/1/0/0");
  CHECK(classes(authors.sums(kNow + days{1}, 7, kClasses)) == "0/0/0/1/0");
}

TEST_CASE("reach is the followers of those active, where they are known") {
  Authors authors;
  authors.add(author("one"), day(1), Deed::share, 100, false);
  authors.add(author("two"), day(2), Deed::share, 2'000, false);
  authors.add(author("two"), day(1), Deed::share, kUnknownCount, false);  // says nothing
  authors.add(author("nobody knows"), day(1), Deed::share, kUnknownCount, false);
  authors.add(author("none"), day(1), Deed::share, 0, false);
  authors.add(author("away"), day(10), Deed::share, 50'000, false);
  authors.add(author("vast"), day(0), Deed::share, 9'000'000'000, false);
  // 100 + 2,000 + 0 + 4,294,967,294, the most that is kept
  CHECK(authors.sums(kNow, 7, kClasses).reach == 4'294'969'394.0);
  CHECK(authors.sums(kNow, 30, kClasses).reach == 4'295'019'394.0);  // and 50,000
}

TEST_CASE("followers are those of the latest post, of two at once the larger number") {
  const auto reach = [](std::vector<Post> posts) {
    std::optional<double> all;
    std::ranges::sort(posts, {}, &Post::followers);
    do {
      const double one = of(posts).sums(kNow, 30, kClasses).reach;
      if (all) CHECK(*all == one);
      all = one;
    } while (std::ranges::next_permutation(posts, {}, &Post::followers).found);
    return *all;
  };
  const Key128 one = author("one");
  CHECK(reach({{one, day(3), Deed::share, 10}, {one, day(1), Deed::share, 7}}) == 7);
  CHECK(reach({{one, day(1), Deed::share, 10},
               {one, day(1), Deed::share, 7},
               {one, day(1) - seconds{1}, Deed::share, 99}}) == 10);
  CHECK(reach({{one, day(0), Deed::share, kUnknownCount}, {one, day(9), Deed::share, 5}}) == 5);
  // Told more than 63 days before the last post: forgotten with that day.
  CHECK(reach({{one, day(0), Deed::share, kUnknownCount}, {one, day(63), Deed::share, 5}}) == 5);
  CHECK(reach({{one, day(0), Deed::share, kUnknownCount}, {one, day(64), Deed::share, 5}}) == 0);
}

TEST_CASE("active weeks are those of the last nine, of authors active in the period") {
  Authors authors;
  add(&authors, "weekly", Deed::share, {0, 7, 14, 21, 28, 35, 42, 49, 56});  // 9
  add(&authors, "one week", Deed::comment, {0, 1, 2, 3, 4, 5, 6});           // 1
  add(&authors, "edges", Deed::share, {6, 7, 62, 63});  // weeks 1, 2 and 9; 63 is beyond
  add(&authors, "away", Deed::share, {30, 40});
  const AuthorSums sums = authors.sums(kNow, 30, kClasses);
  CHECK(sums.authors == 3);
  CHECK(sums.active_weeks == 9 + 1 + 3);
}

TEST_CASE("an author who is none is not counted") {
  Authors authors;
  authors.add({}, day(0), Deed::contribution, 10, false);
  CHECK(authors.sums(kNow, 30, kClasses).authors == 0);
  CHECK_FALSE(authors.erase({}));
}

// Posts of `count` authors over 90 days, some long before others.
std::vector<Post> random_posts(std::mt19937_64* random, std::uint64_t authors, std::size_t count) {
  const auto below = [random](std::uint64_t end) { return (*random)() % end; };
  std::vector<Post> posts;
  for (std::size_t i = 0; i < count; ++i) {
    posts.push_back({.author = author(below(authors)),
                     .time = kNow - seconds{below(90UL * 24 * 3600)},
                     .deed = static_cast<Deed>(below(kDeeds)),
                     .followers = static_cast<std::int64_t>(below(1000)) - 1,
                     .negative = below(4) == 0});
  }
  return posts;
}

TEST_CASE("posts in any order give the same state") {
  std::mt19937_64 random(20261122);
  for (const std::size_t authors_max : {16UL, 300UL}) {
    std::vector<Post> posts = random_posts(&random, 200, 4'000);
    const std::string first = saved(of(posts, authors_max));
    for (int i = 0; i < 10; ++i) {
      std::ranges::shuffle(posts, random);
      CHECK(saved(of(posts, authors_max)) == first);
    }
    CHECK(saved(of(posts, authors_max)) == first);
  }
}

// What sums() says, counted from the posts of one author's last 64 days each.
struct Counted {
  double authors = 0;
  double previous = 0;
  double returning = 0;
  double reach = 0;
  double contributors = 0;  // or higher
};
Counted counted(const std::vector<Post>& posts, int length) {
  std::map<Key128, std::vector<Post>> by_author;
  for (const Post& post : posts) by_author[post.author].push_back(post);
  Counted sums;
  for (auto& [key, own] : by_author) {
    std::ranges::sort(own, [](const Post& a, const Post& b) {
      return std::pair(std::chrono::floor<seconds>(a.time), a.followers) <
             std::pair(std::chrono::floor<seconds>(b.time), b.followers);
    });
    const auto day_number = [](EventTime time) {
      return std::chrono::floor<days>(time).time_since_epoch().count();
    };
    bool now = false;
    bool before = false;
    bool contributed = false;
    std::int64_t followers = 0;
    for (const Post& post : own) {
      const std::int64_t ago = day_number(kNow) - day_number(post.time);
      if (day_number(own.back().time) - day_number(post.time) > 63) continue;
      now = now || ago < length;
      before = before || (ago >= length && ago - length < length);
      contributed = contributed || (ago < 30 && post.deed == Deed::contribution);
      if (post.followers >= 0) followers = post.followers;
    }
    sums.authors += now;
    sums.previous += before;
    sums.returning += now && before;
    sums.contributors += contributed;
    if (now) sums.reach += static_cast<double>(followers);
  }
  return sums;
}

double contributors(const AuthorSums& sums) {
  return sums.by_class[2] + sums.by_class[3] + sums.by_class[4];
}

TEST_CASE("while every author is kept the sums are those of brute force") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 10; ++i) {
    const std::vector<Post> posts = random_posts(&random, 300, 1'500);
    for (const int length : {2, 7, 30}) {
      const Authors authors = of(posts);
      const AuthorSums sums = authors.sums(kNow, length, kClasses);
      const Counted expected = counted(posts, length);
      CHECK(authors.one_in() == 1);
      CHECK(sums.authors == expected.authors);
      CHECK(sums.previous == expected.previous);
      CHECK(sums.returning == expected.returning);
      CHECK(sums.reach == expected.reach);
      CHECK(contributors(sums) == expected.contributors);
    }
  }
}

TEST_CASE("beyond its most authors a sample is kept, of the stated error") {
  constexpr std::size_t kMax = 1'024;
  constexpr int kRuns = 200;
  constexpr double kStated = 1.2 / 32;  // 1.2 / sqrt(1,024)
  double all = 0;
  double part = 0;
  double bias = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    std::mt19937_64 random(run);
    const std::uint64_t count = kMax * (2 + random() % 9);
    Authors authors(kMax);
    for (std::uint64_t i = 0; i < count; ++i) {
      // Every fourth author contributes.
      authors.add({.high = random(), .low = random()}, day(0),
                  i % 4 == 0 ? Deed::contribution : Deed::share, 10, false);
    }
    CHECK(authors.one_in() > 1);
    const AuthorSums sums = authors.sums(kNow, 7, kClasses);
    CHECK(sums.reach == sums.authors * 10);
    const double error = sums.authors / static_cast<double>(count) - 1;
    const double error_of_part = contributors(sums) / (static_cast<double>(count) / 4) - 1;
    all += error * error;
    part += error_of_part * error_of_part;
    bias += error;
  }
  const double standard_error = std::sqrt(all / kRuns);
  const double standard_error_of_part = std::sqrt(part / kRuns);
  MESSAGE("standard error ", standard_error, " (stated ", kStated, "), of a quarter ",
          standard_error_of_part, " (stated ", 2 * kStated, "), bias ", bias / kRuns);
  CHECK(standard_error < kStated * 1.15);  // a standard error of 200 runs is within 5 %
  CHECK(standard_error_of_part < 2 * kStated * 1.15);
  CHECK(std::abs(bias / kRuns) < 3 * kStated / std::sqrt(kRuns));
}

TEST_CASE("an author who is in the sample has all their days") {
  Authors authors(64);
  const std::vector<int> six = {0, 1, 2, 3, 4, 5};
  for (const int ago : six) {
    for (std::uint64_t i = 0; i < 2'000; ++i) {
      authors.add(author(i), day(ago), Deed::contribution, 1, false);
    }
  }
  const AuthorSums sums = authors.sums(kNow, 7, kClasses);
  CHECK(authors.one_in() >= 32);
  CHECK(sums.by_class[4] == sums.authors);
}

TEST_CASE("erased and forgotten authors are gone, the others are found") {
  std::mt19937_64 random(3);
  Authors authors;
  std::set<std::uint64_t> kept;
  for (int i = 0; i < 5'000; ++i) {
    const std::uint64_t one = random() % 500;
    if (random() % 3 == 0) {
      CHECK(authors.erase(author(one)) == (kept.erase(one) == 1));
    } else {
      authors.add(author(one), day(static_cast<int>(one % 60)), Deed::share, 1, false);
      kept.insert(one);
    }
  }
  CHECK(authors.sums(kNow, 31, kClasses).authors ==
        std::ranges::count_if(kept, [](std::uint64_t one) { return one % 60 < 31; }));
  authors.drop_before(day(10));
  std::erase_if(kept, [](std::uint64_t one) { return one % 60 > 10; });
  CHECK(authors.sums(kNow, 31, kClasses).authors == static_cast<double>(kept.size()));
  for (const std::uint64_t one : kept) CHECK(authors.erase(author(one)));
  CHECK(authors.sums(kNow, 31, kClasses).authors == 0);
}

TEST_CASE("a small brand takes little memory, the largest what is stated") {
  Authors authors;
  CHECK(authors.memory_bytes() == 0);
  for (std::uint64_t i = 0; i < 5; ++i) authors.add(author(i), day(0), Deed::share, 1, false);
  CHECK(authors.memory_bytes() <= 6 * 72UL);
  for (std::uint64_t i = 0; i < kAuthorsMax + 10'000; ++i) {
    authors.add(author(i), day(0), Deed::share, 1, false);
  }
  CHECK(authors.one_in() == 2);
  CHECK(authors.memory_bytes() <= (kAuthorsMax + 1) * 72 + 4UL * 131'072);
  // Once a crowd is forgotten its memory is free.
  for (std::uint64_t i = 0; i < 100; ++i) authors.add(author(i), day(-63), Deed::share, 1, false);
  authors.drop_before(day(-1));
  CHECK(authors.memory_bytes() < 100 * 90);
}

TEST_CASE("what was saved is loaded, and goes on as before") {
  std::mt19937_64 random(9);
  for (const std::size_t authors_max : {1'000UL, 50UL}) {
    const std::vector<Post> posts = random_posts(&random, 300, 2'000);
    Authors before = of(posts, authors_max);
    pb::Authors message;
    before.save(&message);
    Authors after(authors_max);
    REQUIRE(after.load(message));
    CHECK(after.one_in() == before.one_in());
    for (const Post& post : random_posts(&random, 300, 1'000)) {
      before.add(post.author, post.time, post.deed, post.followers, post.negative);
      after.add(post.author, post.time, post.deed, post.followers, post.negative);
    }
    CHECK(saved(after) == saved(before));
  }
}

TEST_CASE("what no save wrote is refused, and changes nothing") {
  Authors authors;
  authors.add(author("one"), day(0), Deed::share, 10, true);
  authors.add(author("two"), day(5), Deed::contribution, kUnknownCount, false);
  pb::Authors good;
  authors.save(&good);
  const auto refused = [&good, &authors](auto&& spoil) {
    pb::Authors bad = good;
    spoil(&bad);
    const std::string before = saved(authors);
    const bool loaded = authors.load(bad);
    CHECK(saved(authors) == before);
    return !loaded;
  };
  CHECK_FALSE(refused([](pb::Authors*) {}));
  CHECK(refused([](pb::Authors* bad) { bad->set_level(63); }));
  CHECK(refused([](pb::Authors* bad) { bad->mutable_key()->pop_back(); }));
  CHECK(refused([](pb::Authors* bad) { bad->mutable_key()->resize(16); }));
  CHECK(refused([](pb::Authors* bad) { bad->mutable_key()->replace(0, 16, 16, '\0'); }));
  CHECK(refused([](pb::Authors* bad) {
    const std::string key = bad->key();
    bad->set_key(key.substr(16) + key.substr(0, 16));  // not in order
  }));
  CHECK(refused([](pb::Authors* bad) {
    const std::string key = bad->key();
    bad->set_key(key.substr(0, 16) + key.substr(0, 16));  // twice
  }));
  CHECK(refused([](pb::Authors* bad) { bad->add_negative(0); }));
  CHECK(refused([](pb::Authors* bad) { bad->mutable_last_hour()->RemoveLast(); }));
  CHECK(refused([](pb::Authors* bad) { bad->set_last_hour(0, -5); }));
  CHECK(refused([](pb::Authors* bad) { bad->set_last_hour(0, 2'000'000'000); }));
  CHECK(refused([](pb::Authors* bad) { bad->set_hours(0, 0); }));
  CHECK(refused([](pb::Authors* bad) {
    bad->set_shared(0, 0);
    bad->set_contributed(0, 0);
  }));
  CHECK(refused([](pb::Authors* bad) { bad->set_negative(0, 6); }));
  CHECK(
      refused([](pb::Authors* bad) { bad->set_followers_at(0, bad->followers_at(0) ^ 1U << 31); }));
  CHECK(refused([](pb::Authors* bad) { bad->set_followers_at(1, 0xFFFFFFFF); }));
  Authors small(1);
  CHECK_FALSE(small.load(good));  // more than it may hold
}

TEST_CASE("classes have names of their own") {
  std::set<std::string_view> names;
  for (std::size_t i = 0; i < kAuthorClasses; ++i) {
    names.insert(to_text(static_cast<AuthorClass>(i)));
  }
  CHECK(names.size() == kAuthorClasses);
  CHECK(names.contains("ambassador"));
}

}  // namespace
}  // namespace vigie
