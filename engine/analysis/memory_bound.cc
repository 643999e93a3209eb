#include "engine/analysis/memory_bound.h"

#include <algorithm>

#include "engine/analysis/brand_state.h"
#include "engine/analysis/kpi.h"
#include "engine/analysis/measures.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

// What memory_bound_test.cc fills to its limits, part by part, and compares.

using Bytes = std::uint64_t;

constexpr Bytes kDaysAhead = 1;
constexpr Bytes kHours = kHoursKept + 24 * kDaysAhead;
constexpr Bytes kDays = kTopDaysKept + kDaysAhead + 1;  // one that is about to go
constexpr Bytes kNode = 64;                             // of a map, with what the allocator adds

// The room of a vector that grows by a quarter, and of one that doubles.
constexpr Bytes grown(Bytes elements) { return elements + elements / 4 + 1; }
constexpr Bytes doubled(Bytes elements) { return 2 * elements; }
// Of a string with so many bytes.
constexpr Bytes text(Bytes bytes) { return 2 * bytes + 1; }

// --- Posts: rows and what finds them -----------------------------------------------------------

// A page at the front may be used by its last row only, one at the end has room for more.
constexpr Bytes kPagesMax = kPostsPerBrandMax / kPostsPerPage + 2;
constexpr Bytes kRowsApart = grown(kPostsPerPage);
constexpr Bytes kPageBytes = 128;
// Two tables of places, at least five sixteenths full when they have grown.
constexpr Bytes kFoundBytes = 2 * sizeof(std::uint64_t) * 16 / 5 + 1;
constexpr Bytes kRowBytes = sizeof(PostState) + kFoundBytes;
constexpr Bytes kRowsOfBrand =
    kPostsPerBrandMax * kRowBytes + kPagesMax * kPageBytes + kRowsApart * sizeof(PostState);
constexpr Bytes kIdBytes = grown(kLabelBytesMax + sizeof(std::uint32_t));
constexpr Bytes kIdsOfBrand = kPagesWithIds * kPostsPerPage * kIdBytes;

// --- Authors -----------------------------------------------------------------------------------

// Places of 32 bits, a power of two of them, up to two thirds of them used.
constexpr Bytes sampled(Bytes rows_max, Bytes row_bytes) {
  return (rows_max + 1) * row_bytes + 3 * (rows_max + 1) * sizeof(std::uint32_t);
}
constexpr Bytes kAuthorsOfBrand = sampled(kAuthorsMax, 72);
constexpr Bytes kCampaignBytes = kNode + sizeof(std::string) + text(kTermBytesMax) + 128 +
                                 kMonthsKept * (kNode + 32) + sampled(kContributorsMax, 24);
constexpr Bytes kCampaignsOfBrand =
    kCampaignsKeptMax * kCampaignBytes +
    kCampaignsMax * (doubled(sizeof(std::string)) + text(kTermBytesMax) + 2);

// --- Sums by hour, month, slice ----------------------------------------------------------------

constexpr Bytes kSumBytes = 9;  // packed, of 63 bits with its sign
// Up to half of the pool are rows that were moved.
constexpr Bytes cells(Bytes measures, Bytes periods) {
  const Bytes packed = grown(2 * (periods + 1) * measures * kSumBytes + 64);
  return 16 * grown(periods) + packed + measures * sizeof(std::int64_t);
}
constexpr Bytes track(Bytes measures, Bytes periods) {
  const Bytes days = periods / 24 + 2;
  return cells(measures, periods) + 128 + cells(measures, days) + doubled(days) * sizeof(Period);
}
constexpr Bytes kHoursOfBrand =
    track(kMeasures, kHours) + track(kMeasures, kMonthsKept + 1) + track(kCalled, kHours);

// Every dimension may have an "other" beside its values.
constexpr Bytes kValues = (kDimensions - 1) * (kSliceValuesMax + 1) + kPlatformsPerBrandMax + 1;
constexpr Bytes kValueBytes = 16 + kSliceValueBytesMax + sizeof(SliceId) + sizeof(Track) + 8;
constexpr Bytes kSlicesOfBrand = kValues * track(kSlicedMeasures, kHours) +
                                 grown(kValues * kValueBytes) + grown(SliceLog::kBytesMax) +
                                 kDimensions * (40 + doubled(kSliceValuesMax) * 12);

// --- Lists, spread -----------------------------------------------------------------------------

constexpr Bytes kSketchBytes = 1UL << HyperLogLog::kPrecision;
// A head; slots of 16 bytes, four of five used; texts behind their lengths.
constexpr Bytes kTopBytes =
    32 + 16 * grown(kTopEntriesMax) + grown(kTopEntriesMax * (kLabelBytesMax + 2));
constexpr Bytes kDayBytes = kNode + sizeof(BrandDay) + kTopKinds * kTopBytes + 2 * kSketchBytes;
constexpr Bytes kListsOfBrand =
    kDays * kDayBytes + 24 * (kDaysAhead + 1) * (kNode + sizeof(HyperLogLog) + kSketchBytes);
