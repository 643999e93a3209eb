#include "engine/analysis/aggregator.h"

#include <algorithm>
#include <limits>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

#include "engine/analysis/series.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

// Before every event time; its hour can still be told.
constexpr Minute kNever = first_minute(std::numeric_limits<Hour>::min());
constexpr Minute kMinutesPerDay = 1440;
// The earliest minute that a window needs lies this far before the watermark's minute.
constexpr Minute kMinutesKept = 2 * kMinutesPerDay - 1;

// The highest origin that was folded in.
struct Mark {
  std::int64_t offset = std::numeric_limits<std::int64_t>::min();
  std::uint16_t index = 0;

  [[nodiscard]] bool covers(const Origin& origin) const {
    return origin.offset < offset || (origin.offset == offset && origin.index <= index);
  }
  // Moves on; false when the origin is a repeat.
  bool advance(const Origin& origin) {
    if (covers(origin)) return false;
    offset = origin.offset;
    index = origin.index;
    return true;
  }
};

struct Brand {
  std::vector<Mark> positions;  // by partition slot
  std::vector<Series> series;       // in order of first mention
  std::size_t last = 0;             // index of the series counted last
  std::uint64_t late = 0;
  std::uint64_t backdated = 0;
  Minute since = kNever;  // counts are whole from here on, as far as this brand goes
  bool watched = false;

  [[nodiscard]] Series* find(const ShortName& platform) {
    if (last < series.size() && series[last].platform() == platform) return &series[last];
    for (std::size_t i = 0; i < series.size(); ++i) {
      if (series[i].platform() != platform) continue;
      last = i;
      return &series[i];
    }
    return nullptr;
  }
};

// One block of an hour, and whose it is.
struct HourEntry {
  BrandId brand;
  std::uint32_t series;
  BlockId block;
};

// All blocks of one hour.
struct HourIndex {
  std::vector<HourEntry> entries;
  std::size_t sorted = 0;  // how many entries at the front are in order of brand and platform
};

}  // namespace

struct Aggregator::State {
  explicit State(AggregatorSettings with) : lateness(with.lateness), pool(with.hour_blocks_max) {}

  std::shared_ptr<const BrandList> list;
  Duration lateness;
  std::vector<Brand> brands;  // by BrandId
  std::unordered_map<PartitionId, std::size_t> slots;
  std::vector<Mark> updated;  // by partition slot: the highest origin of an update
  BlockPool pool;
  std::map<Hour, HourIndex> hours;  // every block in use
  std::optional<EventTime> watermark;
  Minute since = kNever;         // the minute of the first watermark: counts are whole from here on
  Minute closed_until = kNever;  // this minute and later ones are open
  Minute last_minute = kNever;   // the latest one that was counted

  std::size_t slot_of(PartitionId partition) {
    return slots.try_emplace(partition, slots.size()).first->second;
  }
  void prefetch(std::span<const Fact> facts, std::size_t at) const;
  [[nodiscard]] bool count(BrandId id, const ShortName& platform, Minute minute);
  [[nodiscard]] bool count_in_new_block(BrandId id, const ShortName& platform, Minute minute);
  void sort_entries(HourIndex* index) const;
  void close_before(Minute end, std::vector<ClosedMinute>* closed);
  void append_closed(Hour hour, HourIndex* index, Minute end, std::vector<ClosedMinute>* closed);
  void drop_old_hours();
  void mark_whole(const Brand& brand, AllWindows* windows) const;
  [[nodiscard]] BrandSnapshot snapshot(std::uint32_t place) const;
};

// Facts come in any order of brands, and the state of thousands of brands is in no cache: what the
// facts ahead will touch is asked for while this one is counted.
void Aggregator::State::prefetch(std::span<const Fact> facts, std::size_t at) const {
  constexpr std::size_t kFar = 12;
  constexpr std::size_t kNear = 6;
  if (at + kFar < facts.size()) __builtin_prefetch(&brands[facts[at + kFar].brand]);
  if (at + kNear < facts.size()) {
    const Brand& brand = brands[facts[at + kNear].brand];
    __builtin_prefetch(brand.positions.data());
    __builtin_prefetch(brand.series.data() + brand.last);
  }
}

// False when there is no block left for it.
bool Aggregator::State::count(BrandId id, const ShortName& platform, Minute minute) {
  Brand& brand = brands[id];
  Series* series = brand.find(platform);
  if (series != nullptr && series->count(minute, &pool)) return true;
  if (series != nullptr || brand.series.size() < kPlatformsPerBrandMax) {
    return count_in_new_block(id, platform, minute);
  }
  const ShortName other("other");
  series = brand.find(other);
  if (series != nullptr && series->count(minute, &pool)) return true;
  return count_in_new_block(id, other, minute);
}

