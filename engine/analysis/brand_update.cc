// What is told of posts after they came, and what becomes of a brand's state as time goes on.
#include <algorithm>
#include <array>
#include <bit>
#include <chrono>

#include "engine/analysis/brand_fold.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

// A count that is not known begins at zero. What is older than the counters is in them; among
// themselves, increments may come in any order.
void add_counters(const PostMetrics& metrics, std::uint32_t told_at, PostState* row) {
  if (told_at < row->counted_at) return;
  const std::array<Count, kCounters> given = by_counter(metrics);  // a like less is -1, and known
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (!given[i]) continue;
    const std::uint32_t before = row->counters[i] == kUnknownCount32 ? 0 : row->counters[i];
    constexpr std::int64_t kMost = kUnknownCount32;
    const std::int64_t by = std::clamp(*given[i], -kMost, kMost);
    row->counters[i] = clipped_count(before + by);
  }
}

// Older posts do not wait for an answer any more.
EventTime unanswered_from(const Minutes& minutes) {
  if (!minutes.watermark()) return EventTime::min();
  return std::chrono::floor<std::chrono::hours>(*minutes.watermark()) - kUnansweredFor;
}

}  // namespace

std::size_t BrandState::memory_bytes() const {
  constexpr std::size_t kNode = 48;  // of a map, beside its value
  std::size_t bytes = sizeof *this + marks.capacity() * sizeof(OriginMark);
  bytes += series.capacity() * sizeof(Series);
  for (const Series& one : series) bytes += one.memory_bytes();
  bytes +=
      hours.memory_bytes() + months.memory_bytes() + called.memory_bytes() + slices.memory_bytes();
  for (const auto& [day, lists] : days) {
    bytes += kNode + sizeof(BrandDay) + lists->authors.memory_bytes() + lists->sites.memory_bytes();
    for (const TopList& top : lists->tops) bytes += top.memory_bytes();
  }
  for (const auto& [hour, seen] : author_hours) bytes += kNode + sizeof seen + seen.memory_bytes();
  bytes += authors.memory_bytes() + campaigns.memory_bytes() + cascades.memory_bytes();
  bytes += near_duplicates.memory_bytes() + early_replies.memory_bytes();
  bytes += counted_replies.memory_bytes();
  bytes += unanswered.capacity() * sizeof(std::uint64_t);
  for (const std::string& name : campaign_names) bytes += sizeof(std::string) + name.capacity();
  return bytes + campaign_bits.capacity();
}

std::uint32_t age_of(const PostState& row, EventTime time) {
  const auto age = std::chrono::floor<std::chrono::milliseconds>(time - row.event_time).count();
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(age, 0, kAgeMax));
}

std::uint32_t clipped_count(std::int64_t count) {
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(count, 0, kUnknownCount32 - 1));
}

void merge_counters(const CounterValues& counters, std::uint32_t told_at, PostState* row) {
  const bool newer = told_at >= row->counted_at;
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (counters[i] == kUnknownCount) continue;
    if (newer || row->counters[i] == kUnknownCount32) row->counters[i] = clipped_count(counters[i]);
  }
  if (newer) row->counted_at = told_at;
}

void BrandFold::update(BrandState* brand, PostPlace place, const PostUpdate& update,
                       ApplyCounts* counts) {
  brand->unsaved = true;
  switch (update.kind) {
    case PostUpdate::Kind::remove:
    case PostUpdate::Kind::remove_author:
      retract(brand, place, Gone::deleted, std::nullopt, counts);
      return;
    case PostUpdate::Kind::edit:
      retract(brand, place, Gone::edited, update.metrics.as_of, counts);
      return;
    case PostUpdate::Kind::metrics:
    case PostUpdate::Kind::increment: count_anew(brand, place, update); return;
  }
}

void BrandFold::retract(BrandState* brand, PostPlace place, Gone gone,
                        std::optional<EventTime> told_at, ApplyCounts* counts) {
  const PostState before = posts_->at(place);
  PostState row = before;
  if (gone == Gone::edited) {
    const std::uint32_t age = told_at ? age_of(row, *told_at) : row.written_at;
    if (age < row.written_at) return;  // its present text is newer
    row.written_at = age;
  } else {
    row.deleted = true;
  }
  counts->retracted += row.live ? 1 : 0;
  row.live = false;
  commit(brand, place, row);
  take_from_lists(brand, row);
  if (row.deleted && row.cascade != kNoCascade && row.depth == 0) {
    brand->cascades.name_root(row.cascade, {}, row.event_time);
  }
  take_from_parent(place.brand, brand, before);
}

// A cascade keeps the key of its root's first version: its thread goes by that.
void BrandFold::rename(const Told& told, PostPlace place) {
  const PostState row = posts_->at(place);
  BrandState* brand = told.brand;
  const std::string_view id = told.facts->text(told.post->id);
  posts_->rename(place, told.post->key, id);
  brand->early_replies.rename(row.key, told.post->key);
  brand->counted_replies.rename(row.key, told.post->key);
  if (row.cascade != kNoCascade && row.depth == 0) {
    brand->cascades.name_root(row.cascade, id, row.event_time);
  }
  const auto day = brand->days.find(day_of(row.event_time));
  if (day == brand->days.end()) return;
  TopList& posts = day->second->top(TopKind::posts);
  const std::int64_t weight = engagement_of(row);
  posts.take_back(row.key.low, weight);
  posts.erase(row.key.low);
  if (weight > 0) posts.add(told.post->key.low, id, weight);
}

