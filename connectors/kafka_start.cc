#include "connectors/kafka_start.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::chrono::milliseconds kStartWait{5000};

struct Offsets {
  std::int64_t low = 0;   // the first one that can be read
  std::int64_t high = 0;  // behind the last
};

// Nothing when no broker answers before the deadline.
std::optional<Offsets> log_of(rd_kafka_t* client, const rd_kafka_topic_partition_t& one,
                              Deadline deadline) {
  using std::chrono::milliseconds;
  const auto left = std::chrono::ceil<milliseconds>(deadline - Clock::now());
  if (left <= milliseconds::zero()) return std::nullopt;
  Offsets offsets;
  const rd_kafka_resp_err_t code =
      rd_kafka_query_watermark_offsets(client, one.topic, one.partition, &offsets.low,
                                       &offsets.high, static_cast<int>(left.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) return std::nullopt;
  return offsets;
}

std::string place_of(const rd_kafka_topic_partition_t& one) {
  return cat(one.topic, "/", one.partition);
}

void count_gap(std::int64_t records, Counters* counters) {
  Counters::add(counters->gap_records, static_cast<std::uint64_t>(records));
}

// The group's offsets, in the order of the list; null when no broker answered.
KafkaPartitionList committed_of(rd_kafka_t* client, const rd_kafka_topic_partition_list_t& list) {
  KafkaPartitionList committed(rd_kafka_topic_partition_list_copy(&list));
  const rd_kafka_resp_err_t code =
      rd_kafka_committed(client, committed.get(), static_cast<int>(kStartWait.count()));
  if (code != RD_KAFKA_RESP_ERR_NO_ERROR) committed.reset();
  return committed;
}

StartPositions::Committed offset_of(const rd_kafka_topic_partition_t& committed) {
  return committed.offset < 0 ? std::nullopt : std::optional(committed.offset);
}

// True where the log ends before the state does, and begins anew.
bool begin_at(rd_kafka_t* client, std::int64_t saved, StartPositions::Committed committed,
              Deadline deadline, Counters* counters, rd_kafka_topic_partition_t* one) {
  one->offset = saved;
  const std::optional<Offsets> log_now = log_of(client, *one, deadline);
  const std::string place = place_of(*one);
  if (log_now && log_now->high < saved) {
    one->offset = log_now->low;
    Counters::add(counters->logs_begun_anew, 1);
    log(LogLevel::error,
        cat(place, ": the log ends at offset ", log_now->high, ", but the state has read it up to ",
            saved, ": the topic was made anew, or records were lost; reading it from ",
            log_now->low));
    return true;
  }
  const bool behind = committed && *committed > saved;
  if (behind) {
    log(LogLevel::warning,
        cat(place, ": the group has committed offset ", *committed, ", but the state ends at ",
            saved, ", as an old copy would: reading these ", *committed - saved, " records again"));
  }
  if (log_now && log_now->low > saved) {
    one->offset = log_now->low;
    count_gap(log_now->low - saved, counters);
    log(LogLevel::error,
        cat(place, ": the state ends at offset ", saved, ", but the log begins at ", log_now->low,
            ": the numbers lack the records between, ", log_now->low - saved));
  }
  return false;
}

// Of a new state: what the group has read before is in no numbers.
void tell_missing(rd_kafka_t* client, const rd_kafka_topic_partition_t& committed,
                  Deadline deadline, Counters* counters) {
  if (committed.offset <= 0) return;
  const std::optional<Offsets> log_now = log_of(client, committed, deadline);
  if (!log_now || committed.offset <= log_now->low) return;
  const std::int64_t records = committed.offset - log_now->low;
  count_gap(records, counters);
  log(LogLevel::error,
      cat(place_of(committed), ": the state is new, but the group has read up to offset ",
          committed.offset, ": the numbers lack the ", records,
          " records before it that are still in the log. Where they are wanted, use another "
          "sources[].kafka.group"));
}

// What the group has now, of all partitions with a saved position: who gets one of them later sees
// whether another process has read on in the meantime.
void note_committed(rd_kafka_t* client, const KafkaPartitions& partitions, StartPositions* start) {
  const KafkaPartitionList list(rd_kafka_topic_partition_list_new(1));
  std::vector<PartitionId> ids;
  for (const PartitionId id : start->unknown()) {
    if (!partitions.has(id)) continue;  // of another source
    const PartitionName name = partitions.name(id);
    rd_kafka_topic_partition_list_add(list.get(), name.topic.c_str(), name.number);
    ids.push_back(id);
  }
  if (ids.empty()) return;
  const KafkaPartitionList committed = committed_of(client, *list);
  if (committed == nullptr) return;
  for (std::size_t i = 0; i < ids.size(); ++i) {
    start->note(ids[i], offset_of(committed->elems[i]));
  }
}

}  // namespace

std::vector<PartitionId> set_start_offsets(rd_kafka_t* client, const KafkaPartitions& partitions,
                                           StartPositions* start, Counters* counters,
                                           rd_kafka_topic_partition_list_t* list) {
  note_committed(client, partitions, start);
  std::vector<PartitionId> anew;
  if (list->cnt == 0) return anew;
  const Deadline deadline = after(kStartWait);
  const KafkaPartitionList committed = committed_of(client, *list);
  for (int i = 0; i < list->cnt; ++i) {
    rd_kafka_topic_partition_t& one = list->elems[i];
    const auto id = partitions.id_of(one.topic, one.partition);
    if (!id) continue;
    const StartPositions::Committed known =
        committed == nullptr ? std::nullopt : offset_of(committed->elems[i]);
    const auto saved = start->take(*id);
    if (start->tell_new(*id) && known) {
      tell_missing(client, committed->elems[i], deadline, counters);
    }
    if (!saved) continue;
    if (committed != nullptr && start->has_moved(*id, known)) {
      log(LogLevel::info,
          cat(place_of(one), ": the state ends at offset ", *saved,
              ", but the group has moved since the start, as when another process reads on: "
              "going on from its offset"));
      continue;
    }
    if (begin_at(client, *saved, known, deadline, counters, &one)) anew.push_back(*id);
  }
  return anew;
}

}  // namespace vigie
