// A world that outlives the engine, for simulations of crashes: a log, a consumer group over it, a
// disk, and the parts that stand on them. They repeat, delay, reorder, tear and fail at random.
#pragma once

#include <condition_variable>
#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <random>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/io.h"

namespace vigie::test {

inline constexpr std::int32_t kLogPartitions = 4;

using Random = std::mt19937_64;

// Everything that a crash leaves. Any thread.
class World {
 public:
  // The raw log: per partition its records, in order. Filled before the engine runs.
  std::vector<std::vector<std::string>> log{static_cast<std::size_t>(kLogPartitions)};

  // From now on, until revive(), nothing that the process does has any effect.
  void crash();
  [[nodiscard]] bool crashed();
  void revive();
  // The crash comes after so many more reads.
  void crash_after(std::uint64_t reads);
  void count_read();

  // --- Disk
  [[nodiscard]] std::map<std::string, std::string> disk();
  // False, and no effect, when the process is dead.
  bool write(std::span<const StateRecord> records);

  // --- Group
  // A position that a worker commits. A complaint when it is not in the saved state.
  void commit(std::int32_t number, std::int64_t next_offset);
  [[nodiscard]] std::int64_t committed(std::int32_t number);
  [[nodiscard]] std::vector<std::string> complaints();

 private:
  void note_saved();

  std::mutex mutex_;
  bool crashed_ = false;
  std::optional<std::uint64_t> reads_left_;
  std::map<std::string, std::string> disk_;
  std::vector<PartitionName> names_by_id_;
  std::map<std::int32_t, std::int64_t> committed_;
  std::map<std::int32_t, std::int64_t> saved_;  // the furthest that every shard has saved
  std::vector<std::string> complaints_;
};

// Who reads which partitions, in one life of the process: it changes now and then, as in Kafka. Any
// thread.
class Group {
 public:
  Group(std::uint32_t workers, std::uint32_t rebalances, std::uint64_t seed);

  struct View {
    std::uint64_t generation = 0;
    bool whole = false;  // every worker has given away what it had before
    std::vector<std::int32_t> numbers;
  };
  [[nodiscard]] View view(std::uint32_t worker);
  void release(std::uint32_t worker, std::uint64_t generation);
  // Begins a rebalance, where one is left and none is on.
  void rebalance();
  // Whether the worker, which has read all that it has, may leave for good.
  [[nodiscard]] bool may_end();

 private:
  void deal();

  std::mutex mutex_;
  Random random_;
  std::uint32_t rebalances_left_;
  std::uint64_t generation_ = 1;
  std::set<std::uint32_t> released_;
  std::vector<std::vector<std::int32_t>> numbers_;
};

// Reads in chunks of any size, and now and then records that it has read before.
class WorldSource final : public Source {
 public:
  struct Place {
    std::uint32_t worker = 0;
    PartitionId first_id = 0;  // of the log's partition 0 in this life
  };
  WorldSource(World* world, Group* group, Place place, std::uint64_t seed)
      : world_(world), group_(group), place_(place), random_(seed) {}

  Result<void> read(Batch* batch, Deadline deadline) override;
  void commit(std::span<const Position> positions) override;
  void close(Deadline /*deadline*/) override {}
  [[nodiscard]] PartitionName name(PartitionId partition) const override;
  [[nodiscard]] std::optional<PartitionId> id_of(const PartitionName& name) const override;
  void start_from(StartPositions* positions) override { start_ = positions; }
  void on_release(Release* release) override { release_ = release; }

 private:
  // Whether the records of the present generation can be read; tells what changes.
  bool settle(Batch* batch);
  bool add_chunk(std::int32_t number, Batch* batch);

  World* world_;
  Group* group_;
  const Place place_;
  Random random_;
  StartPositions* start_ = nullptr;
  Release* release_ = nullptr;
  std::uint64_t generation_ = 0;
  std::uint64_t released_ = 0;
  std::map<std::int32_t, std::size_t> next_;
};

// A store that fails now and then, though not at once, and saves twice what it was given.
class WorldStore final : public StateStore {
 public:
  WorldStore(World* world, std::uint64_t seed) : world_(world), random_(seed) {}

  [[nodiscard]] Result<void> load(const Take& take) override;
  [[nodiscard]] Result<void> save(std::span<const StateRecord> records) override;

 private:
  World* world_;
  Random random_;
  bool began_ = false;
};

// A link that mixes the writers, hands over facts again, and holds batches back.
class WorldLink final : public FactLink {
 public:
  WorldLink(std::uint32_t shards, std::uint32_t writers, std::uint64_t seed);

  [[nodiscard]] Result<void> publish(std::uint32_t shard, FactBatch&& batch,
                                     Deadline deadline) override;
  [[nodiscard]] Result<bool> take(std::uint32_t shard, FactBatch* batch,
                                  Deadline deadline) override;
  void applied(std::uint32_t shard, std::uint32_t writer, std::uint64_t sequence) override;
  [[nodiscard]] std::uint64_t applied_everywhere(std::uint32_t writer) const override;
  void close() override;
  [[nodiscard]] Use use(std::uint32_t /*shard*/) const override { return {}; }

 private:
  struct Lane {
    std::deque<FactBatch> waiting;
    std::deque<FactBatch> taken;  // the last ones: they may come again
    std::uint64_t applied = 0;
  };

  mutable std::mutex mutex_;
  std::condition_variable moved_;
  Random random_;
  bool closed_ = false;
  std::vector<std::vector<Lane>> lanes_;  // by shard and writer
};

}  // namespace vigie::test
