#include "tests/fake_world.h"

#include <algorithm>
#include <limits>
#include <thread>
#include <utility>

#include "engine/analysis/state_meta.h"
#include "engine/analysis/state_shard.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie::test {
namespace {

constexpr std::string_view kTopic = "log";
constexpr std::size_t kLaneMax = 32;  // batches

}  // namespace

// --- World ---------------------------------------------------------------------------------------

void World::crash() {
  const std::lock_guard lock(mutex_);
  crashed_ = true;
}

bool World::crashed() {
  const std::lock_guard lock(mutex_);
  return crashed_;
}

void World::revive() {
  const std::lock_guard lock(mutex_);
  crashed_ = false;
  reads_left_.reset();
}

void World::crash_after(std::uint64_t reads) {
  const std::lock_guard lock(mutex_);
  reads_left_ = reads;
}

void World::count_read() {
  const std::lock_guard lock(mutex_);
  if (reads_left_ && (*reads_left_)-- == 0) crashed_ = true;
}

std::map<std::string, std::string> World::disk() {
  const std::lock_guard lock(mutex_);
  return disk_;
}

bool World::write(std::span<const StateRecord> records) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return false;
  for (const StateRecord& record : records) {
    if (record.value) disk_[record.key] = *record.value;
    if (!record.value) disk_.erase(record.key);
  }
  note_saved();
  return true;
}

void World::note_saved() {
  std::map<std::int32_t, std::pair<std::int64_t, std::size_t>> lowest;
  std::map<PartitionId, std::int32_t> numbers;
  const StateMeta meta = *load_meta(disk_.at(std::string(kMetaKey)));
  for (const auto& [id, name, incarnation] : meta.partitions) numbers[id] = name.number;
  std::size_t shards = 0;
  for (const auto& [key, value] : disk_) {
    if (!shard_of_key(key)) continue;
    ++shards;
    const ShardInput input = *load_shard_input(key, value);
    for (const Progress& progress : input.progress) {
      auto& [offset, count] =
          lowest.try_emplace(numbers.at(progress.partition), progress.next_offset, 0).first->second;
      offset = std::min(offset, progress.next_offset);
      ++count;
    }
  }
  for (const auto& [number, at] : lowest) {
    if (at.second == shards) saved_[number] = std::max(saved_[number], at.first);
  }
}

void World::commit(std::int32_t number, std::int64_t next_offset) {
  const std::lock_guard lock(mutex_);
  if (crashed_) return;
  if (next_offset > saved_[number]) {
    complaints_.push_back(
        cat("partition ", number, ": committed ", next_offset, ", saved ", saved_[number]));
  }
  committed_[number] = next_offset;
}

std::int64_t World::committed(std::int32_t number) {
  const std::lock_guard lock(mutex_);
  return committed_[number];
}

std::vector<std::string> World::complaints() {
  const std::lock_guard lock(mutex_);
  return complaints_;
}

// --- Group ---------------------------------------------------------------------------------------

Group::Group(std::uint32_t workers, std::uint32_t rebalances, std::uint64_t seed)
    : random_(seed), rebalances_left_(rebalances), numbers_(workers) {
  deal();
  for (std::uint32_t worker = 0; worker < workers; ++worker) released_.insert(worker);
}

void Group::deal() {
  for (auto& numbers : numbers_) numbers.clear();
  for (std::int32_t number = 0; number < kLogPartitions; ++number) {
    numbers_[random_() % numbers_.size()].push_back(number);
  }
}

Group::View Group::view(std::uint32_t worker) {
  const std::lock_guard lock(mutex_);
  return {generation_, released_.size() == numbers_.size(), numbers_[worker]};
}

void Group::release(std::uint32_t worker, std::uint64_t generation) {
  const std::lock_guard lock(mutex_);
  if (generation == generation_) released_.insert(worker);
}

void Group::rebalance() {
  const std::lock_guard lock(mutex_);
  if (rebalances_left_ == 0 || released_.size() != numbers_.size()) return;
  --rebalances_left_;
  ++generation_;
  released_.clear();
  deal();
}

bool Group::may_end() {
  const std::lock_guard lock(mutex_);
  return rebalances_left_ == 0 && released_.size() == numbers_.size();
}

// --- Source --------------------------------------------------------------------------------------

Result<void> WorldSource::read(Batch* batch, Deadline /*deadline*/) {
  batch->clear();
  world_->count_read();
  if (world_->crashed()) return fail(ErrorKind::unreachable, "the process was killed");
  if (random_() % 16 == 0) group_->rebalance();
  if (!settle(batch)) {
    std::this_thread::yield();
    return {};
  }
  batch->storage.clear();
  batch->storage.reserve(1UL << 20);  // views must stay valid while the chunk grows
  bool more = false;
  for (const auto& [number, next] : next_) more = add_chunk(number, batch) || more;
  batch->storage.insert(batch->storage.end(), kRecordPaddingBytes, ' ');
  if (!more) group_->rebalance();  // those that are left are made before the end
  batch->ended =
      !more && group_->view(place_.worker).generation == generation_ && group_->may_end();
  return {};
}

