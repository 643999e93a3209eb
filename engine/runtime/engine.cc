#include "engine/runtime/engine.h"

#include <algorithm>
#include <chrono>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::chrono::milliseconds kWatchEvery{100};

std::shared_ptr<const BrandList> numbered_by_place(const rules::RuleSet& rules) {
  auto list = std::make_shared<BrandList>();
  list->names = rules::brand_names(rules);
  for (BrandId id = 0; id < list->names.size(); ++id) list->live.push_back({.id = id});
  return list;
}

}  // namespace

Engine::Engine(Parts parts, const EngineOptions& options, Counters* counters)
    : parts_(std::move(parts)), options_(options), counters_(counters) {
  const auto writers = static_cast<std::uint32_t>(parts_.inputs.size());
  if (parts_.brands == nullptr) parts_.brands = numbered_by_place(*parts_.rules);
  set_rules({std::move(parts_.rules), std::move(parts_.brands)});
  if (parts_.store != nullptr) {
    const auto name = [this](std::uint32_t writer, PartitionId partition) {
      return workers_[writer]->source().name(partition);
    };
    checkpointer_ =
        std::make_unique<Checkpointer>(Checkpointer::Parts{.store = parts_.store.get(),
                                                           .link = parts_.link.get(),
                                                           .counters = counters_,
                                                           .shards = options_.engine.shards,
                                                           .writers = writers,
                                                           .name = name},
                                       CheckpointSettings{.every = options_.state.every,
                                                          .bytes = options_.state.bytes.bytes,
                                                          .retry_wait = options_.save_retry_wait});
  }
  context_ = {.rules = &rules_,
              .link = parts_.link.get(),
              .checkpointer = checkpointer_.get(),
              .dead_letters = parts_.dead_letters.get(),
              .errors = options_.errors,
              .counters = counters_,
              .stop = &stop_,
              .shards = options_.engine.shards,
              .lateness = options_.event_time.lateness,
              .key_seed = options_.key_seed,
              .pseudonymise = options_.pseudonymise,
              .sentiment = options_.sentiment,
              .idle_after = options_.replay ? Duration::zero() : options_.event_time.idle_after,
              .drain = options_.engine.drain};
  const ShardContext shard_context{.rules = &rules_,
                                   .link = parts_.link.get(),
                                   .checkpointer = checkpointer_.get(),
                                   .counters = counters_,
                                   .kpis = options_.kpis};
  for (std::uint32_t i = 0; i < options_.engine.shards; ++i) {
    const ShardSettings settings{.number = i,
                                 .shards = options_.engine.shards,
                                 .writers = writers,
                                 .lateness = options_.event_time.lateness,
                                 .snapshot_every = options_.engine.snapshot_every,
                                 .keep_closed = options_.replay};
    shards_.push_back(std::make_unique<Shard>(settings, shard_context));
  }
  for (std::uint32_t i = 0; i < writers; ++i) {
    workers_.push_back(std::make_unique<Worker>(i, std::move(parts_.inputs[i].source),
                                                std::move(parts_.inputs[i].decoder), context_));
  }
  publish_status(false);
}

Engine::~Engine() {
  if (!worker_threads_.empty()) std::ignore = stop();
}

void Engine::set_rules(RulesInUse rules) {
  CHECK(rules::brand_names(*rules.rules).size() == rules.brands->live.size());
  rules_.store(std::make_shared<const RulesInUse>(std::move(rules)));
}

// Afterwards the store holds what this process goes on from, in its own numbers of partitions and
// shards, and can be written.
Result<void> Engine::restore() {
  const SavedState saved = std::exchange(parts_.saved, {});
  const auto find = [this](const PartitionName& name) {
    std::vector<PartitionId> ids;
    for (const auto& worker : workers_) {
      if (const auto id = worker->source().id_of(name)) ids.push_back(*id);
    }
    std::ranges::sort(ids);
    return ids;
  };
  Result<PartitionsFound> partitions = find_partitions(saved.meta, find);
  if (!partitions) return std::unexpected(std::move(partitions.error()));
  const SavedInput input = join_inputs(saved.shards, *partitions);
  const Deadline start = Clock::now();
  Result<void> loaded = load_state(parts_.store.get(), *brands(), input, *partitions, shards_);
  if (!loaded) return loaded;
  if (!saved.fresh) {
    const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - start);
    log(LogLevel::info, cat("the state of ", count_of(saved.brands.size(), "brand"),
                            " was loaded in ", took.count(), " ms"));
  }
  for (const Progress& progress : input.progress) {
    start_positions_.add(progress.partition, progress.next_offset);
  }
  // State without positions is not new: its partitions had been given away.
  if (!saved.brands.empty()) start_positions_.hold_brands();
  for (const auto& worker : workers_) worker->start_from(&start_positions_);
  StateMeta meta{.version = kStateVersion,
                 .written_by = options_.version,
                 .key_seed = options_.key_seed,
                 .partitions = {},
                 .plain_names = !options_.pseudonymise};
  for (const auto& [id, name, incarnation] : saved.meta.partitions) {
    const auto found = partitions->ids.find(id);
    if (found != partitions->ids.end())
      meta.partitions.push_back({found->second, name, incarnation});
  }
  std::vector<StateRecord> records;
  for (const auto& shard : shards_) shard->save_loaded(partitions->renumbered, &records);
  for (const SavedState::Shard& shard : saved.shards) {
    if (shard.number >= shards_.size()) records.push_back({shard_key(shard.number), std::nullopt});
  }
  return checkpointer_->save_first(std::move(meta), std::move(records));
}

