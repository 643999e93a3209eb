#include "engine/analysis/slices.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <tuple>
#include <utility>

#include "engine/analysis/packed.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr Period kWeek = 7 * 24;
// With more sums of an hour and a slice than this, what a log would take is not tried out: it has
// room for some 35 posts with six slices each.
constexpr std::size_t kPackedMax = 208;
// Slices that are looked up before sums are added to the first of them.
constexpr std::size_t kSlicesAheadMax = 32;

std::string_view cut(std::string_view value) {
  if (value.size() <= kSliceValueBytesMax) return value;
  std::size_t end = kSliceValueBytesMax;
  while (end > 0 && (static_cast<unsigned char>(value[end]) & 0xC0) == 0x80) --end;
  return value.substr(0, end);
}

// REQUIRES: the text has the bytes [at, at + sizeof(Word)).
template <class Word>
std::uint64_t load(std::string_view text, std::size_t at) {
  Word word = 0;
  std::memcpy(&word, &text[at], sizeof word);
  return word;
}

// The first eight bytes, the first of them lowest, or those that there are. REQUIRES: there are
// some.
std::uint64_t word_at(std::string_view text) {
  const std::size_t size = text.size();
  if (size >= 8) return load<std::uint64_t>(text, 0);
  if (size >= 4) {  // two halves, which may overlap
    const std::uint64_t last = load<std::uint32_t>(text, size - 4);
    return load<std::uint32_t>(text, 0) | last << (8 * (size - 4));
  }
  if (size == 1) return load<std::uint8_t>(text, 0);
  const std::uint64_t last = load<std::uint16_t>(text, size - 2);
  return load<std::uint16_t>(text, 0) | last << (8 * (size - 2));
}

// Of one slice in one hour.
struct HourSums {
  Period hour = 0;
  std::vector<Change> changes;
  SliceId id = 0;

  [[nodiscard]] bool is_alike(const HourSums& other) const {
    return hour == other.hour && changes == other.changes;
  }
  friend bool operator<(const HourSums& a, const HourSums& b) {
    return std::tie(a.hour, a.changes, a.id) < std::tie(b.hour, b.changes, b.id);
  }
};

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
    case Dimension::unearned: return "unearned";
    case Dimension::crisis: return "crisis";
  }
  return {};
}

bool Slices::is_community(Dimension dimension) {
  return dimension == Dimension::channel || dimension == Dimension::segment ||
         dimension == Dimension::hashtag;
}

std::size_t Slices::values_max(Dimension dimension) {
  return dimension == Dimension::platform ? kPlatformsPerBrandMax : kSliceValuesMax;
}

// Of short texts; the same on every machine, as those that wait are saved by it. Who makes two
// values collide makes them share their count while they wait, and no more.
std::uint32_t Slices::hash_of(std::string_view text) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  std::uint64_t hash = text.size() * kFactor;
  for (std::size_t at = 0; at < text.size(); at += 8) {
    hash = (hash ^ word_at(text.substr(at))) * kFactor;
    hash ^= hash >> 32;
  }
  return static_cast<std::uint32_t>(hash);
}

std::size_t Slices::place_of(const std::vector<Hours>& hours, SliceId id) {
  // Ids rise, so that a slice is at its id or, where some before it were forgotten, in front of it.
  if (id < hours.size() && hours[id].id == id) return id;
  const auto end = hours.begin() + std::min<std::ptrdiff_t>(id, std::ssize(hours));
  const auto at = std::lower_bound(hours.begin(), end, id,
                                   [](const Hours& one, SliceId i) { return one.id < i; });
  return at != end && at->id == id ? static_cast<std::size_t>(at - hours.begin()) : hours.size();
}

std::span<const Slices::Value> Slices::values_of(Dimension dimension) const {
  const auto d = static_cast<std::size_t>(dimension);
  return std::span(values_).subspan(first_[d], first_[d + 1] - first_[d]);
}

std::string_view Slices::text_of(const Value& value) const {
  return {texts_.data() + value.text, value.bytes};
}

