// What an aggregator shows: windows, KPIs, snapshots.
#include <algorithm>
#include <chrono>

#include "engine/analysis/aggregator.h"
#include "engine/analysis/aggregator_state.h"
#include "engine/analysis/brand_kpis.h"

namespace vigie {

BrandSnapshot Aggregator::State::snapshot(std::uint32_t place) const {
  const BrandList::Live& live = list->live[place];
  const Brand& brand = brands[live.id];
  BrandSnapshot out;
  out.id = live.id;
  out.place = place;
  out.shadow = live.shadow;
  out.name = list->names[live.id];
  out.panel = live.panel;
  minutes.mark_whole(brand.since, &out.windows);
  if (brand.state == nullptr) return out;
  out.late = brand.state->late;
  out.backdated = brand.state->backdated;
  out.platforms.reserve(brand.state->series.size());
  for (const Series& series : brand.state->series) {
    PlatformSnapshot& platform = out.platforms.emplace_back();
    platform.platform = series.platform();
    platform.mentions = series.mentions();
    minutes.add_windows(series, &platform.windows);
    minutes.mark_whole(brand.since, &platform.windows);
    out.mentions += platform.mentions;
    for (std::size_t i = 0; i < kWindows.size(); ++i) {
      out.windows[i].current += platform.windows[i].current;
      out.windows[i].previous += platform.windows[i].previous;
      out.windows[i].yesterday += platform.windows[i].yesterday;
    }
  }
  std::sort(out.platforms.begin(), out.platforms.end(),
            [](const auto& a, const auto& b) { return a.platform < b.platform; });
  out.kpis = brand.state->kpis;
  return out;
}

// As of the quarter of an hour in which the watermark is: they are behind when it has moved on, and
// when something has changed.
bool Aggregator::State::is_behind(const BrandState& brand) const {
  if (!minutes.watermark()) return false;
  return !brand.kpis_current || brand.kpis_quarter != quarter_period(*minutes.watermark());
}

void Aggregator::State::compute_kpis(const BrandList::Live& live, BrandState* brand) {
  fold.sum_up(live.id, brand);
  const BrandMoment moment{
      .watermark = std::chrono::floor<std::chrono::hours>(*minutes.watermark()),
      .quarter = quarter_period(*minutes.watermark()) & 3,
      .whole_from = minutes.whole_hours_from(brands[live.id].since),
      .unanswered_negative = unanswered(live.id, *brand),
      .posts_kept = posts.size(live.id),
      .campaigns = live.campaigns};
  brand->kpis = brand_kpis(*brand, moment, settings.kpis);
  brand->kpis_quarter = quarter_period(*minutes.watermark());
  brand->kpis_current = true;
}

double Aggregator::State::unanswered(BrandId id, const BrandState& brand) const {
  const EventTime hour = std::chrono::floor<std::chrono::hours>(*minutes.watermark());
  const auto is_one = [&](std::uint64_t number) {
    if (!posts.holds({id, number})) return false;
    const PostState& row = posts.at({id, number});
    return is_unanswered(row) && row.event_time > hour - kUnansweredFor &&
           row.event_time <= hour - settings.kpis.unanswered_after;
  };
  return static_cast<double>(std::ranges::count_if(brand.unanswered, is_one));
}

bool Aggregator::compute_next_kpis() {
  State& state = *state_;
  const std::vector<BrandList::Live>& live = state.list->live;
  for (std::size_t seen = 0; seen < live.size(); ++seen) {
    state.next_kpis = state.next_kpis + 1 < live.size() ? state.next_kpis + 1 : 0;
    const BrandList::Live& next = live[state.next_kpis];
    BrandState* brand = state.brands[next.id].state.get();
    if (brand == nullptr || !state.is_behind(*brand)) continue;
    state.compute_kpis(next, brand);
    return true;
  }
  return false;
}

void Aggregator::compute_kpis() {
  while (compute_next_kpis()) {
  }
}

Snapshot Aggregator::snapshot(std::uint32_t shard, std::uint32_t shards) const {
  const std::vector<BrandList::Live>& live = state_->list->live;
  Snapshot out;
  out.watermark = state_->minutes.watermark();
  out.brands.reserve(live.size() / shards + 1);
  for (std::uint32_t place = 0; place < live.size(); ++place) {
    if (live[place].id % shards == shard) out.brands.push_back(state_->snapshot(place));
  }
  return out;
}

}  // namespace vigie
