// Event times as the periods that sums and lists are kept by. All in UTC.
#pragma once

#include <chrono>
#include <cstdint>
#include <ratio>

#include "engine/analysis/series.h"
#include "engine/analysis/track.h"
#include "engine/base/event_time.h"

namespace vigie {

// Since 1970.
[[nodiscard]] inline std::int32_t day_of(EventTime time) {
  return static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::days>(time.time_since_epoch()).count());
}
[[nodiscard]] inline Period hour_period(EventTime time) { return hour_of(minute_of(time)); }
// Quarters of an hour since 1970; their number in the hour is in the lowest two bits.
[[nodiscard]] inline Period quarter_period(EventTime time) {
  using Quarters = std::chrono::duration<std::int32_t, std::ratio<900>>;
  return std::chrono::floor<Quarters>(time.time_since_epoch()).count();
}
// Since January 1970.
[[nodiscard]] inline Period month_period(EventTime time) {
  const std::chrono::year_month_day date{std::chrono::sys_days{std::chrono::days{day_of(time)}}};
  return (static_cast<int>(date.year()) - 1970) * 12 +
         static_cast<Period>(static_cast<unsigned>(date.month())) - 1;
}

}  // namespace vigie
