#include "connectors/kafka_partitions.h"

#include <librdkafka/rdkafka.h>

#include <string_view>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr auto kPerTopic = static_cast<PartitionId>(kKafkaPartitionsMax);

}  // namespace

KafkaPartitions::KafkaPartitions(std::vector<std::string> topics, PartitionId first)
    : topics_(std::move(topics)), first_(first) {
  PartitionId base = first;
  for (const std::string& topic : topics_) {
    base_.emplace(topic, base);
    base += kPerTopic;
  }
}

PartitionName KafkaPartitions::name(PartitionId id) const {
  CHECK(has(id));
  const PartitionId place = id - first_;
  return {topics_[place / kPerTopic], static_cast<std::int32_t>(place % kPerTopic)};
}

bool KafkaPartitions::has(PartitionId id) const {
  return id >= first_ && (id - first_) / kPerTopic < topics_.size();
}

std::optional<PartitionId> KafkaPartitions::id_of(std::string_view topic,
                                                  std::int32_t number) const {
  const auto base = base_.find(topic);
  if (base == base_.end() || number < 0 || number >= kKafkaPartitionsMax) return std::nullopt;
  return base->second + static_cast<PartitionId>(number);
}

Result<std::vector<PartitionId>> KafkaPartitions::assign(
    const rd_kafka_topic_partition_list_t& list) {
  revoke();
  std::vector<PartitionId> ids;
  for (const rd_kafka_topic_partition_t& element : std::span(list.elems, list.cnt)) {
    const std::optional<PartitionId> id = id_of(element.topic, element.partition);
    if (!id) {
      return fail(ErrorKind::config,
                  cat("a topic may have at most ", kKafkaPartitionsMax, " partitions"),
                  cat(element.topic, "/", element.partition));
    }
    KafkaPartition& partition = owned_[*id];
    partition.id = *id;
    partition.topic = &topics_[(*id - first_) / kPerTopic];
    partition.number = element.partition;
    if (const auto before = reached_.find(*id); before != reached_.end()) {
      partition.reached = before->second;
    }
    ids.push_back(*id);
  }
  return ids;
}

void KafkaPartitions::revoke() {
  for (const auto& [id, partition] : owned_) {
    const auto& reached = partition.expected ? partition.expected : partition.reached;
    if (reached) reached_[id] = *reached;
  }
  owned_.clear();
}

KafkaPartition* KafkaPartitions::find(const char* topic, std::int32_t number) {
  const std::optional<PartitionId> id = id_of(topic, number);
  if (!id) return nullptr;
  const auto owned = owned_.find(*id);
  return owned == owned_.end() ? nullptr : &owned->second;
}

void KafkaPartitions::done(std::span<const Position> positions) {
  for (const Position& position : positions) {
    const auto owned = owned_.find(position.partition);
    if (owned == owned_.end()) continue;
    KafkaPartition& partition = owned->second;
    if (!partition.first || position.next_offset < *partition.first) continue;
    if (!partition.done || *partition.done < position.next_offset) {
      partition.done = position.next_offset;
    }
  }
}

KafkaPartitionList KafkaPartitions::take_unsent() {
  KafkaPartitionList list;
  for (auto& [id, partition] : owned_) {
    if (!partition.done || partition.done == partition.sent) continue;
    if (list == nullptr) list.reset(rd_kafka_topic_partition_list_new(1));
    rd_kafka_topic_partition_list_add(list.get(), partition.topic->c_str(), partition.number)
        ->offset = *partition.done;
    partition.sent = partition.done;
  }
  return list;
}

std::vector<PartitionId> KafkaPartitions::unsent() const {
  std::vector<PartitionId> out;
  for (const auto& [id, partition] : owned_) {
    if (!partition.sent) out.push_back(id);
  }
  return out;
}

void KafkaPartitions::send_again() {
  for (auto& [id, partition] : owned_) partition.sent.reset();
}

}  // namespace vigie
