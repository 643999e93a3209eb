#include "engine/analysis/memory_bound.h"

#include <algorithm>

#include "engine/analysis/hyperloglog.h"
#include "engine/analysis/measures.h"
#include "engine/analysis/post_state.h"
#include "engine/analysis/slices.h"
#include "engine/analysis/snapshot.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

// A table that is found by hash is at least half full, and one whose memory grows doubles it.
constexpr std::uint64_t kRoom = 2;
constexpr std::uint64_t kPlaceBytes = 8;
constexpr std::uint64_t kAuthorBytes = 72 + kRoom * kPlaceBytes;
constexpr std::uint64_t kSumBytes = 9;     // of a packed sum of 63 bits
constexpr std::uint64_t kHourBytes = 264;  // a block of minutes, see kHourBlocksMax
constexpr std::uint64_t kEntryBytes = 64 + kLabelBytesMax;
constexpr std::uint64_t kHours = kHoursKept + kMonthsKept;

constexpr std::uint64_t kPostBytes =
    sizeof(PostState) + 2 * kRoom * kPlaceBytes;  // found by post and by author
constexpr std::uint64_t kHoursOfBrand =
    kRoom * (kHours * kMeasures + kHoursKept * kCalled) * kSumBytes;
constexpr std::uint64_t kSlicesOfBrand = kRoom * kDimensions *
                                         std::max(kSliceValuesMax, kPlatformsPerBrandMax) *
                                         kHoursKept * kSlicedMeasures * kSumBytes;
constexpr std::uint64_t kSketchBytes = 1UL << HyperLogLog::kPrecision;
constexpr std::uint64_t kListsOfBrand =
    kTopDaysKept * (kTopKinds * kTopEntriesMax * kEntryBytes + 2 * kSketchBytes) +
    24 * kSketchBytes;
constexpr std::uint64_t kMinutesOfBrand =
    kPlatformsPerBrandMax * static_cast<std::uint64_t>(kHoursKept) * kHourBytes;

}  // namespace

MemoryBound memory_bound(std::uint64_t brands, std::uint64_t shards) {
  const auto each = [&](std::string_view name, std::uint64_t of_one) {
    return MemoryBound::Part{name, of_one, brands * of_one};
  };
  const auto at_most = [](MemoryBound::Part part, std::uint64_t of_all) {
    part.of_all = std::min(part.of_all, of_all);
    return part;
  };
  MemoryBound out;
  out.parts = {at_most(each("posts", kPostsPerBrandMax * kPostBytes),
                       shards * kPostsPerShardMax * kPostBytes),
               each("authors", kAuthorsMax * kAuthorBytes),
               each("contributors", kCampaignsMax * kContributorsMax * kAuthorBytes),
               each("hours", kHoursOfBrand),
               each("slices", kSlicesOfBrand),
               each("lists", kListsOfBrand),
               at_most(each("minutes", kMinutesOfBrand), shards * kHourBlocksMax * kHourBytes)};
  for (const MemoryBound::Part& part : out.parts) {
    out.of_one += part.of_one;
    out.of_all += part.of_all;
  }
  return out;
}

}  // namespace vigie
