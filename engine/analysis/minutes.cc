#include "engine/analysis/minutes.h"

#include <algorithm>
#include <utility>

#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr Minute kMinutesPerDay = 1440;
// The earliest minute that a window needs lies this far before the watermark's minute.
constexpr Minute kMinutesKept = 2 * kMinutesPerDay - 1;

Series* find(BrandState* brand, const ShortName& platform) {
  std::vector<Series>& series = brand->series;
  const std::size_t last = brand->last_series;
  if (last < series.size() && series[last].platform() == platform) return &series[last];
  for (std::size_t i = 0; i < series.size(); ++i) {
    if (series[i].platform() != platform) continue;
    brand->last_series = i;
    return &series[i];
  }
  return nullptr;
}

}  // namespace

std::optional<std::uint8_t> Minutes::count(BrandId id, BrandState* brand, const ShortName& platform,
                                           Minute minute) {
  Series* series = find(brand, platform);
  bool done = series != nullptr && series->count(minute, &pool_);
  if (!done && (series != nullptr || brand->series.size() < kPlatformsPerBrandMax)) {
    done = count_in_new_block(id, brand, platform, minute);
  } else if (!done) {
    const ShortName other("other");
    series = find(brand, other);
    done = (series != nullptr && series->count(minute, &pool_)) ||
           count_in_new_block(id, brand, other, minute);
  }
  if (!done) return std::nullopt;
  last_minute_ = std::max(last_minute_, minute);
  return static_cast<std::uint8_t>(brand->last_series);
}

// False when there is no block left for it.
bool Minutes::count_in_new_block(BrandId id, BrandState* brand, const ShortName& platform,
                                 Minute minute) {
  Series* series = find(brand, platform);
  const std::size_t at = series == nullptr ? brand->series.size() : brand->last_series;
  if (series == nullptr) brand->series.emplace_back(platform);
  if (!add_block(id, brand, at, hour_of(minute))) {
    if (series == nullptr) brand->series.pop_back();
    return false;
  }
  brand->last_series = at;
  return brand->series[at].count(minute, &pool_);
}

bool Minutes::add_block(BrandId id, BrandState* brand, std::size_t series, Hour hour) {
  const std::optional<BlockId> block = pool_.take();
  if (!block) return false;
  brand->series[series].add_hour(hour, *block);
  hours_[hour].entries.push_back({id, static_cast<std::uint32_t>(series), *block});
  return true;
}

void Minutes::take_back(BrandState* brand, std::uint8_t series, Minute minute) {
  brand->series[series].take_back(minute, &pool_);
}

bool Minutes::put_back(BrandId id, BrandState* brand, std::uint8_t series, Minute minute) {
  Series& to = brand->series[series];
  const Hour hour = hour_of(minute);
  const Minute end = first_minute(hour) + kMinutesPerHour;
  if (end <= clock_.kept_from) return false;
  if (to.put_back(minute, &pool_)) return true;
  if (end <= first_needed(clock_)) return false;
  return add_block(id, brand, series, hour) && to.put_back(minute, &pool_);
}

Minutes::Clock Minutes::after(const Clock& clock, EventTime watermark) const {
  Clock then = clock;
  if (clock.watermark && watermark <= *clock.watermark) return then;
  then.watermark = watermark;
  const Minute open = minute_of(watermark - lateness_);
  if (open <= clock.closed_until) return then;
  then.closed_until = open;
  then.kept_from = first_needed(then);
  return then;
}

void Minutes::advance(EventTime watermark, const BrandOf& brand,
                      std::vector<ClosedMinute>* closed) {
  if (!clock_.watermark) since_ = minute_of(watermark);
  const Clock then = after(clock_, watermark);
  const bool closes = then.closed_until > clock_.closed_until;
  if (closes) close_before(then.closed_until, brand, closed);
  clock_ = then;
  if (closes) drop_old_hours(brand);
}

void Minutes::close_all(const BrandOf& brand, std::vector<ClosedMinute>* closed) {
  close_before(last_minute_ + 1, brand, closed);
}

void Minutes::close_before(Minute end, const BrandOf& brand, std::vector<ClosedMinute>* closed) {
  if (end <= clock_.closed_until) return;
  if (closed != nullptr) {
    auto at = hours_.lower_bound(hour_of(clock_.closed_until));
    for (; at != hours_.end() && first_minute(at->first) < end; ++at) {
      append_closed(at->first, &at->second, end, brand, closed);
    }
  }
  clock_.closed_until = end;
}

void Minutes::append_closed(Hour hour, HourIndex* index, Minute end, const BrandOf& brand,
                            std::vector<ClosedMinute>* closed) {
  const auto key = [&brand](const HourEntry& entry) {
    return std::pair(entry.brand, brand(entry.brand).series[entry.series].platform());
  };
  if (index->sorted < index->entries.size()) {
    const auto before = [&](const HourEntry& a, const HourEntry& b) { return key(a) < key(b); };
    const auto middle = index->entries.begin() + static_cast<std::ptrdiff_t>(index->sorted);
    std::sort(middle, index->entries.end(), before);
    std::inplace_merge(index->entries.begin(), middle, index->entries.end(), before);
    index->sorted = index->entries.size();
  }
  const Minute start = first_minute(hour);
  const Minute stop = std::min(end, start + kMinutesPerHour);
  for (Minute minute = std::max(clock_.closed_until, start); minute < stop; ++minute) {
    const EventTime time{std::chrono::minutes{minute}};
    for (const HourEntry& entry : index->entries) {
      const std::uint32_t mentions = pool_[entry.block][static_cast<std::size_t>(minute - start)];
      const BrandState& of = brand(entry.brand);
      if (mentions == 0 || minute < of.closed_until) continue;
      closed->push_back({time, entry.brand, of.series[entry.series].platform(), mentions});
    }
  }
}

Minute Minutes::first_needed(const Clock& clock) {
  if (!clock.watermark) return kNoMinute;
  return std::min(clock.closed_until, minute_of(*clock.watermark) - kMinutesKept);
}

// Gives back the hours that are closed and older than every window.
void Minutes::drop_old_hours(const BrandOf& brand) {
  const Minute needed = clock_.kept_from;
  while (!hours_.empty() && first_minute(hours_.begin()->first) + kMinutesPerHour <= needed) {
    const auto& [hour, index] = *hours_.begin();
    for (const HourEntry& entry : index.entries) {
      brand(entry.brand).series[entry.series].drop_hour(hour, &pool_);
    }
    hours_.erase(hours_.begin());
  }
}

Minute Minutes::next_minute() const {
  return std::max(clock_.watermark ? minute_of(*clock_.watermark) : kNoMinute, last_minute_) + 1;
}

void Minutes::add_windows(const Series& series, AllWindows* windows) const {
  if (clock_.watermark) series.add_windows(minute_of(*clock_.watermark), pool_, windows);
}

void Minutes::mark_whole(Minute since, AllWindows* windows) const {
  const Minute first = std::max(since_, since);
  const Minute end = clock_.watermark ? minute_of(*clock_.watermark) + 1 : kNoMinute;
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const Minute length = kWindows[i].minutes;
    (*windows)[i].previous_whole = clock_.watermark && end - 2 * length >= first;
    (*windows)[i].yesterday_whole = clock_.watermark && end - kMinutesPerDay - length >= first;
  }
}

std::size_t Minutes::memory_bytes() const {
  std::size_t bytes = pool_.memory_bytes();
  for (const auto& [hour, index] : hours_) {
    bytes += 64 + index.entries.capacity() * sizeof(HourEntry);
  }
  return bytes;
}

}  // namespace vigie
