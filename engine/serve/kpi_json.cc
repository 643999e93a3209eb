#include "engine/serve/kpi_json.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdio>
#include <optional>
#include <string_view>

#include "engine/analysis/panels.h"
#include "engine/base/text.h"
#include "engine/serve/json_writer.h"

namespace vigie {
namespace {

std::string month_name(Period month) {
  const Period year = 1970 + (month >= 0 ? month / 12 : -((11 - month) / 12));
  const int number = month - (year - 1970) * 12 + 1;
  return cat(year, number < 10 ? "-0" : "-", number);
}

std::string_view unit_name(KpiUnit unit) {
  switch (unit) {
    case KpiUnit::count: return "count";
    case KpiUnit::ratio: return "ratio";
    case KpiUnit::seconds: return "seconds";
    case KpiUnit::stars: return "stars";
    case KpiUnit::money: return "money";
  }
  return "";
}

std::optional<double> ratio(double part, double whole) {
  return whole > 0 ? std::optional{part / whole} : std::nullopt;
}

void append_interval(const std::optional<Interval>& interval, JsonWriter* json) {
  if (!interval) {
    json->null();
    return;
  }
  json->open('[');
  json->number(interval->lower);
  json->number(interval->upper);
  json->close(']');
}

void append_windows(const BrandKpis& kpis, JsonWriter* json) {
  json->key("windows").open('{');
  for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
    json->key(kKpiWindows[window].name).open('{');
    json->key("kpis").open('{');
    const KpiValues& values = kpis.values[window];
    for (std::size_t i = 0; i < values.size(); ++i)
      json->key(kpi_specs()[i].name).number(values[i]);
    json->close('}');
    json->key("net_sentiment_interval");
    append_interval(kpis.net_sentiment[window], json);
    json->key("adjusted_net_sentiment_interval");
    append_interval(kpis.adjusted[window].interval, json);
    json->close('}');
  }
  json->close('}');
}

void append_slice(const BrandKpis::Slice& slice, JsonWriter* json) {
  json->open('{');
  json->key("dimension").text(to_text(slice.dimension));
  json->key("value").text(slice.value);
  json->key("windows").open('{');
  for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
    json->key(kKpiWindows[window].name).open('{');
    const KpiValues& values = slice.values[window];
    for (std::size_t i = 0; i < values.size(); ++i) {
      if (values[i]) json->key(kpi_specs()[i].name).number(*values[i]);
    }
    json->close('}');
  }
  json->close('}');
  json->close('}');
}

void append_top(const BrandKpis::Top& top, JsonWriter* json) {
  json->open('{');
  json->key("error").number(top.error);
  json->key("entries").open('[');
  for (const TopList::Entry& entry : top.entries) {
    json->open('{');
    json->key("text").text(entry.text);
    json->key("count").number(entry.count);
    json->close('}');
  }
  json->close(']');
  json->close('}');
}

void append_tops(const BrandKpis& kpis, JsonWriter* json) {
  json->key("tops").open('{');
  for (std::size_t kind = 0; kind < kTopKinds; ++kind) {
    json->key(to_text(static_cast<TopKind>(kind))).open('{');
    for (std::size_t window = 0; window < kTopWindows; ++window) {
      json->key(kKpiWindows[window].name);
      append_top(kpis.tops[kind][window], json);
    }
    json->close('}');
  }
  json->close('}');
}

std::optional<double> seconds_of(const std::optional<Duration>& duration) {
  if (!duration) return std::nullopt;
  return std::chrono::duration<double>(*duration).count();
}

void append_cascade(const Cascade& cascade, JsonWriter* json) {
  json->open('{');
  json->key("root").text(cascade.id);
  json->key("began").text(to_rfc3339(cascade.began));
  json->key("last").text(to_rfc3339(cascade.last));
  json->key("size").number(cascade.size);
  json->key("reposts").number(cascade.reposts);
  json->key("depth").number(cascade.depth());
  json->key("breadth").number(cascade.breadth());
  json->key("reposts_per_minute").number(cascade.reposts_per_minute());
  json->key("time_to_half_seconds").number(seconds_of(cascade.time_to_half()));
  json->key("doubling_time_seconds").number(seconds_of(cascade.doubling_time()));
  json->key("reproduction_number").number(cascade.reproduction_number());
  json->close('}');
}

void append_campaign_counts(const CampaignCounts& counts, JsonWriter* json) {
  json->key("contributions").number(counts.contributions);
  json->key("originals").number(counts.originals);
  json->key("rejected").number(counts.rejected);
  json->key("rejection_rate")
      .number(
          ratio(static_cast<double>(counts.rejected), static_cast<double>(counts.contributions)));
}

