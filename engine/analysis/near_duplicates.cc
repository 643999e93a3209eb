#include "engine/analysis/near_duplicates.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <utility>

#include "engine/analysis/state.pb.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr int kBandBits = 16;
constexpr std::size_t kBucketsMax = std::size_t{1} << kBandBits;
constexpr std::int64_t kMemory = Duration(std::chrono::hours(kNearDuplicateHours)).count();
// Groups that are not known any more, met on the way, after which they are swept out.
constexpr std::size_t kUnknownMetMax = 1024;
// Ages that have been taken off, after which the others move up.
constexpr std::size_t kAgesSpentMax = kNearDuplicateGroupsMax / 4;

static_assert(kNearDuplicateGroupsMax <= kBucketsMax / 2);
static_assert(std::has_single_bit(kNearDuplicateGroupsMax));

std::uint32_t band_of(std::uint64_t signature, std::size_t band) {
  return static_cast<std::uint32_t>(signature >> (band * kBandBits) & (kBucketsMax - 1));
}

// Bits that differ; one more than `most` where they are more.
int distance(std::uint64_t a, std::uint64_t b, int most) {
  int bits = 0;
  for (std::uint64_t different = a ^ b; different != 0 && bits <= most; ++bits) {
    different &= different - 1;
  }
  return bits;
}

}  // namespace

bool NearDuplicates::is_known(const Group& group) const {
  return group.posts > 0 && group.last >= newest_ - kMemory;
}

// Where in first_ the chain of the band's bucket begins. REQUIRES: there are buckets.
std::size_t NearDuplicates::bucket_of(std::size_t band, std::uint64_t signature) const {
  const std::size_t buckets = first_.size() / kBands;
  // An odd factor leaves the bands apart, and the highest bits depend on all.
  const std::size_t mixed = (std::size_t{0x9E37} * band_of(signature, band)) & (kBucketsMax - 1);
  return band * buckets + mixed * buckets / kBucketsMax;
}

void NearDuplicates::prefetch(std::uint64_t signature) const {
  if (first_.empty() || signature == 0) return;
  for (std::size_t band = 0; band < kBands; ++band) {
    __builtin_prefetch(&first_[bucket_of(band, signature)]);
  }
}

void NearDuplicates::prefetch_groups(std::uint64_t signature) const {
  if (first_.empty() || signature == 0) return;
  for (std::size_t band = 0; band < kBands; ++band) {
    const Place first = first_[bucket_of(band, signature)];
    if (first != kNone) __builtin_prefetch(&groups_[first]);
  }
}

NearDuplicates::Place NearDuplicates::find(std::uint64_t signature) {
  Place best = kNone;
  int best_distance = kSignatureBitsMax;
  if (first_.empty()) return best;
  for (std::size_t band = 0; band < kBands; ++band) {
    std::size_t steps = 0;
    for (Place at = first_of(band, signature); at != kNone; at = groups_[at].next[band]) {
      const Group& group = groups_[at];
      if (band_of(group.signature ^ signature, band) != 0) continue;
      if (!is_known(group)) {
        ++unknown_met_;
        continue;
      }
      if (++steps > kNearDuplicateStepsMax) break;
      const int bits = distance(group.signature, signature, best_distance);
      if (bits > best_distance) continue;
      const bool nearer = best == kNone || bits < best_distance;
      if (nearer || group.created < groups_[best].created) best = at;
      best_distance = bits;
    }
    if (best != kNone && best_distance == 0) break;
  }
  return best;
}

NearDuplicates::Found NearDuplicates::add(std::uint64_t signature, EventTime time) {
  const std::int64_t now = time.time_since_epoch().count();
  newest_ = std::max(newest_, now);
  if (unknown_met_ > kUnknownMetMax) rebuild();
  const Place found = find(signature);
  if (found == kNone) {
    if (now >= newest_ - kMemory) begin(signature, now, 1);
    return {};
  }
  Group& group = groups_[found];
  group.last = std::max(group.last, now);
  const std::uint32_t before = group.posts;
  if (group.posts != std::numeric_limits<std::uint32_t>::max()) ++group.posts;
  return {.first = std::exchange(group.vacant, false), .before = before};
}

