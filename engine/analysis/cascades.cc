#include "engine/analysis/cascades.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <set>
#include <span>
#include <tuple>
#include <utility>

#include "engine/analysis/key_bytes.h"
#include "engine/analysis/packed.h"
#include "engine/analysis/state.pb.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/base/utf8.h"

namespace vigie {
namespace {

constexpr Duration kIdleMax = std::chrono::hours(kCascadeHours);
constexpr Duration kIdlePerPost = std::chrono::minutes(kCascadeMinutes);
constexpr Duration kOlderMax = std::chrono::days(1);

double seconds_of(Duration duration) { return static_cast<double>(duration.count()) * 1e-6; }

Duration duration_of(double seconds) {
  return Duration(static_cast<Duration::rep>(std::llround(seconds * 1e6)));
}

// Seconds at which a bin of ages begins; the first one begins with all that is below, at 0.
double bin_begin(std::size_t bin) {
  if (bin == 0) return 0;
  return std::ldexp(bin % 2 == 0 ? 1 : std::numbers::sqrt2, static_cast<int>(bin / 2));
}

std::size_t bin_of(Duration age) {
  if (age < std::chrono::seconds(1)) return 0;
  int exponent = 0;
  const double fraction = std::frexp(seconds_of(age), &exponent);
  const auto octave = static_cast<std::size_t>(exponent - 1);
  const std::size_t bin = 2 * octave + (fraction >= std::numbers::sqrt2 / 2 ? 1 : 0);
  return std::min(bin, kCascadeAges - 1);
}

// For how long after its last post a cascade of so many makes no room for another one.
Duration idle_after(std::uint64_t size) {
  const auto posts = static_cast<std::int64_t>(
      std::clamp<std::uint64_t>(size, 1, static_cast<std::uint64_t>(kIdleMax / kIdlePerPost)));
  return posts * kIdlePerPost;
}

std::uint64_t total(std::span<const std::uint32_t> counts) {
  return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0});
}

// Ages count from another time: the posts of a bin move by what its middle does.
void move_beginning(EventTime began, Cascade* cascade) {
  const Duration older = cascade->began - began;
  if (older == Duration::zero()) return;
  const auto by_age = std::exchange(cascade->by_age, {});
  for (std::size_t bin = 0; bin < kCascadeAges; ++bin) {
    if (by_age[bin] == 0) continue;
    const Duration middle = duration_of((bin_begin(bin) + bin_begin(bin + 1)) / 2);
    cascade->by_age[bin_of((bin == 0 ? Duration::zero() : middle) + older)] += by_age[bin];
  }
  cascade->began = began;
}

// The bin from which a post is taken: its own, or the nearest that has one, as posts may have
// moved. REQUIRES: there is one.
std::size_t bin_with_a_post(std::size_t bin, const Cascade& cascade) {
  for (std::size_t off = 0;; ++off) {
    if (bin >= off && cascade.by_age[bin - off] > 0) return bin - off;
    if (bin + off < kCascadeAges && cascade.by_age[bin + off] > 0) return bin + off;
    CHECK(off < kCascadeAges);
  }
}

std::size_t depth_bin(std::uint8_t depth) {
  return std::min<std::size_t>(depth, kCascadeDepths - 1);
}

}  // namespace

std::uint32_t Cascade::depth() const {
  std::size_t deepest = kCascadeDepths - 1;
  while (deepest > 0 && at_depth[deepest] == 0) --deepest;
  return static_cast<std::uint32_t>(deepest);
}

std::uint32_t Cascade::breadth() const { return *std::ranges::max_element(at_depth); }

double Cascade::reposts_per_minute() const {
  const double minutes = seconds_of(last - began) / 60;
  return static_cast<double>(reposts) / std::max(minutes, 1.0);
}

std::optional<Duration> Cascade::time_to_half() const {
  const std::uint64_t below = size - at_depth[0];
  if (below < 2) return std::nullopt;
  const double half = static_cast<double>(below) / 2;
  double before = 0;
  for (std::size_t bin = 0; bin < kCascadeAges; ++bin) {
    // The root is in the first bin.
    const std::uint32_t roots = bin == 0 ? std::min(at_depth[0], by_age[0]) : 0;
    const double posts = by_age[bin] - roots;
    if (before + posts >= half) {
      const double begin = bin_begin(bin);
      const double at = begin + (bin_begin(bin + 1) - begin) * (half - before) / posts;
      return std::min(duration_of(at), std::max(last - began, Duration::zero()));
    }
    before += posts;
  }
  return std::nullopt;
}

