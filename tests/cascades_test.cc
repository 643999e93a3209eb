// Cascades by examples computed by hand.
#include "engine/analysis/cascades.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "engine/analysis/state.pb.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00Z");

Key128 root(std::uint64_t n) { return {.high = n, .low = n * 0x9E3779B97F4A7C15ULL}; }

std::string saved(const Cascades& cascades) {
  pb::Cascades out;
  cascades.save(&out);
  return out.SerializeAsString();
}

const Cascade& only(const Cascades& cascades) {
  const auto largest = cascades.largest(10);
  REQUIRE(largest.size() == 1);
  return *largest.front();
}

// The posts that tests speak of: seconds since noon, depth.
struct Post {
  int at;
  int depth;
  bool repost = false;
};

Cascades cascades_of(const std::vector<Post>& posts) {
  Cascades cascades;
  for (const Post& post : posts) {
    const EventTime time = kNoon + seconds(post.at);
    const auto place = cascades.find_or_add(root(1), time);
    REQUIRE(place.has_value());
    cascades.add(*place, time, static_cast<std::uint8_t>(post.depth), post.repost);
    if (post.depth == 0) cascades.name_root(*place, "https://example.org/1", time);
  }
  return cascades;
}

// bin: posts, of those that are not zero.
std::string ages(const Cascade& cascade) {
  std::string out;
  for (std::size_t bin = 0; bin < kCascadeAges; ++bin) {
    if (cascade.by_age[bin] > 0) append_to(&out, bin, ":", cascade.by_age[bin], " ");
  }
  return out;
}

TEST_CASE("a root alone") {
  const Cascades cascades = cascades_of({{0, 0}});
  const Cascade& cascade = only(cascades);
  CHECK(cascade.size == 1);
  CHECK(cascade.depth() == 0);
  CHECK(cascade.breadth() == 1);
  CHECK(cascade.reposts_per_minute() == 0);
  CHECK(cascade.time_to_half() == std::nullopt);
  CHECK(cascade.doubling_time() == std::nullopt);
  CHECK(cascade.reproduction_number() == std::nullopt);
}

TEST_CASE("every measure of a small tree") {
  // A root, three replies to it after 5, 6 and 40 seconds, of which one is a repost, two replies to
  // these after 64 and 100 seconds, and one below them after 600 seconds, a repost.
  const Cascades cascades =
      cascades_of({{0, 0}, {5, 1}, {6, 1, true}, {40, 1}, {64, 2}, {100, 2}, {600, 3, true}});
  const Cascade& cascade = only(cascades);
  CHECK(cascade.id == "https://example.org/1");
  CHECK(cascade.began == kNoon);
  CHECK(cascade.last == kNoon + seconds(600));
  CHECK(cascade.size == 7);
  CHECK(cascade.depth() == 3);
  CHECK(cascade.breadth() == 3);  // 1, 3, 2, 1
  // 2 reposts in 10 minutes.
  CHECK(cascade.reposts_per_minute() == doctest::Approx(0.2));
  // 2 log2 of 5, 6, 40, 64, 100, 600: 4.6, 5.2, 10.6, 12, 13.3, 18.5.
  CHECK(ages(cascade) == "0:1 4:1 5:1 10:1 12:1 13:1 18:1 ");
  // 6 posts below the root, half of them are 3: the third fills bin 10, [32, 45.25) seconds.
  CHECK(cascade.time_to_half() == std::chrono::microseconds(45'254'834));
  // 600 - 45.254834
  CHECK(cascade.doubling_time() == std::chrono::microseconds(554'745'166));
  // 6 below the root, by the 1 + 3 + 2 above the deepest depth.
  CHECK(*cascade.reproduction_number() == doctest::Approx(1.0));
}

TEST_CASE("a young cascade has one depth: all of its posts by the root") {
  const Cascades cascades = cascades_of({{0, 0}, {10, 1}, {20, 1}, {25, 1}, {30, 1}});
  CHECK(*only(cascades).reproduction_number() == doctest::Approx(4.0));
  // A second depth of two: 6 by 1 + 4.
  const Cascades older =
      cascades_of({{0, 0}, {10, 1}, {20, 1}, {25, 1}, {30, 1}, {40, 2}, {50, 2}});
  CHECK(*only(older).reproduction_number() == doctest::Approx(1.2));
}

