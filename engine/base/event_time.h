// Event time: when something was said, taken from the data. It is never read from a clock, and its
// type does not mix with the clocks of the machine (clock.h).
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace vigie {

// A tag without now(): event time cannot be asked for, only read from data.
struct EventClock {
  using duration = std::chrono::microseconds;
  using rep = duration::rep;
  using period = duration::period;
  using time_point = std::chrono::time_point<EventClock>;
  static constexpr bool is_steady = false;
};

using Duration = EventClock::duration;     // int64 microseconds
using EventTime = EventClock::time_point;  // int64 microseconds since 1970-01-01T00:00:00Z

// Posts outside of [kEventTimeMin, kEventTimeMax) are refused: their clock is broken, and one of
// them would carry the watermark away. 1990-01-01 and 2100-01-01.
inline constexpr EventTime kEventTimeMin{std::chrono::seconds{631'152'000}};
inline constexpr EventTime kEventTimeMax{std::chrono::seconds{4'102'444'800}};

// Reads RFC 3339 ("2026-11-22T05:30:00.123456Z", offset "+01:00" or "+0100", 0 to 9 digits of
// fraction, truncated to microseconds; 'T' may be 't' or a space; a leap second :60 counts as the
// next second). Returns nothing for anything else, an impossible date included, and for times that
// lie outside of the years 0001 to 9999 in UTC.
[[nodiscard]] std::optional<EventTime> parse_rfc3339(std::string_view text);

// Writes "2026-11-22T05:30:00Z", with 6 digits of fraction where it is not zero.
// REQUIRES: the year lies in 0001 to 9999.
// write_rfc3339 needs kRfc3339BytesMax bytes of room at `to`, and returns what it has written
// there.
inline constexpr std::size_t kRfc3339BytesMax = 27;
[[nodiscard]] std::string_view write_rfc3339(EventTime time, char* to);
void append_rfc3339(EventTime time, std::string* out);
[[nodiscard]] std::string to_rfc3339(EventTime time);

// Reads "10us", "250ms", "30s", "5m", "1h", "2d". Returns nothing for anything else or above 100
// years.
[[nodiscard]] std::optional<Duration> parse_duration(std::string_view text);
// The shortest such text that says the same.
[[nodiscard]] std::string to_text(Duration duration);

}  // namespace vigie