NearDuplicates::Left NearDuplicates::take_back(std::uint64_t signature) {
  const Place found = find(signature);
  if (found == kNone) return {};
  const Group& group = groups_[found];
  if (--groups_[found].posts > 0) return {.posts = group.posts, .signature = group.signature};
  unlink(found);
  free_.push_back(found);
  return {};
}

void NearDuplicates::leave_vacant(std::uint64_t signature) {
  const Place found = find(signature);
  if (found != kNone) groups_[found].vacant = true;
}

bool NearDuplicates::are_near(std::uint64_t first, std::uint64_t signature) {
  if (std::popcount(first ^ signature) > kSignatureBitsMax) return false;
  for (std::size_t band = 0; band < kBands; ++band) {
    if (band_of(first ^ signature, band) == 0) return true;
  }
  return false;
}

void NearDuplicates::begin(std::uint64_t signature, std::int64_t last, std::uint32_t posts) {
  const Place place = take_place();
  groups_[place] = {.signature = signature, .last = last, .posts = posts, .created = created_++};
  link(place);
  if (!ages_.empty()) push_age({last, groups_[place].created, place});
}

// A place for one more group.
NearDuplicates::Place NearDuplicates::take_place() {
  constexpr std::uint32_t kCreatedMax = std::numeric_limits<std::uint32_t>::max();
  const bool full = free_.empty() && groups_.size() == groups_.capacity();
  if (created_ == kCreatedMax || (full && groups_.size() < kNearDuplicateGroupsMax)) rebuild();
  if (free_.empty() && groups_.size() == kNearDuplicateGroupsMax) drop_oldest();
  if (free_.empty()) {
    groups_.emplace_back();
    return static_cast<Place>(groups_.size() - 1);
  }
  const Place place = free_.back();
  free_.pop_back();
  return place;
}

void NearDuplicates::link(Place place) {
  Group& group = groups_[place];
  for (std::size_t band = 0; band < kBands; ++band) {
    Place& first = first_of(band, group.signature);
    group.previous[band] = kNone;
    group.next[band] = first;
    if (first != kNone) groups_[first].previous[band] = place;
    first = place;
  }
}

void NearDuplicates::unlink(Place place) {
  const Group& group = groups_[place];
  for (std::size_t band = 0; band < kBands; ++band) {
    const Place previous = group.previous[band];
    const Place next = group.next[band];
    (previous == kNone ? first_of(band, group.signature) : groups_[previous].next[band]) = next;
    if (next != kNone) groups_[next].previous[band] = previous;
  }
}

void NearDuplicates::sort_ages() {
  ages_.clear();
  ages_.reserve(kNearDuplicateGroupsMax + kAgesSpentMax + 2);
  ages_begin_ = 0;
  other_ages_.clear();
  for (std::size_t i = 0; i < groups_.size(); ++i) {
    if (groups_[i].posts == 0) continue;
    ages_.push_back({groups_[i].last, groups_[i].created, static_cast<Place>(i)});
  }
  std::ranges::sort(ages_);
}

void NearDuplicates::push_age(const Age& age) {
  if (ages_.back() <= age) {
    ages_.push_back(age);
  } else {
    other_ages_.push_back(age);
    std::ranges::push_heap(other_ages_, std::greater{});
  }
}

NearDuplicates::Age NearDuplicates::pop_age() {
  const bool other = !other_ages_.empty() &&
                     (ages_begin_ == ages_.size() || other_ages_.front() < ages_[ages_begin_]);
  if (!other) return ages_[ages_begin_++];
  std::ranges::pop_heap(other_ages_, std::greater{});
  const Age age = other_ages_.back();
  other_ages_.pop_back();
  return age;
}