std::optional<Duration> Cascade::doubling_time() const {
  const std::optional<Duration> half = time_to_half();
  if (!half) return std::nullopt;
  return std::max(last - began, Duration::zero()) - *half;
}

std::optional<double> Cascade::reproduction_number() const {
  const std::uint32_t deepest = depth();
  if (deepest == 0) return std::nullopt;
  const std::uint64_t between = total(std::span(at_depth).subspan(1, deepest - 1));
  const double parents = std::max(at_depth[0], 1U) + static_cast<double>(between);
  return static_cast<double>(size - at_depth[0]) / parents;
}

Cascades::Idle Cascades::idle_of(const Cascade& cascade) {
  return {cascade.last + idle_after(cascade.size), cascade.size};
}

// Where the root is in the index, or would be. REQUIRES: there is an index.
std::size_t Cascades::slot_of(const Key128& root) const {
  const std::size_t mask = index_.size() - 1;
  std::size_t slot = root.low & mask;
  while (index_[slot] != 0 && cascades_[index_[slot] - 1U].root != root) slot = (slot + 1) & mask;
  return slot;
}

void Cascades::index_all() {
  index_.assign(std::bit_ceil(2 * cascades_.size() + 2), 0);
  for (std::size_t i = 0; i < cascades_.size(); ++i) {
    index_[slot_of(cascades_[i].root)] = static_cast<std::uint16_t>(i + 1);
  }
}

// Frees the slot, and moves those behind it up that are found through it.
void Cascades::free_slot(std::size_t free) {
  const std::size_t mask = index_.size() - 1;
  for (std::size_t at = (free + 1) & mask; index_[at] != 0; at = (at + 1) & mask) {
    const std::size_t away = (at - cascades_[index_[at] - 1U].root.low) & mask;
    if (away < ((at - free) & mask)) continue;
    index_[free] = index_[at];
    free = at;
  }
  index_[free] = 0;
}

std::optional<std::uint16_t> Cascades::find(const Key128& root) {
  if (index_.empty()) return std::nullopt;
  const std::uint16_t at = index_[slot_of(root)];
  if (at == 0) return std::nullopt;
  found_ = at - 1U;
  return places_[found_];
}

bool Cascades::holds(std::uint16_t place) const {
  return std::ranges::find(places_, place) != places_.end();
}

std::optional<std::uint16_t> Cascades::find_or_add(Key128 root, EventTime time) {
  if (const std::optional<std::uint16_t> place = find(root)) return place;
  if (cascades_.size() == kCascadesMax && !make_room(time)) return std::nullopt;
  append({.root = root, .id = {}, .began = time, .last = time}, take_place());
  return places_.back();
}

void Cascades::append(Cascade&& cascade, std::uint16_t place) {
  found_ = cascades_.size();
  vigie::make_room(&cascades_, 1);
  cascades_.push_back(std::move(cascade));
  places_.push_back(place);
  idle_.push_back(idle_of(cascades_.back()));
  room_from_ = std::min(room_from_, idle_.back().from);
  oldest_ = std::min(oldest_, cascades_.back().last);
  if (2 * cascades_.size() > index_.size()) {
    index_all();
  } else {
    index_[slot_of(cascades_.back().root)] = static_cast<std::uint16_t>(found_ + 1);
  }
}

// The next number that no cascade has: all others have been used since it was.
std::uint16_t Cascades::take_place() {
  while (free_places_ == 0) {
    std::size_t free = kCascadePlaces;
    for (const std::uint16_t place : places_) {
      free = std::min<std::size_t>(free, (place + kCascadePlaces - next_place_) % kCascadePlaces);
    }
    free_places_ = static_cast<std::uint16_t>(free);
    if (free == 0) next_place_ = static_cast<std::uint16_t>((next_place_ + 1) % kCascadePlaces);
  }
  --free_places_;
  const std::uint16_t place = next_place_;
  next_place_ = static_cast<std::uint16_t>((next_place_ + 1) % kCascadePlaces);
  return place;
}

