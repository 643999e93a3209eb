// The KPIs: one table says of each what it is, how it is computed and how it is shown. A new one is
// a new line there and in its test.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <string_view>
#include <variant>
#include <vector>

#include "engine/analysis/adjusted_count.h"
#include "engine/analysis/authors.h"
#include "engine/analysis/measures.h"

namespace vigie {

// The windows of KPIs end with the watermark's hour, that hour included, as far as it has come. The
// window before is cut as far after its beginning: of its last hour it has the same share, as if
// its posts had come evenly.
struct KpiWindow {
  std::string_view name;
  int hours;
};
inline constexpr std::array<KpiWindow, 3> kKpiWindows{{{"24h", 24}, {"7d", 168}, {"30d", 720}}};

// What KPIs of one brand and window, or of a slice of it, are computed from.
struct KpiInput {
  Measures now{};        // in the window
  Measures before{};     // in the one before it
  bool compared = true;  // counting had begun by then
  // Of the brand as a whole; nothing for a slice.
  struct Whole {
    int days = kAuthorClassDays;  // of the window
    AuthorSums authors;
    double distinct_authors = 0;
    std::optional<double> distinct_sites;  // that are linked to; nothing where days are not kept
    double unanswered_negative = 0;
    double model_scored = 0;  // mentions
    Adjusted adjusted;
    // Earned media value, of mentions neither owned nor paid, see RateCard; nothing where there is
    // none.
    std::optional<double> value_of_views;
    std::optional<double> value_of_interactions;
    std::optional<double> value_of_followers;  // of posts whose views are not known
  };
  const Whole* whole = nullptr;
};

enum class KpiUnit : std::uint8_t { count, ratio, seconds, stars, money };

struct KpiSpec {
  std::string_view name;    // "share_rate"
  std::string_view metric;  // "vigie_kpi_share_rate_ratio": its gauge, labels brand and window;
                            // `vigie_kpi_`, the name, the unit (none of counts and of money)
  KpiUnit unit = KpiUnit::count;
  std::string_view meaning;  // one sentence for a brand manager
  std::string_view formula;  // in words of the measures and of other KPIs
  bool sliced = false;       // also of every slice; those come first in the table
  std::optional<double> (*value)(const KpiInput&) = nullptr;
  // Of what is one KPI divided by another, instead of `value`: their names; else empty.
  std::string_view numerator{};
  std::string_view denominator{};
};
[[nodiscard]] std::span<const KpiSpec> kpi_specs();
// The place of the KPI in kpi_specs(). REQUIRES: there is one of this name.
[[nodiscard]] std::size_t kpi_index(std::string_view name);

// By place in kpi_specs(); nothing where it is not known (a ratio without a denominator). Those of
// a slice, and nothing behind them, are kept as the sums that they are computed from when asked
// for: a snapshot holds millions.
class KpiValues {
 public:
  KpiValues() = default;
  explicit KpiValues(std::size_t size, std::optional<double> value = std::nullopt)
      : values_(std::vector<double>(size, value.value_or(kUnknown))) {}
  // Of a brand, or where input.whole is null, of a slice.
  explicit KpiValues(const KpiInput& input);

  [[nodiscard]] std::size_t size() const;
  [[nodiscard]] bool empty() const { return size() == 0; }
  [[nodiscard]] std::optional<double> operator[](std::size_t kpi) const;

 private:
  static constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();
  // By KPI; or whether they can be compared, and the measures of slices of the window and of the
  // one before it, see packed.h.
  std::variant<std::vector<double>, std::vector<std::uint8_t>> values_;
};

// The bounds of a 95 % interval of (positive - negative) / (positive + negative) as they were
// counted: Wilson (1927) for the positive share, stretched to [-1, 1].
[[nodiscard]] std::optional<Interval> net_sentiment_interval(double positive, double negative);

}  // namespace vigie