// Frees the place of the group whose last post is oldest. A post does not touch the ages: one that
// is found to be too old goes back as it is now. That is right, as groups only become younger.
void NearDuplicates::drop_oldest() {
  if (ages_.empty() || ages_.size() + other_ages_.size() > 4 * kNearDuplicateGroupsMax) sort_ages();
  if (ages_begin_ > kAgesSpentMax && ages_begin_ < ages_.size()) {
    ages_.erase(ages_.begin(), ages_.begin() + static_cast<std::ptrdiff_t>(ages_begin_));
    ages_begin_ = 0;
  }
  for (;;) {
    Age oldest = pop_age();
    const Group& group = groups_[oldest.place];
    if (group.posts == 0 || group.created != oldest.created) continue;
    if (group.last == oldest.last) {
      // There was a flood, and it is over: back to little memory.
      if (group.last < newest_ - 2 * kMemory) return rebuild();
      unlink(oldest.place);
      groups_[oldest.place].posts = 0;
      free_.push_back(oldest.place);
      return;
    }
    oldest.last = group.last;
    push_age(oldest);
  }
}

// Keeps the groups that are known, in their order, in as much memory as they and a third more need.
void NearDuplicates::rebuild() {
  std::vector<Group> known;
  for (const Group& group : groups_) {
    if (is_known(group)) known.push_back(group);
  }
  std::ranges::sort(known, {}, &Group::created);
  const std::size_t room =
      std::clamp<std::size_t>(std::bit_ceil(known.size() * 4 / 3 + 1), 4, kNearDuplicateGroupsMax);
  groups_ = std::vector<Group>();
  groups_.reserve(room);
  first_ = std::vector<Place>(kBands * 2 * room, kNone);
  free_ = std::vector<Place>();
  ages_ = std::vector<Age>();
  other_ages_ = std::vector<Age>();
  created_ = 0;
  unknown_met_ = 0;
  for (const Group& group : known) {
    begin(group.signature, group.last, group.posts);
    if (group.vacant) leave_vacant(group.signature);
  }
}

std::size_t NearDuplicates::memory_bytes() const {
  return groups_.capacity() * sizeof(Group) +
         (ages_.capacity() + other_ages_.capacity()) * sizeof(Age) +
         (free_.capacity() + first_.capacity()) * sizeof(Place);
}

void NearDuplicates::save(pb::NearDuplicates* out) const {
  out->Clear();
  std::vector<const Group*> known;
  for (const Group& group : groups_) {
    if (is_known(group)) known.push_back(&group);
  }
  std::ranges::sort(known, {}, &Group::created);
  for (const Group* group : known) {
    out->add_signature(group->signature);
    out->add_last(group->last);
    out->add_posts(group->posts);
    if (group->vacant) out->add_vacant(static_cast<std::uint32_t>(out->posts_size() - 1));
  }
  if (newest_ != kNever) out->set_newest(newest_);
}

bool NearDuplicates::load(const pb::NearDuplicates& in) {
  const int groups = in.signature_size();
  if (in.last_size() != groups || in.posts_size() != groups) return false;
  if (static_cast<std::size_t>(groups) > kNearDuplicateGroupsMax) return false;
  const EventTime newest{Duration(in.newest())};
  const bool possible = newest >= kEventTimeMin && newest < kEventTimeMax;
  if (in.has_newest() ? !possible : groups > 0) return false;
  NearDuplicates made;
  if (in.has_newest()) made.newest_ = in.newest();
  for (int i = 0; i < groups; ++i) {
    const bool late = in.last(i) > in.newest() || in.last(i) < in.newest() - kMemory;
    if (in.signature(i) == 0 || in.posts(i) == 0 || late) return false;
    made.begin(in.signature(i), in.last(i), in.posts(i));
  }
  for (const std::uint32_t group : in.vacant()) {
    if (group >= static_cast<std::uint32_t>(groups)) return false;
    made.leave_vacant(in.signature(static_cast<int>(group)));
  }
  *this = std::move(made);
  return true;
}

}  // namespace vigie
