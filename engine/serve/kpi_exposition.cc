#include "engine/serve/kpi_exposition.h"

#include <array>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/panels.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::string window_label(std::size_t window) {
  return cat(",window=\"", kKpiWindows[window].name, "\"} ");
}

void append_kpis(SeriesWriter* writer) {
  for (std::size_t kpi = 0; kpi < kpi_specs().size(); ++kpi) {
    const KpiSpec& spec = kpi_specs()[kpi];
    writer->begin(spec.metric, "gauge", spec.meaning);
    for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
      const std::string label = window_label(window);
      writer->each_brand([&](std::size_t i, const BrandSnapshot& brand) {
        if (brand.kpis == nullptr || brand.kpis->values[window].empty()) return;
        const std::optional<double>& value = brand.kpis->values[window][kpi];
        if (value) writer->series(i, label, *value);
      });
    }
  }
}

using IntervalOf = const std::optional<Interval>& (*)(const BrandKpis&, std::size_t window);

const std::optional<Interval>& as_counted(const BrandKpis& kpis, std::size_t window) {
  return kpis.net_sentiment[window];
}
const std::optional<Interval>& as_adjusted(const BrandKpis& kpis, std::size_t window) {
  return kpis.adjusted[window].interval;
}

void append_net_sentiment(std::string_view name, IntervalOf interval_of, double Interval::* bound,
                          std::string_view help, SeriesWriter* writer) {
  writer->begin(name, "gauge", help);
  for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
    const std::string label = window_label(window);
    writer->each_brand([&](std::size_t i, const BrandSnapshot& brand) {
      if (brand.kpis == nullptr) return;
      const std::optional<Interval>& interval = interval_of(*brand.kpis, window);
      if (interval) writer->series(i, label, (*interval).*bound);
    });
  }
}

void append_sentiments(SeriesWriter* writer) {
  static const std::array<std::size_t, 4> places{kpi_index("unscored"), kpi_index("negative"),
                                                 kpi_index("neutral"), kpi_index("positive")};
  writer->begin("vigie_sentiment_mentions", "gauge", "Mentions by how they sound.");
  for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
    for (std::size_t sentiment = 0; sentiment < places.size(); ++sentiment) {
      const std::string label = cat(",sentiment=\"", to_text(static_cast<Sentiment>(sentiment)),
                                    "\"", window_label(window));
      writer->each_brand([&](std::size_t i, const BrandSnapshot& brand) {
        if (brand.kpis == nullptr) return;
        const auto value = brand.kpis->values[window][places[sentiment]];
        if (value) writer->series(i, label, *value);
      });
    }
  }
}

void append_crises(SeriesWriter* writer) {
  static const std::size_t mentions = kpi_index("mentions");
  writer->begin("vigie_crisis_mentions", "gauge",
                "Mentions that hold words of a crisis, by its sector.");
  std::string label;
  for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
    writer->each_brand([&](std::size_t i, const BrandSnapshot& brand) {
      if (brand.kpis == nullptr) return;
      for (const BrandKpis::Slice& slice : brand.kpis->slices) {
        if (slice.dimension != Dimension::crisis || slice.values[window].empty()) continue;
        label.assign(",sector=\"");
        append_label_value(slice.value, &label);
        append_to(&label, "\"", window_label(window));
        writer->series(i, label, slice.values[window][mentions].value_or(0));
      }
    });
  }
}

// Calls each(brand, the rest of the labels, campaign) for all campaigns.
template <class Each>
void each_campaign(SeriesWriter* writer, Each each) {
  std::string label;
  writer->each_brand([&](std::size_t i, const BrandSnapshot& brand) {
    if (brand.kpis == nullptr) return;
    for (const Campaigns::Report& campaign : brand.kpis->campaigns) {
      label.assign(",campaign=\"");
      append_label_value(campaign.name, &label);
      label.append("\"} ");
      each(i, std::string_view(label), campaign);
    }
  });
}

struct CampaignFamily {
  std::string_view name;
  std::string_view help;
  std::optional<double> (*value)(const Campaigns::Report&);
};

std::optional<double> ratio(double part, double whole) {
  return whole > 0 ? std::optional{part / whole} : std::nullopt;
}

constexpr std::array<CampaignFamily, 10> kCampaignFamilies{{
    {"vigie_campaign_contributions", "Posts with a hashtag of the campaign, not the brand's own.",
     [](const Campaigns::Report& c) {
       return std::optional{static_cast<double>(c.all.contributions)};
     }},
    {"vigie_campaign_originals", "Of the contributions, those that are no reposts.",
     [](const Campaigns::Report& c) {
       return std::optional{static_cast<double>(c.all.originals)};
     }},
    {"vigie_campaign_rejections", "Of the contributions, those against the guideline, or hidden.",
     [](const Campaigns::Report& c) { return std::optional{static_cast<double>(c.all.rejected)}; }},
    {"vigie_campaign_rejection_ratio", "Rejections / contributions.",
     [](const Campaigns::Report& c) {
       return ratio(static_cast<double>(c.all.rejected), static_cast<double>(c.all.contributions));
     }},
    {"vigie_campaign_contributors", "Distinct authors of contributions.",
     [](const Campaigns::Report& c) { return std::optional{c.contributors}; }},
    {"vigie_campaign_engaged_again", "Contributors who contributed at least twice.",
     [](const Campaigns::Report& c) { return std::optional{c.engaged_again}; }},
    {"vigie_campaign_re_engagement_ratio", "Engaged again / contributors.",
     [](const Campaigns::Report& c) { return ratio(c.engaged_again, c.contributors); }},
    {"vigie_campaign_progress_ratio", "Contributions / the target of the campaign.",
     [](const Campaigns::Report& c) { return c.progress.done; }},
    {"vigie_campaign_expected_progress_ratio", "Share of the campaign's time that is over.",
     [](const Campaigns::Report& c) { return c.progress.expected; }},
    {"vigie_campaign_time_left_seconds", "Until the end of the campaign; 0 after it.",
     [](const Campaigns::Report& c) {
       constexpr double kSecondsPerDay = 86'400;
       const std::optional<double>& days = c.progress.days_left;
       return days ? std::optional{*days * kSecondsPerDay} : std::nullopt;
     }},
}};

