// What librdkafka handed over and was not looked at yet. Included by the kafka_* sources only.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "connectors/kafka_handle.h"

namespace vigie {

// Records, and events in the shape of records with an error. One owner, one thread; at most
// kBatchRecordsMax of them, in memory that librdkafka's own bound covers.
class KafkaInbox {
 public:
  KafkaInbox();
  ~KafkaInbox() { drop(size()); }
  KafkaInbox(const KafkaInbox&) = delete;
  KafkaInbox& operator=(const KafkaInbox&) = delete;

  // Waits for a first message until the timeout and takes all that are there. The consumer's
  // callbacks (faults, rebalances) are called from inside.
  // REQUIRES: empty.
  void fill(rd_kafka_queue_s* queue, int timeout_ms);

  [[nodiscard]] std::size_t size() const { return end_ - first_; }
  [[nodiscard]] std::span<rd_kafka_message_s* const> waiting() const {
    return std::span(messages_).subspan(first_, size());
  }

  // Destroys the first `count`: one that is kept would pin the whole response it came in.
  void drop(std::size_t count);

 private:
  std::vector<rd_kafka_message_s*> messages_;
  std::size_t first_ = 0;
  std::size_t end_ = 0;
};

}  // namespace vigie
