// The campaigns of a brand: who takes part, how often, and how far they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/key_sample.h"
#include "engine/analysis/track.h"
#include "engine/base/brand_list.h"
#include "engine/base/event_time.h"
#include "engine/base/limits.h"
#include "engine/base/post_key.h"

namespace vigie {

namespace pb {
class Campaigns;
}

// Counts of a campaign since its first contribution, or of one month of it. A contribution is a
// post under a hashtag of the campaign, in its time, by an author who is not the brand's. The
// rejection rate is rejected / contributions.
struct CampaignCounts {
  std::int64_t contributions = 0;  // originals and reposts
  std::int64_t originals = 0;
  std::int64_t rejected = 0;  // break the guideline, or were hidden

  friend bool operator==(const CampaignCounts&, const CampaignCounts&) = default;
};

// How far a campaign is against its plan. Nothing where the plan does not say what it takes.
struct CampaignProgress {
  std::optional<double> done;       // contributions / target; may exceed 1
  std::optional<double> expected;   // share of its time that is over, 0 to 1: where a campaign that
                                    // gains evenly would be
  std::optional<double> days_left;  // until its end; 0 after it
  // Contributions a day that are still needed to reach the target in time; 0 once it is reached,
  // nothing once the time is over.
  std::optional<double> needed_per_day;
};
[[nodiscard]] CampaignProgress campaign_progress(const CampaignPlan& plan,
                                                 std::int64_t contributions, EventTime now);

// By name: a campaign keeps its counts when the configuration changes; of kCampaignsKeptMax + 1 the
// one goes whose last month is the earliest. Counts are exact sums, whatever the order in which
// contributions come; of months the last kMonthsKept are kept. Contributors are counted exactly up
// to kContributorsMax, then by a sample of them, see KeySample: the counts of those who are in it
// are whole. They take 24 bytes each and 6 to 12 of a table. One thread.
class Campaigns {
 public:
  explicit Campaigns(std::size_t contributors_max = kContributorsMax)
      : contributors_max_(contributors_max) {}

  // A contribution came (by = 1) or was taken back (by = -1): what came must have come before it is
  // taken back. `month`: since 1970. What is taken back of a campaign that is not kept is ignored.
  void count(std::string_view campaign, Period month, bool original, bool rejected, int by);
  // Of the author; nothing for a key that is none. An author whose last contribution is taken back
  // is none of the contributors any more.
  void count_author(std::string_view campaign, const Key128& author, int by);

  struct Report {
    std::string name;
    std::optional<CampaignPlan> plan;  // nothing for one that is not in the configuration any more
    CampaignProgress progress;
    CampaignCounts all;
    std::map<Period, CampaignCounts> months;  // rising, those with a contribution
    double contributors = 0;                  // distinct, since the first contribution
    // Of them: contributed at least twice. The re-engagement rate is engaged_again / contributors.
    double engaged_again = 0;
    std::uint64_t contributors_one_in = 1;  // more than 1: both are estimates
  };
  // One for each plan, in that order, also where nobody contributed yet; then those of no plan, by
  // name.
  [[nodiscard]] std::vector<Report> reports(std::span<const CampaignPlan> plans = {},
                                            EventTime now = {}) const;

  // Forgets who contributed, in every campaign; the counts of contributions stay. True when it was
  // kept.
  bool erase(const Key128& author);
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::Campaigns* out) const;
  // False, and nothing changed, where it holds what no save() wrote.
  [[nodiscard]] bool load(const pb::Campaigns& in);

 private:
  struct Contributor {
    Key128 key;
    std::uint32_t contributions = 0;
  };
  struct Campaign {
    explicit Campaign(std::size_t contributors_max) : contributors(contributors_max) {}

    CampaignCounts all;
    std::map<Period, CampaignCounts> months;
    KeySample<Contributor> contributors;
  };

  [[nodiscard]] Campaign* find_or_add(std::string_view campaign);
  void make_room();
  [[nodiscard]] static Report report(const std::string& name, const Campaign& campaign);
  [[nodiscard]] static bool is_whole(const Campaign& campaign);

  std::size_t contributors_max_;
  std::map<std::string, Campaign, std::less<>> campaigns_;
};

}  // namespace vigie
