#include "connectors/kafka_topics.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>

#include "connectors/kafka_source.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

struct MetadataDelete {
  void operator()(const rd_kafka_metadata_t* metadata) const {
    rd_kafka_metadata_destroy(metadata);
  }
};

}  // namespace

int milliseconds_until(Deadline deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  return static_cast<int>(std::clamp<std::int64_t>(left, 0, std::numeric_limits<int>::max()));
}

int ask_topic(rd_kafka_t* client, const std::string& name, Deadline deadline) {
  const KafkaTopic topic(rd_kafka_topic_new(client, name.c_str(), nullptr));
  if (topic == nullptr) return RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
  const rd_kafka_metadata_t* answer = nullptr;
  const rd_kafka_resp_err_t code =
      rd_kafka_metadata(client, 0, topic.get(), &answer, milliseconds_until(deadline));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return code;
  const std::unique_ptr<const rd_kafka_metadata_t, MetadataDelete> metadata(answer);
  if (metadata->topic_cnt != 1) return RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
  return metadata->topics[0].err;
}

std::optional<Error> topic_error(int answer, const std::string& topic, const std::string& setting) {
  switch (answer) {
    case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
    case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
      return Error{ErrorKind::refused,
                   cat("there is no topic '", topic, "'; create it or correct the name"), setting};
    case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
      return Error{ErrorKind::refused,
                   cat("this user may not use topic '", topic, "'; grant it access"), setting};
    case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
      return Error{ErrorKind::config, cat("'", topic, "' cannot be the name of a topic"), setting};
    default: return std::nullopt;  // no answer yet, or no leader
  }
}

Result<void> check_topic(rd_kafka_t* client, const KafkaHooks& hooks, const std::string& topic,
                         const std::string& setting, Deadline deadline) {
  // Short waits first, to notice refused credentials soon; then longer ones, for slow brokers.
  for (std::chrono::milliseconds wait{250};; wait *= 2) {
    const int answer = ask_topic(client, topic, std::min(deadline, after(wait)));
    if (answer == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
    if (std::optional<Error> error = topic_error(answer, topic, setting)) {
      return std::unexpected(std::move(*error));
    }
    rd_kafka_poll(client, 0);  // collects faults
    if (hooks.faults.credentials_refused()) {
      return fail(ErrorKind::refused,
                  cat(hooks.faults.unreachable_text(), ", and the credentials"));
    }
    if (Clock::now() >= deadline) {
      return fail(ErrorKind::unreachable, hooks.faults.unreachable_text());
    }
  }
}

Result<void> check_topics(const KafkaOptions& options, Deadline deadline) {
  KafkaHooks hooks(options.brokers, options.counters);
  hooks.log_faults = false;
  Result<KafkaConfig> config = kafka_config(options.brokers, {}, options.properties, &hooks);
  if (!config) return std::unexpected(std::move(config.error()));
  const Result<KafkaClient> client = kafka_consumer(std::move(*config));
  if (!client) return std::unexpected(client.error());
  for (const std::string& topic : options.topics) {
    Result<void> known =
        check_topic(client->get(), hooks, topic, "sources[].kafka.topics", deadline);
    if (!known) return known;
  }
  return {};
}

}  // namespace vigie
