// Passing faults of one Kafka client: an unreachable broker, a failed commit. librdkafka tries
// again by itself; this counts each fault and tells the operator now and then.
#pragma once

#include <atomic>
#include <chrono>
#include <string>
#include <string_view>

#include "engine/base/cell.h"
#include "engine/base/clock.h"
#include "engine/base/counters.h"

namespace vigie {

struct KafkaFault {
  int code = 0;  // an rd_kafka_resp_err_t
  std::string reason;
};

// Any thread: librdkafka reports from whichever thread polls the client.
class KafkaFaults {
 public:
  // REQUIRES: `counters` is not null and outlives this.
  KafkaFaults(std::string brokers, Counters* counters)
      : brokers_(std::move(brokers)), counters_(counters) {}

  // Counts the fault in source_errors and remembers it as the last one.
  void record(KafkaFault fault);
  // record(), and one log line unless one was written less than 30 seconds ago.
  void report(KafkaFault fault);
  // One such log line, not counted.
  void log_now_and_then(std::string_view message);

  // "cannot reach Kafka at HOST: reason; check ...", from the last fault.
  [[nodiscard]] std::string unreachable_text() const;
  // Whether the last fault says that the brokers refuse these credentials: not a matter of time.
  [[nodiscard]] bool credentials_refused() const;

 private:
  const std::string brokers_;
  Counters* const counters_;
  Cell<KafkaFault> last_;
  std::atomic<Clock::rep> quiet_until_{Clock::time_point::min().time_since_epoch().count()};
};

}  // namespace vigie
