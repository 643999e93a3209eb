// Rejected records, written to a Kafka topic as they came.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "engine/base/clock.h"
#include "engine/base/counters.h"
#include "engine/base/io.h"
#include "engine/base/result.h"

namespace vigie {

struct KafkaDeadLetterOptions {
  std::string brokers;
  std::string topic;
  std::map<std::string, std::string> properties;  // those of the source: TLS, SASL
  std::string engine_version;
  Counters* counters = nullptr;
};

// Each letter becomes one record: value = the raw bytes, key = the record's key (cut at
// kDeadLetterKeyBytesMax), headers reason, detail, source_topic, partition, offset, engine_version
// and, where known, indexes (the posts of the record that are meant, "3,7,9"; without it all of
// it), mapping, timestamp (RFC 3339) and cut ("true" when value or key lack their end). The headers
// that the record itself had and that say how it is wrapped come behind them, so that the letter
// can be read as the record was. Written once and acknowledged by every in-sync replica.
//
// put() waits for these acknowledgements, half a minute at most, and returns the first error; the
// other letters are written all the same. Waits for the brokers until the deadline, to see that the
// topic is there.
// REQUIRES: counters is not null and outlives the sink.
// Errors: config; unreachable; refused, when the topic does not exist.
[[nodiscard]] Result<std::unique_ptr<DeadLetterSink>> open_kafka_dead_letter(
    const KafkaDeadLetterOptions& options, Deadline deadline);

}  // namespace vigie
