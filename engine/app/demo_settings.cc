#include "engine/app/demo_settings.h"

#include <chrono>

#include "connectors/demo_brands.h"

namespace vigie {
namespace {

rules::Brand brand_of(const DemoBrand& demo) {
  rules::Brand brand;
  brand.name = demo.name;
  brand.panel = to_text(demo.sector);
  brand.names = demo.names;
  brand.hashtags = demo.hashtags;
  brand.handles = demo.handles;
  brand.exclude = demo.exclude;
  brand.owned = {.accounts = demo.handles, .domains = {demo_site(demo)}};
  return brand;
}

// It began with the day before, and has a month.
rules::Campaign challenge(EventTime start) {
  const auto day = std::chrono::floor<std::chrono::days>(start);
  return {.name = "Ma fibre en fête",
          .hashtags = {"MaFibreEnFete"},
          .start = day - std::chrono::days{1},
          .end = day + std::chrono::days{30},
          .target = 20'000,
          .guideline = "arnaque OR scam OR concurrent"};
}

RateCard rates() {
  return {.version = "demo",
          .currency = "EUR",
          .platforms = {
              {"instagram", {.cpm = 8.5, .like = 0.02, .comment = 0.4, .share = 0, .click = 0}},
              {"other", {.cpm = 4, .like = 0.01, .comment = 0.2, .share = 0.3, .click = 0.5}}}};
}

}  // namespace

Settings demo_settings(const std::string& listen, EventTime start) {
  Settings settings;
  settings.serve.listen = listen;
  for (const DemoBrand& demo : demo_brands()) settings.brands.push_back(brand_of(demo));
  settings.brands[kDemoTelecom].campaigns.push_back(challenge(start));
  settings.segments = {{.name = "families",
                        .query = "enceinte OR \"ma fille\" OR \"mon fils\" OR famille OR bebe "
                                 "OR \"my daughter\" OR \"my son\" OR pregnant"}};
  settings.kpis.rates = rates();
  return settings;
}

}  // namespace vigie
