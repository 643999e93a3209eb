// The campaigns of a brand: who takes part, how often, and how far they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/track.h"
#include "engine/base/post_key.h"

namespace vigie {

namespace pb {
class Campaigns;
}

// Cumulative counts of one campaign, and of each of its months.
struct CampaignCounts {
  std::int64_t contributions = 0;  // by authors who are not the brand's: originals and reposts
  std::int64_t originals = 0;
  std::int64_t rejected = 0;  // break the guideline, or were hidden
};

// By name: a campaign keeps its counts when the configuration changes. Contributors are counted as
// in Authors: exactly up to kContributorsMax, then by a sample. One thread.
class Campaigns {
 public:
  // A contribution came (by = 1) or was taken back (by = -1). `month`: since 1970.
  void count(std::string_view campaign, Period month, bool original, bool rejected, int by);
  // Of the author; returns nothing for a key that is none.
  void count_author(std::string_view campaign, const Key128& author, int by);

  struct Report {
    std::string name;
    CampaignCounts all;
    std::map<Period, CampaignCounts> months;  // the last kMonthsKept
    double contributors = 0;                  // distinct
    double engaged_again = 0;                 // of them: contributed at least twice
  };
  [[nodiscard]] std::vector<Report> reports() const;

  // True when it was kept.
  bool erase(const Key128& author);
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::Campaigns* out) const;
  [[nodiscard]] bool load(const pb::Campaigns& in);

 private:
  // ... the implementation's choice
};

}  // namespace vigie
