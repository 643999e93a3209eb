#include "connectors/kafka_start.h"

#include <librdkafka/rdkafka.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>

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

Result<void> begin_at(rd_kafka_t* client, std::int64_t saved, std::optional<std::int64_t> committed,
                      Deadline deadline, Counters* counters, rd_kafka_topic_partition_t* one) {
  one->offset = saved;
  const std::optional<Offsets> log_now = log_of(client, *one, deadline);
  const std::string place = place_of(*one);
  if (log_now && log_now->high < saved) {
    return fail(
        ErrorKind::refused,
        cat("the log ends at offset ", log_now->high, ", but the state has read it up to ", saved,
            ": the topic was made anew. Give the engine a new state.path, or the "
            "topic another name"),
        place);
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
  return {};
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

}  // namespace

Result<void> set_start_offsets(rd_kafka_t* client, const KafkaPartitions& partitions,
                               StartPositions* start, Counters* counters,
                               rd_kafka_topic_partition_list_t* list) {
  if (list->cnt == 0) return {};
  const bool is_new = start->tell_new();
  const Deadline deadline = after(kStartWait);
  const KafkaPartitionList before(rd_kafka_topic_partition_list_copy(list));
  KafkaPartitionList committed;
  bool asked = false;
  for (int i = 0; i < list->cnt; ++i) {
    rd_kafka_topic_partition_t& one = list->elems[i];
    const auto id = partitions.id_of(one.topic, one.partition);
    const auto saved = id ? start->take(*id) : std::nullopt;
    if (!saved && !is_new) continue;
    if (!asked) committed = committed_of(client, *before);
    asked = true;
    const auto known = committed == nullptr || committed->elems[i].offset < 0
                           ? std::nullopt
                           : std::optional(committed->elems[i].offset);
    if (!saved) {
      if (known) tell_missing(client, committed->elems[i], deadline, counters);
      continue;
    }
    auto begun = begin_at(client, *saved, known, deadline, counters, &one);
    if (!begun) return begun;
  }
  return {};
}

}  // namespace vigie
