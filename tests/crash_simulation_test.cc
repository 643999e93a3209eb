// The whole pipeline over a made-up log, by processes that die at any moment and begin again from
// what they have saved: the results equal a plain count.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/analysis/series.h"
#include "engine/analysis/state.pb.h"
#include "engine/analysis/state_shard.h"
#include "engine/base/text.h"
#include "tests/crash_life.h"

namespace vigie::test {
namespace {

using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::array<std::string_view, 5> kTexts{
    "I switched to Orvelane today", "Beurre Crémoline et fibre Orvelane", "nothing to see",
    "CREMOLINE is back #cremoline", "du Pelvoran, du vrai"};
constexpr std::array<std::string_view, 3> kPlatforms{"mastodon", "reddit", "x"};
constexpr int kPosts = 3000;

using Minutes = std::map<MinuteKey, std::uint32_t>;

// Posts of a few hours, out of order by up to half an hour within a partition, so that none is
// late whatever happens.
Minutes fill(std::uint64_t seed, World* world) {
  Random random(seed);
  Minutes expected;
  const EventTime start{seconds{1'700'000'000}};
  for (int i = 0; i < kPosts; ++i) {
    const EventTime time = start + seconds{i * 5} + seconds{random() % 1800};
    const std::string_view text = kTexts[random() % kTexts.size()];
    const std::string platform(kPlatforms[random() % kPlatforms.size()]);
    std::string record = cat(R"({"id":"p)", i, R"(","platform":")", platform, R"(","text":)");
    append_json_string(text, &record);
    record += cat(R"(,"created_at":")", to_rfc3339(time), "\"}");
    world->log[random() % world->log.size()].push_back(std::move(record));
    const EventTime minute{std::chrono::floor<minutes>(time.time_since_epoch())};
    for (const std::string_view brand : kBrands) {
      if (mentions(text, brand)) ++expected[{minute, std::string(brand), platform}];
    }
  }
  return expected;
}

// By brand: which minutes are told of in the saved state, those before. Brands are saved later than
// their shard, and a brand that has not changed is not.
std::map<std::string, Minute> told_before(World* world) {
  constexpr Minute kNone = std::numeric_limits<Minute>::min();
  std::optional<std::pair<std::int64_t, Minute>> lowest;  // watermark, and where minutes are open
  std::map<std::string, Minute> out;
  for (const auto& [key, value] : world->disk()) {
    if (shard_of_key(key)) {
      pb::Shard shard;
      REQUIRE(shard.ParseFromString(value));
      const auto watermark = shard.has_watermark() ? shard.watermark() : kNone;
      const Minute open = shard.has_watermark() ? shard.closed_until_minute() : kNone;
      if (!lowest || watermark < lowest->first) lowest = {watermark, open};
    } else if (const auto brand = brand_of_key(key); brand && std::ranges::count(key, '/') == 1) {
      pb::Brand record;
      REQUIRE(record.ParseFromString(value));
      out[*brand] = record.closed_until_minute();
    }
  }
  for (const std::string_view brand : kBrands) {
    Minute& before = out.try_emplace(std::string(brand), kNone).first->second;
    if (lowest) before = std::max(before, lowest->second);
  }
  return out;
}

// One line for each minute that differs.
std::string difference(const Minutes& told, const Minutes& expected) {
  std::string out;
  const auto add = [&](std::string_view what, const MinuteKey& key, std::uint32_t count) {
    const auto& [minute, brand, platform] = key;
    out += cat(what, " ", to_rfc3339(minute), " ", brand, " ", platform, " ", count, "\n");
  };
  for (const auto& [key, count] : told) {
    const auto at = expected.find(key);
    if (at == expected.end() || at->second != count) add("told", key, count);
  }
  for (const auto& [key, count] : expected) {
    const auto at = told.find(key);
    if (at == told.end() || at->second != count) add("expected", key, count);
  }
  return out;
}

// --- Many ----------------------------------------------------------------------------------------

void simulate(std::uint64_t seed) {
  CAPTURE(seed);
  Random random(seed);
  World world;
  const Minutes expected = fill(seed, &world);
  Minutes told;
  const auto take = [&](const Life& life) {
    for (const auto& [key, mentions] : life.closed) {
      CHECK_MESSAGE(!told.contains(key), "a minute closes once");
      told[key] = mentions;
    }
    CHECK(life.late == 0);
  };
  const auto begin_anew = [&] {
    // What is not in the saved state may be told again.
    const std::map<std::string, Minute> before = told_before(&world);
    std::erase_if(told, [&](const auto& one) {
      const auto& [minute, brand, platform] = one.first;
      return minute_of(minute) >= before.at(brand);
    });
    world.revive();
  };
  for (std::uint64_t crashes = random() % 5; crashes > 0; --crashes) {
    world.crash_after(random() % 60);
    const Life life = live(&world, random(), static_cast<std::uint32_t>(random() % 3));
    take(life);
    if (life.ran && !world.crashed()) break;  // it was at the end before
    begin_anew();
  }
  begin_anew();
  const Life last = live(&world, random(), static_cast<std::uint32_t>(random() % 4));
  REQUIRE_MESSAGE(last.ran.has_value(), (last.ran ? "" : last.ran.error().text()));
  take(last);
  CHECK(difference(told, expected) == "");
  std::map<std::string, std::uint64_t> totals;
  for (const auto& [key, count] : expected) totals[std::get<1>(key)] += count;
  for (const auto& [name, total] : totals) CHECK(last.shown.at(name).mentions == total);
  CHECK(world.complaints() == std::vector<std::string>{});
  for (std::int32_t number = 0; number < kLogPartitions; ++number) {
    CHECK(world.committed(number) ==
          static_cast<std::int64_t>(world.log[static_cast<std::size_t>(number)].size()));
  }

  // Saving and loading again is the identity.
  begin_anew();
  const Life again = live(&world, random(), 0);
  REQUIRE(again.ran);
  take(again);
  CHECK(difference(told, expected) == "");
  CHECK(again.shown == last.shown);
}

TEST_CASE("processes that die at any moment count every mention once") {
  const std::uint64_t count = std::getenv("VIGIE_LONG") != nullptr ? 5000 : 50;
  const char* one = std::getenv("VIGIE_SEED");
  if (one != nullptr) return simulate(std::strtoull(one, nullptr, 10));
  for (std::uint64_t seed = 1; seed <= count; ++seed) simulate(seed);
}

}  // namespace
}  // namespace vigie::test