bool Aggregator::State::count_in_new_block(BrandId id, const ShortName& platform, Minute minute) {
  const std::optional<BlockId> block = pool.take();
  if (!block) return false;
  Brand& brand = brands[id];
  Series* series = brand.find(platform);
  if (series == nullptr) {
    brand.last = brand.series.size();
    series = &brand.series.emplace_back(platform);
  }
  const Hour hour = hour_of(minute);
  series->add_hour(hour, *block);
  hours[hour].entries.push_back({id, static_cast<std::uint32_t>(brand.last), *block});
  return series->count(minute, &pool);
}

void Aggregator::State::sort_entries(HourIndex* index) const {
  const auto key = [this](const HourEntry& entry) {
    return std::pair(entry.brand, brands[entry.brand].series[entry.series].platform());
  };
  const auto before = [&](const HourEntry& a, const HourEntry& b) { return key(a) < key(b); };
  const auto middle = index->entries.begin() + static_cast<std::ptrdiff_t>(index->sorted);
  std::sort(middle, index->entries.end(), before);
  std::inplace_merge(index->entries.begin(), middle, index->entries.end(), before);
  index->sorted = index->entries.size();
}

void Aggregator::State::append_closed(Hour hour, HourIndex* index, Minute end,
                                      std::vector<ClosedMinute>* closed) {
  if (index->sorted < index->entries.size()) sort_entries(index);
  const Minute start = first_minute(hour);
  const Minute stop = std::min(end, start + kMinutesPerHour);
  for (Minute minute = std::max(closed_until, start); minute < stop; ++minute) {
    const EventTime time{std::chrono::minutes{minute}};
    for (const HourEntry& entry : index->entries) {
      const std::uint32_t mentions = pool[entry.block][static_cast<std::size_t>(minute - start)];
      if (mentions == 0) continue;
      const Series& series = brands[entry.brand].series[entry.series];
      closed->push_back({time, entry.brand, series.platform(), mentions});
    }
  }
}

void Aggregator::State::close_before(Minute end, std::vector<ClosedMinute>* closed) {
  if (end <= closed_until) return;
  if (closed != nullptr) {
    auto at = hours.lower_bound(hour_of(closed_until));
    for (; at != hours.end() && first_minute(at->first) < end; ++at) {
      append_closed(at->first, &at->second, end, closed);
    }
  }
  closed_until = end;
}

// Gives back the hours that are closed and older than every window.
void Aggregator::State::drop_old_hours() {
  const Minute needed = std::min(closed_until, minute_of(*watermark) - kMinutesKept);
  while (!hours.empty() && first_minute(hours.begin()->first) + kMinutesPerHour <= needed) {
    const auto& [hour, index] = *hours.begin();
    for (const HourEntry& entry : index.entries) {
      brands[entry.brand].series[entry.series].drop_hour(hour, &pool);
    }
    hours.erase(hours.begin());
  }
}

void Aggregator::State::mark_whole(const Brand& brand, AllWindows* windows) const {
  const Minute first = std::max(since, brand.since);
  const Minute end = watermark ? minute_of(*watermark) + 1 : kNever;
  for (std::size_t i = 0; i < kWindows.size(); ++i) {
    const Minute length = kWindows[i].minutes;
    (*windows)[i].previous_whole = watermark && end - 2 * length >= first;
    (*windows)[i].yesterday_whole = watermark && end - kMinutesPerDay - length >= first;
  }
}

BrandSnapshot Aggregator::State::snapshot(std::uint32_t place) const {
  const BrandList::Live& live = list->live[place];
  const BrandId id = live.id;
  const Brand& brand = brands[id];
  BrandSnapshot out;
  out.id = id;
  out.place = place;
  out.shadow = live.shadow;
  out.name = list->names[id];
  out.late = brand.late;
  out.backdated = brand.backdated;
  out.platforms.reserve(brand.series.size());
  for (const Series& series : brand.series) {
    PlatformSnapshot& platform = out.platforms.emplace_back();
    platform.platform = series.platform();
    platform.mentions = series.mentions();
    if (watermark) series.add_windows(minute_of(*watermark), pool, &platform.windows);
    mark_whole(brand, &platform.windows);
    out.mentions += platform.mentions;
    for (std::size_t i = 0; i < kWindows.size(); ++i) {
      out.windows[i].current += platform.windows[i].current;
      out.windows[i].previous += platform.windows[i].previous;
      out.windows[i].yesterday += platform.windows[i].yesterday;
    }
  }
  mark_whole(brand, &out.windows);
  std::sort(out.platforms.begin(), out.platforms.end(),
            [](const auto& a, const auto& b) { return a.platform < b.platform; });
  return out;
}

