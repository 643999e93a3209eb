#include "engine/analysis/slices.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "engine/analysis/state.pb.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr Period kHour = 490'000;

const std::vector<Change> kMention{{static_cast<std::uint8_t>(Measure::mentions), 1}};

// A post with this value.
SliceId count(Slices& slices, Dimension dimension, const std::string& value, Period hour = kHour) {
  const SliceId id = slices.find_or_add(dimension, value);
  slices.add({&id, 1}, hour, kMention);
  return id;
}

std::int64_t mentions(const Slices::Slice& slice) {
  return slice.hours.sum(0, 1'000'000, Measure::mentions);
}

// "fr 3, en 1": by value.
std::map<std::string, std::int64_t> counts(const Slices& slices, Dimension dimension) {
  std::map<std::string, std::int64_t> out;
  slices.each([&](const Slices::Slice& slice) {
    if (slice.dimension == dimension) out.emplace(slice.value, mentions(slice));
  });
  return out;
}

std::vector<SliceId> ids(const Slices& slices) {
  std::vector<SliceId> out;
  slices.each([&](const Slices::Slice& slice) { out.push_back(slice.id); });
  return out;
}

std::string saved(const Slices& slices) {
  pb::Slices out;
  slices.save(&out);
  return out.SerializeAsString();
}

TEST_CASE("every dimension has a name") {
  std::set<std::string_view> names;
  for (std::size_t d = 0; d < kDimensions; ++d) names.insert(to_text(static_cast<Dimension>(d)));
  CHECK(names.size() == kDimensions);
  CHECK(names.count("") == 0);
}

TEST_CASE("values of dimensions are counted apart") {
  Slices slices;
  CHECK(slices.find_or_add(Dimension::lang, "") == kNoSlice);
  const SliceId fr = count(slices, Dimension::lang, "fr");
  CHECK(count(slices, Dimension::lang, "fr") == fr);
  CHECK(count(slices, Dimension::country, "fr") != fr);
  CHECK(count(slices, Dimension::lang, "en") != fr);
  CHECK(counts(slices, Dimension::lang) ==
        std::map<std::string, std::int64_t>{{"en", 1}, {"fr", 2}});
  slices.add(std::vector<SliceId>{999, kNoSlice}, kHour, kMention);
  CHECK(ids(slices) == std::vector<SliceId>{0, 2, 1});  // by dimension
}

TEST_CASE("long values are cut between characters") {
  Slices slices;
  const std::string value = std::string(kSliceValueBytesMax - 1, 'x') + "\xC3\xA9!";
  const SliceId id = slices.find_or_add(Dimension::channel, value);
  CHECK(counts(slices, Dimension::channel).count(std::string(kSliceValueBytesMax - 1, 'x')) == 1);
  CHECK(slices.find_or_add(Dimension::channel, value) == id);
}

TEST_CASE("further values of a closed dimension are other") {
  Slices slices;
  for (std::size_t i = 0; i < kSliceValuesMax + 10; ++i) {
    count(slices, Dimension::country, "c" + std::to_string(i));
  }
  const auto all = counts(slices, Dimension::country);
  CHECK(all.size() == kSliceValuesMax + 1);
  CHECK(all.at("other") == 10);
  CHECK(all.at("c0") == 1);
  pb::Slices out;
  slices.save(&out);
  CHECK(Slices{}.load(out));
}

TEST_CASE("a community with few mentions makes room for one that comes more often") {
  Slices slices;
  SliceId small = kNoSlice;
  for (std::size_t i = 0; i < kSliceValuesMax; ++i) {
    const int times = i == 7 ? 3 : 10;
    for (int j = 0; j < times; ++j) {
      const SliceId id = count(slices, Dimension::hashtag, "tag" + std::to_string(i));
      if (i == 7) small = id;
    }
  }
  for (int i = 0; i < 3; ++i) CHECK(count(slices, Dimension::hashtag, "new") == kNoSlice);
  CHECK(counts(slices, Dimension::hashtag).count("tag7") == 1);
  const SliceId made = count(slices, Dimension::hashtag, "new");  // the fourth: more than three
  CHECK(made != kNoSlice);
  CHECK(made != small);
  auto all = counts(slices, Dimension::hashtag);
  CHECK(all.size() == kSliceValuesMax);
  CHECK(all.count("tag7") == 0);
  CHECK(all.at("new") == 1);                 // since it was taken in
  slices.add({&small, 1}, kHour, kMention);  // what is told of old posts later
  CHECK(counts(slices, Dimension::hashtag) == all);

  // It is worth the four times that it came, not the one that it has counted.
  for (int i = 0; i < 4; ++i) CHECK(count(slices, Dimension::hashtag, "next") == kNoSlice);
  CHECK(count(slices, Dimension::hashtag, "next") != kNoSlice);
  all = counts(slices, Dimension::hashtag);
  CHECK(all.count("new") == 0);
}

