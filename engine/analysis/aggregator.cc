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
      fold(&settings.kpis, &minutes, &posts) {}

BrandState* Aggregator::State::state_of(BrandId id) {
  Brand& brand = brands[id];
  if (brand.state == nullptr) {
    brand.state = std::make_unique<BrandState>();
    if (brand.live != nullptr) fold.set_campaigns(id, brand.state.get(), brand.live->campaigns);
  }
  return brand.state.get();
}

std::size_t Aggregator::State::slot_of(PartitionId partition) {
  // Records of a partition come in runs.
  if (last_slot < partitions.size() && partitions[last_slot] == partition) return last_slot;
  const auto [at, added] = slots.try_emplace(partition, slots.size());
  if (added) partitions.push_back(partition);
  last_slot = at->second;
  return last_slot;
}

OriginMark* Aggregator::State::mark_of(BrandState* brand, std::size_t slot) {
  if (slot >= brand->marks.size()) brand->marks.resize(slot + 1);
  return &brand->marks[slot];
}

// When in the hour, changes nothing.
void Aggregator::State::keep_posts() {
  const EventTime hour = std::chrono::floor<std::chrono::hours>(*minutes.watermark());
  posts.keep_from(hour - std::chrono::days{kPostDaysKept});
}

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

// Facts come in any order of brands, and the state of thousands of brands is in no cache: what the
// facts ahead will touch is asked for while this one is folded in.
void Aggregator::State::prefetch(const Facts& told, std::size_t at) const {
  constexpr std::size_t kFar = 8;
  constexpr std::size_t kNear = 4;
  if (at + kFar < told.facts.size()) {
    const Fact& fact = told.facts[at + kFar];
    __builtin_prefetch(&brands[fact.brand]);
    posts.prefetch(told.posts[fact.post].key, told.posts[fact.post].author);
  }
  if (at + kNear < told.facts.size()) {
    const BrandState* brand = brands[told.facts[at + kNear].brand].state.get();
    if (brand == nullptr) return;
    __builtin_prefetch(brand);
    __builtin_prefetch(reinterpret_cast<const char*>(brand) + 64);
    __builtin_prefetch(reinterpret_cast<const char*>(brand) + 128);
  }
}

void Aggregator::State::apply(const Facts& told, const Fact& fact, ApplyCounts* counts) {
  const Origin& origin = told.posts[fact.post].origin;
  BrandState* brand = state_of(fact.brand);
  last_fact = origin;
  if (!mark_of(brand, slot_of(origin.partition))->advance(origin, false)) {
    ++counts->repeated;
    return;
  }
  keep_up(fact.brand, brand);
  if (former.empty() || fact.campaigns == 0) {
    fold.fold(fact.brand, brand, told, fact, counts);
  } else {
    fold_former(told, fact, brand, counts);
  }
}

void Aggregator::State::apply(const PostUpdate& update, ApplyCounts* counts) {
  ++counts->updates[static_cast<std::size_t>(update.kind)];
  const bool by_author = update.kind == PostUpdate::Kind::remove_author;
  places.clear();
  if (by_author) {
    posts.find_author(update.key, &places);
  } else {
    posts.find_all(update.key, &places);
  }
  if (places.empty()) {
    if (by_author) erase_author(update);
    // Its facts may have given the post another key.
    const bool is_told = update.kind == PostUpdate::Kind::edit && last_fact &&
                         last_fact->partition == update.origin.partition &&
                         last_fact->offset == update.origin.offset &&
                         last_fact->index == update.origin.index;
    if (!is_told) ++counts->updates_unknown;
    return;
  }
  bool is_new = false;
  for (std::span<const PostPlace> rest = places; !rest.empty();) {
    const auto end = std::ranges::find_if(
        rest, [&rest](const PostPlace& place) { return place.brand != rest.front().brand; });
    const auto count = static_cast<std::size_t>(end - rest.begin());
    is_new = apply(update, rest.first(count), counts) || is_new;
    rest = rest.subspan(count);
  }
  if (by_author) erase_author(update);
  if (!is_new) ++counts->updates_repeated;
}

bool Aggregator::State::apply(const PostUpdate& update, std::span<const PostPlace> of_brand,
                              ApplyCounts* counts) {
  const BrandId id = of_brand.front().brand;
  BrandState* brand = state_of(id);
  OriginMark* mark = mark_of(brand, slot_of(update.origin.partition));
  // An edit says only to those without a fact of it that they do not match any more.
  const bool matches = update.kind == PostUpdate::Kind::edit && mark->is_fact(update.origin);
  if (!mark->advance(update.origin, true)) return false;
  brand->unsaved = true;
  if (matches) return true;
  keep_up(id, brand);
  for (const PostPlace& place : of_brand) {
    if (posts.holds(place)) fold.update(brand, place, update, counts);
  }
  if (update.kind == PostUpdate::Kind::remove_author) fold.erase_author(brand, update.key);
  return true;
}

// In the brands that hold no post of the author any more.
void Aggregator::State::erase_author(const PostUpdate& update) {
  const std::size_t slot = slot_of(update.origin.partition);
  for (const Brand& brand : brands) {
    if (brand.state == nullptr) continue;
    OriginMark* mark = mark_of(brand.state.get(), slot);
    OriginMark after = *mark;
    if (!after.advance(update.origin, true)) continue;
    if (fold.erase_author(brand.state.get(), update.key)) *mark = after;
  }
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

ApplyCounts Aggregator::apply(const Facts& told, std::span<const PostUpdate> updates) {
  ApplyCounts counts;
  State& state = *state_;
  const std::uint64_t forgotten = state.posts.forgotten();
  for (const Fact& fact : told.facts) CHECK(fact.brand < state.brands.size());
  state.take_list_of(told);
  state.last_fact.reset();
  std::size_t next = 0;
  for (std::size_t at = 0; at < told.facts.size(); ++at) {
    const Fact& fact = told.facts[at];
    state.prefetch(told, at);
    const std::uint32_t place = told.posts[fact.post].place;
    for (; next < updates.size() && updates[next].place < place; ++next) {
      state.apply(updates[next], &counts);
    }
    state.apply(told, fact, &counts);
  }
  for (; next < updates.size(); ++next) state.apply(updates[next], &counts);
  counts.forgotten = state.posts.forgotten() - forgotten;
  return counts;
}

void Aggregator::advance(EventTime watermark, std::vector<ClosedMinute>* closed) {
  State& state = *state_;
  const std::optional<EventTime> before = state.minutes.watermark();
  state.minutes.advance(watermark, state.brand_of(), closed);
  if (before && watermark <= *before) return;
  if (!before || hour_period(*before) != hour_period(watermark)) {
    state.keep_posts();
  }
  state.keep_some_up();
}

void Aggregator::close_all(std::vector<ClosedMinute>* closed) {
  state_->minutes.close_all(state_->brand_of(), closed);
}

void Aggregator::set_brands(std::shared_ptr<const BrandList> brands) {
  State& state = *state_;
  CHECK(state.brands.size() <= brands->names.size());
  state.brands.resize(brands->names.size());
  state.posts.set_brands(brands->names.size());
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
}

std::size_t Aggregator::memory_bytes() const {
  const State& state = *state_;
  std::size_t bytes = state.minutes.memory_bytes() + state.posts.memory_bytes() +
                      state.brands.capacity() * sizeof(State::Brand);
  for (const State::Brand& brand : state.brands) {
    if (brand.state != nullptr) bytes += brand.state->memory_bytes();
  }
  return bytes;
}

}  // namespace vigie
