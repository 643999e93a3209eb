// A worker: one thread that reads records, makes facts of them and hands them to the shards.
#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/cell.h"
#include "engine/base/clock.h"
#include "engine/base/counters.h"
#include "engine/base/io.h"
#include "engine/base/match_report.h"
#include "engine/base/status.h"
#include "engine/runtime/brand_ids.h"
#include "engine/runtime/checkpointer.h"
#include "engine/runtime/match_stage.h"
#include "engine/runtime/rule_costs.h"
#include "engine/runtime/settings.h"

namespace vigie {

// What all workers of a process have in common. Everything outlives the workers.
struct WorkerContext {
  const Cell<RulesInUse>* rules = nullptr;  // never empty
  FactLink* link = nullptr;
  Checkpointer* checkpointer = nullptr;    // null: no state is kept
  DeadLetterSink* dead_letters = nullptr;  // null: rejects are only counted
  ErrorSettings errors;                    // what becomes of rejects
  Counters* counters = nullptr;
  const std::atomic<bool>* stop = nullptr;  // set: finish the batch in hand and leave
  std::uint32_t shards = 1;
  Duration lateness{};
  KeySeed key_seed{};
  bool pseudonymise = true;
  SentimentSource sentiment = SentimentSource::model;
  Duration idle_after{};  // zero: a partition is idle as soon as it is caught up (replay)
  Duration drain{};
};

// Owned by the engine; run() is the body of its thread, the const members serve any thread.
class Worker final : public Source::Release {
 public:
  Worker(std::uint32_t number, std::unique_ptr<Source> source, std::unique_ptr<Decoder> decoder,
         const WorkerContext& context);

  // Before run().
  void start_from(StartPositions* positions) { source_->start_from(positions); }

  // Works until the source ends, `stop` is set or something final fails; then waits for its facts
  // to be applied, and saved where state is kept, commits and closes the source, within the drain
  // time.
  [[nodiscard]] Result<void> run();

  // False until the source has said which partitions are ours.
  [[nodiscard]] bool assigned() const { return assigned_.load(std::memory_order_relaxed); }
  // Null until known.
  [[nodiscard]] std::shared_ptr<const std::vector<PartitionStatus>> partitions() const {
    return status_.load();
  }
  // Empty until the first batch.
  [[nodiscard]] const Cell<MatchReport>& report() const { return report_; }
  [[nodiscard]] const Source& source() const { return *source_; }  // what it has for any thread

  // Source::Release: called from inside read().
  std::vector<Position> finish(Deadline deadline) override;

 private:
  struct Partition {
    std::optional<std::int64_t> next_offset;  // nothing before the first news of it
    std::int64_t lag = 0;
    std::optional<EventTime> event_time;
    bool caught_up = false;
    Deadline last_record{};
  };
  struct Unfinished {
    std::uint64_t sequence = 0;
    std::vector<Position> positions;
  };

  [[nodiscard]] Result<void> work();
  [[nodiscard]] Result<void> take_batch();
  void take_rules();
  void note_partitions();
  // Does with the rejects what their policy says. Errors: refused, where that is to stop.
  [[nodiscard]] Result<void> settle_rejects();
  [[nodiscard]] Error failure_of(const Reject& reject) const;
  // Without its indexes.
  [[nodiscard]] DeadLetter letter_of(const Reject& reject) const;
  void send_dead_letters(std::span<const DeadLetter> letters);
  [[nodiscard]] std::vector<Progress> progress();
  [[nodiscard]] Progress progress_of(PartitionId id, const Partition& partition) const;
  [[nodiscard]] Result<void> publish(const std::vector<Progress>& progress);
  void publish_nothing(std::optional<FactBatch::Assignment> assignment);
  // Waits until all that was published is applied, and saved where state is kept: up to where.
  [[nodiscard]] std::vector<Position> drain(Deadline deadline);
  void remember_positions();
  void forget_positions();
  void commit_finished();
  void publish_status();
  void publish_report();

  const std::uint32_t number_;
  const WorkerContext& context_;
  std::unique_ptr<Source> source_;
  std::unique_ptr<Decoder> decoder_;
  std::shared_ptr<const RulesInUse> rules_;
  MatchStage stage_;
  RuleCosts costs_;          // of former rules
  bool report_due_ = false;  // something was matched since the last report
  MatchStage::Output output_;
  Batch batch_;
  std::map<PartitionId, Partition> partitions_;
  std::uint64_t sequence_ = 0;
  std::deque<Unfinished> unfinished_;
  Deadline last_progress_{};  // when all partitions were reported
  Deadline last_status_{};
  Deadline last_complaint_{};
  std::atomic<bool> assigned_{false};
  Cell<std::vector<PartitionStatus>> status_;
  Cell<MatchReport> report_;
};

}  // namespace vigie