TEST_CASE("half of many posts within a bin") {
  // 8 posts after 65 to 72 seconds, all in [64, 90.5): half of them by the middle of the bin. The
  // last one came after 72 seconds, so that half cannot have come later.
  std::vector<Post> posts{{0, 0}};
  for (int i = 65; i <= 72; ++i) posts.push_back({i, 1});
  const Cascades cascades = cascades_of(posts);
  CHECK(only(cascades).time_to_half() == seconds(72));
  CHECK(only(cascades).doubling_time() == seconds(0));
  // Two more, after 128 and 300 seconds: half of 10 are 5 of the 8: 64 + 26.51 * 5 / 8 = 80.569.
  posts.push_back({128, 1});
  posts.push_back({300, 1});
  const Cascades longer = cascades_of(posts);
  CHECK(*only(longer).time_to_half() > milliseconds(80'568));
  CHECK(*only(longer).time_to_half() < milliseconds(80'570));
}

TEST_CASE("a root that was not seen, or comes late") {
  // Two replies, after 100 and 164 seconds, the later one first.
  Cascades cascades = cascades_of({{164, 1}, {100, 1}});
  CHECK(only(cascades).id.empty());
  CHECK(only(cascades).began == kNoon + seconds(100));
  CHECK(ages(only(cascades)) == "0:1 12:1 ");  // 64 seconds apart
  // 2 below a root that counts although it was not seen.
  CHECK(*only(cascades).reproduction_number() == doctest::Approx(2.0));
  // The root comes at last: 100 seconds are 13.3, and the middle of [64, 90.5) becomes 177: 14.9.
  const auto place = *cascades.find_or_add(root(1), kNoon);
  cascades.add(place, kNoon, 0, false);
  cascades.name_root(place, "https://example.org/1", kNoon);
  CHECK(only(cascades).began == kNoon);
  CHECK(ages(only(cascades)) == "0:1 13:1 14:1 ");
  CHECK(only(cascades).size == 3);
  // An answer whose clock is slow does not move it.
  cascades.add(place, kNoon - seconds(3), 1, false);
  CHECK(only(cascades).began == kNoon);
  CHECK(ages(only(cascades)) == "0:2 13:1 14:1 ");
}

TEST_CASE("what is taken back is gone, and a cascade with it") {
  Cascades cascades = cascades_of({{0, 0}, {5, 1}, {6, 1, true}, {40, 2}});
  const auto place = *cascades.find_or_add(root(1), kNoon);
  cascades.take_back(place, kNoon + seconds(6), 1, true);
  CHECK(only(cascades).size == 3);
  CHECK(only(cascades).reposts == 0);
  CHECK(only(cascades).breadth() == 1);
  CHECK(ages(only(cascades)) == "0:1 4:1 10:1 ");
  // Nothing at that depth: it does nothing.
  cascades.take_back(place, kNoon + seconds(6), 7, true);
  CHECK(only(cascades).size == 3);
  // Its bin is empty: the nearest one gives.
  cascades.take_back(place, kNoon + seconds(50), 2, false);
  CHECK(ages(only(cascades)) == "0:1 4:1 ");
  cascades.take_back(place, kNoon, 0, false);
  cascades.take_back(place, kNoon + seconds(5), 1, false);
  CHECK(cascades.largest(10).empty());
  cascades.take_back(place, kNoon, 0, false);
  cascades.add(place, kNoon, 0, false);
  CHECK(cascades.largest(10).empty());
}

TEST_CASE("bins of ages, and depths beyond the last") {
  std::vector<Post> posts;
  for (const int at : {0, 1, 2, 3, 4, 5, 6, 8, 11, 12, 16, 3600, 86'400})
    posts.push_back({at, at == 0 ? 0 : 1});
  Cascades cascades = cascades_of(posts);
  // 2 log2: 0, 2, 3.2, 4, 4.6, 5.2, 6, 6.9, 7.2, 8, 23.6, 32.8.
  CHECK(ages(only(cascades)) == "0:2 2:1 3:1 4:2 5:1 6:2 7:1 8:1 23:1 32:1 ");
  const auto place = *cascades.find_or_add(root(1), kNoon);
  cascades.add(place, kNoon + milliseconds(1500), 200, false);
  cascades.add(place, kNoon + days(3650), 15, false);
  CHECK(only(cascades).by_age[1] == 1);
  CHECK(only(cascades).by_age[kCascadeAges - 1] == 1);
  CHECK(only(cascades).depth() == 15);
  CHECK(only(cascades).at_depth[15] == 2);
}

TEST_CASE("the smallest of those that are over makes room, else none") {
  Cascades cascades;
  const auto add = [&](std::uint64_t n, EventTime time, int posts) {
    const auto place = cascades.find_or_add(root(n), time);
    for (int i = 0; place && i < posts; ++i) cascades.add(*place, time, 1, false);
    return place;
  };
  for (std::uint64_t n = 0; n < kCascadesMax; ++n) {
    REQUIRE(add(n, kNoon + seconds(n), n % 2 == 0 ? 3 : 2) == n);
  }
  // Two posts keep a place for 20 minutes.
  CHECK(add(1000, kNoon + minutes(20), 1) == std::nullopt);
  CHECK(add(5, kNoon + minutes(20), 1) == 5);  // known
  // Those with 2 posts, the oldest first; a place that has been used waits.
  CHECK(add(1000, kNoon + minutes(20) + seconds(1), 1) == 256);
  CHECK(add(1001, kNoon + minutes(20) + seconds(3), 1) == 257);
  CHECK(add(1002, kNoon + minutes(20) + seconds(3), 1) == std::nullopt);
  CHECK(cascades.largest(1000).size() == kCascadesMax);
  // What is told of a place that is gone is ignored.
  const std::string before = saved(cascades);
  cascades.add(1, kNoon, 1, true);
  cascades.take_back(1, kNoon, 1, true);
  cascades.name_root(1, "x", kNoon);
  CHECK(saved(cascades) == before);
  // The largest one keeps its place for three days, whatever its size.
  const EventTime later = kNoon + minutes(30);
  for (int i = 0; i < 10'000; ++i) cascades.add(0, later, 1, false);
  for (std::uint64_t n = 0; n < 5 * kCascadesMax; ++n) {
    add(2000 + n, later + hours(72) - seconds(1), 5000);
  }
  CHECK(cascades.largest(1).front()->root == root(0));
  CHECK(cascades.largest(1).front()->size == 10'003);
  cascades.drop_before(later + seconds(1));
  for (const Cascade* cascade : cascades.largest(1000)) CHECK(cascade->last > later);
}

TEST_CASE("places are used again after all others, and old posts do not meet new cascades") {
  Cascades cascades;
  const auto kept = *cascades.find_or_add(root(1), kNoon);
  cascades.add(kept, kNoon, 0, false);
  EventTime now = kNoon;
  std::uint16_t last = 0;
  for (std::uint64_t n = 2; n <= Cascades::kCascadePlaces + 5; ++n) {
    now += seconds(5);
    const auto place = *cascades.find_or_add(root(n), now);
    REQUIRE(place != kept);
    REQUIRE(place < Cascades::kCascadePlaces);
    cascades.add(place, now, 0, false);
    last = place;
    if (n % 100 == 0) {
      cascades.add(kept, now, 1, false);
      cascades.drop_before(now);
    }
  }
  CHECK(last == 5);  // 65,534 further cascades took 1 to 65,534, and five more 1 to 5
  const std::string before = saved(cascades);
  cascades.take_back(last, kNoon, 0, false);  // of the first cascade that had it
  CHECK(saved(cascades) == before);
}

TEST_CASE("the largest first, then the one that began first") {
  Cascades cascades;
  for (std::uint64_t n = 1; n <= 4; ++n) {
    const EventTime time = kNoon - seconds(n);
    const auto place = *cascades.find_or_add(root(n), time);
    for (std::uint64_t i = 0; i < (n == 2 ? 5 : 1); ++i) cascades.add(place, time, 0, false);
  }
  std::string order;
  for (const Cascade* cascade : cascades.largest(3)) append_to(&order, cascade->root.high, " ");
  CHECK(order == "2 4 3 ");
}

TEST_CASE("saved and loaded it goes on in the same way") {
  std::mt19937_64 random(4);
  Cascades kept, moved;
  EventTime now = kNoon;
  for (int i = 0; i < 20'000; ++i) {
    now += seconds(random() % 20);
    const EventTime time = now - seconds(random() % 100);
    // Skewed: some roots are frequent.
    const Key128 key = root(1 + random() % (1 + random() % 2000));
    const auto depth = static_cast<std::uint8_t>(random() % 4);
    const bool back = random() % 4 == 0;
    std::optional<std::uint16_t> places[2];
    for (Cascades* cascades : {&kept, &moved}) {
      const auto place = cascades->find_or_add(key, time);
      places[cascades == &moved ? 1 : 0] = place;
      if (!place) continue;
      if (back) {
        cascades->take_back(*place, time, depth, true);
      } else {
        cascades->add(*place, time, depth, random() % 2 == 0);
      }
    }
    REQUIRE(places[0] == places[1]);
    if (i % 500 != 0) continue;
    pb::Cascades message;
    kept.save(&message);
    Cascades fresh;
    REQUIRE(fresh.load(message));
    REQUIRE(saved(fresh) == saved(kept));
    moved = std::move(fresh);
  }
}

TEST_CASE("nonsense is refused and changes nothing") {
  Cascades cascades = cascades_of({{0, 0}, {5, 1}});
  const std::string before = saved(cascades);
  const auto refused = [&](auto change) {
    pb::Cascades message;
    cascades.save(&message);
    change(&message);
    return !cascades.load(message);
  };
  CHECK(refused([](auto* m) { *m->add_cascade() = m->cascade(0); }));
  CHECK(refused([](auto* m) { m->set_next_place(65'535); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->set_place(65'535); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->set_root("short"); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->set_size(3); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->set_reposts(3); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->set_by_age(0, 2); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->add_by_age(0); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->add_at_depth(0); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->set_began(-1); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->set_last(1LL << 62); }));
  CHECK(refused([](auto* m) { m->mutable_cascade(0)->set_id(std::string(1000, 'x')); }));
  CHECK(saved(cascades) == before);
  CHECK_FALSE(refused([](auto*) {}));
}

}  // namespace
}  // namespace vigie
