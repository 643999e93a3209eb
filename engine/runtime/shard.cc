#include "engine/runtime/shard.h"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

#include "engine/analysis/state_shard.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

constexpr std::chrono::milliseconds kTakeWait{100};  // how soon a quiet shard shows what changed

}  // namespace

Shard::Shard(ShardSettings settings, const ShardContext& context)
    : settings_(settings),
      context_(context),
      aggregator_({}, {.kpis = context.kpis, .lateness = settings.lateness}),
      watermark_(settings.writers) {
  if (context.checkpointer != nullptr) {
    saver_.emplace(
        ShardSaver::Place{
            .shard = settings.number, .shards = settings.shards, .writers = settings.writers},
        context.checkpointer);
  }
  take_brands();
  show();  // every brand is there from the start, with zeros
}

void Shard::expect(const std::map<PartitionId, std::uint32_t>& incarnations) {
  for (const auto& [partition, incarnation] : incarnations) {
    if (incarnation != 0) aggregator_.begin_anew(partition, incarnation);
  }
}

Result<void> Shard::load(std::string_view key, std::string_view value,
                         const std::map<PartitionId, PartitionId>& partitions) {
  return aggregator_.load(key, value, partitions);
}

Result<void> Shard::restored(std::optional<EventTime> watermark,
                             std::span<const Progress> progress) {
  if (Result<void> joined = aggregator_.loaded(); !joined) return joined;
  loaded_.assign(progress.begin(), progress.end());
  watermark_.restore(watermark, loaded_);
  show();
  return {};
}

void Shard::save_loaded(bool brands, std::vector<StateRecord>* out) {
  aggregator_.save_shard(settings_.number, out);
  append_progress(loaded_, &*out->back().value);
  if (!brands) return;
  for (const BrandId brand : saver_->unsaved(aggregator_)) aggregator_.save(brand, out);
}

void Shard::run() {
  while (true) {
    FactBatch batch;
    const Result<bool> taken = context_.link->take(settings_.number, &batch, take_until());
    if (!taken) break;
    take_brands();
    if (*taken) keep(std::move(batch));
    const bool due = is_fold_due();
    if (*taken && !due) continue;  // others may be there already
    if (due) fold();
    if (saver_) saving_ = saver_->step(&aggregator_, watermark_, save_for_);
    compute_kpis();
    if (changed_ && Clock::now() - last_shown_ >= settings_.snapshot_every) show();
  }
  fold();
  if (settings_.keep_closed) aggregator_.close_all(&closed_);
  if (saver_) saver_->finish(&aggregator_, watermark_);
  aggregator_.compute_kpis();
  show();
}

Deadline Shard::take_until() const {
  if (saving_) return Clock::now();
  Deadline until = behind_ ? last_kpis_ + kKpiEvery : after(kTakeWait);
  if (!waiting_.empty()) until = std::min(until, waiting_since_ + kFactsWaitMax);
  return until;
}

// Before each batch, and after it was taken: who made its facts had taken the rules by then. Those
// that wait were made with the rules before.
void Shard::take_brands() {
  std::shared_ptr<const BrandList> now = context_.rules->load()->brands;
  if (now == brands_) return;
  fold();
  brands_ = std::move(now);
  aggregator_.set_brands(brands_);
  changed_ = true;
}

void Shard::keep(FactBatch&& batch) {
  if (!batch.begun_anew.empty()) fold();  // what came before has the former offsets
  for (const PartitionId partition : batch.begun_anew) {
    aggregator_.begin_anew(partition, aggregator_.incarnation(partition) + 1);
  }
  if (waiting_.empty()) waiting_since_ = Clock::now();
  waiting_facts_ += batch.facts.facts.size();
  waiting_bytes_ += batch.bytes();
  waiting_.push_back(std::move(batch));
}

bool Shard::is_fold_due() const {
  if (waiting_.empty()) return false;
  return waiting_facts_ >= facts_at_once_ || waiting_bytes_ >= kFactsAtOnceBytes ||
         Clock::now() - waiting_since_ >= kFactsWaitMax;
}

// What waits is not told to anyone before: neither to the watermark nor to those who save.
void Shard::fold() {
  if (waiting_.empty()) return;
  const Deadline start = Clock::now();
  std::vector<ToldBatch> told;
  told.reserve(waiting_.size());
  for (const FactBatch& batch : waiting_) {
    watermark_.update(batch);
    told.push_back({&batch.facts, batch.updates, watermark_.current()});
  }
  count(aggregator_.apply(told, settings_.keep_closed ? &closed_ : nullptr));
  for (const FactBatch& batch : waiting_) {
    if (saver_) {
      saver_->folded(batch);
    } else {
      context_.link->applied(settings_.number, batch.writer, batch.sequence);
    }
  }
  waiting_.clear();
  pace(waiting_facts_, Clock::now() - start);
  waiting_facts_ = waiting_bytes_ = 0;
  changed_ = true;
}

// While a round is saved, folding and saving take turns of the same length, and none is long: how
// many facts are folded in one follows from how long the last ones took. Otherwise as many as may
// be.
void Shard::pace(std::size_t facts, Clock::duration took) {
  save_for_ = std::clamp<Clock::duration>(took, kSaveStep, kFoldStep);
  facts_at_once_ = kFactsAtOnceMax;
  if (!saving_ || took <= Clock::duration::zero()) return;
  const auto fits = static_cast<std::size_t>(static_cast<Clock::rep>(facts) * kFoldStep / took);
  facts_at_once_ = std::clamp(fits, kFactsAtOnceMin, kFactsAtOnceMax);
}

void Shard::count(const ApplyCounts& counts) {
  Counters& counters = *context_.counters;
  Counters::add(counters.facts_applied, counts.applied);
  Counters::add(counters.facts_repeated, counts.repeated);
  Counters::add(counters.facts_duplicate, counts.duplicates);
  Counters::add(counters.facts_answers, counts.answers);
  Counters::add(counters.facts_late, counts.late);
  Counters::add(counters.facts_backdated, counts.backdated);
  Counters::add(counters.facts_overflow, counts.overflow);
  Counters::add(counters.mentions_edited, counts.edited);
  Counters::add(counters.mentions_retracted, counts.retracted);
  Counters::add(counters.posts_forgotten, counts.forgotten);
  for (std::size_t i = 0; i < kUpdateKinds; ++i) {
    Counters::add(counters.updates[i], counts.updates[i]);
  }
  Counters::add(counters.updates_repeated, counts.updates_repeated);
  Counters::add(counters.updates_unknown, counts.updates_unknown);
}

// For a moment only: all brands at once would hold up the facts when the hour moves.
void Shard::compute_kpis() {
  const Deadline now = Clock::now();
  if (now - last_kpis_ < kKpiEvery) return;
  last_kpis_ = now;
  const Deadline end = now + kKpiStep;
  do {
    behind_ = aggregator_.compute_next_kpis();
    changed_ = changed_ || behind_;
  } while (behind_ && Clock::now() < end);
}

void Shard::show() {
  last_shown_ = Clock::now();
  changed_ = false;
  snapshot_.store(
      std::make_shared<const Snapshot>(aggregator_.snapshot(settings_.number, settings_.shards)));
}

}  // namespace vigie
