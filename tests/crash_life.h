// One life of a process over the made-up world: it may die at any moment.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/result.h"
#include "tests/fake_world.h"

namespace vigie::test {

inline constexpr std::array<std::string_view, 3> kBrands{"Orvelane", "Crémoline", "Pelvoran/%"};
// An account of the first of them.
inline constexpr std::string_view kOwnAccount = "orvelane_help";

[[nodiscard]] bool mentions(std::string_view text, std::string_view brand);

using MinuteKey = std::tuple<EventTime, std::string, std::string>;  // minute, brand, platform

// What it had to show at its end, brands by name.
struct Shown {
  std::uint64_t mentions = 0;
  std::map<std::string, std::uint64_t> platforms;
  std::vector<std::uint64_t> windows;
  friend bool operator==(const Shown&, const Shown&) = default;
};

struct Life {
  Result<void> ran;
  std::vector<std::pair<MinuteKey, std::uint32_t>> closed;
  std::map<std::string, Shown> shown;
  std::uint64_t records = 0;
  std::uint64_t late = 0;
};

// Brands, shards and the numbers of partitions are others in each life.
[[nodiscard]] Life live(World* world, std::uint64_t seed, std::uint32_t rebalances);

}  // namespace vigie::test
