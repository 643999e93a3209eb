#include "connectors/local_link.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "engine/base/limits.h"

namespace vigie {

LocalLink::Shard::Shard(std::uint32_t writers) : queue(kLinkQueueBytes), applied(writers) {}

LocalLink::LocalLink(std::uint32_t shards, std::uint32_t writers) {
  for (std::uint32_t i = 0; i < shards; ++i) shards_.push_back(std::make_unique<Shard>(writers));
}

Result<void> LocalLink::publish(std::uint32_t shard, FactBatch&& batch, Deadline deadline) {
  const std::size_t bytes = batch.bytes();
  switch (shards_[shard]->queue.push(std::move(batch), bytes, deadline)) {
    case QueueStatus::done: return {};
    case QueueStatus::timed_out: return fail(ErrorKind::unreachable, "the shard's queue is full");
    case QueueStatus::closed: break;
  }
  return fail(ErrorKind::closed, "the shard has stopped");
}

Result<bool> LocalLink::take(std::uint32_t shard, FactBatch* batch, Deadline deadline) {
  switch (shards_[shard]->queue.pop(batch, deadline)) {
    case QueueStatus::done: return true;
    case QueueStatus::timed_out: return false;
    case QueueStatus::closed: break;
  }
  return fail(ErrorKind::closed, "no more facts");
}

void LocalLink::applied(std::uint32_t shard, std::uint32_t writer, std::uint64_t sequence) {
  shards_[shard]->applied[writer].store(sequence, std::memory_order_release);
}

std::uint64_t LocalLink::applied_everywhere(std::uint32_t writer) const {
  std::uint64_t lowest = std::numeric_limits<std::uint64_t>::max();
  for (const auto& shard : shards_) {
    lowest = std::min(lowest, shard->applied[writer].load(std::memory_order_acquire));
  }
  return lowest;
}

void LocalLink::close() {
  for (const auto& shard : shards_) shard->queue.close();
}

FactLink::Use LocalLink::use(std::uint32_t shard) const {
  const auto& queue = shards_[shard]->queue;
  return {queue.bytes(), queue.bytes_max()};
}

}  // namespace vigie
