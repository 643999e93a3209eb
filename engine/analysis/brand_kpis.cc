#include "engine/analysis/brand_kpis.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "engine/analysis/periods.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr int kDayHours = 24;
constexpr int kWeekHours = 7 * kDayHours;

// --- Windows -----------------------------------------------------------------------------------

struct WindowSums {
  Measures now{};
  Measures before{};
  bool compared = true;
};
using AllSums = std::array<WindowSums, kKpiWindows.size()>;

// Where windows, and those before them, begin and end: hours before the end, rising, each once.
constexpr std::size_t kCutsMax = 2 * kKpiWindows.size() + 1;
struct Cuts {
  std::array<int, kCutsMax> hours{};
  std::size_t count = 0;
};
constexpr Cuts make_cuts() {
  Cuts cuts;
  cuts.count = 1;  // 0
  for (const KpiWindow& window : kKpiWindows) {
    cuts.hours[cuts.count++] = window.hours;
    cuts.hours[cuts.count++] = 2 * window.hours;
  }
  const auto end = cuts.hours.begin() + static_cast<std::ptrdiff_t>(cuts.count);
  std::sort(cuts.hours.begin(), end);
  cuts.count = static_cast<std::size_t>(std::unique(cuts.hours.begin(), end) - cuts.hours.begin());
  return cuts;
}
constexpr Cuts kCuts = make_cuts();

// Where the windows end, and what they may be compared with.
struct End {
  Period last = 0;  // the hour under way
  int quarter = 0;  // of that hour, 0 to 3
  Period whole_from = 0;
};

// The hour under way, and so the window, is not over; what is before has as much of its last hour,
// to the middle of the quarter under way.
std::int64_t until(const End& end, std::int64_t of_hour) {
  const std::int64_t eighths = 2 * end.quarter + 1;
  return (of_hour * eighths + 4) / 8;
}

// Of the first `measures`, all that the track has. The hours between two cuts are added up once.
// Nothing is before where that is not whole.
AllSums window_sums(const Track& hours, std::size_t measures, const End& end) {
  const Period last = end.last;
  AllSums sums{};
  Measures part{};
  for (std::size_t i = 1; i < kCuts.count; ++i) {
    hours.sum(last + 1 - kCuts.hours[i], last - kCuts.hours[i - 1], &part);
    for (std::size_t w = 0; w < kKpiWindows.size(); ++w) {
      const int length = kKpiWindows[w].hours;
      if (kCuts.hours[i] > 2 * length) continue;
      Measures& to = kCuts.hours[i] <= length ? sums[w].now : sums[w].before;
      for (std::size_t m = 0; m < measures; ++m) to[m] += part[m];
    }
    std::fill_n(part.begin(), measures, 0);
  }
  for (std::size_t w = 0; w < kKpiWindows.size(); ++w) {
    const int length = kKpiWindows[w].hours;
    sums[w].compared = last + 1 - 2 * length >= end.whole_from;
    if (!sums[w].compared) sums[w].before = {};
    if (sums[w].before == Measures{}) continue;
    hours.sum(last - length, last - length, &part);
    for (std::size_t m = 0; m < measures; ++m) sums[w].before[m] -= part[m] - until(end, part[m]);
    std::fill_n(part.begin(), measures, 0);
  }
  return sums;
}

// --- Slices and earned media value -------------------------------------------------------------

// What a platform is worth, for one window: that is added, and what is not earned taken off.
// Nothing where the card does not name it.
void add_value(const Rates* rates, const Measures& sums, int sign, KpiInput::Whole* whole) {
  if (rates == nullptr) return;
  const auto of = [&](Measure measure) { return sign * static_cast<double>(at(sums, measure)); };
  *whole->value_of_views += of(Measure::views) / 1000 * rates->cpm;
  *whole->value_of_interactions +=
      of(Measure::likes) * rates->like + of(Measure::comments) * rates->comment +
      of(Measure::shares) * rates->share + of(Measure::clicks) * rates->click;
  *whole->value_of_followers += of(Measure::followers_unviewed) / 1000 * rates->cpm;
}

const Rates* rates_of(const RateCard& card, const std::string& platform) {
  auto at = card.platforms.find(platform);
  if (at == card.platforms.end()) at = card.platforms.find("other");
  return at != card.platforms.end() ? &at->second : nullptr;
}

using AllWholes = std::array<KpiInput::Whole, kKpiWindows.size()>;