bool WorldSource::settle(Batch* batch) {
  const Group::View view = group_->view(place_.worker);
  if (view.generation == generation_) return true;
  if (released_ != view.generation) {
    released_ = view.generation;
    if (generation_ != 0) {
      commit(release_->finish(after(std::chrono::seconds{10})));
      batch->assignment = FactBatch::Assignment{std::nullopt};
    }
    next_.clear();
    group_->release(place_.worker, view.generation);
    return false;
  }
  if (!view.whole) return false;
  generation_ = view.generation;
  std::vector<PartitionId> ids;
  for (const std::int32_t number : view.numbers) {
    const PartitionId id = place_.first_id + static_cast<PartitionId>(number);
    ids.push_back(id);
    const auto saved = start_ == nullptr ? std::nullopt : start_->take(id);
    next_[number] = static_cast<std::size_t>(saved.value_or(world_->committed(number)));
  }
  batch->assignment = FactBatch::Assignment{std::move(ids)};
  return true;
}

bool WorldSource::add_chunk(std::int32_t number, Batch* batch) {
  const auto& records = world_->log[static_cast<std::size_t>(number)];
  std::size_t& next = next_[number];
  const std::size_t back = random_() % 8 == 0 ? random_() % 50 : 0;
  const std::size_t begin = next - std::min(next, back);
  const std::size_t end = std::min(records.size(), next + random_() % 120);
  const PartitionId id = place_.first_id + static_cast<PartitionId>(number);
  for (std::size_t i = begin; i < end; ++i) {
    const std::size_t start = batch->storage.size();
    batch->storage.insert(batch->storage.end(), records[i].begin(), records[i].end());
    batch->records.push_back({.key = {},
                              .value = {batch->storage.data() + start, records[i].size()},
                              .tombstone = false,
                              .partition = id,
                              .offset = static_cast<std::int64_t>(i),
                              .recorded_at = std::nullopt});
  }
  next = end;
  batch->news.push_back({.partition = id,
                         .next_offset = static_cast<std::int64_t>(next),
                         .caught_up = next == records.size(),
                         .lag = static_cast<std::int64_t>(records.size() - next)});
  return next < records.size();
}

void WorldSource::commit(std::span<const Position> positions) {
  for (const Position& position : positions) {
    const auto number = static_cast<std::int32_t>(position.partition - place_.first_id);
    if (next_.contains(number)) world_->commit(number, position.next_offset);
  }
}

PartitionName WorldSource::name(PartitionId partition) const {
  return {std::string(kTopic), static_cast<std::int32_t>(partition - place_.first_id)};
}

std::optional<PartitionId> WorldSource::id_of(const PartitionName& name) const {
  if (name.topic != kTopic) return std::nullopt;
  return place_.first_id + static_cast<PartitionId>(name.number);
}

// --- Store ---------------------------------------------------------------------------------------

Result<void> WorldStore::load(const Take& take) {
  for (const auto& [key, value] : world_->disk()) {
    if (Result<void> taken = take(key, value); !taken) return taken;
  }
  return {};
}

Result<void> WorldStore::save(std::span<const StateRecord> records) {
  // Never so often that the engine gives up.
  if (std::exchange(began_, true) && random_() % 8 == 0) {
    return fail(ErrorKind::refused, "the disk is full for a moment");
  }
  // What a dead process saves is nowhere.
  for (std::uint64_t times = 1 + random_() % 2; times > 0; --times) world_->write(records);
  return {};
}

// --- Link ----------------------------------------------------------------------------------------

WorldLink::WorldLink(std::uint32_t shards, std::uint32_t writers, std::uint64_t seed)
    : random_(seed), lanes_(shards) {
  for (auto& lanes : lanes_) lanes.resize(writers);
}

Result<void> WorldLink::publish(std::uint32_t shard, FactBatch&& batch, Deadline deadline) {
  std::unique_lock lock(mutex_);
  std::deque<FactBatch>& waiting = lanes_[shard][batch.writer].waiting;
  if (!moved_.wait_until(lock, deadline, [&] { return closed_ || waiting.size() < kLaneMax; })) {
    return fail(ErrorKind::unreachable, "full");
  }
  if (closed_) return fail(ErrorKind::closed, "closed");
  waiting.push_back(std::move(batch));
  moved_.notify_all();
  return {};
}

Result<bool> WorldLink::take(std::uint32_t shard, FactBatch* batch, Deadline deadline) {
  std::unique_lock lock(mutex_);
  std::vector<Lane*> filled;
  const auto look = [&] {
    filled.clear();
    for (Lane& lane : lanes_[shard]) {
      if (!lane.waiting.empty()) filled.push_back(&lane);
    }
    return closed_ || !filled.empty();
  };
  if (!moved_.wait_until(lock, deadline, look)) return false;
  if (filled.empty()) return fail(ErrorKind::closed, "closed");
  Lane& lane = *filled[random_() % filled.size()];
  if (!lane.taken.empty() && random_() % 8 == 0) {
    *batch = lane.taken[random_() % lane.taken.size()];
    // How far was read is told by the batches that come in order.
    batch->progress.clear();
    batch->assignment.reset();
    return true;
  }
  *batch = std::move(lane.waiting.front());
  lane.waiting.pop_front();
  lane.taken.push_back(*batch);
  if (lane.taken.size() > 4) lane.taken.pop_front();
  moved_.notify_all();
  return true;
}

void WorldLink::applied(std::uint32_t shard, std::uint32_t writer, std::uint64_t sequence) {
  const std::lock_guard lock(mutex_);
  lanes_[shard][writer].applied = sequence;
}

std::uint64_t WorldLink::applied_everywhere(std::uint32_t writer) const {
  const std::lock_guard lock(mutex_);
  std::uint64_t lowest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& lanes : lanes_) lowest = std::min(lowest, lanes[writer].applied);
  return lowest;
}

void WorldLink::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  moved_.notify_all();
}

}  // namespace vigie::test
