// Which brands are watched, and which ones this process has ever watched.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"

namespace vigie {

// A campaign as it is planned.
struct CampaignPlan {
  std::string name;
  std::uint64_t target = 0;          // contributions hoped for; 0: none stated
  std::optional<EventTime> start{};  // first moment of it; none: since ever
  std::optional<EventTime> end{};    // first moment after it; none: for ever
  friend bool operator==(const CampaignPlan&, const CampaignPlan&) = default;
};

// Immutable once it is shared. A later list of the same process holds the names of an earlier one
// under the same ids, and may hold more.
struct BrandList {
  struct Live {
    BrandId id = 0;
    bool shadow = false;                    // it has a shadow query
    std::string panel{};                    // brands that are compared have the same
    std::vector<CampaignPlan> campaigns{};  // by bit of Fact::campaigns
  };
  std::vector<std::string> names;       // by BrandId
  std::vector<Live> live;               // watched now, in the order of the configuration
  std::vector<std::string> segments{};  // names, by bit of Fact::segments
  std::vector<std::string> crises{};    // names of sectors, by bit of Fact::crisis
};

}  // namespace vigie
