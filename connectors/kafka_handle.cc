#include "connectors/kafka_handle.h"

#include <librdkafka/rdkafka.h>

#include <future>
#include <memory>
#include <thread>
#include <utility>

#include "engine/base/log.h"

namespace vigie {

void KafkaDelete::operator()(rd_kafka_t* client) const {
  rd_kafka_destroy_flags(client, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
}
void KafkaDelete::operator()(rd_kafka_conf_t* config) const { rd_kafka_conf_destroy(config); }
void KafkaDelete::operator()(rd_kafka_queue_t* queue) const { rd_kafka_queue_destroy(queue); }
void KafkaDelete::operator()(rd_kafka_headers_t* headers) const {
  rd_kafka_headers_destroy(headers);
}
void KafkaDelete::operator()(rd_kafka_event_t* event) const { rd_kafka_event_destroy(event); }
void KafkaDelete::operator()(rd_kafka_topic_t* topic) const { rd_kafka_topic_destroy(topic); }
void KafkaDelete::operator()(rd_kafka_topic_partition_list_t* list) const {
  rd_kafka_topic_partition_list_destroy(list);
}

// rd_kafka_destroy() of librdkafka 2.0.2 never returns when a topic that the consumer owned was
// deleted: a reference to its partition is lost (librdkafka issue 4486), and the threads of the
// client wait for it for ever. There is no other public way to end them. So it runs in a thread of
// its own, the only one of the program that may have to be detached; it then sleeps until the
// process ends.
void destroy(KafkaClient client, Deadline deadline) {
  std::promise<void> promise;
  const std::future<void> destroyed = promise.get_future();
  std::thread thread([raw = client.release(), promise = std::move(promise)]() mutable {
    KafkaDelete()(raw);
    promise.set_value();
  });
  if (destroyed.wait_until(deadline) == std::future_status::ready) return thread.join();
  log(LogLevel::warning, "a Kafka consumer does not end in time; leaving it behind");
  thread.detach();
}

}  // namespace vigie