void append_campaigns(SeriesWriter* writer) {
  for (const CampaignFamily& family : kCampaignFamilies) {
    writer->begin(family.name, "gauge", family.help);
    each_campaign(writer,
                  [&](std::size_t i, std::string_view label, const Campaigns::Report& campaign) {
                    if (const auto value = family.value(campaign)) writer->series(i, label, *value);
                  });
  }
}

void append_months(SeriesWriter* writer) {
  writer->begin("vigie_month_ugc_posts", "gauge",
                "Posts with a campaign's hashtag by others than the brand, in the latest month "
                "that has a mention.");
  writer->each_brand([&](std::size_t i, const BrandSnapshot& brand) {
    if (brand.kpis == nullptr || brand.kpis->months.empty()) return;
    const Measures& sums = brand.kpis->months.back().sums;
    writer->series(i, ",reposts=\"no\"} ", at(sums, Measure::ugc_originals));
    writer->series(i, ",reposts=\"yes\"} ", at(sums, Measure::ugc_reposts));
  });
}

struct VoiceFamily {
  std::string_view name;
  std::string_view help;
  std::optional<double> (*value)(const Share&);
};
constexpr std::array<VoiceFamily, 3> kVoiceFamilies{{
    {"vigie_panel_share_of_voice_ratio",
     "The brand's part of its panel's mentions, reach or engagement.",
     [](const Share& share) { return share.ratio(); }},
    {"vigie_panel_voice", "What the brand has of them.",
     [](const Share& share) { return std::optional{share.part}; }},
    {"vigie_panel_voice_whole", "What all brands of its panel have.",
     [](const Share& share) { return std::optional{share.whole}; }},
}};

void append_voices(const VoiceFamily& family, std::span<const Voice> voices, SeriesWriter* writer) {
  writer->begin(family.name, "gauge", family.help);
  std::string label;
  for (const Voice& voice : voices) {
    label.assign("{brand=\"");
    append_label_value(voice.brand->name, &label);
    label.append("\",panel=\"");
    append_label_value(voice.brand->panel, &label);
    const std::size_t size = label.append("\",by=\"").size();
    for (std::size_t by = 0; by < kVoiceBy; ++by) {
      for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
        const std::optional<double> value = family.value(voice.shares[window][by]);
        if (!value) continue;
        label.resize(size);
        append_to(&label, to_text(static_cast<VoiceBy>(by)), "\"", window_label(window));
        writer->free_series(label, *value);
      }
    }
  }
}

void append_panels(const View& view, SeriesWriter* writer) {
  const std::vector<Voice> voices = share_of_voice(view.brands());
  for (const VoiceFamily& family : kVoiceFamilies) append_voices(family, voices, writer);
}

// Channels and hashtags come from posts: they are in the API only.
bool is_label(Dimension dimension) {
  return dimension != Dimension::channel && dimension != Dimension::hashtag;
}

void append_slices(SeriesWriter* writer) {
  std::string label;
  for (std::size_t kpi = 0; kpi < kpi_specs().size(); ++kpi) {
    const KpiSpec& spec = kpi_specs()[kpi];
    if (!spec.sliced) continue;
    const std::string name = cat("vigie_slice", spec.metric.substr(spec.metric.find("_kpi_") + 4));
    writer->begin(name, "gauge",
                  cat("Of a part of the mentions in the last 24 hours: ", spec.meaning));
    writer->each_brand([&](std::size_t i, const BrandSnapshot& brand) {
      if (brand.kpis == nullptr) return;
      for (const BrandKpis::Slice& slice : brand.kpis->slices) {
        if (!is_label(slice.dimension) || slice.values[0].empty()) continue;
        const std::optional<double>& value = slice.values[0][kpi];
        if (!value || (*value == 0 && spec.unit == KpiUnit::count)) continue;
        label.assign(",dimension=\"").append(to_text(slice.dimension)).append("\",value=\"");
        append_label_value(slice.value, &label);
        writer->series(i, label.append("\"} "), *value);
      }
    });
  }
}

}  // namespace

void append_kpi_series(const View& view, SeriesWriter* writer) {
  append_kpis(writer);
  append_net_sentiment("vigie_kpi_net_sentiment_lower_ratio", as_counted, &Interval::lower,
                       "Lower bound of the 95 % interval of net sentiment.", writer);
  append_net_sentiment("vigie_kpi_net_sentiment_upper_ratio", as_counted, &Interval::upper,
                       "Upper bound of the 95 % interval of net sentiment.", writer);
  append_net_sentiment("vigie_kpi_adjusted_net_sentiment_lower_ratio", as_adjusted,
                       &Interval::lower,
                       "Lower bound of the 95 % interval of adjusted net sentiment.", writer);
  append_net_sentiment("vigie_kpi_adjusted_net_sentiment_upper_ratio", as_adjusted,
                       &Interval::upper,
                       "Upper bound of the 95 % interval of adjusted net sentiment.", writer);
  append_sentiments(writer);
  append_crises(writer);
  append_campaigns(writer);
  append_months(writer);
  append_panels(view, writer);
  append_slices(writer);
}

}  // namespace vigie
