#include "engine/analysis/kpi.h"

#include <algorithm>

#include "engine/base/check.h"

namespace vigie {
namespace {

// The ratios of the table, with the places of what they are made of.
struct Ratio {
  std::size_t kpi = 0;
  std::size_t numerator = 0;
  std::size_t denominator = 0;
};

std::vector<Ratio> ratios_of_table() {
  std::vector<Ratio> ratios;
  for (std::size_t i = 0; i < kpi_specs().size(); ++i) {
    const KpiSpec& spec = kpi_specs()[i];
    if (spec.numerator.empty()) continue;
    ratios.push_back({i, kpi_index(spec.numerator), kpi_index(spec.denominator)});
  }
  return ratios;
}

std::size_t sliced_of_table() {
  return static_cast<std::size_t>(std::ranges::count(kpi_specs(), true, &KpiSpec::sliced));
}

}  // namespace

std::size_t kpi_index(std::string_view name) {
  const auto at = std::ranges::find(kpi_specs(), name, &KpiSpec::name);
  CHECK(at != kpi_specs().end());
  return static_cast<std::size_t>(at - kpi_specs().begin());
}

KpiValues kpi_values(const KpiInput& input) {
  static const std::vector<Ratio> kRatios = ratios_of_table();
  static const std::size_t kSliced = sliced_of_table();
  KpiValues values(input.whole != nullptr ? kpi_specs().size() : kSliced);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (kpi_specs()[i].value != nullptr) values.set(i, kpi_specs()[i].value(input));
  }
  for (const Ratio& ratio : kRatios) {
    if (ratio.kpi >= values.size()) continue;
    const std::optional<double> numerator = values[ratio.numerator];
    const std::optional<double> denominator = values[ratio.denominator];
    if (!numerator || !denominator || *denominator <= 0) continue;
    values.set(ratio.kpi, *numerator / *denominator);
  }
  return values;
}

std::optional<Interval> net_sentiment_interval(double positive, double negative) {
  const double n = positive + negative;
  if (positive < 0 || negative < 0 || n <= 0) return std::nullopt;
  constexpr double kZ = 1.959963984540054;
  const double share = positive / n;
  const double spread = 1 + kZ * kZ / n;
  const double middle = (share + kZ * kZ / (2 * n)) / spread;
  const double half = kZ / spread * std::sqrt(share * (1 - share) / n + kZ * kZ / (4 * n * n));
  // At 0 and at 1 rounding would push a bound outside.
  return Interval{std::max(-1.0, 2 * (middle - half) - 1), std::min(1.0, 2 * (middle + half) - 1)};
}

}  // namespace vigie
