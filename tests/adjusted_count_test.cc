// Adjusted counts: arithmetic by hand, and whether the interval holds the truth as often as said.
#include "engine/analysis/adjusted_count.h"

#include <doctest/doctest.h>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <random>
#include <vector>

namespace vigie {
namespace {

using sentiment::Confusion;

Confusions all_of(const Confusion& confusion) {
  Confusions out;
  out.fill(confusion);
  return out;
}

// Of the first language.
Called called(std::int64_t negative, std::int64_t neutral, std::int64_t positive) {
  return {negative, neutral, positive};
}

constexpr Confusion kPerfect{.called = {{{1, 0, 0}, {0, 1, 0}, {0, 0, 1}}},
                             .texts = {1000, 1000, 1000}};
// Its inverse, transposed, is worked out below.
constexpr Confusion kHalf{.called = {{{0.5F, 0.5F, 0}, {0, 1, 0}, {0, 0.5F, 0.5F}}},
                          .texts = {1000, 1000, 1000}};
constexpr Confusion kReal{
    .called = {{{0.70F, 0.22F, 0.08F}, {0.20F, 0.65F, 0.15F}, {0.06F, 0.22F, 0.72F}}},
    .texts = {300, 400, 250}};

TEST_CASE("a model without errors leaves the counts as they are") {
  const Adjusted adjusted = adjusted_count(called(20, 50, 30), {}, all_of(kPerfect));
  CHECK(adjusted.posts[0] == doctest::Approx(20));
  CHECK(adjusted.posts[1] == doctest::Approx(50));
  CHECK(adjusted.posts[2] == doctest::Approx(30));
  CHECK(*adjusted.net == doctest::Approx(0.2));
}

TEST_CASE("what is lost to neutral comes back") {
  // Half of the negative and half of the positive posts are called neutral: of 20, 20 and 60
  // called negative, positive and neutral, 40 and 40 are so, and 20 neutral.
  const Adjusted adjusted = adjusted_count(called(20, 60, 20), {}, all_of(kHalf));
  CHECK(adjusted.posts[0] == doctest::Approx(40));
  CHECK(adjusted.posts[1] == doctest::Approx(20));
  CHECK(adjusted.posts[2] == doctest::Approx(40));
}

TEST_CASE("no count is below zero, and together they are as many as before") {
  const Adjusted adjusted = adjusted_count(called(60, 10, 30), {}, all_of(kHalf));
  // 120, -80 and 60 before they are clipped.
  CHECK(adjusted.posts[0] == doctest::Approx(100 * 120.0 / 180));
  CHECK(adjusted.posts[1] == 0);
  CHECK(adjusted.posts[2] == doctest::Approx(100 * 60.0 / 180));
}

TEST_CASE("labels that were given are not corrected") {
  const Adjusted adjusted = adjusted_count({}, {20, 60, 20}, all_of(kHalf));
  CHECK(adjusted.posts[0] == doctest::Approx(20));
  CHECK(adjusted.posts[1] == doctest::Approx(60));
  const Adjusted both = adjusted_count(called(20, 60, 20), {10, 0, 0}, all_of(kHalf));
  CHECK(both.posts[0] == doctest::Approx(50));
}

TEST_CASE("a matrix that tells nothing corrects nothing") {
  const Confusion same{.called = {{{0.3F, 0.4F, 0.3F}, {0.3F, 0.4F, 0.3F}, {0.3F, 0.4F, 0.3F}}},
                       .texts = {10, 10, 10}};
  const Adjusted adjusted = adjusted_count(called(5, 6, 7), {}, all_of(same));
  CHECK(adjusted.posts[0] == doctest::Approx(5));
  const Adjusted none = adjusted_count({}, {}, all_of(Confusion{}));
  CHECK_FALSE(none.net.has_value());
  CHECK_FALSE(none.interval.has_value());
}

TEST_CASE("of one post nothing is sure, and of many much") {
  const Adjusted one = adjusted_count(called(1, 0, 0), {}, all_of(kReal));
  CHECK(one.interval->upper - one.interval->lower > 1);
  const Adjusted many = adjusted_count(called(50'000, 50'000, 20'000), {}, all_of(kReal));
  CHECK(many.interval->upper - many.interval->lower < 0.3);
  // What is left is the error of the matrix: more posts do not make it smaller.
  const Adjusted more = adjusted_count(called(5'000'000, 5'000'000, 2'000'000), {}, all_of(kReal));
  CHECK(more.interval->upper - more.interval->lower > 0.05);
}

class World {
 public:
  explicit World(std::uint64_t seed) : random_(seed) {}

  std::size_t draw(const Classes& shares) {
    double at = std::uniform_real_distribution<double>(0, 1)(random_);
    for (std::size_t i = 0; i < 2; ++i) {
      if (at < shares[i]) return i;
      at -= shares[i];
    }
    return 2;
  }
  // The matrix as it is measured on as many texts as it says.
  Confusion measured(const Confusion& truth) {
    Confusion out = truth;
    for (std::size_t i = 0; i < 3; ++i) {
      std::array<double, 3> counts{};
      for (std::uint32_t n = 0; n < truth.texts[i]; ++n) counts[draw(row(truth, i))] += 1;
      for (std::size_t j = 0; j < 3; ++j) {
        out.called[i][j] = static_cast<float>(counts[j] / truth.texts[i]);
      }
    }
    return out;
  }
  // Part of the times that the interval holds the net sentiment of the world.
  double coverage(const Confusion& truth, const Classes& shares, std::uint32_t posts) {
    constexpr int kTimes = 2000;
    const double net = (shares[2] - shares[0]) / (shares[2] + shares[0]);
    int held = 0;
    for (int i = 0; i < kTimes; ++i) {
      Called seen{};
      for (std::uint32_t n = 0; n < posts; ++n) ++seen[draw(row(truth, draw(shares)))];
      const Adjusted adjusted = adjusted_count(seen, {}, all_of(measured(truth)));
      held += adjusted.interval->lower <= net && net <= adjusted.interval->upper ? 1 : 0;
    }
    return static_cast<double>(held) / kTimes;
  }

 private:
  static Classes row(const Confusion& of, std::size_t i) {
    return {of.called[i][0], of.called[i][1], of.called[i][2]};
  }
  std::mt19937_64 random_;
};

TEST_CASE("the interval holds the truth 95 times of 100") {
  World world(20);
  const std::vector<Classes> moods{
      {0.2, 0.5, 0.3}, {0.5, 0.4, 0.1}, {0.1, 0.3, 0.6}, {0.05, 0.9, 0.05}};
  for (const Classes& mood : moods) {
    for (const std::uint32_t posts : {20U, 100U, 1000U}) {
      CAPTURE(mood[0]);
      CAPTURE(posts);
      const double coverage = world.coverage(kReal, mood, posts);
      MESSAGE("mood ", mood[0], " / ", mood[2], ", ", posts, " posts: ", coverage);
      CHECK(coverage > 0.935);
    }
  }
}

}  // namespace
}  // namespace vigie
