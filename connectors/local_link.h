// Facts from workers to shards inside one process: one bounded queue per shard.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <vector>

#include "engine/base/io.h"
#include "engine/base/queue.h"

namespace vigie {

// Batches of one writer reach a shard in the order they were published. Nothing survives the
// process: what was applied and not committed is read again from the source.
class LocalLink final : public FactLink {
 public:
  LocalLink(std::uint32_t shards, std::uint32_t writers);

  [[nodiscard]] Result<void> publish(std::uint32_t shard, FactBatch&& batch,
                                     Deadline deadline) override;
  [[nodiscard]] Result<bool> take(std::uint32_t shard, FactBatch* batch,
                                  Deadline deadline) override;
  void applied(std::uint32_t shard, std::uint32_t writer, std::uint64_t sequence) override;
  [[nodiscard]] std::uint64_t applied_everywhere(std::uint32_t writer) const override;
  void close() override;
  [[nodiscard]] Use use(std::uint32_t shard) const override;

 private:
  struct Shard {
    explicit Shard(std::uint32_t writers);
    Queue<FactBatch> queue;
    std::vector<std::atomic<std::uint64_t>> applied;  // per writer
  };
  std::vector<std::unique_ptr<Shard>> shards_;
};

}  // namespace vigie