void BrandFold::take_from_lists(BrandState* brand, const PostState& row) {
  const auto day = brand->days.find(day_of(row.event_time));
  if (day != brand->days.end()) day->second->top(TopKind::posts).erase(row.key.low);
}

void BrandFold::count_anew(BrandState* brand, PostPlace place, const PostUpdate& update) {
  PostState row = posts_->at(place);
  if (row.deleted) return;
  const std::optional<EventTime>& told_at = update.metrics.as_of;
  const std::uint32_t age = told_at ? age_of(row, *told_at) : row.counted_at;
  if (update.kind == PostUpdate::Kind::metrics) {
    merge_counters(counters_of(update.metrics), age, &row);
  } else {
    add_counters(update.metrics, age, &row);
  }
  commit(brand, place, row);
}

bool BrandFold::erase_author(BrandState* brand, const Key128& author) {
  for (auto& [day, lists] : brand->days) lists->top(TopKind::authors).erase(author.low);
  bool erased = brand->authors.erase(author);
  erased = brand->campaigns.erase(author) || erased;
  if (!erased) return false;
  brand->unsaved = true;
  brand->kpis_current = false;
  return true;
}

void BrandFold::keep_up(BrandId id, BrandState* brand, EventTime watermark) {
  const Period hour = hour_period(watermark);
  if (hour <= brand->kept_up) return;
  watermark = std::chrono::floor<std::chrono::hours>(watermark);  // when in it, changes nothing
  brand->kept_up = hour;
  if (const Period first = hour - kHoursKept + 1; brand->slices.has_old(first)) {
    sum_up(id, brand);
    brand->hours.drop_before(first);
    brand->called.drop_before(first);
    brand->slices.drop_before(first);
  }
  brand->months.drop_before(month_period(watermark) - kMonthsKept + 1);
  const std::int32_t first_day = day_of(watermark) - kTopDaysKept + 1;
  brand->days.erase(brand->days.begin(), brand->days.lower_bound(first_day));
  brand->author_hours.erase(brand->author_hours.begin(),
                            brand->author_hours.lower_bound(hour - 23));
  brand->recent = {};
  brand->authors.drop_before(watermark - std::chrono::days{kAuthorDaysKept});
  brand->cascades.drop_before(watermark - std::chrono::days{kCascadeDaysKept});
  if (posts_->drop_old(id)) brand->unsaved = true;
  drop_answered(id, brand);
}

void BrandFold::set_campaigns(BrandId id, BrandState* brand, std::span<const CampaignPlan> plans) {
  std::vector<std::string>& known = brand->campaign_names;
  std::uint32_t free = 0;  // bits of names that are not configured any more
  for (std::size_t bit = 0; bit < known.size(); ++bit) {
    if (std::ranges::find(plans, known[bit], &CampaignPlan::name) == plans.end()) free |= 1U << bit;
  }
  std::uint32_t taken = 0;  // by another name
  brand->campaign_bits.clear();
  for (const auto& [name, target, start, end] : plans) {
    auto at = static_cast<std::size_t>(std::ranges::find(known, name) - known.begin());
    if (at == known.size() && known.size() < kCampaignsMax) {
      known.push_back(name);
    } else if (at == known.size()) {
      at = static_cast<std::size_t>(std::countr_zero(free));
      free &= free - 1;
      taken |= 1U << at;
      known[at] = name;
    }
    brand->campaign_bits.push_back(static_cast<std::uint8_t>(at));
  }
  if (taken == 0) return;
  for (std::uint64_t number = posts_->first(id); number < posts_->end(id); ++number) {
    if ((posts_->at({id, number}).campaigns & taken) == 0) continue;
    PostState* row = posts_->change({id, number});
    row->campaigns = (row->campaigns & ~taken) | kPastCampaigns;
    if ((row->rejected & taken) != 0) row->rejected = (row->rejected & ~taken) | kPastCampaigns;
  }
}

std::vector<std::uint8_t> BrandFold::campaign_bits(BrandState* brand,
                                                   std::span<const CampaignPlan> plans) {
  std::vector<std::string>& known = brand->campaign_names;
  std::vector<std::uint8_t> bits;
  bits.reserve(plans.size());
  for (const CampaignPlan& plan : plans) {
    const auto at = static_cast<std::size_t>(std::ranges::find(known, plan.name) - known.begin());
    if (at == known.size() && at < kCampaignsMax) known.push_back(plan.name);
    bits.push_back(at < known.size() ? static_cast<std::uint8_t>(at) : kNoCampaign);
  }
  return bits;
}

// Beyond the bound the oldest go, some at once.
void BrandFold::drop_answered(BrandId id, BrandState* brand) {
  std::vector<std::uint64_t>& numbers = brand->unanswered;
  const EventTime first = unanswered_from(*minutes_);
  const auto is_over = [&](std::uint64_t number) {
    const PostPlace place{id, number};
    if (!posts_->holds(place)) return true;
    const PostState& row = posts_->at(place);
    if (is_unanswered(row) && row.event_time >= first) return false;
    posts_->change(place)->waiting = false;
    return true;
  };
  std::erase_if(numbers, is_over);
  if (numbers.size() < kUnansweredMax) return;
  const auto end = numbers.begin() + kUnansweredMax / 16;
  for (auto at = numbers.begin(); at != end; ++at) posts_->change({id, *at})->waiting = false;
  numbers.erase(numbers.begin(), end);
}

}  // namespace vigie
