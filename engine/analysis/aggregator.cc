#include "engine/analysis/aggregator.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "engine/analysis/aggregator_state.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

// Brands that are kept up with event time in one advance(), beside those that have news.
constexpr std::size_t kKeptUpAtOnce = 64;

}  // namespace

Aggregator::State::State(AggregatorSettings with)
    : settings(std::move(with)),
      minutes(settings.lateness, settings.hour_blocks_max),
      fold(&settings.kpis, &minutes, &posts) {
  posts.before_drop([this](PostPlace post) {
    BrandState* brand = brands[post.brand].state.get();
    if (brand != nullptr && post.number >= brand->unsummed) fold.sum_up(post.brand, brand);
  });
}

BrandState* Aggregator::State::state_of(BrandId id) {
  Brand& brand = brands[id];
  if (brand.state == nullptr) {
    brand.state = std::make_unique<BrandState>();
    if (brand.live != nullptr) fold.set_campaigns(id, brand.state.get(), brand.live->campaigns);
    brand.erased = erasures_told;
  }
  if (brand.erased != erasures_told) erase_in(id);
  return brand.state.get();
}

std::uint32_t Aggregator::State::slot_of(PartitionId partition) {
  // Records of a partition come in runs.
  if (last_slot < partitions.size() && partitions[last_slot] == partition) return last_slot;
  const auto [at, added] = slots.try_emplace(partition, static_cast<std::uint32_t>(slots.size()));
  if (added) partitions.push_back(partition);
  last_slot = at->second;
  return last_slot;
}

OriginMark* Aggregator::State::mark_of(BrandState* brand, std::uint32_t slot) {
  if (slot >= brand->marks.size()) brand->marks.resize(slot + 1);
  return &brand->marks[slot];
}

void Aggregator::State::keep_posts() { posts.keep_from(posts_kept_from(*minutes.watermark())); }

void Aggregator::State::keep_up(BrandId id, BrandState* brand) {
  if (minutes.watermark()) fold.keep_up(id, brand, *minutes.watermark());
}

// Those that have no news: what is old does not change what they show, but takes memory.
void Aggregator::State::keep_some_up() {
  for (std::size_t i = 0; i < std::min(brands.size(), kKeptUpAtOnce); ++i) {
    kept_up = kept_up + 1 < brands.size() ? kept_up + 1 : 0;
    BrandState* brand = brands[kept_up].state.get();
    if (brand != nullptr) keep_up(static_cast<BrandId>(kept_up), brand);
  }
}

void Aggregator::State::advance(EventTime watermark, std::vector<ClosedMinute>* closed) {
  const std::optional<EventTime> before = minutes.watermark();
  minutes.advance(watermark, brand_of(), closed);
  if (before && watermark <= *before) return;
  if (!before || hour_period(*before) != hour_period(watermark)) keep_posts();
  keep_some_up();
}

Minutes::BrandOf Aggregator::State::brand_of() {
  return [this](BrandId id) -> BrandState& { return *brands[id].state; };
}

Aggregator::Aggregator(std::vector<std::string> brands, AggregatorSettings settings)
    : state_(std::make_unique<State>(std::move(settings))) {
  auto list = std::make_shared<BrandList>();
  for (BrandId id = 0; id < brands.size(); ++id) list->live.emplace_back().id = id;
  list->names = std::move(brands);
  set_brands(std::move(list));
}
Aggregator::~Aggregator() = default;
Aggregator::Aggregator(Aggregator&&) noexcept = default;
Aggregator& Aggregator::operator=(Aggregator&&) noexcept = default;

void Aggregator::advance(EventTime watermark, std::vector<ClosedMinute>* closed) {
  state_->advance(watermark, closed);
}

void Aggregator::close_all(std::vector<ClosedMinute>* closed) {
  state_->minutes.close_all(state_->brand_of(), closed);
}

void Aggregator::set_brands(std::shared_ptr<const BrandList> brands) {
  State& state = *state_;
  CHECK(state.brands.size() <= brands->names.size());
  state.brands.resize(brands->names.size());
  state.posts.set_brands(brands->names.size());
  state.order.set_brands(brands->names.size());
  const Minute since = state.list == nullptr ? kNoMinute : state.minutes.next_minute();
  for (State::Brand& brand : state.brands) brand.live = nullptr;
  for (const BrandList::Live& live : brands->live) {
    State::Brand& brand = state.brands[live.id];
    brand.live = &live;
    if (!brand.watched) brand.since = since;
    if (brand.state != nullptr)
      state.fold.set_campaigns(live.id, brand.state.get(), live.campaigns);
  }
  for (State::Brand& brand : state.brands) {
    const bool watched = brand.live != nullptr;
    brand.unsaved = brand.unsaved || watched != brand.watched;
    brand.watched = watched;
  }
  state.list = std::move(brands);
  state.matched_with = nullptr;
}

std::size_t Aggregator::memory_bytes() const {
  const State& state = *state_;
  std::size_t bytes = state.minutes.memory_bytes() + state.posts.memory_bytes() +
                      state.order.memory_bytes() + state.brands.capacity() * sizeof(State::Brand);
  for (const State::Brand& brand : state.brands) {
    if (brand.state != nullptr) bytes += brand.state->memory_bytes();
  }
  return bytes;
}

}  // namespace vigie
