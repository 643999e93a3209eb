#include "connectors/kafka_dead_letter.h"

#include <librdkafka/rdkafka.h>

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <tuple>
#include <utility>

#include "connectors/kafka_config.h"
#include "connectors/kafka_topics.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

// How long put() waits in one call for reports: another thread's call may have taken the last one.
constexpr int kReportWaitMs = 10;

// One call's letters on their way. Lives on the stack of put(), which waits for every report.
struct Delivery {
  std::atomic<std::size_t> reports = 0;
  std::atomic<int> error = RD_KAFKA_RESP_ERR_NO_ERROR;  // the first one

  void fail(int code) {
    int none = RD_KAFKA_RESP_ERR_NO_ERROR;
    error.compare_exchange_strong(none, code);
  }
};

void on_report(rd_kafka_t*, const rd_kafka_message_t* message, void*) {
  auto* delivery = static_cast<Delivery*>(message->_private);
  if (message->err != RD_KAFKA_RESP_ERR_NO_ERROR) delivery->fail(message->err);
  delivery->reports.fetch_add(1, std::memory_order_release);  // the last access to it
}

// "3,7,9"
std::string list_of(std::span<const std::uint16_t> indexes) {
  std::string list;
  for (const std::uint16_t index : indexes) {
    if (!list.empty()) list += ',';
    append_number(index, &list);
  }
  return list;
}

KafkaHeaders headers_of(const DeadLetter& letter, std::string_view engine_version) {
  KafkaHeaders headers(rd_kafka_headers_new(10 + letter.headers.size()));
  const auto add = [&headers](std::string_view name, std::string_view value) {
    rd_kafka_header_add(headers.get(), name.data(), static_cast<ssize_t>(name.size()), value.data(),
                        static_cast<ssize_t>(value.size()));
  };
  add("reason", to_text(letter.reason));
  add("detail", letter.detail);
  add("source_topic", letter.source_topic);
  add("partition", cat(letter.partition));
  add("offset", cat(letter.offset));
  if (!letter.indexes.empty()) add("indexes", list_of(letter.indexes));
  if (!letter.mapping.empty()) add("mapping", letter.mapping);
  add("engine_version", engine_version);
  if (letter.timestamp) add("timestamp", to_rfc3339(*letter.timestamp));
  if (letter.cut || letter.key.size() > kDeadLetterKeyBytesMax) add("cut", "true");
  for (const Header& header : letter.headers) add(header.name, header.value);
  return headers;
}

class KafkaDeadLetterSink final : public DeadLetterSink {
 public:
  explicit KafkaDeadLetterSink(const KafkaDeadLetterOptions& options)
      : topic_(options.topic),
        brokers_(options.brokers),
        engine_version_(options.engine_version),
        hooks_(options.brokers, options.counters) {}

  Result<void> start(const KafkaDeadLetterOptions& options, Deadline deadline);
  [[nodiscard]] Result<void> put(std::span<const DeadLetter> letters) override;

 private:
  // Hands one letter to librdkafka, waiting while its queue is full. True when a report will come.
  bool produce(const DeadLetter& letter, Delivery* delivery);

  const std::string topic_;
  const std::string brokers_;
  const std::string engine_version_;
  KafkaHooks hooks_;
  KafkaClient client_;
};

Result<void> KafkaDeadLetterSink::start(const KafkaDeadLetterOptions& options, Deadline deadline) {
  const KafkaProperties ours{
      {"client.id", "vigie"}, {"message.timeout.ms", "30000"}, {"linger.ms", "5"}};
  Result<KafkaConfig> config = kafka_config(brokers_, ours, options.properties, &hooks_);
  if (!config) return std::unexpected(std::move(config.error()));
  rd_kafka_conf_set_dr_msg_cb(config->get(), on_report);
  Result<KafkaClient> client = kafka_producer(std::move(*config));
  if (!client) return std::unexpected(std::move(client.error()));
  client_ = std::move(*client);
  hooks_.log_faults = false;
  Result<void> known = check_topic(client_.get(), hooks_, topic_, "dead_letters.topic", deadline);
  hooks_.log_faults = true;
  return known;
}

bool KafkaDeadLetterSink::produce(const DeadLetter& letter, Delivery* delivery) {
  KafkaHeaders headers = headers_of(letter, engine_version_);
  const void* key = letter.key.empty() ? nullptr : letter.key.data();
  const std::size_t key_bytes = std::min(letter.key.size(), kDeadLetterKeyBytesMax);
  for (;;) {
    // librdkafka takes no const pointers; with F_COPY it does not write through them. A null
    // pointer would make a tombstone of an empty record.
    const rd_kafka_resp_err_t code = rd_kafka_producev(
        client_.get(), RD_KAFKA_V_TOPIC(topic_.c_str()), RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY),
        RD_KAFKA_V_KEY(key, key_bytes),
        RD_KAFKA_V_VALUE(const_cast<char*>(letter.raw.empty() ? "" : letter.raw.data()),
                         letter.raw.size()),
        RD_KAFKA_V_HEADERS(headers.get()), RD_KAFKA_V_OPAQUE(delivery), RD_KAFKA_V_END);
    if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
      std::ignore = headers.release();  // the record owns them now
      return true;
    }
    if (code != RD_KAFKA_RESP_ERR__QUEUE_FULL) {
      delivery->fail(code);
      return false;
    }
    rd_kafka_poll(client_.get(), kReportWaitMs);
  }
}

Result<void> KafkaDeadLetterSink::put(std::span<const DeadLetter> letters) {
  Delivery delivery;
  std::size_t awaited = 0;
  for (const DeadLetter& letter : letters) {
    if (produce(letter, &delivery)) ++awaited;
  }
  // Every record gets its report by message.timeout.ms at the latest.
  while (delivery.reports.load(std::memory_order_acquire) < awaited) {
    rd_kafka_poll(client_.get(), kReportWaitMs);
  }
  const auto code = static_cast<rd_kafka_resp_err_t>(delivery.error.load());
  if (code == RD_KAFKA_RESP_ERR_NO_ERROR) return {};
  return fail(
      code == RD_KAFKA_RESP_ERR__MSG_TIMED_OUT ? ErrorKind::unreachable : ErrorKind::refused,
      cat("dead letters could not be written to topic '", topic_, "' at ", brokers_, ": ",
          rd_kafka_err2str(code), "; check the broker and dead_letters.topic"));
}

}  // namespace

Result<std::unique_ptr<DeadLetterSink>> open_kafka_dead_letter(
    const KafkaDeadLetterOptions& options, Deadline deadline) {
  CHECK(options.counters != nullptr);
  auto sink = std::make_unique<KafkaDeadLetterSink>(options);
  if (Result<void> started = sink->start(options, deadline); !started) {
    return std::unexpected(std::move(started.error()));
  }
  return sink;
}

}  // namespace vigie
