// How much is said about what, minute by minute: the day's rhythm, the noise of real counts, the
// crisis and the campaign. Pure functions of the seed and the minute.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

#include "connectors/demo_brands.h"

namespace vigie {

// Whole minutes since 1970-01-01T00:00:00Z.
using DemoMinute = std::int64_t;

// What a post is about: one of the brands in the ordinary way of things, or one of these.
using DemoTheme = std::uint32_t;
inline constexpr DemoTheme kThemeCrisis = kDemoBrands;
inline constexpr DemoTheme kThemeCampaign = kDemoBrands + 1;
inline constexpr DemoTheme kThemeNoise = kDemoBrands + 2;  // no brand at all
inline constexpr DemoTheme kDemoThemes = kDemoBrands + 3;

// Before the end of the past day.
inline constexpr DemoMinute kCrisisMinutesBefore = DemoMinute{5} * 60;
inline constexpr DemoMinute kCampaignMinutesBefore = DemoMinute{12} * 60;

struct DemoPlan {
  std::uint64_t seed = 0;
  DemoMinute start = 0;  // where the past day ends

  // The first post of the crisis, with kDemoRecallId, comes in this minute.
  [[nodiscard]] DemoMinute crisis_start() const { return start - kCrisisMinutesBefore; }
  [[nodiscard]] DemoMinute campaign_start() const { return start - kCampaignMinutesBefore; }

  // Posts of one theme seen in one minute.
  [[nodiscard]] std::uint32_t count(DemoTheme theme, DemoMinute minute) const;
};

// Minutes since midnight where the demo's people live: UTC+1, and UTC+2 in summer.
[[nodiscard]] int local_minute_of_day(DemoMinute minute);

}  // namespace vigie
