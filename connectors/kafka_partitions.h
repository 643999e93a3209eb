// The partitions that one Kafka consumer owns, and how far each has been read and committed.
// Included by the kafka_* sources only.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "connectors/kafka_handle.h"
#include "engine/base/io.h"

namespace vigie {

struct KafkaPartition {
  PartitionId id = 0;
  const std::string* topic = nullptr;  // lives in KafkaPartitions
  std::int32_t number = 0;
  std::optional<std::int64_t> first;     // where reading began; unknown before the first record
  std::optional<std::int64_t> expected;  // the next offset; likewise
  std::optional<std::int64_t> reached;   // what was expected when it was owned before
  std::optional<std::int64_t> done;      // work before it is finished
  std::optional<std::int64_t> sent;      // the last position handed to librdkafka to commit
  bool caught_up = false;
  bool touched = false;  // has news for the batch being filled
};

// Owned by one source and used by its thread, but for name() and id_of(), which any thread may
// call.
class KafkaPartitions {
 public:
  KafkaPartitions(std::vector<std::string> topics, PartitionId first);

  [[nodiscard]] PartitionName name(PartitionId id) const;
  // Whether it is an id of one of the topics. Any thread.
  [[nodiscard]] bool has(PartitionId id) const;
  // Nothing for another topic. Any thread.
  [[nodiscard]] std::optional<PartitionId> id_of(std::string_view topic, std::int32_t number) const;

  // Takes over exactly these partitions, with nothing known of them yet but how far they were read.
  // Returns their ids. Errors: config, for one that has no id.
  [[nodiscard]] Result<std::vector<PartitionId>> assign(
      const rd_kafka_topic_partition_list_s& list);
  void revoke();

  // Null when it is not owned. The pointer is valid until assign() or revoke().
  [[nodiscard]] KafkaPartition* find(const char* topic, std::int32_t number);

  // Remembers finished work. Positions of others' partitions are ignored, and those before the last
  // one or before where reading began: they are of an ownership that has ended.
  void done(std::span<const Position> positions);
  // The positions that were not handed out yet, and marks them as sent; null when there is none.
  [[nodiscard]] KafkaPartitionList take_unsent();
  // Those of which no position was handed out yet.
  [[nodiscard]] std::vector<PartitionId> unsent() const;
  // The last commit failed: every position is to be sent again.
  void send_again();

 private:
  const std::vector<std::string> topics_;
  const PartitionId first_;
  std::map<std::string_view, PartitionId> base_;  // the id of a topic's partition 0
  std::unordered_map<PartitionId, KafkaPartition> owned_;
  std::unordered_map<PartitionId, std::int64_t> reached_;  // of those that were owned before
};

}  // namespace vigie
