// What is known about the brands at one moment of event time: immutable, shared by every reader
// (metrics, API, pages).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/short_name.h"

namespace vigie {

// The windows kept for every brand: sums of one-minute buckets that end at the watermark's minute,
// that minute included.
struct WindowSpec {
  std::string_view name;
  int minutes;
};
inline constexpr std::array<WindowSpec, 4> kWindows{
    {{"5m", 5}, {"15m", 15}, {"1h", 60}, {"24h", 1440}}};

// Mentions in a window, in the one before it, and in the same window a day earlier.
struct WindowCounts {
  std::uint64_t current = 0;
  std::uint64_t previous = 0;
  std::uint64_t yesterday = 0;
  // False while the other window began before counting did: its count is right, but says nothing
  // about growth.
  bool previous_whole = true;
  bool yesterday_whole = true;
};

// (now - before) / before; nothing when there was nothing before.
[[nodiscard]] inline std::optional<double> growth(std::uint64_t now, std::uint64_t before) {
  if (before == 0) return std::nullopt;
  return (static_cast<double>(now) - static_cast<double>(before)) / static_cast<double>(before);
}
// Against the window before, and against the same one yesterday; nothing also where that one is
// not whole.
[[nodiscard]] inline std::optional<double> growth_on_previous(const WindowCounts& counts) {
  return counts.previous_whole ? growth(counts.current, counts.previous) : std::nullopt;
}
[[nodiscard]] inline std::optional<double> growth_on_yesterday(const WindowCounts& counts) {
  return counts.yesterday_whole ? growth(counts.current, counts.yesterday) : std::nullopt;
}

using AllWindows = std::array<WindowCounts, kWindows.size()>;

struct PlatformSnapshot {
  ShortName platform;
  std::uint64_t mentions = 0;  // since the start; never falls
  AllWindows windows{};
};

struct BrandSnapshot {
  BrandId id = 0;
  std::uint32_t place = 0;  // in the configuration
  bool shadow = false;      // it has a shadow query
  std::string name;
  std::uint64_t mentions = 0;               // since the start, over all platforms; never falls
  std::uint64_t late = 0;                   // arrived after their minute had closed: in no window
  std::uint64_t backdated = 0;              // observed long after they were written: in no window
  AllWindows windows{};                     // over all platforms
  std::vector<PlatformSnapshot> platforms;  // sorted by name
};

struct Snapshot {
  std::optional<EventTime> watermark;  // nothing before the first closed moment
  std::vector<BrandSnapshot> brands;   // in the order of the configuration
};

}  // namespace vigie
