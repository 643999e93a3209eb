// What is shown of a brand beside its minutes, from what is kept of it.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "engine/analysis/brand_state.h"
#include "engine/analysis/kpi_settings.h"
#include "engine/analysis/snapshot.h"
#include "engine/base/brand_list.h"
#include "engine/base/event_time.h"

namespace vigie {

// What BrandKpis take beside the state of the brand.
struct BrandMoment {
  EventTime watermark;
  int quarter = 0;  // of the watermark's hour that is under way, 0 to 3
  // Counts are whole from this hour on; where a window before begins earlier, nothing is compared
  // with it.
  Period whole_from = std::numeric_limits<Period>::min();
  double unanswered_negative = 0;  // that have waited for KpiSettings::unanswered_after
  std::uint64_t posts_kept = 0;
  std::span<const CampaignPlan> campaigns;
};

// As of the watermark. Days are those of UTC: the lists of 24 hours and 7 days are those of the 2
// and 8 days that these touch. Takes some 5 us a slice, and 1 ms for each 65,536 authors: for when
// something has changed, not for every scrape.
[[nodiscard]] std::shared_ptr<const BrandKpis> brand_kpis(const BrandState& brand,
                                                          const BrandMoment& moment,
                                                          const KpiSettings& settings);

// Hashtags that occur together: those connected by pairs ("one two" in the order of their bytes)
// that came at least 5 times, and in at least half of the posts of the rarer of the two. The most
// frequent hashtag first, in each and of all; at most kTopShown.
[[nodiscard]] std::vector<std::vector<std::string>> hashtag_clusters(const TopList& hashtags,
                                                                     const TopList& pairs);

}  // namespace vigie
