#include "engine/analysis/slices.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "engine/analysis/packed.h"
#include "engine/analysis/state.pb.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr Period kWeek = 7 * 24;
constexpr std::uint32_t kIds = kNoSlice;  // 0 to kIds - 1
constexpr std::string_view kOther = "other";

bool is_community(Dimension dimension) {
  return dimension == Dimension::channel || dimension == Dimension::segment ||
         dimension == Dimension::hashtag;
}

std::size_t values_max(Dimension dimension) {
  return dimension == Dimension::platform ? kPlatformsPerBrandMax : kSliceValuesMax;
}

std::string_view cut(std::string_view value) {
  if (value.size() <= kSliceValueBytesMax) return value;
  std::size_t end = kSliceValueBytesMax;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return value.substr(0, end);
}

// Of short texts; the same on every machine, as those that wait are saved by it. Who makes two
// values collide makes them share their count while they wait, and no more.
std::uint32_t hash_of(std::string_view text) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  std::uint64_t hash = text.size() * kFactor;
  for (std::size_t at = 0; at < text.size(); at += 8) {
    std::uint64_t word = 0;
    for (std::size_t i = at; i < std::min(at + 8, text.size()); ++i) {
      word |= std::uint64_t{static_cast<unsigned char>(text[i])} << (8 * (i - at));
    }
    hash = (hash ^ word) * kFactor;
    hash ^= hash >> 32;
  }
  return static_cast<std::uint32_t>(hash);
}

Period week_of(Period hour) { return hour >= 0 ? hour / kWeek : (hour - kWeek + 1) / kWeek; }

}  // namespace

std::string_view to_text(Dimension dimension) {
  switch (dimension) {
    case Dimension::platform: return "platform";
    case Dimension::lang: return "lang";
    case Dimension::country: return "country";
    case Dimension::kind: return "kind";
    case Dimension::media_type: return "media_type";
    case Dimension::author_tier: return "author_tier";
    case Dimension::channel: return "channel";
    case Dimension::segment: return "segment";
    case Dimension::hashtag: return "hashtag";
    case Dimension::crisis: return "crisis";
  }
  return {};
}

std::size_t Slices::place_of(SliceId id) const {
  // Ids rise, so that a slice is at its id or, where some before it were forgotten, in front of it.
  if (id < slices_.size() && slices_[id].id == id) return id;
  const auto end = slices_.begin() + std::min<std::ptrdiff_t>(id, std::ssize(slices_));
  const auto at = std::lower_bound(slices_.begin(), end, id,
                                   [](const Slice& slice, SliceId i) { return slice.id < i; });
  return at != end && at->id == id ? static_cast<std::size_t>(at - slices_.begin())
                                   : slices_.size();
}

const Slices::Entry* Slices::find(Dimension dimension, std::uint32_t hash, std::string_view value) {
  Index& index = indexes_[static_cast<std::size_t>(dimension)];
  const auto is_it = [&](const Entry& entry) {
    return entry.hash == hash && slices_[place_of(entry.id)].value == value;
  };
  if (index.last < index.entries.size() && is_it(index.entries[index.last])) {
    return &index.entries[index.last];
  }
  for (std::size_t i = 0; i < index.entries.size(); ++i) {
    if (!is_it(index.entries[i])) continue;
    index.last = i;
    return &index.entries[i];
  }
  return nullptr;
}

SliceId Slices::find_or_add(Dimension dimension, std::string_view value) {
  value = cut(value);
  if (value.empty()) return kNoSlice;
  const std::uint32_t hash = hash_of(value);
  if (const Entry* entry = find(dimension, hash, value)) return entry->id;
  const Index& index = indexes_[static_cast<std::size_t>(dimension)];
  if (index.entries.size() < values_max(dimension)) return make(dimension, hash, value);
  if (is_community(dimension)) return wait(dimension, hash, value);
  const std::uint32_t hash_of_other = hash_of(kOther);
  if (const Entry* entry = find(dimension, hash_of_other, kOther)) return entry->id;
  return make(dimension, hash_of_other, kOther);
}

