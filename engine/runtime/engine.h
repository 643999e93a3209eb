// The engine: starts the threads of both stages, watches over them and brings them to rest.
#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "engine/analysis/aggregator.h"
#include "engine/base/cell.h"
#include "engine/base/counters.h"
#include "engine/base/io.h"
#include "engine/base/match_report.h"
#include "engine/base/status.h"
#include "engine/runtime/brand_ids.h"
#include "engine/runtime/checkpointer.h"
#include "engine/runtime/restore.h"
#include "engine/runtime/settings.h"
#include "engine/runtime/shard.h"
#include "engine/runtime/worker.h"

namespace vigie {

// The concrete parts, chosen by app/wire.cc.
struct Parts {
  struct Input {
    std::unique_ptr<Source> source;
    std::unique_ptr<Decoder> decoder;
  };
  std::vector<Input> inputs;  // one worker each
  std::unique_ptr<FactLink> link;
  std::unique_ptr<DeadLetterSink> dead_letters;  // may be null
  std::unique_ptr<StateStore> store;             // may be null: then state ends with the process
  SavedState saved;                              // a first look at what the store holds
  std::shared_ptr<const rules::RuleSet> rules;
  std::shared_ptr<const BrandList> brands;  // null: those of the rules, numbered by their place
};

struct EngineOptions {
  EventTimeSettings event_time;
  EngineSettings engine;
  ErrorSettings errors{};
  StateSettings state{};
  KpiSettings kpis{};
  Duration save_retry_wait = std::chrono::milliseconds{100};  // before the first retry
  std::string version{};                                      // of the program, for the saved state
  KeySeed key_seed{};        // of the keys of posts and authors; secret where ids can be chosen
  bool pseudonymise = true;  // authors; see PostWriter
  SentimentSource sentiment = SentimentSource::model;  // which of them the KPIs count
  bool replay = false;  // keep the closed minutes; partitions are idle at their end
};

// Main makes one, calls run() once on its own thread, and may read the public state from others.
class Engine {
 public:
  // `counters` outlives the engine.
  Engine(Parts parts, const EngineOptions& options, Counters* counters);
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  // Waits for a reason to stop: true when asked to stop before the deadline.
  using StopRequested = std::function<bool(Deadline)>;

  // Loads the saved state, where there is some, and runs until asked to stop, until every source
  // has ended (and `stay` is false), until a worker fails or state cannot be saved. Drains: what
  // was read is applied, saved and committed before it returns. Errors: those of loading, of the
  // first worker that failed, and of saving.
  [[nodiscard]] Result<void> run(const StopRequested& stop_requested, bool stay);

  // Matches with these rules from the next batch of each worker on; what was matched with the
  // former ones counts as it is. One thread at a time. REQUIRES: neither is null, `brands` follows
  // the list in use (see next_brands), and the rules were compiled with its ids.
  void set_rules(RulesInUse rules);

  [[nodiscard]] std::shared_ptr<const BrandList> brands() const { return rules_.load()->brands; }

  // By shard; valid as long as the engine.
  [[nodiscard]] std::vector<const Cell<Snapshot>*> snapshots() const;
  // By worker; valid as long as the engine.
  [[nodiscard]] std::vector<const Cell<MatchReport>*> reports() const;
  [[nodiscard]] const Cell<EngineStatus>& status() const { return status_; }

  // After run(): the closed minutes of a replay, sorted by minute, then brand, then platform.
  [[nodiscard]] std::vector<ClosedMinute> closed_minutes();

 private:
  [[nodiscard]] Result<void> restore();
  void start();
  [[nodiscard]] Result<void> stop();
  void publish_status(bool draining);

  Parts parts_;
  EngineOptions options_;
  Counters* counters_;
  Cell<RulesInUse> rules_;
  WorkerContext context_;
  std::unique_ptr<Checkpointer> checkpointer_;  // null: no state is kept
  StartPositions start_positions_;
  bool restored_ = false;
  std::atomic<bool> stop_{false};
  std::vector<std::unique_ptr<Worker>> workers_;
  std::vector<std::unique_ptr<Shard>> shards_;
  std::vector<std::thread> worker_threads_;
  std::vector<std::thread> shard_threads_;
  std::atomic<std::uint32_t> working_{0};  // workers that have not ended
  Cell<Error> failure_;                    // of the first worker that failed
  Cell<EngineStatus> status_;
};

}  // namespace vigie
