#include "connectors/kafka_inbox.h"

#include <librdkafka/rdkafka.h>

#include "engine/base/limits.h"

namespace vigie {
namespace {

std::size_t consume(rd_kafka_queue_t* queue, int timeout_ms, std::span<rd_kafka_message_t*> room) {
  const ssize_t count = rd_kafka_consume_batch_queue(queue, timeout_ms, room.data(), room.size());
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

}  // namespace

KafkaInbox::KafkaInbox() : messages_(kBatchRecordsMax) {}

void KafkaInbox::fill(rd_kafka_queue_t* queue, int timeout_ms) {
  first_ = 0;
  // rd_kafka_consume_batch_queue() waits until its array is full: so first for one message only.
  const std::span<rd_kafka_message_t*> room(messages_);
  end_ = consume(queue, timeout_ms, room.first(1));
  if (end_ == 1) end_ += consume(queue, 0, room.subspan(1));
}

void KafkaInbox::drop(std::size_t count) {
  for (; count > 0; --count) rd_kafka_message_destroy(messages_[first_++]);
}

}  // namespace vigie