const Slices::Value* Slices::find(Dimension dimension, std::uint32_t hash, std::string_view text) {
  const std::span<const Value> values = values_of(dimension);
  std::uint16_t& last = found_last_[static_cast<std::size_t>(dimension)];
  const auto is_it = [&](const Value& value) {
    return value.hash == hash && text_of(value) == text;
  };
  if (last < values.size() && is_it(values[last])) return &values[last];
  const auto at = std::ranges::find_if(values, is_it);
  if (at == values.end()) return nullptr;
  last = static_cast<std::uint16_t>(at - values.begin());
  return &*at;
}

SliceId Slices::find_or_add(Dimension dimension, std::string_view value,
                            const std::function<void()>& sum_up) {
  value = cut(value);
  if (value.empty()) return kNoSlice;
  const std::uint32_t hash = hash_of(value);
  if (const Value* known = find(dimension, hash, value)) return known->id;
  if (values_of(dimension).size() < values_max(dimension)) return make(dimension, hash, value)->id;
  if (is_community(dimension)) return wait(dimension, hash, value, sum_up);
  const std::uint32_t hash_of_other = hash_of(kOther);
  if (const Value* other = find(dimension, hash_of_other, kOther)) return other->id;
  return make(dimension, hash_of_other, kOther)->id;
}

Slices::Value* Slices::make(Dimension dimension, std::uint32_t hash, std::string_view text) {
  while (std::ranges::find(values_, next_id_, &Value::id) != values_.end()) {
    next_id_ = (next_id_ + 1) % kIds;
  }
  const auto id = static_cast<SliceId>(next_id_);
  next_id_ = (next_id_ + 1) % kIds;
  if (hours_.empty()) {
    bool named = false;  // as that of a slice that was forgotten
    log_.visit([&](Period, std::span<const Change>, std::span<const SliceId> ids) {
      named = named || std::ranges::find(ids, id) != ids.end();
    });
    if (named) keep(unpacked());
  }
  if (!hours_.empty()) {
    make_room(&hours_, 1);
    const auto at = std::ranges::lower_bound(hours_, id, {}, &Hours::id);
    hours_.insert(at, Hours{.id = id});
  }
  return insert(dimension, id, hash, text);
}

Slices::Value* Slices::insert(Dimension dimension, SliceId id, std::uint32_t hash,
                              std::string_view text) {
  const Value value{.hash = hash,
                    .credit = 0,
                    .id = id,
                    .text = static_cast<std::uint16_t>(texts_.size()),
                    .bytes = static_cast<std::uint16_t>(text.size())};
  make_room(&texts_, text.size());
  texts_.insert(texts_.end(), text.begin(), text.end());
  make_room(&values_, 1);
  const std::span<const Value> values = values_of(dimension);
  const auto place = std::ranges::lower_bound(values, id, {}, &Value::id) - values.begin();
  const auto d = static_cast<std::size_t>(dimension);
  for (std::size_t i = d + 1; i < first_.size(); ++i) ++first_[i];
  return &*values_.insert(values_.begin() + first_[d] + place, value);
}

Slices::Queue& Slices::queue_of(Dimension dimension) {
  const auto at = std::ranges::lower_bound(queues_, dimension, {}, &Queue::dimension);
  if (at != queues_.end() && at->dimension == dimension) return *at;
  return *queues_.insert(at, Queue{.dimension = dimension, .smallest = 0, .waiting = {}});
}

SliceId Slices::wait(Dimension dimension, std::uint32_t hash, std::string_view text,
                     const std::function<void()>& sum_up) {
  Queue& queue = queue_of(dimension);
  std::vector<Waiting>& waiting = queue.waiting;
  auto one = std::ranges::find(waiting, hash, &Waiting::hash);
  if (one == waiting.end() && waiting.size() < kSliceValuesMax) {
    one = waiting.insert(waiting.end(), {hash, 0, 0});
  } else if (one == waiting.end()) {
    one = std::ranges::min_element(waiting, {}, &Waiting::count);
    *one = {hash, one->count, one->count};
  }
  if (one->count < std::numeric_limits<std::uint32_t>::max()) ++one->count;
  const std::int64_t sure = one->count - one->error;
  if (sure <= queue.smallest) return kNoSlice;
  if (sum_up) sum_up();
  const std::size_t smallest = find_smallest(dimension, &queue.smallest);
  if (sure <= queue.smallest) return kNoSlice;
  waiting.erase(one);
  forget(dimension, smallest);
  Value* made = make(dimension, hash, text);
  made->credit = static_cast<std::uint32_t>(sure - 1);  // this one is about to be added
  return made->id;
}

