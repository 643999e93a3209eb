#include "engine/runtime/shard_saver.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include "engine/analysis/state_shard.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr std::chrono::milliseconds kAnswerWait{100};  // at the end, and then again

}  // namespace

ShardSaver::ShardSaver(const Place& place, Checkpointer* checkpointer)
    : place_(place),
      checkpointer_(checkpointer),
      folded_(place.writers),
      covered_(place.writers),
      last_begin_(Clock::now()) {}

std::vector<BrandId> ShardSaver::unsaved(const Aggregator& aggregator) const {
  std::vector<BrandId> brands = aggregator.unsaved();
  std::erase_if(brands, [this](BrandId id) { return id % place_.shards != place_.shard; });
  return brands;
}

void ShardSaver::folded(const FactBatch& batch) {
  std::uint64_t& folded = folded_[batch.writer];
  folded = std::max(folded, batch.sequence);
  folded_bytes_ += batch.bytes();
  for (const Progress& progress : batch.progress) readers_[progress.partition] = batch.writer;
  for (const PartitionId partition : batch.begun_anew) readers_[partition] = batch.writer;
}

bool ShardSaver::step(Aggregator* aggregator, const WatermarkTracker& watermark,
                      Clock::duration most) {
  if (checkpointer_->failed()) return false;
  if (waiting_) take_answer(Clock::now());
  if (!saving_) {
    if (waiting_ || !is_due()) return false;
    begin(*aggregator, watermark);
  }
  save_some(aggregator, after(most));
  if (!to_save_.empty()) return true;
  hand_over(*aggregator);
  return false;
}

void ShardSaver::finish(Aggregator* aggregator, const WatermarkTracker& watermark) {
  // The round under way, and then one for what came after its beginning.
  for (int rounds = saving_ ? 2 : 1; !checkpointer_->failed();) {
    if (waiting_) {
      take_answer(after(kAnswerWait));
      continue;
    }
    if (rounds-- == 0) return;
    if (!saving_) begin(*aggregator, watermark);
    save_some(aggregator, Deadline::max());
    hand_over(*aggregator);
  }
}

bool ShardSaver::is_due() const {
  if (folded_ == covered_) return false;
  const CheckpointSettings& settings = checkpointer_->settings();
  return folded_bytes_ >= settings.bytes || Clock::now() - last_begin_ >= settings.every ||
         is_wished();
}

// Once all that the writer told is here: a round before that would not do.
bool ShardSaver::is_wished() const {
  for (std::uint32_t writer = 0; writer < folded_.size(); ++writer) {
    const std::uint64_t wished = checkpointer_->wished(writer);
    if (covered_[writer] < wished && wished <= folded_[writer]) return true;
  }
  return false;
}

void ShardSaver::begin(const Aggregator& aggregator, const WatermarkTracker& watermark) {
  saving_ = true;
  last_begin_ = Clock::now();
  folded_bytes_ = 0;
  covered_ = folded_;
  to_save_ = unsaved(aggregator);
  round_ = {};
  round_.shard = place_.shard;
  aggregator.save_shard(place_.shard, &round_.records);
  std::vector<Progress> progress = watermark.progress();
  for (Progress& one : progress) one.incarnation = aggregator.incarnation(one.partition);
  append_progress(progress, &*round_.records.back().value);
  for (std::uint32_t writer = 0; writer < covered_.size(); ++writer) {
    round_.covered.push_back({writer, covered_[writer]});
  }
}

void ShardSaver::save_some(Aggregator* aggregator, Deadline until) {
  while (!to_save_.empty()) {
    aggregator->save(to_save_.back(), &round_.records);
    to_save_.pop_back();
    if (Clock::now() >= until) return;
  }
}

void ShardSaver::hand_over(const Aggregator& aggregator) {
  // Those that were first heard of while the round went on are in the later records too.
  for (const auto& [partition, writer] : readers_) {
    round_.partitions.push_back({partition, writer, aggregator.incarnation(partition)});
  }
  checkpointer_->save(std::exchange(round_, {}));
  saving_ = false;
  waiting_ = true;
}

void ShardSaver::take_answer(Deadline deadline) {
  if (checkpointer_->answer(place_.shard, deadline)) waiting_ = false;
}

}  // namespace vigie