// The smallest of those that are idle goes, of several the one that has been for longest, then the
// one with the lower key. False when none may go.
bool Cascades::make_room(EventTime time) {
  if (time < room_from_) return false;
  room_from_ = EventTime::max();
  std::size_t smallest = idle_.size();
  const auto last = [&](std::size_t i) { return cascades_[i].last; };
  for (std::size_t i = 0; i < idle_.size(); ++i) {
    const Idle& idle = idle_[i];
    room_from_ = std::min(room_from_, idle.from);
    if (time < idle.from) continue;
    if (smallest == idle_.size() || idle.size < idle_[smallest].size) {
      smallest = i;
    } else if (idle.size == idle_[smallest].size && idle.from <= idle_[smallest].from) {
      if (std::tuple(last(i), cascades_[i].root) <
          std::tuple(last(smallest), cascades_[smallest].root)) {
        smallest = i;
      }
    }
  }
  if (smallest == idle_.size()) return false;
  forget(smallest);
  return true;
}

void Cascades::forget(std::size_t index) {
  free_slot(slot_of(cascades_[index].root));
  const std::size_t behind = cascades_.size() - 1;
  if (index != behind) {
    index_[slot_of(cascades_[behind].root)] = static_cast<std::uint16_t>(index + 1);
    cascades_[index] = std::move(cascades_[behind]);
    places_[index] = places_[behind];
    idle_[index] = idle_[behind];
  }
  cascades_.pop_back();
  places_.pop_back();
  idle_.pop_back();
}

// The cascade of the place, if a post of that time may belong to it; else null.
Cascade* Cascades::find(std::uint16_t place, EventTime time) {
  if (found_ >= places_.size() || places_[found_] != place) {
    const auto at = std::ranges::find(places_, place);
    if (at == places_.end()) return nullptr;
    found_ = static_cast<std::size_t>(at - places_.begin());
  }
  Cascade& cascade = cascades_[found_];
  return time < cascade.began - kOlderMax ? nullptr : &cascade;
}

void Cascades::add(std::uint16_t place, EventTime time, std::uint8_t depth, bool repost) {
  Cascade* cascade = find(place, time);
  if (cascade == nullptr) return;
  if (cascade->id.empty() && time < cascade->began) move_beginning(time, cascade);
  cascade->last = std::max(cascade->last, time);
  ++cascade->size;
  if (repost) ++cascade->reposts;
  ++cascade->at_depth[depth_bin(depth)];
  ++cascade->by_age[bin_of(time - cascade->began)];
  idle_[found_] = idle_of(*cascade);
}

void Cascades::take_back(std::uint16_t place, EventTime time, std::uint8_t depth, bool repost) {
  Cascade* cascade = find(place, time);
  if (cascade == nullptr || cascade->at_depth[depth_bin(depth)] == 0) return;
  --cascade->size;
  if (repost && cascade->reposts > 0) --cascade->reposts;
  --cascade->at_depth[depth_bin(depth)];
  --cascade->by_age[bin_with_a_post(bin_of(time - cascade->began), *cascade)];
  idle_[found_] = idle_of(*cascade);
  room_from_ = std::min(room_from_, idle_[found_].from);
  if (cascade->size == 0) forget(found_);
}

void Cascades::name_root(std::uint16_t place, std::string_view id, EventTime began) {
  Cascade* cascade = find(place, began);
  if (cascade == nullptr) return;
  cascade->id = whole_characters(id, kLabelBytesMax);
  move_beginning(began, cascade);
}

std::vector<const Cascade*> Cascades::largest(std::size_t most) const {
  std::vector<const Cascade*> all;
  all.reserve(cascades_.size());
  for (const Cascade& cascade : cascades_) all.push_back(&cascade);
  const auto before = [](const Cascade* a, const Cascade* b) {
    return std::tie(b->size, a->began, a->root) < std::tie(a->size, b->began, b->root);
  };
  const std::size_t shown = std::min(most, all.size());
  std::ranges::partial_sort(all, all.begin() + static_cast<std::ptrdiff_t>(shown), before);
  all.resize(shown);
  return all;
}

