// What the brokers say about a topic. Included by the kafka_* sources only.
#pragma once

#include <optional>
#include <string>

#include "connectors/kafka_config.h"
#include "engine/base/clock.h"
#include "engine/base/result.h"

namespace vigie {

// What the brokers answer when asked for the topic: an rd_kafka_resp_err_t, which is
// ERR__TRANSPORT or ERR__TIMED_OUT when no answer came before the deadline. Calls no callback.
[[nodiscard]] int ask_topic(rd_kafka_s* client, const std::string& topic, Deadline deadline);

// The error that such an answer means, or nothing when it is good or a matter of time. `setting` is
// where the user named the topic.
[[nodiscard]] std::optional<Error> topic_error(int answer, const std::string& topic,
                                               const std::string& setting);

// Waits for a broker until the deadline, and asks for the topic. Serves the client's callbacks: not
// for a consumer that has subscribed.
// Errors: unreachable, when no broker answered in time; refused, when the topic does not exist, may
// not be used, or the credentials are wrong.
[[nodiscard]] Result<void> check_topic(rd_kafka_s* client, const KafkaHooks& hooks,
                                       const std::string& topic, const std::string& setting,
                                       Deadline deadline);

// Milliseconds until the deadline, for librdkafka's timeouts: 0 when it has passed.
[[nodiscard]] int milliseconds_until(Deadline deadline);

}  // namespace vigie
