// The KPIs: one table says of each what it is, how it is computed and how it is shown. A new one is
// a new line there and in its test.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/analysis/authors.h"
#include "engine/analysis/measures.h"

namespace vigie {

// The windows of KPIs end with the watermark's hour, that hour included.
struct KpiWindow {
  std::string_view name;
  int hours;
};
inline constexpr std::array<KpiWindow, 3> kKpiWindows{{{"24h", 24}, {"7d", 168}, {"30d", 720}}};

// What KPIs of one brand and window, or of a slice of it, are computed from.
struct KpiInput {
  Measures now{};     // in the window
  Measures before{};  // in the one before it, of the same length
  // Of the brand as a whole; nothing for a slice.
  struct Whole {
    AuthorSums authors;
    double distinct_authors = 0;  // by HyperLogLog
    double distinct_sites = 0;    // that are linked to
    double unanswered_negative = 0;
    double value_of_views = 0;  // earned media value, see RateCard
    double value_of_interactions = 0;
    double value_of_followers = 0;  // of posts whose views are not known
  };
  const Whole* whole = nullptr;
};

enum class KpiUnit : std::uint8_t { count, ratio, seconds, stars, money };

struct KpiSpec {
  std::string_view name;    // "share_rate"
  std::string_view metric;  // "vigie_kpi_share_rate_ratio": its gauge, labels brand and window
  KpiUnit unit = KpiUnit::count;
  std::string_view meaning;  // one sentence for a brand manager
  std::string_view formula;  // in words of the measures and of other KPIs
  // Of a ratio: the names of the KPIs that it is made of; empty for others.
  std::string_view numerator{};
  std::string_view denominator{};
  bool sliced = false;  // also of every slice
  std::optional<double> (*value)(const KpiInput&) = nullptr;
};
[[nodiscard]] std::span<const KpiSpec> kpi_specs();
// The place of the KPI in kpi_specs(). REQUIRES: there is one of this name.
[[nodiscard]] std::size_t kpi_index(std::string_view name);

// By place in kpi_specs(); nothing where it is not known (a ratio without a denominator), and for a
// slice where it is not sliced.
using KpiValues = std::vector<std::optional<double>>;
[[nodiscard]] KpiValues kpi_values(const KpiInput& input);

// The bounds of a 95 % interval of (positive - negative) / (positive + negative): Wilson (1927) for
// the positive share, stretched to [-1, 1].
struct Interval {
  double lower = 0;
  double upper = 0;
};
[[nodiscard]] std::optional<Interval> net_sentiment_interval(double positive, double negative);

}  // namespace vigie