void Cascades::drop_before(EventTime time) {
  if (time <= oldest_) return;
  oldest_ = EventTime::max();
  for (std::size_t i = cascades_.size(); i-- > 0;) {
    const EventTime last = cascades_[i].last;
    if (last < time) {
      forget(i);
    } else {
      oldest_ = std::min(oldest_, last);
    }
  }
}

std::size_t Cascades::memory_bytes() const {
  std::size_t bytes = cascades_.capacity() * sizeof(Cascade);
  bytes += (places_.capacity() + index_.capacity()) * sizeof(std::uint16_t) +
           idle_.capacity() * sizeof(Idle);
  for (const Cascade& cascade : cascades_) {
    if (cascade.id.capacity() > std::string().capacity()) bytes += cascade.id.capacity() + 1;
  }
  return bytes;
}

// In order of their roots, which does not tell how they lie in memory.
void Cascades::save(pb::Cascades* out) const {
  out->Clear();
  std::vector<std::size_t> order(cascades_.size());
  std::iota(order.begin(), order.end(), 0);
  std::ranges::sort(order, {}, [&](std::size_t i) { return cascades_[i].root; });
  for (const std::size_t i : order) {
    const Cascade& cascade = cascades_[i];
    pb::Cascades::Cascade* saved = out->add_cascade();
    saved->set_place(places_[i]);
    append_key(cascade.root, saved->mutable_root());
    saved->set_id(cascade.id);
    saved->set_began(cascade.began.time_since_epoch().count());
    saved->set_last(cascade.last.time_since_epoch().count());
    saved->set_size(cascade.size);
    saved->set_reposts(cascade.reposts);
    saved->mutable_at_depth()->Add(cascade.at_depth.begin(), cascade.at_depth.end());
    saved->mutable_by_age()->Add(cascade.by_age.begin(), cascade.by_age.end());
  }
  out->set_next_place(next_place_);
}

// Nothing where the message is nonsense; its place is not looked at.
static std::optional<Cascade> read_cascade(const pb::Cascades::Cascade& in) {
  Cascade cascade;
  if (in.root().size() != kKeyBytes || in.id().size() > kLabelBytesMax) return std::nullopt;
  cascade.root = read_key(in.root());
  cascade.id = in.id();
  cascade.began = EventTime(Duration(in.began()));
  cascade.last = EventTime(Duration(in.last()));
  for (const EventTime time : {cascade.began, cascade.last}) {
    if (time < kEventTimeMin || time >= kEventTimeMax) return std::nullopt;
  }
  cascade.size = in.size();
  cascade.reposts = in.reposts();
  if (static_cast<std::size_t>(in.at_depth_size()) != kCascadeDepths ||
      static_cast<std::size_t>(in.by_age_size()) != kCascadeAges) {
    return std::nullopt;
  }
  std::ranges::copy(in.at_depth(), cascade.at_depth.begin());
  std::ranges::copy(in.by_age(), cascade.by_age.begin());
  const bool adds_up = total(cascade.at_depth) == cascade.size &&
                       total(cascade.by_age) == cascade.size && cascade.reposts <= cascade.size;
  return adds_up ? std::optional(std::move(cascade)) : std::nullopt;
}

bool Cascades::load(const pb::Cascades& in) {
  if (static_cast<std::size_t>(in.cascade_size()) > kCascadesMax) return false;
  if (in.next_place() >= kCascadePlaces) return false;
  Cascades made;
  made.next_place_ = static_cast<std::uint16_t>(in.next_place());
  std::set<std::uint32_t> places;
  for (const pb::Cascades::Cascade& saved : in.cascade()) {
    std::optional<Cascade> cascade = read_cascade(saved);
    if (!cascade || saved.place() >= kCascadePlaces) return false;
    if (!places.insert(saved.place()).second) return false;
    const bool rises = made.cascades_.empty() || made.cascades_.back().root < cascade->root;
    if (!rises) return false;
    made.append(*std::move(cascade), static_cast<std::uint16_t>(saved.place()));
  }
  *this = std::move(made);
  return true;
}

}  // namespace vigie
