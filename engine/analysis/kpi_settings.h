// What people choose about the KPIs.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/event_time.h"

namespace vigie {

// Followers from which an author is of a tier.
struct TierSettings {
  std::int64_t micro = 5'000;  // from here to `macro`, both included
  std::int64_t macro_above = 50'000;
  friend bool operator==(const TierSettings&, const TierSettings&) = default;
};

// Days, of the last thirty, on which an author contributed.
struct EngagementSettings {
  int animator_days = 3;
  int ambassador_days = 6;
  friend bool operator==(const EngagementSettings&, const EngagementSettings&) = default;
};

// What a view and an interaction are worth on one platform, in the card's currency.
struct Rates {
  double cpm = 0;  // a thousand views
  double like = 0;
  double comment = 0;
  double share = 0;
  double click = 0;
  friend bool operator==(const Rates&, const Rates&) = default;
};
struct RateCard {
  std::string version;
  std::string currency;
  std::map<std::string, Rates> platforms;  // "other" for those that are not named
  friend bool operator==(const RateCard&, const RateCard&) = default;
};

struct KpiSettings {
  TierSettings tiers;
  EngagementSettings engagement;
  Duration unanswered_after = std::chrono::hours{24};
  RateCard rates;
  friend bool operator==(const KpiSettings&, const KpiSettings&) = default;
};

}  // namespace vigie
