#include "engine/analysis/memory_bound.h"

#include <doctest/doctest.h>
#include <malloc.h>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/brand_kpis.h"
#include "engine/analysis/brand_state.h"
#include "engine/analysis/minutes.h"
#include "engine/analysis/periods.h"
#include "engine/analysis/post_table.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

const EventTime kNow = *parse_rfc3339("2026-11-20T12:00:00Z");

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}
Key128 key(std::uint64_t n) { return {mixed(2 * n + 1), mixed(2 * n + 2)}; }

std::string text_of(std::size_t n, std::size_t bytes) {
  std::string text = cat(n, "-");
  text.resize(bytes, 'x');
  return text;
}

// The bound of a part, beside what fills it.
void check(std::string_view name, std::uint64_t filled) {
  const std::uint64_t bound = memory_bound(1, 1).part(name).of_one;
  MESSAGE(name, ": ", filled, " of ", bound);
  CHECK(filled <= bound);
}

// The first measures, as wide as they may be in a period; over many they come to little.
std::vector<Change> widest(std::size_t measures, Period period) {
  constexpr std::int64_t kWide = std::int64_t{1} << 61;
  std::vector<Change> changes;
  for (std::size_t i = 0; i < measures; ++i) {
    changes.push_back({static_cast<std::uint8_t>(i), (period % 2 == 0 ? kWide : -kWide) + 3});
  }
  return changes;
}

// First with narrow sums, so that rows move when they widen.
void fill(std::size_t measures, Period first, Period last, Track* track) {
  const std::vector<Change> narrow{{0, 1}, {1, 1}};
  for (Period period = first; period <= last; ++period) track->add(period, narrow);
  for (Period period = first; period <= last; ++period) {
    track->add(period, widest(measures, period));
  }
  Measures sums{};
  track->sum(last - 500, last, &sums);  // which makes days of them
}

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
  for (const std::string_view name : {"posts", "ids of posts", "minutes"}) {
    CAPTURE(name);
    CHECK(one.part(name).of_all < 10'000 * one.part(name).of_one);
    CHECK(two.part(name).of_all > one.part(name).of_all);
    CHECK(two.part(name).of_all <= 2 * one.part(name).of_all);
  }
}

TEST_CASE("the most posts with the longest ids are within their bound") {
  PostTable table;
  table.set_brands(1);
  const std::string id(kLabelBytesMax, 'i');
  for (std::uint64_t n = 0; n < kPostsPerBrandMax + kPostsPerPage + 5; ++n) {
    PostState row;
    row.key = key(n);
    row.author = key(n + (1ULL << 40));
    row.event_time = kNow;
    table.add(0, row, id);
  }
  REQUIRE(table.size() == kPostsPerBrandMax);
  const MemoryBound bound = memory_bound(1, 1);
  const std::uint64_t most = bound.part("posts").of_one + bound.part("ids of posts").of_one;
  MESSAGE("posts and ids: ", table.memory_bytes(), " of ", most);
  CHECK(table.memory_bytes() <= most);
}

TEST_CASE("the most authors and contributors are within their bound") {
  Authors authors;
  for (std::uint64_t n = 0; n <= kAuthorsMax; ++n) authors.add(key(n), kNow, {}, 1, false);
  check("authors", authors.memory_bytes());
  Campaigns campaigns;
  const std::string name(kTermBytesMax, 'c');
  for (int month = 0; month < 40; ++month) campaigns.count(name, 680 + month, true, false, 1);
  for (std::uint64_t n = 0; n < kContributorsMax; ++n) campaigns.count_author(name, key(n), 1);
  check("campaigns", kCampaignsKeptMax * campaigns.memory_bytes() +
                         kCampaignsMax * (2 * sizeof(std::string) + name.size()));
}

TEST_CASE("the widest sums of all hours and months are within their bound") {
  Track hours(kMeasures);
  Track months(kMeasures);
  const Period last = hour_period(kNow);
  fill(kMeasures, last - kHoursKept - 23, last, &hours);
  fill(kMeasures, 700 - kMonthsKept, 700, &months);
  check("hours", hours.memory_bytes() + months.memory_bytes());
}

// All that there may be, in all hours.
void fill(Slices* slices) {
  std::vector<SliceId> ids;
  for (std::size_t d = 0; d < kDimensions; ++d) {
    const auto dimension = static_cast<Dimension>(d);
    for (std::size_t n = 0; n <= kSliceValuesMax; ++n) {
      const SliceId id = slices->find_or_add(dimension, text_of(n, kSliceValueBytesMax));
      if (id != kNoSlice) ids.push_back(id);
    }
  }
  const Period last = hour_period(kNow);
  for (Period hour = last - kHoursKept - 23; hour <= last; ++hour) {
    const std::vector<Change> changes = widest(kSlicedMeasures, hour);
    for (std::size_t at = 0; at < ids.size(); at += kPostSlicesMax) {
      const std::size_t count = std::min(kPostSlicesMax, ids.size() - at);
      slices->add(std::span(ids).subspan(at, count), hour, changes);
    }
  }
}

