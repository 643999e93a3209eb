// The handles of librdkafka's C API as values that clean up after themselves. Included by the
// kafka_* sources only.
#pragma once

#include <memory>

#include "engine/base/clock.h"

// NOLINTBEGIN(readability-identifier-naming): their names are librdkafka's.
struct rd_kafka_s;
struct rd_kafka_conf_s;
struct rd_kafka_queue_s;
struct rd_kafka_headers_s;
struct rd_kafka_message_s;
struct rd_kafka_op_s;
struct rd_kafka_topic_s;
struct rd_kafka_topic_partition_list_s;
// NOLINTEND(readability-identifier-naming)

namespace vigie {

struct KafkaDelete {
  // A consumer that was not closed leaves its group by its session timeout: never waits for it.
  void operator()(rd_kafka_s* client) const;
  void operator()(rd_kafka_conf_s* config) const;
  void operator()(rd_kafka_queue_s* queue) const;
  void operator()(rd_kafka_headers_s* headers) const;
  void operator()(rd_kafka_op_s* event) const;
  void operator()(rd_kafka_topic_s* topic) const;
  void operator()(rd_kafka_topic_partition_list_s* list) const;
};

template <class T>
using KafkaPointer = std::unique_ptr<T, KafkaDelete>;

using KafkaClient = KafkaPointer<rd_kafka_s>;
using KafkaConfig = KafkaPointer<rd_kafka_conf_s>;
using KafkaQueue = KafkaPointer<rd_kafka_queue_s>;
using KafkaHeaders = KafkaPointer<rd_kafka_headers_s>;
using KafkaEvent = KafkaPointer<rd_kafka_op_s>;
using KafkaTopic = KafkaPointer<rd_kafka_topic_s>;
using KafkaPartitionList = KafkaPointer<rd_kafka_topic_partition_list_s>;

// Destroys a client, and waits for that until the deadline. One that takes longer is left to end by
// itself: see there.
void destroy(KafkaClient client, Deadline deadline);

}  // namespace vigie
