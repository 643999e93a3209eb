#include "engine/analysis/kpi.h"

#include <algorithm>
#include <cmath>
#include <utility>

#include "engine/analysis/packed.h"
#include "engine/base/check.h"

namespace vigie {
namespace {

// By KPI: the places of what a ratio is made of.
struct Parts {
  std::size_t numerator = 0;
  std::size_t denominator = 0;
};

std::vector<Parts> parts_of_table() {
  std::vector<Parts> parts;
  for (const KpiSpec& spec : kpi_specs()) {
    const bool ratio = !spec.numerator.empty();
    parts.push_back(ratio ? Parts{kpi_index(spec.numerator), kpi_index(spec.denominator)}
                          : Parts{});
  }
  return parts;
}

// They are the first ones.
std::size_t sliced_kpis() {
  static const auto sliced =
      static_cast<std::size_t>(std::ranges::count(kpi_specs(), true, &KpiSpec::sliced));
  return sliced;
}

std::optional<double> value_of(const KpiInput& input, std::size_t kpi) {
  static const std::vector<Parts> parts = parts_of_table();
  const KpiSpec& spec = kpi_specs()[kpi];
  if (spec.value != nullptr) return spec.value(input);
  const std::optional<double> numerator = kpi_specs()[parts[kpi].numerator].value(input);
  const std::optional<double> denominator = kpi_specs()[parts[kpi].denominator].value(input);
  if (!numerator || !denominator || *denominator <= 0) return std::nullopt;
  return *numerator / *denominator;
}

}  // namespace

std::size_t kpi_index(std::string_view name) {
  const auto at = std::ranges::find(kpi_specs(), name, &KpiSpec::name);
  CHECK(at != kpi_specs().end());
  return static_cast<std::size_t>(at - kpi_specs().begin());
}

KpiValues::KpiValues(const KpiInput& input) {
  if (input.whole == nullptr) {
    std::vector<std::uint8_t> packed{static_cast<std::uint8_t>(input.compared)};
    pack_sparse(std::span(input.now).first(kSlicedMeasures), &packed);
    pack_sparse(std::span(input.before).first(kSlicedMeasures), &packed);
    packed.shrink_to_fit();
    values_ = std::move(packed);
    return;
  }
  std::vector<double> values;
  values.reserve(kpi_specs().size());
  for (std::size_t kpi = 0; kpi < kpi_specs().size(); ++kpi) {
    values.push_back(value_of(input, kpi).value_or(kUnknown));
  }
  values_ = std::move(values);
}

std::size_t KpiValues::size() const {
  const auto* values = std::get_if<std::vector<double>>(&values_);
  return values != nullptr ? values->size() : sliced_kpis();
}

std::optional<double> KpiValues::operator[](std::size_t kpi) const {
  if (kpi >= size()) return std::nullopt;
  if (const auto* values = std::get_if<std::vector<double>>(&values_)) {
    return std::isnan((*values)[kpi]) ? std::nullopt : std::optional((*values)[kpi]);
  }
  KpiInput input;
  const std::uint8_t* at = std::get<std::vector<std::uint8_t>>(values_).data();
  input.compared = *at++ != 0;
  unpack_sparse(&at, input.now);
  unpack_sparse(&at, input.before);
  return value_of(input, kpi);
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
