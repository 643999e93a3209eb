// The slices of a brand in its record of the store, and what they take.
#include <algorithm>
#include <utility>

#include "engine/analysis/slices.h"
#include "engine/analysis/state.pb.h"
#include "engine/base/limits.h"

namespace vigie {

std::size_t Slices::memory_bytes() const {
  std::size_t bytes = values_.capacity() * sizeof(Value) + texts_.capacity();
  bytes += log_.memory_bytes() + hours_.capacity() * sizeof(Hours);
  for (const Hours& one : hours_) bytes += one.track.memory_bytes();
  bytes += queues_.capacity() * sizeof(Queue);
  for (const Queue& queue : queues_) bytes += queue.waiting.capacity() * sizeof(Waiting);
  return bytes;
}

void Slices::save(pb::Slices* out) const {
  std::vector<std::pair<const Value*, Dimension>> values;  // by id
  values.reserve(values_.size());
  for (std::size_t d = 0; d < kDimensions; ++d) {
    const auto dimension = static_cast<Dimension>(d);
    for (const Value& value : values_of(dimension)) values.emplace_back(&value, dimension);
  }
  std::ranges::sort(values, {}, [](const auto& value) { return value.first->id; });
  const std::vector<Hours> from_log = hours_.empty() ? unpacked() : std::vector<Hours>();
  const std::vector<Hours>& hours = hours_.empty() ? from_log : hours_;
  for (std::size_t i = 0; i < values.size(); ++i) {
    const auto& [value, dimension] = values[i];
    pb::Slices::Slice* one = out->add_slice();
    one->set_id(value->id);
    one->set_dimension(static_cast<std::uint32_t>(dimension));
    one->set_value(std::string(text_of(*value)));
    hours[i].track.save(one->mutable_hours());
    one->set_credit(value->credit);
  }
  out->set_next_id(next_id_);
  out->set_latest(latest_);
  for (const Queue& from : queues_) {
    pb::Slices::Queue* queue = out->add_queue();
    queue->set_dimension(static_cast<std::uint32_t>(from.dimension));
    queue->set_smallest(from.smallest);
    for (const Waiting& one : from.waiting) {
      queue->add_hash(one.hash);
      queue->add_count(one.count);
      queue->add_error(one.error);
    }
  }
}

bool Slices::load_slices(const pb::Slices& in, std::vector<Hours>* hours) {
  for (const pb::Slices::Slice& one : in.slice()) {
    if (one.id() >= kIds || one.dimension() >= kDimensions) return false;
    if (!hours->empty() && one.id() <= hours->back().id) return false;
    const std::string& text = one.value();
    if (text.empty() || text.size() > kSliceValueBytesMax) return false;
    const auto id = static_cast<SliceId>(one.id());
    const auto dimension = static_cast<Dimension>(one.dimension());
    const std::uint32_t hash = hash_of(text);
    if (values_of(dimension).size() > values_max(dimension)) return false;
    if (find(dimension, hash, text) != nullptr) return false;
    insert(dimension, id, hash, text)->credit = one.credit();
    if (!hours->emplace_back(Hours{.id = id}).track.load(one.hours())) return false;
  }
  for (std::size_t d = 0; d < kDimensions; ++d) {
    const auto dimension = static_cast<Dimension>(d);
    std::size_t most = values_max(dimension);
    if (!is_community(dimension) && find(dimension, hash_of(kOther), kOther)) ++most;
    if (values_of(dimension).size() > most) return false;
  }
  return true;
}

bool Slices::load_queue(const pb::Slices::Queue& in) {
  if (in.dimension() >= kDimensions) return false;
  const auto dimension = static_cast<Dimension>(in.dimension());
  const auto fits = [&](int count) { return count == in.hash_size(); };
  if (!is_community(dimension) || in.hash_size() > static_cast<int>(kSliceValuesMax)) return false;
  if (!fits(in.count_size()) || !fits(in.error_size())) return false;
  if (std::ranges::find(queues_, dimension, &Queue::dimension) != queues_.end()) return false;
  Queue& queue = queue_of(dimension);
  queue.smallest = in.smallest();
  for (int i = 0; i < in.hash_size(); ++i) {
    if (in.error(i) > in.count(i)) return false;
    queue.waiting.push_back({in.hash(i), in.count(i), in.error(i)});
  }
  return true;
}

bool Slices::load(const pb::Slices& in) {
  Slices loaded;
  std::vector<Hours> hours;
  if (in.next_id() >= kIds || !loaded.load_slices(in, &hours)) return false;
  loaded.next_id_ = in.next_id();
  loaded.latest_ = in.latest();
  for (const pb::Slices::Queue& queue : in.queue()) {
    if (!loaded.load_queue(queue)) return false;
  }
  loaded.may_be_empty_ = true;
  loaded.oldest_ = std::numeric_limits<Period>::min();
  loaded.keep(std::move(hours));
  *this = std::move(loaded);
  return true;
}

}  // namespace vigie
