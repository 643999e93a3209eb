#include "engine/analysis/cascades.h"

#include <algorithm>
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

// From when it makes room for another one.
EventTime idle_from(const Cascade& cascade) {
  const auto posts = static_cast<std::int64_t>(std::clamp<std::uint64_t>(
      cascade.size, 1, static_cast<std::uint64_t>(kIdleMax / kIdlePerPost)));
  return cascade.last + posts * kIdlePerPost;
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

std::optional<std::uint16_t> Cascades::find(const Key128& root) const {
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    if (roots_[i] == root.low && cascades_[i].root == root) return places_[i];
  }
  return std::nullopt;
}

bool Cascades::holds(std::uint16_t place) const {
  return std::ranges::find(places_, place) != places_.end();
}

std::optional<std::uint16_t> Cascades::find_or_add(Key128 root, EventTime time) {
  for (std::size_t i = 0; i < roots_.size(); ++i) {
    if (roots_[i] != root.low || cascades_[i].root != root) continue;
    found_ = i;
    return places_[i];
  }
  if (cascades_.size() == kCascadesMax && !make_room(time)) return std::nullopt;
  found_ = cascades_.size();
  cascades_.push_back({.root = root, .id = {}, .began = time, .last = time});
  roots_.push_back(root.low);
  places_.push_back(take_place());
  room_from_ = std::min(room_from_, idle_from(cascades_.back()));
  return places_.back();
}

// The next number that no cascade has: all others have been used since it was.
std::uint16_t Cascades::take_place() {
  for (;;) {
    const std::uint16_t place = next_place_;
    next_place_ = place + 1 == kCascadePlaces ? 0 : static_cast<std::uint16_t>(place + 1);
    if (std::ranges::find(places_, place) == places_.end()) return place;
  }
}

// False when no cascade may go.
bool Cascades::make_room(EventTime time) {
  if (time < room_from_) return false;
  room_from_ = EventTime::max();
  const Cascade* smallest = nullptr;
  const auto smaller = [](const Cascade& a, const Cascade& b) {
    return std::tie(a.size, a.last, a.root) < std::tie(b.size, b.last, b.root);
  };
  for (const Cascade& cascade : cascades_) {
    const EventTime from = idle_from(cascade);
    room_from_ = std::min(room_from_, from);
    if (time < from) continue;
    if (smallest == nullptr || smaller(cascade, *smallest)) smallest = &cascade;
  }
  if (smallest == nullptr) return false;
  forget(static_cast<std::size_t>(smallest - cascades_.data()));
  return true;
}

void Cascades::forget(std::size_t index) {
  std::swap(cascades_[index], cascades_.back());
  std::swap(places_[index], places_.back());
  std::swap(roots_[index], roots_.back());
  cascades_.pop_back();
  places_.pop_back();
  roots_.pop_back();
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
}

void Cascades::take_back(std::uint16_t place, EventTime time, std::uint8_t depth, bool repost) {
  Cascade* cascade = find(place, time);
  if (cascade == nullptr || cascade->at_depth[depth_bin(depth)] == 0) return;
  --cascade->size;
  if (repost && cascade->reposts > 0) --cascade->reposts;
  --cascade->at_depth[depth_bin(depth)];
  --cascade->by_age[bin_with_a_post(bin_of(time - cascade->began), *cascade)];
  room_from_ = std::min(room_from_, idle_from(*cascade));
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
  for (std::size_t i = cascades_.size(); i-- > 0;) {
    if (cascades_[i].last < time) forget(i);
  }
}

std::size_t Cascades::memory_bytes() const {
  std::size_t bytes = cascades_.capacity() * sizeof(Cascade);
  bytes += places_.capacity() * sizeof(std::uint16_t) + roots_.capacity() * sizeof(std::uint64_t);
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
    made.roots_.push_back(cascade->root.low);
    made.places_.push_back(static_cast<std::uint16_t>(saved.place()));
    made.cascades_.push_back(*std::move(cascade));
  }
  *this = std::move(made);
  return true;
}

}  // namespace vigie
