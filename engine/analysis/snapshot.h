// What is known about the brands at one moment of event time: immutable, shared by every reader
// (metrics, API, pages).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/campaigns.h"
#include "engine/analysis/cascades.h"
#include "engine/analysis/kpi.h"
#include "engine/analysis/slices.h"
#include "engine/analysis/top_list.h"
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

// The lists of what is most frequent, by day.
enum class TopKind : std::uint8_t { hashtags, words, links, sites, authors, posts, hashtag_pairs };
inline constexpr std::size_t kTopKinds = 7;
inline constexpr std::size_t kTopWindows = 2;  // the first ones of kKpiWindows
[[nodiscard]] std::string_view to_text(TopKind kind);

// What is shown of a brand beside its minutes; see kpi.h for what the values mean.
struct BrandKpis {
  std::array<KpiValues, kKpiWindows.size()> values;  // by window
  // Of net sentiment as it was counted, and once the errors of the model are corrected: what alerts
  // go by.
  std::array<std::optional<Interval>, kKpiWindows.size()> net_sentiment;
  std::array<Adjusted, kKpiWindows.size()> adjusted;
  struct Slice {
    Dimension dimension = Dimension::platform;
    std::string value;
    std::array<KpiValues, kKpiWindows.size()> values;
  };
  std::vector<Slice> slices;  // by dimension, then the most mentions in 30 days first
  struct Top {
    std::vector<TopList::Entry> entries;  // the most frequent first
    std::int64_t error = 0;
  };
  std::array<std::array<Top, kTopWindows>, kTopKinds> tops;  // by kind and window, in days of UTC
  std::vector<Cascade> cascades;                             // the largest first
  std::vector<std::vector<std::string>> hashtag_clusters;    // that occur together
  std::vector<Campaigns::Report> campaigns;
  struct Month {
    Period month = 0;  // since January 1970
    Measures sums{};
  };
  std::vector<Month> months;  // the last kMonthsKept, rising
  // Mentions against those of the same hour a week before, that hour being over; see growth().
  std::optional<double> growth_on_last_week;
  std::uint64_t posts_kept = 0;
  std::uint64_t authors_one_in = 1;  // more than 1: sums over authors are estimates
};

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
  std::string panel;                        // empty: none
  std::uint64_t mentions = 0;               // since the start, over all platforms; never falls
  std::uint64_t late = 0;                   // arrived after their minute had closed: in no window
  std::uint64_t backdated = 0;              // observed long after they were written: in no window
  AllWindows windows{};                     // over all platforms
  std::vector<PlatformSnapshot> platforms;  // sorted by name
  std::shared_ptr<const BrandKpis> kpis;    // null before the first
};

struct Snapshot {
  std::optional<EventTime> watermark;  // nothing before the first closed moment
  std::vector<BrandSnapshot> brands;   // in the order of the configuration
};

}  // namespace vigie