void Engine::start() {
  if (checkpointer_ != nullptr) checkpointer_->start();
  for (const auto& shard : shards_) {
    shard_threads_.emplace_back([part = shard.get()] { part->run(); });
  }
  working_ = static_cast<std::uint32_t>(workers_.size());
  for (const auto& worker : workers_) {
    worker_threads_.emplace_back([this, part = worker.get()] {
      if (const Result<void> worked = part->run(); !worked && failure_.load() == nullptr) {
        failure_.store(std::make_shared<const Error>(worked.error()));
      }
      --working_;
    });
  }
}

Result<void> Engine::run(const StopRequested& stop_requested, bool stay) {
  if (checkpointer_ != nullptr) {
    if (Result<void> restored = restore(); !restored) return restored;
  }
  restored_ = true;
  start();
  bool ended_said = false;
  while (!stop_requested(after(kWatchEvery))) {
    publish_status(false);
    if (failure_.load() != nullptr) break;
    if (checkpointer_ != nullptr && checkpointer_->failed()) break;
    if (working_ != 0) continue;
    if (!stay) break;
    if (!std::exchange(ended_said, true)) {
      log(LogLevel::info, "all sources have ended; serving what is known until stopped");
    }
  }
  publish_status(true);
  return stop();
}

Result<void> Engine::stop() {
  stop_ = true;
  for (std::thread& thread : worker_threads_) thread.join();
  parts_.link->close();
  for (std::thread& thread : shard_threads_) thread.join();
  worker_threads_.clear();
  shard_threads_.clear();
  if (checkpointer_ != nullptr) checkpointer_->stop();
  publish_status(true);
  if (const auto failure = failure_.load(); failure != nullptr) return std::unexpected(*failure);
  if (checkpointer_ != nullptr && checkpointer_->failed()) {
    return std::unexpected(*checkpointer_->failure());
  }
  return {};
}

void Engine::publish_status(bool draining) {
  auto status = std::make_shared<EngineStatus>();
  status->draining = draining;
  status->restored = restored_;
  if (checkpointer_ != nullptr) status->state = checkpointer_->status();
  status->assigned = std::ranges::all_of(workers_, [](const auto& w) { return w->assigned(); });
  for (const auto& worker : workers_) {
    const auto partitions = worker->partitions();
    if (partitions == nullptr) continue;
    status->partitions.insert(status->partitions.end(), partitions->begin(), partitions->end());
  }
  for (std::uint32_t i = 0; i < shards_.size(); ++i) {
    const FactLink::Use use = parts_.link->use(i);
    status->queues.push_back({.shard = i, .bytes = use.bytes, .bytes_max = use.bytes_max});
  }
  status_.store(std::move(status));
}

std::vector<const Cell<Snapshot>*> Engine::snapshots() const {
  std::vector<const Cell<Snapshot>*> cells;
  cells.reserve(shards_.size());
  for (const auto& shard : shards_) cells.push_back(&shard->snapshot());
  return cells;
}

std::vector<const Cell<MatchReport>*> Engine::reports() const {
  std::vector<const Cell<MatchReport>*> cells;
  cells.reserve(workers_.size());
  for (const auto& worker : workers_) cells.push_back(&worker->report());
  return cells;
}

std::vector<ClosedMinute> Engine::closed_minutes() {
  std::vector<ClosedMinute> all;
  for (const auto& shard : shards_) {
    all.insert(all.end(), shard->closed().begin(), shard->closed().end());
  }
  std::ranges::sort(all, [](const auto& a, const auto& b) {
    return std::tie(a.minute, a.brand, a.platform) < std::tie(b.minute, b.brand, b.platform);
  });
  return all;
}

}  // namespace vigie
