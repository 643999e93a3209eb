// Where a Kafka consumer begins to read the partitions that saved state knows. Included by the
// kafka_* sources only.
#pragma once

#include <vector>

#include "connectors/kafka_handle.h"
#include "connectors/kafka_partitions.h"
#include "engine/base/counters.h"
#include "engine/base/start_positions.h"

namespace vigie {

// Sets the offsets of a list of partitions that are about to be assigned: those that are so for the
// first time in the life of the process to where the state ends, whatever the group had committed
// when it began to read. Others keep the group's, and those that another process has read on since.
// To be called with an empty list too, as the group may give nothing at first. Says loudly, and
// counts, what the state lacks: records that were committed and are gone from the log, or that a
// new state never saw. Asks the brokers, for kStartWait at most; what they do not answer is not
// told.
// Returns those whose log ends before the state does: it is another log under the same name, or was
// cut. They are read from their start, and their records are no repeats. A log that was made anew
// and is longer already is not noticed: it reads like the former one that has grown. Brokers tell
// logs apart by the topic's id (KIP-516), which librdkafka hands out from 2.3 on (DescribeTopics),
// or by the epoch of the leader, from 2.1 on; Debian 12 has 2.0.2, which has neither.
[[nodiscard]] std::vector<PartitionId> set_start_offsets(rd_kafka_s* client,
                                                         const KafkaPartitions& partitions,
                                                         StartPositions* start, Counters* counters,
                                                         rd_kafka_topic_partition_list_s* list);

}  // namespace vigie