void fill(BrandDay* day) {
  for (TopList& top : day->tops) {
    for (std::size_t n = 0; n < 3 * kTopEntriesMax; ++n) {
      top.add(mixed(n + 1), text_of(n, kLabelBytesMax), static_cast<std::int64_t>(n % 7 + 1));
    }
  }
  for (std::uint64_t n = 0; n < 1000; ++n) day->authors.add(mixed(n + 1));
  day->sites.merge(day->authors);
}

std::size_t bytes_of(const BrandDay& day) {
  std::size_t bytes = 64 + sizeof day + day.authors.memory_bytes() + day.sites.memory_bytes();
  for (const TopList& top : day.tops) bytes += top.memory_bytes();
  return bytes;
}

void fill_spread(BrandState* brand) {
  for (std::size_t n = 0; n < kCascadesMax; ++n) {
    const auto place = brand->cascades.find_or_add(key(n), kNow);
    REQUIRE(place.has_value());
    for (int post = 0; post < 3; ++post) brand->cascades.add(*place, kNow, 1, true);
    brand->cascades.name_root(*place, text_of(n, 200), kNow);
    brand->cascades.name_root(*place, text_of(n, kLabelBytesMax), kNow);
  }
  for (std::size_t n = 0; n < 3 * kNearDuplicateGroupsMax; ++n) {
    brand->near_duplicates.add(mixed(n + 1), kNow + std::chrono::seconds(n % 1000));
  }
}

TEST_CASE("a brand with everything full is within its bounds, and so is what is shown of it") {
  BrandState brand;
  const Period last = hour_period(kNow);
  fill(&brand.slices);
  check("slices", brand.slices.memory_bytes());

  std::size_t lists = 0;
  for (std::int32_t day = day_of(kNow) - kTopDaysKept; day <= day_of(kNow) + 1; ++day) {
    brand.days[day] = std::make_unique<BrandDay>();
    fill(brand.days[day].get());
    lists += bytes_of(*brand.days[day]);
  }
  for (Period hour = last - 23; hour <= last + 24; ++hour) {
    HyperLogLog& authors = brand.author_hours[hour];
    authors.merge(brand.days.begin()->second->authors);
    lists += 64 + sizeof authors + authors.memory_bytes();
  }
  check("lists", lists);

  fill_spread(&brand);
  check("spread", brand.cascades.memory_bytes() + brand.near_duplicates.memory_bytes());
  for (std::size_t n = 0; n < 2 * kCountedRepliesMax; ++n) {
    const Reply reply{.key = key(n), .parent = key(n + 1), .time = kNow, .answers = true};
    brand.early_replies.add(reply);
    brand.counted_replies.add(reply);
  }
  for (std::size_t n = 0; n < kUnansweredMax; ++n) brand.unanswered.push_back(n);
  check("replies", brand.early_replies.memory_bytes() + brand.counted_replies.memory_bytes() +
                       brand.unanswered.capacity() * sizeof(std::uint64_t));

  BrandMoment moment;
  moment.watermark = kNow;
  const std::size_t before = mallinfo2().uordblks + mallinfo2().hblkhd;
  const auto kpis = brand_kpis(brand, moment, {});
  REQUIRE(kpis->slices.size() > (kDimensions - 1) * kSliceValuesMax);  // one is not shown
  const std::size_t after = mallinfo2().uordblks + mallinfo2().hblkhd;
  check("what is shown", (2 + kHttpThreads) * (std::max(after, before) - before));
}

TEST_CASE("the minutes of a brand on all platforms are within their bound") {
  constexpr int kHours = 72;
  Minutes minutes(std::chrono::hours{1}, kHourBlocksMax);
  BrandState brand;
  for (std::size_t n = 0; n <= kPlatformsPerBrandMax; ++n) {
    for (int hour = 0; hour < kHours; ++hour) {
      REQUIRE(minutes.count(0, &brand, ShortName(cat("p", n)), Minute{500'000 + hour} * 60)
                  .has_value());
    }
  }
  std::size_t bytes = minutes.memory_bytes() + brand.series.capacity() * sizeof(Series);
  for (const Series& one : brand.series) bytes += one.memory_bytes();
  check("minutes", bytes);
}

}  // namespace
}  // namespace vigie
