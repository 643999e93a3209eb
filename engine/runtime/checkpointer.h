// The thread that makes state durable.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <thread>
#include <utility>
#include <vector>

#include "engine/analysis/state_meta.h"
#include "engine/base/cell.h"
#include "engine/base/clock.h"
#include "engine/base/counters.h"
#include "engine/base/io.h"
#include "engine/base/queue.h"
#include "engine/base/status.h"

namespace vigie {

struct CheckpointSettings {
  Duration every{};         // between the rounds of a shard
  std::uint64_t bytes = 0;  // of facts, after which a round begins earlier
  Duration retry_wait{};    // before a save that failed is tried again; it doubles
};

// What a shard has gathered in one round: see ShardSaver.
struct SaveRound {
  std::uint32_t shard = 0;
  std::vector<StateRecord> records;
  struct Covered {
    std::uint32_t writer = 0;
    std::uint64_t sequence = 0;
  };
  std::vector<Covered> covered;  // all that these writers told up to here is in the records
  struct Partition {
    PartitionId id = 0;
    std::uint32_t writer = 0;  // who reads it
    std::uint32_t incarnation = 0;
  };
  std::vector<Partition> partitions;  // that the records speak of
};

// Saves one round after the other, each as one transaction, and tells the link when a round is
// durable: only then may positions be committed. A save that fails is tried again some times with
// longer and longer waits; then failure() is set for good, nothing is saved any more, and whoever
// watches must stop the engine: it never runs on unsaved state.
//
// Owned by the engine. save(), wish() and what answers are for any thread; each shard waits for the
// answer to its round before it hands over the next, so that what is queued is bounded.
class Checkpointer {
 public:
  struct Parts {
    StateStore* store = nullptr;
    FactLink* link = nullptr;
    Counters* counters = nullptr;
    std::uint32_t shards = 1;
    std::uint32_t writers = 1;
    // How a partition is called that this writer reads; any thread.
    std::function<PartitionName(std::uint32_t writer, PartitionId partition)> name;
  };
  // All of the parts outlive this.
  Checkpointer(Parts parts, CheckpointSettings settings);
  ~Checkpointer();
  Checkpointer(const Checkpointer&) = delete;
  Checkpointer& operator=(const Checkpointer&) = delete;

  // Writes these records at once, with this meta record, which is kept up to date from now on. To
  // be called once, before start(). Errors: those of the store.
  [[nodiscard]] Result<void> save_first(StateMeta meta, std::vector<StateRecord> records);

  void start();
  // Saves what is queued, then ends the thread.
  void stop();

  void save(SaveRound&& round);
  // Whether the round handed over last is durable: nothing when that is not known at the deadline,
  // false after a failure.
  [[nodiscard]] std::optional<bool> answer(std::uint32_t shard, Deadline deadline);

  // The writer waits until everything up to this sequence is saved: rounds begin at once.
  void wish(std::uint32_t writer, std::uint64_t sequence);
  [[nodiscard]] std::uint64_t wished(std::uint32_t writer) const;

  // Null as long as all is well.
  [[nodiscard]] std::shared_ptr<const Error> failure() const { return failure_.load(); }
  [[nodiscard]] bool failed() const { return failed_.load(std::memory_order_relaxed); }
  [[nodiscard]] const CheckpointSettings& settings() const { return settings_; }
  [[nodiscard]] StateStatus status() const;

 private:
  void work();
  void finish(SaveRound* round);
  void name_partitions(SaveRound* round);
  [[nodiscard]] Result<void> save_with_patience(const std::vector<StateRecord>& records);
  [[nodiscard]] Result<void> save_once(const std::vector<StateRecord>& records);

  const Parts parts_;
  const CheckpointSettings settings_;
  StateMeta meta_;
  Queue<SaveRound> rounds_;
  std::vector<std::unique_ptr<Queue<bool>>> answers_;  // by shard
  std::vector<std::atomic<std::uint64_t>> wishes_;     // by writer
  std::atomic<bool> failed_{false};
  Cell<Error> failure_;
  std::atomic<std::uint64_t> bytes_{0};
  std::atomic<double> last_success_{0};
  std::thread thread_;
};

}  // namespace vigie
