// Everything that is kept of one brand, together: what the aggregator folds into, what is saved and
// what is shown. Private to engine/analysis.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <string>
#include <tuple>
#include <vector>

#include "engine/analysis/authors.h"
#include "engine/analysis/campaigns.h"
#include "engine/analysis/cascades.h"
#include "engine/analysis/hyperloglog.h"
#include "engine/analysis/near_duplicates.h"
#include "engine/analysis/replies.h"
#include "engine/analysis/series.h"
#include "engine/analysis/slices.h"
#include "engine/analysis/snapshot.h"
#include "engine/analysis/top_list.h"
#include "engine/analysis/track.h"
#include "engine/base/limits.h"

namespace vigie {

namespace pb {
class Brand;
}

// The highest origin that was folded in. Of one origin a fact comes before an update.
struct OriginMark {
  std::int64_t offset = std::numeric_limits<std::int64_t>::min();
  std::uint16_t index = 0;
  bool updated = false;

  // Moves on; false when it is a repeat.
  bool advance(const Origin& origin, bool update) {
    const auto to = std::tuple(origin.offset, origin.index, update);
    if (to <= std::tie(offset, index, updated)) return false;
    std::tie(offset, index, updated) = to;
    return true;
  }
  // True when a fact of this origin was the last thing that was folded in.
  [[nodiscard]] bool is_fact(const Origin& origin) const {
    return offset == origin.offset && index == origin.index && !updated;
  }
};

// What is kept by day: the lists and the sets that cannot be taken back.
struct BrandDay {
  std::array<TopList, kTopKinds> tops;
  HyperLogLog authors;
  HyperLogLog sites;

  [[nodiscard]] TopList& top(TopKind kind) { return tops[static_cast<std::size_t>(kind)]; }
};

inline constexpr std::uint8_t kNoCampaign = 0xFF;  // no bit of PostState::campaigns

struct BrandState {
  std::vector<OriginMark> marks;  // by partition slot of the aggregator

  // Mentions by minute and platform: the windows of minutes.
  std::vector<Series> series;  // in order of first mention
  std::size_t last_series = 0;
  std::uint64_t late = 0;
  std::uint64_t backdated = 0;
  Minute closed_until = kNoMinute;  // what had closed when it was saved

  // The first post that is in none of these sums yet. What it and those after it add follows from
  // their rows: it is added when somebody looks at the sums, see BrandFold::sum_up().
  std::uint64_t unsummed = 0;
  Track hours{kMeasures};
  Track months{kMeasures};
  Track called{kCalled};  // by hour; its measures are places in Called
  Slices slices;
  std::map<std::int32_t, std::unique_ptr<BrandDay>> days;  // since 1970
  std::map<Period, HyperLogLog> author_hours;              // of the last 24 hours
  // What was found in these two last: posts come in runs of a day and an hour. Null for nothing.
  struct Recent {
    std::int32_t day = 0;
    Period hour = 0;
    BrandDay* lists = nullptr;
    HyperLogLog* authors = nullptr;
  };
  Recent recent;
  Authors authors;
  Campaigns campaigns;
  Cascades cascades;
  NearDuplicates near_duplicates;

  Replies early_replies{kEarlyRepliesMax};      // to posts that have not come
  Replies counted_replies{kCountedRepliesMax};  // to those that have
  // Numbers of the posts that may wait for an answer: live, negative, addressed to the brand. Those
  // that are marked as waiting are here, and others that were.
  std::vector<std::uint64_t> unanswered;
  // What the bits of PostState::campaigns stand for. A name keeps its bit as long as there are bits
  // for those configured, so that posts can be taken back from the campaigns they were counted in.
  std::vector<std::string> campaign_names;
  std::vector<std::uint8_t> campaign_bits;  // by bit of Fact::campaigns; or kNoCampaign

  Period kept_up = std::numeric_limits<Period>::min();  // the hour up to which old things are gone
  bool unsaved = false;
  // Those computed last, as of this quarter of an hour since 1970; null before the first.
  std::shared_ptr<const BrandKpis> kpis;
  Period kpis_quarter = 0;
  bool kpis_current = false;  // nothing has changed since

  // Of this day, and of this hour; made where there are none.
  [[nodiscard]] BrandDay& lists_of(std::int32_t day);
  [[nodiscard]] HyperLogLog& authors_of(Period hour);

  // All but its marks, posts and minutes. load() is false where there is what no save() wrote.
  void save(pb::Brand* out) const;
  [[nodiscard]] bool load(const pb::Brand& in);
  // Heap memory, its posts and minutes apart.
  [[nodiscard]] std::size_t memory_bytes() const;
};

}  // namespace vigie