Aggregator::Aggregator(std::vector<std::string> brands, AggregatorSettings settings)
    : state_(std::make_unique<State>(settings)) {
  auto list = std::make_shared<BrandList>();
  for (BrandId id = 0; id < brands.size(); ++id) list->live.push_back({.id = id});
  list->names = std::move(brands);
  set_brands(std::move(list));
}
Aggregator::~Aggregator() = default;
Aggregator::Aggregator(Aggregator&&) noexcept = default;
Aggregator& Aggregator::operator=(Aggregator&&) noexcept = default;

ApplyCounts Aggregator::apply(const Facts& told, std::span<const PostUpdate> updates) {
  ApplyCounts counts;
  State& state = *state_;
  std::optional<PartitionId> partition;
  std::size_t slot = 0;
  const std::span<const Fact> facts = told.facts;
  for (const Fact& fact : facts) CHECK(fact.brand < state.brands.size());
  for (std::size_t at = 0; at < facts.size(); ++at) {
    const Fact& fact = facts[at];
    const FactPost& post = told.posts[fact.post];
    state.prefetch(facts, at);
    if (partition != post.origin.partition) {
      partition = post.origin.partition;
      slot = state.slot_of(*partition);
    }
    Brand& brand = state.brands[fact.brand];
    if (slot >= brand.positions.size()) brand.positions.resize(slot + 1);
    if (!brand.positions[slot].advance(post.origin)) {
      ++counts.repeated;
      continue;
    }
    const Minute minute = minute_of(post.event_time);
    if (post.backdated) {
      ++brand.backdated;
      ++counts.backdated;
    } else if (minute < state.closed_until) {
      ++brand.late;
      ++counts.late;
    } else if (state.count(fact.brand, post.platform, minute)) {
      state.last_minute = std::max(state.last_minute, minute);
      ++counts.applied;
    } else {
      ++counts.overflow;
    }
  }
  for (const PostUpdate& update : updates) {
    const std::size_t of = state.slot_of(update.origin.partition);
    if (of >= state.updated.size()) state.updated.resize(of + 1);
    if (!state.updated[of].advance(update.origin)) {
      ++counts.updates_repeated;
      continue;
    }
    ++counts.updates[static_cast<std::size_t>(update.kind)];
    ++counts.updates_unknown;
  }
  return counts;
}

void Aggregator::advance(EventTime watermark, std::vector<ClosedMinute>* closed) {
  State& state = *state_;
  if (state.watermark && watermark <= *state.watermark) return;
  if (!state.watermark) state.since = minute_of(watermark);
  state.watermark = watermark;
  const Minute open = minute_of(watermark - state.lateness);
  if (open <= state.closed_until) return;
  state.close_before(open, closed);
  state.drop_old_hours();
}

void Aggregator::close_all(std::vector<ClosedMinute>* closed) {
  state_->close_before(state_->last_minute + 1, closed);
}

void Aggregator::set_brands(std::shared_ptr<const BrandList> brands) {
  State& state = *state_;
  CHECK(state.brands.size() <= brands->names.size());
  state.brands.resize(brands->names.size());
  // Partitions that run ahead of the watermark are counted from where they are.
  const Minute now = state.watermark ? minute_of(*state.watermark) : kNever;
  const Minute since = state.list == nullptr ? kNever : std::max(now, state.last_minute) + 1;
  std::vector<bool> watched(state.brands.size());
  for (const BrandList::Live& live : brands->live) {
    watched[live.id] = true;
    if (!state.brands[live.id].watched) state.brands[live.id].since = since;
  }
  for (std::size_t id = 0; id < watched.size(); ++id) state.brands[id].watched = watched[id];
  state.list = std::move(brands);
}

Snapshot Aggregator::snapshot(std::uint32_t shard, std::uint32_t shards) const {
  const std::vector<BrandList::Live>& live = state_->list->live;
  Snapshot out;
  out.watermark = state_->watermark;
  out.brands.reserve(live.size() / shards + 1);
  for (std::uint32_t place = 0; place < live.size(); ++place) {
    if (live[place].id % shards == shard) out.brands.push_back(state_->snapshot(place));
  }
  return out;
}

}  // namespace vigie
