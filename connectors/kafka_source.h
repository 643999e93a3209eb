// Raw records from Kafka topics, as one member of a consumer group.
#pragma once

#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/counters.h"
#include "engine/base/io.h"
#include "engine/base/limits.h"
#include "engine/base/result.h"

namespace vigie {

struct KafkaOptions {
  std::string brokers;              // host:port, comma separated
  std::vector<std::string> topics;  // 1 to kKafkaTopicsMax different ones
  std::string group;
  // Static membership: a member that comes back under the same instance soon enough gets its
  // partitions back without a rebalance. Two that are up at the same time fence each other. Empty:
  // an ordinary member.
  std::string instance;
  std::map<std::string, std::string> properties;  // librdkafka's; they override our defaults
  // Partition P of topics[T] is called first_partition + T * kKafkaPartitionsMax + P.
  PartitionId first_partition = 0;
  Counters* counters = nullptr;
};

// How many ids the source takes, from first_partition on.
[[nodiscard]] inline PartitionId partition_ids(const KafkaOptions& options) {
  return static_cast<PartitionId>(options.topics.size()) *
         static_cast<PartitionId>(kKafkaPartitionsMax);
}

// Waits for a broker until the deadline and asks for every topic: for the start of the program.
// REQUIRES: counters is not null.
// Errors: config; unreachable, when no broker answered in time; refused, when a topic does not
// exist, may not be read, or the credentials are wrong.
[[nodiscard]] Result<void> check_topics(const KafkaOptions& options, Deadline deadline);

// A consumer for one worker; a process opens as many as it has workers, each with an instance of
// its own. Does not wait for the broker.
//
// Delivery: reading starts at the group's committed offset, or at the earliest record where there
// is none; where state is kept, at the position that it has, see kafka_start.h. Offsets are
// committed as asked by commit(), about once a second, and before partitions are given away. Each
// partition's records come in offset order; a record that was not committed comes again after a
// rebalance or restart, from this source or from another member's.
//
// read() ends with an error when going on is of no use: the instance is used by another process, a
// topic was deleted, access was withdrawn. Unreachable brokers, timeouts and lost assignments are
// passing faults.
//
// Memory: what librdkafka has fetched ahead (queued.max.messages.kbytes) and one batch.
// REQUIRES: counters is not null and outlives the source.
// Errors: config.
[[nodiscard]] Result<std::unique_ptr<Source>> open_kafka(const KafkaOptions& options);

}  // namespace vigie
