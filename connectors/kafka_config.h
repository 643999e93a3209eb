// From our settings to librdkafka's: defaults, the user's properties over them, and what may not
// be changed. Included by the kafka_* sources only.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "connectors/kafka_faults.h"
#include "connectors/kafka_handle.h"
#include "engine/base/result.h"

namespace vigie {

using KafkaProperties = std::map<std::string, std::string>;

// What librdkafka calls back into. Outlives the client made with it.
struct KafkaHooks {
  KafkaHooks(std::string brokers, Counters* counters) : faults(std::move(brokers), counters) {}

  KafkaFaults faults;
  bool log_faults = true;  // false: only counted and remembered
  // A consumer's rebalances: the code (an rd_kafka_resp_err_t) and the partitions.
  std::function<void(int, rd_kafka_topic_partition_list_s*)> rebalance;
};

// `ours` are defaults that a property of the user's overrides.
// Errors: config, for a property that librdkafka does not know or take, or that is ours to set.
[[nodiscard]] Result<KafkaConfig> kafka_config(const std::string& brokers,
                                               const KafkaProperties& ours,
                                               const KafkaProperties& users, KafkaHooks* hooks);

// Errors: config, when the properties do not go together (a missing certificate file, say).
[[nodiscard]] Result<KafkaClient> kafka_consumer(KafkaConfig config);
// Records are acknowledged by every in-sync replica and written once.
[[nodiscard]] Result<KafkaClient> kafka_producer(KafkaConfig config);

// Sets one property that librdkafka is known to take.
void set_known(rd_kafka_conf_s* config, const char* name, const std::string& value);

}  // namespace vigie
