// Everything that is kept of one brand, together: what the aggregator folds into, what is saved and
// what is shown. Private to engine/analysis.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <map>
#include <memory>
#include <vector>

#include "engine/analysis/authors.h"
#include "engine/analysis/campaigns.h"
#include "engine/analysis/cascades.h"
#include "engine/analysis/hyperloglog.h"
#include "engine/analysis/near_duplicates.h"
#include "engine/analysis/series.h"
#include "engine/analysis/slices.h"
#include "engine/analysis/snapshot.h"
#include "engine/analysis/top_list.h"
#include "engine/analysis/track.h"

namespace vigie {

// The highest origin that was folded in. Of one origin a fact comes before an update.
struct OriginMark {
  std::int64_t offset = std::numeric_limits<std::int64_t>::min();
  std::uint16_t index = 0;
  bool updated = false;

  // Moves on; false when it is a repeat.
  bool advance(const Origin& origin, bool update);
};

// What is kept by day: the lists and the sets that cannot be taken back.
struct BrandDay {
  std::array<TopList, kTopKinds> tops;
  HyperLogLog authors;
  HyperLogLog sites;
};

struct BrandState {
  std::vector<OriginMark> marks;  // by partition slot of the aggregator

  // Mentions by minute and platform: the windows of minutes.
  std::vector<Series> series;  // in order of first mention
  std::size_t last_series = 0;
  std::uint64_t late = 0;
  std::uint64_t backdated = 0;

  Track hours{kMeasures};
  Track months{kMeasures};
  Slices slices;
  std::map<std::int32_t, std::unique_ptr<BrandDay>> days;  // since 1970
  std::map<Period, HyperLogLog> author_hours;              // of the last 24 hours
  Authors authors;
  Campaigns campaigns;
  Cascades cascades;
  NearDuplicates near_duplicates;

  Minute since = 0;  // counts are whole from here on, as far as this brand goes
  bool watched = false;
  bool unsaved = false;
  bool unshown = false;
};

}  // namespace vigie