SliceId Slices::make(Dimension dimension, std::uint32_t hash, std::string_view value) {
  while (place_of(static_cast<SliceId>(next_id_)) != slices_.size()) {
    next_id_ = (next_id_ + 1) % kIds;
  }
  const auto id = static_cast<SliceId>(next_id_);
  next_id_ = (next_id_ + 1) % kIds;
  make_room(&slices_, 1);
  const auto at = std::lower_bound(slices_.begin(), slices_.end(), id,
                                   [](const Slice& slice, SliceId i) { return slice.id < i; });
  Slice slice;
  slice.id = id;
  slice.dimension = dimension;
  slice.value = value;
  slices_.insert(at, std::move(slice));
  std::vector<Entry>& entries = indexes_[static_cast<std::size_t>(dimension)].entries;
  make_room(&entries, 1);
  entries.push_back({hash, id, 0});
  return id;
}

SliceId Slices::wait(Dimension dimension, std::uint32_t hash, std::string_view value) {
  std::unique_ptr<Queue>& queue = queues_[static_cast<std::size_t>(dimension)];
  if (queue == nullptr) queue = std::make_unique<Queue>();
  std::vector<Waiting>& waiting = queue->waiting;
  auto one = std::ranges::find(waiting, hash, &Waiting::hash);
  if (one == waiting.end() && waiting.size() < kSliceValuesMax) {
    one = waiting.insert(waiting.end(), {hash, 0, 0});
  } else if (one == waiting.end()) {
    one = std::ranges::min_element(waiting, {}, &Waiting::count);
    *one = {hash, one->count, one->count};
  }
  if (one->count < std::numeric_limits<std::uint32_t>::max()) ++one->count;
  const std::int64_t sure = one->count - one->error;
  if (sure <= queue->smallest) return kNoSlice;

  const std::vector<Entry>& entries = indexes_[static_cast<std::size_t>(dimension)].entries;
  std::size_t smallest = 0;
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const Track& hours = slices_[place_of(entries[i].id)].hours;
    const std::int64_t mentions =
        entries[i].credit + hours.sum(latest_ - kWeek + 1, latest_, Measure::mentions);
    const bool less = i == 0 || mentions < queue->smallest ||
                      (mentions == queue->smallest && entries[i].id < entries[smallest].id);
    if (!less) continue;
    queue->smallest = mentions;
    smallest = i;
  }
  if (sure <= queue->smallest) return kNoSlice;
  waiting.erase(one);
  forget(dimension, smallest);
  const SliceId id = make(dimension, hash, value);
  indexes_[static_cast<std::size_t>(dimension)].entries.back().credit =
      static_cast<std::uint32_t>(sure - 1);  // this one is about to be added
  return id;
}

void Slices::forget(Dimension dimension, std::size_t entry) {
  std::vector<Entry>& entries = indexes_[static_cast<std::size_t>(dimension)].entries;
  const std::size_t place = place_of(entries[entry].id);
  slices_.erase(slices_.begin() + static_cast<std::ptrdiff_t>(place));
  entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(entry));
}

void Slices::begin_week() {
  for (std::unique_ptr<Queue>& queue : queues_) queue.reset();
  for (Index& index : indexes_) {
    for (Entry& entry : index.entries) entry.credit = 0;
  }
}

void Slices::add(SliceId id, Period hour, std::span<const Change> sliced) {
  const std::size_t place = place_of(id);
  if (place == slices_.size()) return;
  if (hour > latest_) {
    if (week_of(hour) != week_of(latest_)) begin_week();
    latest_ = hour;
  }
  slices_[place].hours.add(hour, sliced);
}

void Slices::drop_before(Period first) {
  for (Slice& slice : slices_) slice.hours.drop_before(first);
  for (std::size_t d = 0; d < kDimensions; ++d) {
    const std::vector<Entry>& entries = indexes_[d].entries;
    for (std::size_t i = entries.size(); i-- > 0;) {
      if (slices_[place_of(entries[i].id)].hours.empty()) forget(static_cast<Dimension>(d), i);
    }
  }
}

