#include "connectors/kafka_config.h"

#include <librdkafka/rdkafka.h>

#include <array>
#include <string_view>
#include <tuple>
#include <utility>

#include "engine/base/check.h"
#include "engine/base/log.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using ErrorText = std::array<char, 512>;

// Properties that are refused, and what to do instead.
struct Reserved {
  std::string_view name;
  std::string_view instead;
};
constexpr std::string_view kDelivery = "offsets are committed only for finished work; leave it out";
constexpr std::string_view kDurable = "dead letters are always written durably; leave it out";
constexpr std::array kReserved = std::to_array<Reserved>({
    {"bootstrap.servers", "write sources[].kafka.brokers"},
    {"metadata.broker.list", "write sources[].kafka.brokers"},
    {"group.id", "write sources[].kafka.group"},
    {"group.instance.id", "write sources[].kafka.instance"},
    {"enable.auto.commit", kDelivery},
    {"auto.commit.enable", kDelivery},
    {"enable.auto.offset.store", kDelivery},
    {"enable.partition.eof", "the engine must know when a partition is read up; leave it out"},
    {"acks", kDurable},
    {"request.required.acks", kDurable},
    {"enable.idempotence", kDurable},
});

Result<void> check_reserved(const std::string& name, const std::string& value) {
  const std::string place = cat("sources[].kafka.properties.", name);
  for (const Reserved& reserved : kReserved) {
    if (name == reserved.name) {
      return fail(ErrorKind::config, cat("this property may not be set: ", reserved.instead),
                  place);
    }
  }
  if (name == "partition.assignment.strategy" && value.find("cooperative") != value.npos) {
    return fail(ErrorKind::config,
                "cooperative assignment can lose partitions with this version of librdkafka; "
                "write range or roundrobin",
                place);
  }
  return {};
}

std::string suggestion(const rd_kafka_conf_t* config, const std::string& name) {
  std::size_t count = 0;
  // rd_kafka_conf_dump takes a non-const configuration and does not change it.
  const char** dump = rd_kafka_conf_dump(const_cast<rd_kafka_conf_t*>(config), &count);
  std::vector<std::string_view> known;
  for (std::size_t i = 0; i < count; i += 2) known.emplace_back(dump[i]);
  const std::string_view best = closest(name, known.data(), known.size());
  std::string text = best.empty() ? std::string() : cat("; did you mean ", best, "?");
  rd_kafka_conf_dump_free(dump, count);
  return text;
}

Result<void> set_property(rd_kafka_conf_t* config, const std::string& name,
                          const std::string& value) {
  ErrorText text{};
  const rd_kafka_conf_res_t result =
      rd_kafka_conf_set(config, name.c_str(), value.c_str(), text.data(), text.size());
  if (result == RD_KAFKA_CONF_OK) return {};
  std::string message = text.data();
  if (result == RD_KAFKA_CONF_UNKNOWN) message += suggestion(config, name);
  return fail(ErrorKind::config, std::move(message), cat("sources[].kafka.properties.", name));
}

// Errors that whoever reads or writes next learns of as well, and can tell more of.
bool is_told_again(int code) {
  return code == RD_KAFKA_RESP_ERR__FATAL || code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
         code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART;
}

void on_error(rd_kafka_t*, int code, const char* reason, void* opaque) {
  auto* hooks = static_cast<KafkaHooks*>(opaque);
  if (hooks->log_faults && !is_told_again(code)) {
    hooks->faults.report({code, reason});
  } else {
    hooks->faults.record({code, reason});
  }
}

void on_rebalance(rd_kafka_t*, rd_kafka_resp_err_t code, rd_kafka_topic_partition_list_t* list,
                  void* opaque) {
  static_cast<KafkaHooks*>(opaque)->rebalance(code, list);
}

// Called by librdkafka's own threads. Broken connections and fatal errors come through on_error as
// well, and a property meant for the other kind of client is not worth a line.
void on_log(const rd_kafka_t*, int level, const char* facility, const char* text) {
  constexpr int kWarning = 4;  // of syslog
  const std::string_view what = facility;
  if (what == "FAIL" || what == "ERROR" || what == "FATAL" || what == "CONFWARN") return;
  log(level <= kWarning ? LogLevel::warning : LogLevel::info, cat("librdkafka ", what, ": ", text));
}

Result<KafkaClient> make_client(rd_kafka_type_t type, KafkaConfig config) {
  ErrorText text{};
  KafkaClient client(rd_kafka_new(type, config.get(), text.data(), text.size()));
  if (client == nullptr) {
    return fail(ErrorKind::config, text.data(), "sources[].kafka.properties");
  }
  std::ignore = config.release();  // the client owns it now
  return client;
}

}  // namespace

void set_known(rd_kafka_conf_t* config, const char* name, const std::string& value) {
  CHECK(rd_kafka_conf_set(config, name, value.c_str(), nullptr, 0) == RD_KAFKA_CONF_OK);
}

Result<KafkaConfig> kafka_config(const std::string& brokers, const KafkaProperties& ours,
                                 const KafkaProperties& users, KafkaHooks* hooks) {
  KafkaConfig config(rd_kafka_conf_new());
  for (const auto& [name, value] : ours) set_known(config.get(), name.c_str(), value);
  for (const auto& [name, value] : users) {
    if (Result<void> allowed = check_reserved(name, value); !allowed) {
      return std::unexpected(std::move(allowed.error()));
    }
    if (Result<void> set = set_property(config.get(), name, value); !set) {
      return std::unexpected(std::move(set.error()));
    }
  }
  ErrorText text{};
  if (brokers.empty() || rd_kafka_conf_set(config.get(), "bootstrap.servers", brokers.c_str(),
                                           text.data(), text.size()) != RD_KAFKA_CONF_OK) {
    return fail(ErrorKind::config, cat("write host:port, comma separated; ", text.data()),
                "sources[].kafka.brokers");
  }
  rd_kafka_conf_set_opaque(config.get(), hooks);
  rd_kafka_conf_set_error_cb(config.get(), on_error);
  rd_kafka_conf_set_log_cb(config.get(), on_log);
  if (hooks->rebalance) rd_kafka_conf_set_rebalance_cb(config.get(), on_rebalance);
  return config;
}

Result<KafkaClient> kafka_consumer(KafkaConfig config) {
  return make_client(RD_KAFKA_CONSUMER, std::move(config));
}

Result<KafkaClient> kafka_producer(KafkaConfig config) {
  set_known(config.get(), "enable.idempotence", "true");
  set_known(config.get(), "acks", "all");
  return make_client(RD_KAFKA_PRODUCER, std::move(config));
}

}  // namespace vigie
