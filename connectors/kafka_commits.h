// Commits offsets for one Kafka consumer: at its own pace, and at once where it matters. Included
// by the kafka_* sources only.
#pragma once

#include <cstddef>

#include "connectors/kafka_config.h"
#include "connectors/kafka_handle.h"
#include "connectors/kafka_partitions.h"
#include "engine/base/clock.h"
#include "engine/base/counters.h"

namespace vigie {

// One owner, one thread. Failures are counted, logged now and then, and tried again with the next
// commit.
class KafkaCommits {
 public:
  // All of them outlive this.
  KafkaCommits(rd_kafka_s* client, KafkaPartitions* partitions, KafkaFaults* faults,
               Counters* counters);

  // Sends new positions, if a second has passed since the last time. Never blocks.
  void write_some();
  // Sends new positions and waits for the broker's answers until the deadline.
  void write_all(Deadline deadline);

 private:
  void send();
  // Takes in one answer; false when none came in time.
  bool receive(int timeout_ms);
  void settle(int code);

  rd_kafka_s* const client_;
  KafkaPartitions* const partitions_;
  KafkaFaults* const faults_;
  Counters* const counters_;
  // Answers come here and not through a callback, so that waiting for them can have an end:
  // rd_kafka_commit() waits for ever.
  const KafkaQueue answers_;
  std::size_t under_way_ = 0;
  Clock::time_point next_;
};

}  // namespace vigie