TEST_CASE("mentions of more than a week ago do not keep a community") {
  Slices slices;
  for (std::size_t i = 0; i < kSliceValuesMax; ++i) {
    for (int j = 0; j < 100; ++j) count(slices, Dimension::channel, "c" + std::to_string(i));
  }
  const Period later = kHour + 9 * 24;
  for (std::size_t i = 1; i < kSliceValuesMax; ++i) {
    for (int j = 0; j < 3; ++j) count(slices, Dimension::channel, "c" + std::to_string(i), later);
  }
  CHECK(count(slices, Dimension::channel, "new", later) != kNoSlice);  // c0 has none now
  CHECK(counts(slices, Dimension::channel).count("c0") == 0);
}

TEST_CASE("slices without an hour that is kept are forgotten") {
  Slices slices;
  const SliceId old = count(slices, Dimension::lang, "fr", kHour);
  const SliceId recent = count(slices, Dimension::lang, "en", kHour + 100);
  slices.drop_before(kHour + 50);
  CHECK(ids(slices) == std::vector<SliceId>{recent});
  slices.add({&old, 1}, kHour + 100, kMention);
  CHECK(counts(slices, Dimension::lang) == std::map<std::string, std::int64_t>{{"en", 1}});
  const SliceId again = count(slices, Dimension::lang, "fr", kHour + 101);
  CHECK(again != old);
  CHECK(again != recent);
}

