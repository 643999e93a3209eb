#include "engine/analysis/memory_bound.h"

#include <doctest/doctest.h>

#include <cstdint>

#include "engine/base/limits.h"

namespace vigie {
namespace {

TEST_CASE("the bound of the state is the sum of its parts") {
  for (const std::uint64_t brands : {0, 1, 7, 10'000}) {
    const MemoryBound bound = memory_bound(brands, 2);
    std::uint64_t of_one = 0;
    std::uint64_t of_all = 0;
    for (const MemoryBound::Part& part : bound.parts) {
      of_one += part.of_one;
      of_all += part.of_all;
      CHECK(part.of_all <= brands * part.of_one);
    }
    CHECK(bound.of_one == of_one);
    CHECK(bound.of_all == of_all);
  }
}

TEST_CASE("posts and minutes of many brands are bounded by shard") {
  const MemoryBound one = memory_bound(10'000, 1);
  const MemoryBound two = memory_bound(10'000, 2);
  CHECK(one.parts[0].name == "posts");
  CHECK(two.parts[0].of_all == 2 * one.parts[0].of_all);
  CHECK(one.parts[0].of_all == kPostsPerShardMax * (one.parts[0].of_one / kPostsPerBrandMax));
  CHECK(one.parts[6].name == "minutes");
  CHECK(one.parts[6].of_all < 10'000 * one.parts[6].of_one);
}

}  // namespace
}  // namespace vigie