void append_campaign(const Campaigns::Report& campaign, JsonWriter* json) {
  json->open('{');
  json->key("campaign").text(campaign.name);
  append_campaign_counts(campaign.all, json);
  json->key("contributors").number(campaign.contributors);
  json->key("engaged_again").number(campaign.engaged_again);
  json->key("re_engagement_rate").number(ratio(campaign.engaged_again, campaign.contributors));
  json->key("progress").number(campaign.progress.done);
  json->key("expected_progress").number(campaign.progress.expected);
  json->key("days_left").number(campaign.progress.days_left);
  json->key("needed_per_day").number(campaign.progress.needed_per_day);
  json->key("months").open('[');
  for (const auto& [month, counts] : campaign.months) {
    json->open('{');
    json->key("month").text(month_name(month));
    append_campaign_counts(counts, json);
    json->close('}');
  }
  json->close(']');
  json->close('}');
}

void append_month(const BrandKpis::Month& month, JsonWriter* json) {
  json->open('{');
  json->key("month").text(month_name(month.month));
  for (std::size_t i = 0; i < kMeasures; ++i) {
    if (month.sums[i] != 0) json->key(measure_specs()[i].name).number(month.sums[i]);
  }
  json->close('}');
}

// Calls each(item, json) for the items of an array.
template <class Items, class Each>
void append_array(std::string_view key, const Items& items, JsonWriter* json, Each each) {
  json->key(key).open('[');
  for (const auto& item : items) each(item, json);
  json->close(']');
}

void append_cluster(const std::vector<std::string>& cluster, JsonWriter* json) {
  json->open('[');
  for (const std::string& hashtag : cluster) json->text(hashtag);
  json->close(']');
}

void append_share(const Share& share, JsonWriter* json) {
  json->open('{');
  json->key("share").number(share.ratio());
  json->key("part").number(share.part);
  json->key("whole").number(share.whole);
  json->close('}');
}

void append_voice(const Voice& voice, JsonWriter* json) {
  json->open('{');
  json->key("panel").text(voice.brand->panel);
  json->key("brand").text(voice.brand->name);
  json->key("windows").open('{');
  for (std::size_t window = 0; window < kKpiWindows.size(); ++window) {
    json->key(kKpiWindows[window].name).open('{');
    for (std::size_t by = 0; by < kVoiceBy; ++by) {
      json->key(to_text(static_cast<VoiceBy>(by)));
      append_share(voice.shares[window][by], json);
    }
    json->close('}');
  }
  json->close('}');
  json->close('}');
}

}  // namespace

void append_kpis_json(const BrandSnapshot& brand, std::string* out) {
  static const BrandKpis none;
  const BrandKpis& kpis = brand.kpis != nullptr ? *brand.kpis : none;
  JsonWriter json(out);
  json.open('{');
  json.key("brand").text(brand.name);
  json.key("panel").text(brand.panel);
  append_windows(kpis, &json);
  json.key("growth_on_last_week").number(kpis.growth_on_last_week);
  append_array("slices", kpis.slices, &json, append_slice);
  append_tops(kpis, &json);
  append_array("cascades", kpis.cascades, &json, append_cascade);
  append_array("hashtag_clusters", kpis.hashtag_clusters, &json, append_cluster);
  append_array("campaigns", kpis.campaigns, &json, append_campaign);
  append_array("months", kpis.months, &json, append_month);
  json.key("posts_kept").number(kpis.posts_kept);
  json.key("authors_one_in").number(kpis.authors_one_in);
  json.close('}');
}

std::string panels_json(std::span<const BrandSnapshot* const> brands) {
  std::string out;
  JsonWriter json(&out);
  json.open('[');
  for (const Voice& voice : share_of_voice(brands)) append_voice(voice, &json);
  json.close(']');
  out.push_back('\n');
  return out;
}

std::string kpi_table_json() {
  std::string out;
  JsonWriter json(&out);
  json.open('[');
  for (const KpiSpec& spec : kpi_specs()) {
    json.open('{');
    json.key("name").text(spec.name);
    json.key("metric").text(spec.metric);
    json.key("unit").text(unit_name(spec.unit));
    json.key("meaning").text(spec.meaning);
    json.key("formula").text(spec.formula);
    json.key("numerator").text(spec.numerator);
    json.key("denominator").text(spec.denominator);
    json.key("sliced").boolean(spec.sliced);
    json.close('}');
  }
  json.close(']');
  out.push_back('\n');
  return out;
}

}  // namespace vigie