// The place of the community with the fewest mentions this week, the lowest id of several.
std::size_t Slices::find_smallest(Dimension dimension, std::int64_t* mentions) {
  const std::span<const Value> values = values_of(dimension);
  const Period first = latest_ - kWeek + 1;
  std::array<std::int64_t, kSliceValuesMax> counts{};
  for (std::size_t i = 0; i < values.size(); ++i) {
    counts[i] = values[i].credit;
    if (hours_.empty()) continue;
    counts[i] +=
        hours_[place_of(hours_, values[i].id)].track.sum(first, latest_, Measure::mentions);
  }
  log_.visit([&](Period hour, std::span<const Change> changes, std::span<const SliceId> ids) {
    if (hour < first || changes[0].measure != static_cast<std::uint8_t>(Measure::mentions)) return;
    for (const SliceId id : ids) {
      const auto at = std::ranges::find(values, id, &Value::id);
      if (at != values.end())
        counts[static_cast<std::size_t>(at - values.begin())] += changes[0].by;
    }
  });
  const auto least = std::min_element(counts.begin(), counts.begin() + std::ssize(values));
  *mentions = *least;
  return static_cast<std::size_t>(least - counts.begin());
}

void Slices::forget(Dimension dimension, std::size_t place) {
  const std::size_t at = first_[static_cast<std::size_t>(dimension)] + place;
  const Value gone = values_[at];
  values_.erase(values_.begin() + static_cast<std::ptrdiff_t>(at));
  for (std::size_t i = static_cast<std::size_t>(dimension) + 1; i < first_.size(); ++i) --first_[i];
  texts_.erase(texts_.begin() + gone.text, texts_.begin() + gone.text + gone.bytes);
  for (Value& value : values_) {
    if (value.text > gone.text) value.text = static_cast<std::uint16_t>(value.text - gone.bytes);
  }
  std::erase_if(hours_, [&](const Hours& one) { return one.id == gone.id; });
}

void Slices::begin_week() {
  queues_.clear();
  for (Value& value : values_) value.credit = 0;
}

void Slices::come(Period hour) {
  oldest_ = std::min(oldest_, hour);
  if (hour <= latest_) return;
  if (week_of(hour) != week_of(latest_)) begin_week();
  latest_ = hour;
}

void Slices::add(std::span<const SliceId> ids, Period hour, std::span<const Change> sliced) {
  if (ids.empty() || sliced.empty()) return;
  come(hour);
  const Change& first = sliced.front();  // a slice without mentions is one with nothing
  const bool less = first.measure == static_cast<std::uint8_t>(Measure::mentions) && first.by < 0;
  may_be_empty_ = may_be_empty_ || less;
  if (hours_.empty()) {
    if (log_.add(hour, sliced, ids)) return;
    keep(unpacked());
    if (hours_.empty() && log_.add(hour, sliced, ids)) return;
  }
  for (const SliceId id : ids) {
    const std::size_t place = place_of(hours_, id);
    if (place < hours_.size()) hours_[place].track.add(hour, sliced);
  }
}

void Slices::add(Period hour, std::span<const Sums> sums) {
  std::array<Hours*, kSlicesAheadMax> found;
  for (; !sums.empty(); sums = sums.subspan(std::min(sums.size(), found.size()))) {
    const std::span<const Sums> next = sums.first(std::min(sums.size(), found.size()));
    for (std::size_t i = 0; i < next.size(); ++i) {
      const std::size_t place = place_of(hours_, next[i].id);
      found[i] = place < hours_.size() ? &hours_[place] : nullptr;
      if (found[i] != nullptr) found[i]->track.prefetch();
    }
    for (std::size_t i = 0; i < next.size(); ++i) {
      if (found[i] == nullptr) continue;
      Changes changes;
      append_changes(next[i].by, &changes);
      found[i]->track.add(hour, changes.all());
    }
  }
}

