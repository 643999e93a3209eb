#include "engine/serve/exposition.h"

#include <array>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/text.h"
#include "engine/serve/kpi_exposition.h"
#include "engine/serve/series_writer.h"

namespace vigie {
namespace {

void append_totals(SeriesWriter* writer) {
  writer->begin("vigie_brand_mentions_total", "counter", "Mentions of the brand on all platforms.");
  writer->brands(&BrandSnapshot::mentions);
  writer->begin("vigie_mentions_total", "counter", "Mentions of the brand on the platform.");
  writer->platforms([&](std::size_t brand, const PlatformSnapshot& p, std::string& label) {
    writer->series(brand, label.append("} "), p.mentions);
  });
  writer->begin("vigie_late_mentions_total", "counter",
                "Mentions that arrived after their minute had closed; in no window.");
  writer->brands(&BrandSnapshot::late);
  writer->begin("vigie_backdated_mentions_total", "counter",
                "Mentions observed long after they were written; in no window.");
  writer->brands(&BrandSnapshot::backdated);
}

void append_windows(const View& view, SeriesWriter* writer) {
  struct Span {
    std::string_view name;
    std::uint64_t WindowCounts::* count;
  };
  static constexpr std::array<Span, 3> kSpans{{{"current", &WindowCounts::current},
                                               {"previous", &WindowCounts::previous},
                                               {"yesterday", &WindowCounts::yesterday}}};
  writer->begin("vigie_window_mentions", "gauge",
                "Mentions in the window that ends at the watermark's minute (current), in the one "
                "before it (previous), and in the same one a day earlier (yesterday).");
  for (std::size_t w = 0; w < kWindows.size(); ++w) {
    for (const Span& span : kSpans) {
      const std::string labels =
          cat(",window=\"", kWindows[w].name, "\",span=\"", span.name, "\"} ");
      for (std::size_t i = 0; i < view.brands().size(); ++i) {
        writer->series(i, labels, view.brands()[i]->windows[w].*span.count);
      }
    }
  }
}

void append_growth(const View& view, SeriesWriter* writer) {
  writer->begin("vigie_mention_growth_ratio", "gauge",
                "Growth of the current window against another, 1 is twice as many; absent when "
                "there was nothing before, or when counting began later than that.");
  for (std::size_t w = 0; w < kWindows.size(); ++w) {
    const std::string window = cat(",window=\"", kWindows[w].name, "\",against=\"");
    const std::string previous = window + "previous\"} ";
    const std::string yesterday = window + "yesterday\"} ";
    for (std::size_t i = 0; i < view.brands().size(); ++i) {
      const WindowCounts& counts = view.brands()[i]->windows[w];
      if (const auto growth = growth_on_previous(counts)) {
        writer->series(i, previous, *growth);
      }
      if (const auto growth = growth_on_yesterday(counts)) {
        writer->series(i, yesterday, *growth);
      }
    }
  }
}

void append_platform_windows(SeriesWriter* writer) {
  std::array<std::string, kWindows.size()> windows;
  for (std::size_t w = 0; w < kWindows.size(); ++w) {
    windows[w] = cat(",window=\"", kWindows[w].name, "\"} ");
  }
  writer->begin("vigie_platform_window_mentions", "gauge",
                "Mentions on the platform in the window that ends at the watermark's minute.");
  writer->platforms([&](std::size_t brand, const PlatformSnapshot& p, std::string& label) {
    const std::size_t size = label.size();
    for (std::size_t w = 0; w < kWindows.size(); ++w) {
      label.resize(size);
      writer->series(brand, label.append(windows[w]), p.windows[w].current);
    }
  });
}

// One series per brand, of one field of its costs.
template <class Number>
void append_cost(std::string_view name, std::string_view help, Number BrandCost::* field,
                 const MatchTotals& matching, SeriesWriter* writer) {
  writer->begin(name, "counter", help);
  writer->each_brand([&](std::size_t brand, const BrandSnapshot& b) {
    writer->series(brand, "} ", matching.cost(b.id).*field);
  });
}

void append_costs(const MatchTotals& matching, SeriesWriter* writer) {
  append_cost("vigie_rule_matches_total", "Posts that mention the brand, as the workers saw them.",
              &BrandCost::matches, matching, writer);
  append_cost("vigie_rule_failures_total",
              "Evaluations of the brand's queries that were given up: over their budget.",
              &BrandCost::failures, matching, writer);
  append_cost("vigie_rule_cpu_seconds_total",
              "Time spent in evaluating the brand's queries, from a sample.", &BrandCost::seconds,
              matching, writer);
  append_cost("vigie_rule_candidates_total", "Posts in which the index woke the brand's rules.",
              &BrandCost::candidates, matching, writer);
  append_cost("vigie_rule_verifications_total", "Evaluations of the brand's queries.",
              &BrandCost::verifications, matching, writer);
}

void append_shadows(const MatchTotals& matching, SeriesWriter* writer) {
  writer->begin("vigie_shadow_posts_total", "counter",
                "Posts that the brand's shadow query would add (gained) or drop (lost).");
  writer->each_brand([&](std::size_t brand, const BrandSnapshot& b) {
    if (!b.shadow) return;
    writer->series(brand, ",change=\"gained\"} ", matching.shadow(b.id).gained);
    writer->series(brand, ",change=\"lost\"} ", matching.shadow(b.id).lost);
  });
}

void append_watermark(EventTime watermark, std::string* out) {
  constexpr std::string_view kName = "vigie_watermark_timestamp_seconds";
  out->append("# HELP ").append(kName).append(" How far event time has come, in every shard.\n");
  out->append("# TYPE ").append(kName).append(" gauge\n");
  const std::chrono::duration<double> time = watermark.time_since_epoch();
  out->append(cat(kName, " ", time.count(), "\n"));
}

}  // namespace

std::uint64_t append_brand_series(const View& view, const MatchTotals& matching,
                                  std::size_t series_max, std::string* out) {
  if (view.watermark()) append_watermark(*view.watermark(), out);
  SeriesWriter writer(view, series_max, out);
  append_totals(&writer);
  append_windows(view, &writer);
  append_growth(view, &writer);
  append_platform_windows(&writer);
  append_costs(matching, &writer);
  append_shadows(matching, &writer);
  append_kpi_series(view, &writer);
  return writer.dropped();
}

}  // namespace vigie