void add_slices(const Slices& slices, const End& end, const RateCard& card, AllWholes* wholes,
                BrandKpis* out) {
  struct Found {
    std::int64_t mentions = 0;
    BrandKpis::Slice slice;
  };
  std::vector<Found> found;
  for (KpiInput::Whole& whole : *wholes) {
    if (card.platforms.empty()) continue;
    whole.value_of_views = whole.value_of_interactions = whole.value_of_followers = 0.0;
  }
  slices.each([&](const Slices::Slice& slice) {
    const AllSums sums = window_sums(slice.hours, kSlicedMeasures, end);
    const bool unearned = slice.dimension == Dimension::unearned;
    Found one{at(sums.back().now, Measure::mentions),
              {slice.dimension, std::string(slice.value), {}}};
    bool shown = false;
    for (std::size_t w = 0; w < kKpiWindows.size(); ++w) {
      if (slice.dimension == Dimension::platform || unearned) {
        const Rates* rates = rates_of(card, one.slice.value);
        add_value(rates, sums[w].now, unearned ? -1 : 1, &(*wholes)[w]);
      }
      const bool empty =
          at(sums[w].now, Measure::mentions) == 0 && at(sums[w].before, Measure::mentions) == 0;
      if (empty || unearned) continue;
      one.slice.values[w] =
          KpiValues(KpiInput{sums[w].now, sums[w].before, sums[w].compared, nullptr});
      shown = true;
    }
    if (shown) found.push_back(std::move(one));
  });
  std::ranges::sort(found, [](const Found& a, const Found& b) {
    return std::tuple(a.slice.dimension, -a.mentions, std::string_view(a.slice.value)) <
           std::tuple(b.slice.dimension, -b.mentions, std::string_view(b.slice.value));
  });
  out->slices.reserve(found.size());
  for (Found& one : found) out->slices.push_back(std::move(one.slice));
}

// --- What is kept by day -------------------------------------------------------------------------

// Calls each(day) for those kept of the `days` days up to that of the watermark.
template <class Each>
void each_day(const BrandState& brand, EventTime watermark, int days, Each each) {
  const std::int32_t today = day_of(watermark);
  for (auto at = brand.days.lower_bound(today - days + 1);
       at != brand.days.end() && at->first <= today; ++at) {
    each(*at->second);
  }
}

// Whether the days that a window touches are kept.
constexpr bool days_are_kept(int hours) { return hours / kDayHours + 1 <= kTopDaysKept; }

// Of 30 days it is the table of authors that knows them: it is kept for longer anyway, and more
// exact. Sets of 31 days would take 8 KB of the smallest brand.
double distinct_authors(const BrandState& brand, EventTime watermark, int hours,
                        const AuthorSums& authors) {
  if (!days_are_kept(hours)) return authors.authors;
  HyperLogLog all;
  if (hours == kDayHours) {
    const Period last = hour_period(watermark);
    for (auto at = brand.author_hours.lower_bound(last - kDayHours + 1);
         at != brand.author_hours.end() && at->first <= last; ++at) {
      all.merge(at->second);
    }
  } else {
    each_day(brand, watermark, hours / kDayHours,
             [&](const BrandDay& day) { all.merge(day.authors); });
  }
  return all.estimate();
}

std::optional<double> distinct_sites(const BrandState& brand, EventTime watermark, int hours) {
  if (!days_are_kept(hours)) return std::nullopt;
  HyperLogLog all;
  each_day(brand, watermark, hours / kDayHours + 1,
           [&](const BrandDay& day) { all.merge(day.sites); });
  return all.estimate();
}

TopList top_of(const BrandState& brand, EventTime watermark, TopKind kind, std::size_t window) {
  TopList all;
  each_day(brand, watermark, kKpiWindows[window].hours / kDayHours + 1,
           [&](const BrandDay& day) { all.merge(day.tops[static_cast<std::size_t>(kind)]); });
  return all;
}

void add_tops(const BrandState& brand, EventTime watermark, BrandKpis* out) {
  for (std::size_t kind = 0; kind < kTopKinds; ++kind) {
    for (std::size_t window = 0; window < kTopWindows; ++window) {
      const TopList list = top_of(brand, watermark, static_cast<TopKind>(kind), window);
      out->tops[kind][window] = {list.top(kTopShown), list.error()};
    }
  }
  out->hashtag_clusters =
      hashtag_clusters(top_of(brand, watermark, TopKind::hashtags, kTopWindows - 1),
                       top_of(brand, watermark, TopKind::hashtag_pairs, kTopWindows - 1));
}

// How the mentions of the last `hours` sound; those that the model did not score are as given.
void add_mood(const Track& by_call, Period last, int hours, const Measures& sums,
              KpiInput::Whole* whole) {
  Measures called_sums{};
  by_call.sum(last + 1 - hours, last, &called_sums);
  Called called{};
  Classes given{static_cast<double>(at(sums, Measure::negative)),
                static_cast<double>(at(sums, Measure::neutral)),
                static_cast<double>(at(sums, Measure::positive))};
  for (std::size_t i = 0; i < kCalled; ++i) {
    called[i] = called_sums[i];
    given[i % 3] -= static_cast<double>(called[i]);
    whole->model_scored += static_cast<double>(called[i]);
  }
  whole->adjusted = adjusted_count(called, given, model_confusions());
}