constexpr Bytes kSpreadOfBrand =
    grown(kCascadesMax) * sizeof(Cascade) +
    kCascadesMax * (doubled(sizeof(std::uint16_t) + sizeof(std::uint64_t)) + text(kLabelBytesMax)) +
    kNearDuplicateGroupsMax * 120;  // see near_duplicates.h
// A table of counts finds them: up to 32 of 16 bits for each.
constexpr Bytes kRepliesOfBrand =
    (kEarlyRepliesMax + kCountedRepliesMax) * (doubled(sizeof(Reply)) + 64) +
    doubled(kUnansweredMax) * sizeof(std::uint64_t);

// --- Minutes -----------------------------------------------------------------------------------

// Sixty counts, who has them in two lists, and the node of their hour.
constexpr Bytes kHourBlockBytes = 60 * sizeof(std::uint32_t) + 2 * doubled(12) + 8 + kNode + 32;
constexpr Bytes kSeriesOfBrand = doubled(kPlatformsPerBrandMax + 1) * sizeof(Series);
constexpr Bytes kBlocksOfBrand = (kPlatformsPerBrandMax + 1) * kHours * kHourBlockBytes;
constexpr Bytes kChunkBytes = sizeof(std::uint32_t) * 60 * 256;  // blocks are made together

// --- What is shown -----------------------------------------------------------------------------

// What was shown last and what is shown now; requests may hold older ones.
constexpr Bytes kSnapshots = 2 + kHttpThreads;

Bytes shown_of_brand() {
  const Bytes values = kpi_specs().size() * sizeof(double);
  const Bytes slice = sizeof(BrandKpis::Slice) + text(kSliceValueBytesMax) +
                      kKpiWindows.size() * doubled(2 * (kSlicedMeasures + 1) * kSumBytes);
  const Bytes entry = sizeof(TopList::Entry) + text(kLabelBytesMax);
  const Bytes report = sizeof(Campaigns::Report) + 2 * text(kTermBytesMax) +
                       kMonthsKept * (kNode + sizeof(CampaignCounts) + 8);
  const Bytes kpis = sizeof(BrandKpis) + kKpiWindows.size() * values + kValues * slice +
                     (kTopKinds * kTopWindows * kTopShown + kTopEntriesMax) * entry +
                     doubled(kTopShown) * sizeof(std::vector<std::string>) +
                     doubled(kCascadesShown) * (sizeof(Cascade) + text(kLabelBytesMax)) +
                     doubled(kCampaignsKeptMax + kCampaignsMax) * report +
                     doubled(kMonthsKept) * sizeof(BrandKpis::Month);
  const Bytes platforms = doubled(kPlatformsPerBrandMax + 1) * sizeof(PlatformSnapshot);
  return kSnapshots * (kpis + sizeof(BrandSnapshot) + 2 * text(kTermBytesMax) + platforms);
}

}  // namespace

const MemoryBound::Part& MemoryBound::part(std::string_view name) const {
  const auto found = std::ranges::find(parts, name, &Part::name);
  CHECK(found != parts.end());
  return *found;
}

MemoryBound memory_bound(std::uint64_t brands, std::uint64_t shards) {
  const auto each = [&](std::string_view name, Bytes of_one) {
    return MemoryBound::Part{name, of_one, brands * of_one};
  };
  const auto at_most = [](MemoryBound::Part part, Bytes of_all) {
    part.of_all = std::min(part.of_all, of_all);
    return part;
  };
  const Bytes rows_apart = kRowsApart * sizeof(PostState) + 3 * kPageBytes;
  const Bytes page_bytes = kPageBytes / kPostsPerPage + 1;  // for each row
  MemoryBound out;
  out.parts = {
      at_most(each("posts", kRowsOfBrand),
              brands * rows_apart + shards * kPostsPerShardMax * (kRowBytes + page_bytes)),
      at_most(each("ids of posts", kIdsOfBrand),
              brands * kPostsPerPage * kIdBytes + shards * kPostsPerShardMax * kIdBytes),
      each("authors", kAuthorsOfBrand),
      each("campaigns", kCampaignsOfBrand),
      each("hours", kHoursOfBrand),
      each("slices", kSlicesOfBrand),
      each("lists", kListsOfBrand),
      each("spread", kSpreadOfBrand),
      each("replies", kRepliesOfBrand),
      at_most(each("minutes", kSeriesOfBrand + kBlocksOfBrand + kChunkBytes),
              brands * kSeriesOfBrand + shards * (kHourBlocksMax * kHourBlockBytes + kChunkBytes)),
      each("what is shown", shown_of_brand()),
      each("the rest", sizeof(BrandState) + 256)};
  for (const MemoryBound::Part& part : out.parts) {
    out.of_one += part.of_one;
    out.of_all += part.of_all;
  }
  return out;
}

}  // namespace vigie