// Posts of a brand whose hashtags are chosen by Zipf's law; what is common changes every week.
void feed(Slices& slices, std::mt19937& random, int from, int to) {
  for (int i = from; i < to; ++i) {
    const Period hour = kHour + i / 50;
    const double u = (static_cast<double>(random()) + 1) / 4'294'967'296.0;
    const int rank = static_cast<int>(std::min(1.0 / u, 5'000.0));
    count(slices, Dimension::hashtag, "t" + std::to_string((rank + hour / 168 * 3) % 5'000), hour);
    count(slices, Dimension::lang, "l" + std::to_string(random() % 5), hour);
    count(slices, Dimension::segment, "s" + std::to_string(random() % 40), hour);
    if (i % 500 == 499) slices.drop_before(hour - 400);
  }
}

TEST_CASE("saved and loaded at any moment, slices go on as if nothing had been") {
  for (const int cut : {0, 1, 777, 12'345, 29'999}) {
    CAPTURE(cut);
    std::mt19937 random(11);
    Slices whole;
    feed(whole, random, 0, 30'000);
    random.seed(11);
    Slices first;
    feed(first, random, 0, cut);
    pb::Slices out;
    first.save(&out);
    Slices second;
    count(second, Dimension::kind, "post");
    REQUIRE(second.load(out));
    REQUIRE(saved(second) == out.SerializeAsString());
    feed(second, random, cut, 30'000);
    CHECK(saved(second) == saved(whole));
  }
}

// A post of a quiet brand: what it adds, and to which slices.
struct Post {
  std::vector<SliceId> slices;
  Period hour = kHour;
  std::vector<Change> adds;
  [[nodiscard]] std::vector<Change> less() const {
    std::vector<Change> out = adds;
    for (Change& change : out) change.by = -change.by;
    return out;
  }
};

Post some_post(Slices& slices, std::mt19937& random, Period hour) {
  const auto id = [&](Dimension dimension, const char* what, std::uint32_t values) {
    return slices.find_or_add(dimension, what + std::to_string(random() % values));
  };
  Post post{.slices = {id(Dimension::platform, "p", 3), id(Dimension::lang, "l", 4),
                       id(Dimension::kind, "k", 2), id(Dimension::hashtag, "t", 40)},
            .hour = hour,
            .adds = kMention};
  std::erase(post.slices, kNoSlice);
  post.adds.push_back({6, static_cast<std::int64_t>(random() % 1'000'000) + 1});
  return post;
}

TEST_CASE("a post a day takes little memory") {
  std::mt19937 random(5);
  Slices slices;
  for (int day = 0; day < 30; ++day) {
    const Post post = some_post(slices, random, kHour + 24 * day);
    slices.add(post.slices, post.hour, post.adds);
  }
  MESSAGE("bytes: ", slices.memory_bytes());
  CHECK(slices.memory_bytes() < 2'000);
}

// As long as there are few posts they are a log, then tracks, and again a log when most are gone or
// when it is loaded: nobody must be able to tell.
TEST_CASE("whatever is added, taken back and dropped, each hour's sums are those of its posts") {
  for (const int posts_a_day : {1, 4, 40}) {
    CAPTURE(posts_a_day);
    std::mt19937 random(7);
    Slices slices;
    Slices twin;  // that is saved and loaded after each step
    std::vector<Post> posts;
    for (int step = 0; step < 1'500; ++step) {
      const Period hour = kHour + step * 24 / posts_a_day;
      if (random() % 5 == 0 && !posts.empty()) {
        std::swap(posts[random() % posts.size()], posts.back());
        slices.add(posts.back().slices, posts.back().hour, posts.back().less());
        twin.add(posts.back().slices, posts.back().hour, posts.back().less());
        posts.pop_back();
      } else {
        std::mt19937 same = random;
        posts.push_back(some_post(slices, random, hour));
        REQUIRE(some_post(twin, same, hour).slices == posts.back().slices);
        slices.add(posts.back().slices, hour, posts.back().adds);
        twin.add(posts.back().slices, hour, posts.back().adds);
      }
      if (step % 10 == 0) {
        slices.drop_before(hour - 500);
        twin.drop_before(hour - 500);
        std::erase_if(posts, [&](const Post& post) { return post.hour < hour - 500; });
      }
      pb::Slices out;
      twin.save(&out);
      REQUIRE(twin.load(out));
      REQUIRE(out.SerializeAsString() == saved(slices));
      if (step % 50 != 0) continue;
      slices.each([&](const Slices::Slice& slice) {
        std::map<Period, std::int64_t> expected;
        for (const Post& post : posts) {
          if (std::ranges::find(post.slices, slice.id) == post.slices.end()) continue;
          expected[post.hour] += post.adds[1].by;
        }
        std::map<Period, std::int64_t> found;
        slice.hours.visit([&](Period period, std::span<const Change> changes) {
          REQUIRE(changes.size() == 2);
          found[period] = changes[1].by;
        });
        CHECK(found == expected);
      });
    }
  }
}

TEST_CASE("what is common is kept") {
  std::mt19937 random(13);
  Slices slices;
  feed(slices, random, 0, 30'000);
  const int newest_week = (kHour + 599) / 168;
  const auto all = counts(slices, Dimension::hashtag);
  for (int rank = 1; rank <= 8; ++rank) {
    CAPTURE(rank);
    CHECK(all.count("t" + std::to_string((rank + newest_week * 3) % 5'000)) == 1);
  }
}

TEST_CASE("ids come round after 65,535, past those that are in use") {
  Slices slices;
  const SliceId kept = count(slices, Dimension::lang, "fr", kHour + 10);
  std::set<SliceId> recent;
  for (int i = 0; i < 66'000; ++i) {
    const SliceId id = count(slices, Dimension::country, "c" + std::to_string(i), kHour);
    REQUIRE(id != kept);
    REQUIRE(id != kNoSlice);
    slices.drop_before(kHour + 1);
  }
  CHECK(count(slices, Dimension::lang, "fr", kHour + 10) == kept);
  CHECK(counts(slices, Dimension::lang).at("fr") == 2);
}

TEST_CASE("what no slices have saved is refused, and nothing changes") {
  Slices slices;
  count(slices, Dimension::lang, "fr");
  const std::string before = saved(slices);
  std::mt19937 random(3);
  Slices full;
  feed(full, random, 0, 2'000);
  pb::Slices good;
  full.save(&good);
  REQUIRE(good.queue_size() > 0);
  const auto refused = [&](auto&& spoil) {
    pb::Slices bad = good;
    spoil(bad);
    CHECK_FALSE(slices.load(bad));
    CHECK(saved(slices) == before);
  };
  refused([](pb::Slices& bad) { bad.set_next_id(kNoSlice); });
  refused([](pb::Slices& bad) { bad.mutable_slice(1)->set_id(bad.slice(0).id()); });
  refused([](pb::Slices& bad) { bad.mutable_slice(bad.slice_size() - 1)->set_id(kNoSlice); });
  refused([](pb::Slices& bad) { bad.mutable_slice(0)->set_dimension(kDimensions); });
  refused([](pb::Slices& bad) { bad.mutable_slice(0)->set_value(""); });
  refused([](pb::Slices& bad) { bad.mutable_slice(0)->set_value(std::string(65, 'x')); });
  refused([](pb::Slices& bad) {
    *bad.mutable_slice(1) = bad.slice(0);
    bad.mutable_slice(1)->set_id(bad.slice(0).id() + 1);
  });
  refused([](pb::Slices& bad) { bad.mutable_slice(0)->mutable_hours()->add_period(1); });
  refused([](pb::Slices& bad) {
    for (pb::Slices::Slice& one : *bad.mutable_slice()) one.set_dimension(8);
  });
  refused([](pb::Slices& bad) { bad.mutable_queue(0)->set_dimension(kDimensions); });
  refused([](pb::Slices& bad) { bad.mutable_queue(0)->set_dimension(0); });
  refused([](pb::Slices& bad) { bad.mutable_queue(0)->add_hash(1); });
  refused([](pb::Slices& bad) { bad.mutable_queue(0)->set_error(0, 1'000'000); });
  refused([](pb::Slices& bad) { *bad.add_queue() = bad.queue(0); });
}

}  // namespace
}  // namespace vigie
