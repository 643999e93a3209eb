#include "connectors/kafka_faults.h"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <utility>

#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::chrono::seconds kLogEvery{30};

// Says what is wrong behind the symptom "all brokers down", which brings no news of its own.
bool is_summary(int code) { return code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN; }

bool is_network(int code) {
  return code == RD_KAFKA_RESP_ERR__TRANSPORT || code == RD_KAFKA_RESP_ERR__RESOLVE ||
         code == RD_KAFKA_RESP_ERR__ALL_BROKERS_DOWN || code == RD_KAFKA_RESP_ERR__SSL ||
         code == RD_KAFKA_RESP_ERR__AUTHENTICATION;
}

}  // namespace

void KafkaFaults::record(KafkaFault fault) {
  Counters::add(counters_->source_errors, 1);
  if (is_summary(fault.code) && last_.load() != nullptr) return;
  last_.store(std::make_shared<const KafkaFault>(std::move(fault)));
}

void KafkaFaults::report(KafkaFault fault) {
  const bool network = is_network(fault.code);
  const std::string text = cat("Kafka at ", brokers_, ": ", fault.reason, "; retrying");
  record(std::move(fault));
  log_now_and_then(network ? cat(unreachable_text(), "; retrying") : text);
}

void KafkaFaults::log_now_and_then(std::string_view message) {
  const Clock::time_point now = Clock::now();
  Clock::rep quiet_until = quiet_until_.load(std::memory_order_relaxed);
  if (now.time_since_epoch().count() < quiet_until) return;
  const Clock::rep next = (now + kLogEvery).time_since_epoch().count();
  if (!quiet_until_.compare_exchange_strong(quiet_until, next)) return;
  log(LogLevel::warning, message);
}

std::string KafkaFaults::unreachable_text() const {
  const std::shared_ptr<const KafkaFault> last = last_.load();
  const std::string_view reason = last == nullptr ? "no answer" : std::string_view(last->reason);
  return cat("cannot reach Kafka at ", brokers_, ": ", reason,
             "; check sources[].kafka.brokers and that the broker is up");
}

bool KafkaFaults::credentials_refused() const {
  const std::shared_ptr<const KafkaFault> last = last_.load();
  return last != nullptr && (last->code == RD_KAFKA_RESP_ERR__AUTHENTICATION ||
                             last->code == RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED);
}

}  // namespace vigie