// The log as tracks, by id.
std::vector<Slices::Hours> Slices::unpacked() const {
  std::vector<Hours> hours(values_.size());
  for (std::size_t i = 0; i < values_.size(); ++i) hours[i].id = values_[i].id;
  std::ranges::sort(hours, {}, &Hours::id);
  log_.visit([&](Period hour, std::span<const Change> changes, std::span<const SliceId> ids) {
    for (const SliceId id : ids) {
      const std::size_t place = place_of(hours, id);
      if (place < hours.size()) hours[place].track.add(hour, changes);
    }
  });
  return hours;
}

// Each hour and sums of it once, with all slices that have them. False where a log has no room.
bool Slices::pack(const std::vector<Hours>& hours, SliceLog* log) {
  std::size_t count = 0;
  for (const Hours& one : hours) count += one.track.size();
  if (count > kPackedMax) return false;
  std::vector<HourSums> all;
  all.reserve(count);
  for (const Hours& one : hours) {
    one.track.visit([&](Period hour, std::span<const Change> changes) {
      all.push_back({hour, {changes.begin(), changes.end()}, one.id});
    });
  }
  std::sort(all.begin(), all.end());
  std::vector<SliceId> ids;
  for (std::size_t i = 0; i < all.size(); ++i) {
    ids.push_back(all[i].id);
    if (i + 1 < all.size() && all[i].is_alike(all[i + 1])) continue;
    if (!log->add(all[i].hour, all[i].changes, ids)) return false;
    ids.clear();
  }
  return true;
}

// As a log where that is half of what it may be, so that it does not fill up again at once.
void Slices::keep(std::vector<Hours>&& hours) {
  SliceLog log;
  const bool quiet = pack(hours, &log) && log.bytes() <= SliceLog::kBytesMax / 2;
  log_ = quiet ? std::move(log) : SliceLog();
  hours_ = quiet ? std::vector<Hours>() : std::move(hours);
}

void Slices::prefetch() const {
  constexpr std::size_t kLine = 64;
  const auto ask = [](const auto& vector) {
    const auto* at = reinterpret_cast<const char*>(vector.data());
    for (std::size_t i = 0; i < vector.size() * sizeof(vector[0]); i += kLine) {
      __builtin_prefetch(at + i);
    }
  };
  ask(values_);
  ask(texts_);
}

void Slices::drop_before(Period first) {
  if (!has_old(first)) return;
  if (hours_.empty()) {
    hours_ = unpacked();
    log_ = SliceLog();
  }
  for (Hours& one : hours_) one.track.drop_before(first);
  for (std::size_t d = 0; d < kDimensions; ++d) {
    const auto dimension = static_cast<Dimension>(d);
    for (std::size_t i = values_of(dimension).size(); i-- > 0;) {
      if (hours_[place_of(hours_, values_of(dimension)[i].id)].track.empty()) forget(dimension, i);
    }
  }
  may_be_empty_ = false;
  oldest_ = std::numeric_limits<Period>::max();
  for (const Hours& one : hours_) oldest_ = std::min(oldest_, one.track.oldest());
  keep(std::move(hours_));
}

void Slices::each(const std::function<void(const Slice&)>& take) const {
  const std::vector<Hours> from_log = hours_.empty() ? unpacked() : std::vector<Hours>();
  const std::vector<Hours>& all = hours_.empty() ? from_log : hours_;
  for (std::size_t d = 0; d < kDimensions; ++d) {
    const auto dimension = static_cast<Dimension>(d);
    for (const Value& value : values_of(dimension)) {
      take({value.id, dimension, text_of(value), all[place_of(all, value.id)].track});
    }
  }
}

}  // namespace vigie