std::size_t Slices::memory_bytes() const {
  std::size_t bytes = slices_.capacity() * sizeof(Slice);
  for (const Slice& slice : slices_) {
    const bool inside = slice.value.size() <= std::string().capacity();
    bytes += slice.hours.memory_bytes() + (inside ? 0 : slice.value.capacity() + 1);
  }
  for (const Index& index : indexes_) bytes += index.entries.capacity() * sizeof(Entry);
  for (const std::unique_ptr<Queue>& queue : queues_) {
    if (queue != nullptr) bytes += sizeof(Queue) + queue->waiting.capacity() * sizeof(Waiting);
  }
  return bytes;
}

void Slices::save(pb::Slices* out) const {
  for (const Slice& slice : slices_) {
    pb::Slices::Slice* one = out->add_slice();
    one->set_id(slice.id);
    one->set_dimension(static_cast<std::uint32_t>(slice.dimension));
    one->set_value(slice.value);
    slice.hours.save(one->mutable_hours());
    const auto& entries = indexes_[static_cast<std::size_t>(slice.dimension)].entries;
    one->set_credit(std::ranges::find(entries, slice.id, &Entry::id)->credit);
  }
  out->set_next_id(next_id_);
  out->set_latest(latest_);
  for (std::size_t d = 0; d < kDimensions; ++d) {
    if (queues_[d] == nullptr) continue;
    pb::Slices::Queue* queue = out->add_queue();
    queue->set_dimension(static_cast<std::uint32_t>(d));
    queue->set_smallest(queues_[d]->smallest);
    for (const Waiting& one : queues_[d]->waiting) {
      queue->add_hash(one.hash);
      queue->add_count(one.count);
      queue->add_error(one.error);
    }
  }
}

bool Slices::load_queue(const pb::Slices& in, int number) {
  const auto& from = in.queue(number);
  if (from.dimension() >= kDimensions) return false;
  if (!is_community(static_cast<Dimension>(from.dimension()))) return false;
  if (from.hash_size() > static_cast<int>(kSliceValuesMax)) return false;
  if (from.count_size() != from.hash_size() || from.error_size() != from.hash_size()) return false;
  std::unique_ptr<Queue>& queue = queues_[from.dimension()];
  if (queue != nullptr) return false;
  queue = std::make_unique<Queue>();
  queue->smallest = from.smallest();
  for (int i = 0; i < from.hash_size(); ++i) {
    if (from.error(i) > from.count(i)) return false;
    queue->waiting.push_back({from.hash(i), from.count(i), from.error(i)});
  }
  return true;
}

bool Slices::load(const pb::Slices& in) {
  Slices loaded;
  if (in.next_id() >= kIds) return false;
  for (const pb::Slices::Slice& one : in.slice()) {
    if (one.id() >= kIds || one.dimension() >= kDimensions) return false;
    if (!loaded.slices_.empty() && one.id() <= loaded.slices_.back().id) return false;
    if (one.value().empty() || one.value().size() > kSliceValueBytesMax) return false;
    Slice slice;
    slice.id = static_cast<SliceId>(one.id());
    slice.dimension = static_cast<Dimension>(one.dimension());
    slice.value = one.value();
    if (!slice.hours.load(one.hours())) return false;
    const std::uint32_t hash = hash_of(slice.value);
    if (loaded.find(slice.dimension, hash, slice.value) != nullptr) return false;
    loaded.indexes_[one.dimension()].entries.push_back({hash, slice.id, one.credit()});
    loaded.slices_.push_back(std::move(slice));
  }
  for (std::size_t d = 0; d < kDimensions; ++d) {
    const auto dimension = static_cast<Dimension>(d);
    std::size_t most = values_max(dimension);
    if (!is_community(dimension) && loaded.find(dimension, hash_of(kOther), kOther)) ++most;
    if (loaded.indexes_[d].entries.size() > most) return false;
  }
  loaded.next_id_ = in.next_id();
  loaded.latest_ = in.latest();
  for (int i = 0; i < in.queue_size(); ++i) {
    if (!loaded.load_queue(in, i)) return false;
  }
  *this = std::move(loaded);
  return true;
}

}  // namespace vigie
