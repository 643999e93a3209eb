#include "engine/analysis/panels.h"

#include <algorithm>

namespace vigie {
namespace {

constexpr std::array<std::string_view, kVoiceBy> kNames{"mentions", "reach", "engagement"};

// The KPIs that have the same names.
std::array<std::size_t, kVoiceBy> places_of_kpis() {
  std::array<std::size_t, kVoiceBy> places{};
  for (std::size_t by = 0; by < kVoiceBy; ++by) places[by] = kpi_index(kNames[by]);
  return places;
}

Voice own_parts(const BrandSnapshot& brand) {
  static const std::array<std::size_t, kVoiceBy> places = places_of_kpis();
  Voice voice{.brand = &brand};
  if (brand.kpis == nullptr) return voice;
  for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
    const KpiValues& values = brand.kpis->values[window];
    if (values.empty()) continue;
    for (std::size_t by = 0; by < kVoiceBy; ++by) {
      voice.shares[window][by].part = values[places[by]].value_or(0);
    }
  }
  return voice;
}

void add_wholes(std::span<Voice> panel) {
  for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
    for (std::size_t by = 0; by < kVoiceBy; ++by) {
      double whole = 0;
      for (const Voice& voice : panel) whole += voice.shares[window][by].part;
      for (Voice& voice : panel) voice.shares[window][by].whole = whole;
    }
  }
}

}  // namespace

std::string_view to_text(VoiceBy by) { return kNames[static_cast<std::size_t>(by)]; }

std::vector<Voice> share_of_voice(std::span<const BrandSnapshot* const> brands) {
  std::vector<std::string_view> panels;  // in the order of their first brand
  for (const BrandSnapshot* brand : brands) {
    if (brand->panel.empty()) continue;
    if (std::ranges::find(panels, brand->panel) == panels.end()) panels.push_back(brand->panel);
  }
  std::vector<Voice> voices;
  for (const std::string_view panel : panels) {
    const std::size_t first = voices.size();
    for (const BrandSnapshot* brand : brands) {
      if (brand->panel == panel) voices.push_back(own_parts(*brand));
    }
    add_wholes(std::span(voices).subspan(first));
  }
  return voices;
}

}  // namespace vigie