void add_months(const Track& months, Period last, BrandKpis* out) {
  for (Period month = last - kMonthsKept + 1; month <= last; ++month) {
    BrandKpis::Month one{month, {}};
    months.sum(month, month, &one.sums);
    if (one.sums != Measures{}) out->months.push_back(one);
  }
}

}  // namespace

std::vector<std::vector<std::string>> hashtag_clusters(const TopList& hashtags,
                                                       const TopList& pairs) {
  constexpr std::int64_t kTogetherMin = 5;
  const std::vector<TopList::Entry> tags = hashtags.top(kTopEntriesMax);  // by count
  std::vector<std::size_t> first(tags.size());  // of the same cluster, as far as is known
  for (std::size_t i = 0; i < tags.size(); ++i) first[i] = i;
  const auto root = [&](std::size_t i) {
    while (first[i] != i) i = first[i];
    return i;
  };
  const auto place = [&](std::string_view text) {
    return static_cast<std::size_t>(std::ranges::find(tags, text, &TopList::Entry::text) -
                                    tags.begin());
  };
  for (const TopList::Entry& pair : pairs.top(kTopEntriesMax)) {
    const std::size_t space = pair.text.find(' ');
    if (pair.count < kTogetherMin || space == std::string::npos) continue;
    const std::size_t a = place(std::string_view(pair.text).substr(0, space));
    const std::size_t b = place(std::string_view(pair.text).substr(space + 1));
    if (a == tags.size() || b == tags.size()) continue;
    if (2 * pair.count < std::min(tags[a].count, tags[b].count)) continue;
    const std::size_t one = root(a);
    const std::size_t other = root(b);
    first[std::max(one, other)] = std::min(one, other);
  }
  std::vector<std::vector<std::string>> clusters;
  for (std::size_t i = 0; i < tags.size() && clusters.size() < kTopShown; ++i) {
    if (root(i) != i) continue;
    std::vector<std::string> cluster;
    for (std::size_t j = i; j < tags.size(); ++j) {
      if (root(j) == i) cluster.push_back(tags[j].text);
    }
    if (cluster.size() > 1) clusters.push_back(std::move(cluster));
  }
  return clusters;
}

std::shared_ptr<const BrandKpis> brand_kpis(const BrandState& brand, const BrandMoment& moment,
                                            const KpiSettings& settings) {
  auto out = std::make_shared<BrandKpis>();
  const Period last = hour_period(moment.watermark);
  AllWholes wholes{};
  const End end{last, moment.quarter, moment.whole_from};
  add_slices(brand.slices, end, settings.rates, &wholes, out.get());
  const AllSums sums = window_sums(brand.hours, kMeasures, end);
  for (std::size_t w = 0; w < kKpiWindows.size(); ++w) {
    const int hours = kKpiWindows[w].hours;
    KpiInput::Whole& whole = wholes[w];
    whole.days = hours / kDayHours;
    whole.authors = brand.authors.sums(moment.watermark, hours / kDayHours, settings.engagement);
    whole.distinct_authors = distinct_authors(brand, moment.watermark, hours, whole.authors);
    whole.distinct_sites = distinct_sites(brand, moment.watermark, hours);
    add_mood(brand.called, last, hours, sums[w].now, &whole);
    out->adjusted[w] = whole.adjusted;
    whole.unanswered_negative = moment.unanswered_negative;
    out->values[w] = KpiValues(KpiInput{sums[w].now, sums[w].before, sums[w].compared, &whole});
    out->net_sentiment[w] =
        net_sentiment_interval(static_cast<double>(at(sums[w].now, Measure::positive)),
                               static_cast<double>(at(sums[w].now, Measure::negative)));
  }
  add_tops(brand, moment.watermark, out.get());
  for (const Cascade* cascade : brand.cascades.largest(kCascadesShown)) {
    out->cascades.push_back(*cascade);
  }
  out->campaigns = brand.campaigns.reports(moment.campaigns, moment.watermark);
  add_months(brand.months, month_period(moment.watermark), out.get());
  const auto mentions_in = [&](Period hour) {
    return static_cast<std::uint64_t>(
        std::max<std::int64_t>(0, brand.hours.sum(hour, hour, Measure::mentions)));
  };
  if (last - 1 - kWeekHours >= moment.whole_from) {
    out->growth_on_last_week = growth(mentions_in(last - 1), mentions_in(last - 1 - kWeekHours));
  }
  out->posts_kept = moment.posts_kept;
  out->authors_one_in = brand.authors.one_in();
  return out;
}

}  // namespace vigie
