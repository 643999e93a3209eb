#include "engine/runtime/shard.h"

#include <chrono>
#include <cstddef>
#include <memory>
#include <utility>

namespace vigie {
namespace {

constexpr std::chrono::milliseconds kTakeWait{100};  // how soon a quiet shard shows what changed

}  // namespace

Shard::Shard(const Cell<RulesInUse>* rules, ShardSettings settings, FactLink* link,
             Counters* counters)
    : settings_(settings),
      rules_(rules),
      link_(link),
      counters_(counters),
      aggregator_({}, {.lateness = settings.lateness}),
      watermark_(settings.writers) {
  take_brands();
  show();  // every brand is there from the start, with zeros
}

void Shard::run() {
  while (true) {
    FactBatch batch;
    const Result<bool> taken = link_->take(settings_.number, &batch, after(kTakeWait));
    if (!taken) break;
    take_brands();
    if (*taken) fold(batch);
    if (changed_ && Clock::now() - last_shown_ >= settings_.snapshot_every) show();
  }
  if (settings_.keep_closed) aggregator_.close_all(&closed_);
  show();
}

// Before each batch, and after it was taken: who made its facts had taken the rules by then.
void Shard::take_brands() {
  std::shared_ptr<const BrandList> now = rules_->load()->brands;
  if (now == brands_) return;
  brands_ = std::move(now);
  aggregator_.set_brands(brands_);
  changed_ = true;
}

void Shard::fold(const FactBatch& batch) {
  const ApplyCounts counts = aggregator_.apply(batch.facts, batch.updates);
  Counters::add(counters_->facts_applied, counts.applied);
  Counters::add(counters_->facts_repeated, counts.repeated);
  Counters::add(counters_->facts_late, counts.late);
  Counters::add(counters_->facts_backdated, counts.backdated);
  Counters::add(counters_->facts_overflow, counts.overflow);
  for (std::size_t i = 0; i < kUpdateKinds; ++i) {
    Counters::add(counters_->updates[i], counts.updates[i]);
  }
  Counters::add(counters_->updates_repeated, counts.updates_repeated);
  Counters::add(counters_->updates_unknown, counts.updates_unknown);
  watermark_.update(batch);
  if (const auto now = watermark_.current(); now) {
    aggregator_.advance(*now, settings_.keep_closed ? &closed_ : nullptr);
  }
  changed_ = true;
  link_->applied(settings_.number, batch.writer, batch.sequence);
}

void Shard::show() {
  last_shown_ = Clock::now();
  changed_ = false;
  snapshot_.store(
      std::make_shared<const Snapshot>(aggregator_.snapshot(settings_.number, settings_.shards)));
}

}  // namespace vigie
