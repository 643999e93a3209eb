// What the tests of the Kafka connectors share: the broker, a peer that writes by librdkafka alone,
// and a reader around our source.
#pragma once

#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "connectors/kafka_source.h"
#include "engine/base/text.h"

namespace vigie::test {

using namespace std::chrono_literals;

inline constexpr auto kPatience = 30s;  // for what should happen at once on a quiet machine

// The broker's address, or empty, with a message.
inline std::string test_brokers() {
  const char* brokers = std::getenv("VIGIE_TEST_BROKERS");
  if (brokers == nullptr) {
    MESSAGE("skipped: VIGIE_TEST_BROKERS is not set; run tests/broker/with_broker.sh COMMAND");
    return {};
  }
  return brokers;
}

// Different in each run, as a broker may serve several.
inline std::string fresh_name(std::string_view what) {
  static int count = 0;
  return cat(what, "-", static_cast<std::int64_t>(getpid()), "-", ++count);
}

// --- The other side: creates topics and writes records by librdkafka alone ----------------------

struct Sent {
  std::int32_t partition = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;  // nothing: a tombstone
  std::int64_t timestamp_ms = 0;     // 0: now
  std::vector<std::pair<std::string, std::string>> headers{};
};

class Peer {
 public:
  explicit Peer(const std::string& brokers) {
    rd_kafka_conf_t* config = rd_kafka_conf_new();
    set(config, "bootstrap.servers", brokers.c_str());
    set(config, "linger.ms", "1");
    set(config, "message.max.bytes", "4000000");
    client_ = rd_kafka_new(RD_KAFKA_PRODUCER, config, nullptr, 0);
    REQUIRE(client_ != nullptr);
  }
  ~Peer() { rd_kafka_destroy(client_); }
  Peer(const Peer&) = delete;
  Peer& operator=(const Peer&) = delete;

  std::string create_topic(int partitions, std::string name = fresh_name("topic")) {
    rd_kafka_NewTopic_t* topic = rd_kafka_NewTopic_new(name.c_str(), partitions, 1, nullptr, 0);
    rd_kafka_NewTopic_set_config(topic, "max.message.bytes", "4000000");
    administer(RD_KAFKA_EVENT_CREATETOPICS_RESULT, [&](rd_kafka_queue_t* queue) {
      rd_kafka_CreateTopics(client_, &topic, 1, nullptr, queue);
    });
    rd_kafka_NewTopic_destroy(topic);
    return name;
  }

  void delete_topic(const std::string& name) {
    rd_kafka_DeleteTopic_t* topic = rd_kafka_DeleteTopic_new(name.c_str());
    administer(RD_KAFKA_EVENT_DELETETOPICS_RESULT, [&](rd_kafka_queue_t* queue) {
      rd_kafka_DeleteTopics(client_, &topic, 1, nullptr, queue);
    });
    rd_kafka_DeleteTopic_destroy(topic);
  }

  void send(const std::string& topic, std::span<const Sent> records) {
    for (const Sent& record : records) {
      const char* key = record.key ? record.key->data() : nullptr;
      const char* value = record.value ? record.value->data() : nullptr;
      rd_kafka_headers_t* headers = rd_kafka_headers_new(record.headers.size());
      for (const auto& [name, text] : record.headers) {
        rd_kafka_header_add(headers, name.c_str(), -1, text.data(),
                            static_cast<ssize_t>(text.size()));
      }
      const rd_kafka_resp_err_t code = rd_kafka_producev(
          client_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
          RD_KAFKA_V_KEY(key, record.key.value_or("").size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(value), record.value.value_or("").size()),
          RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_HEADERS(headers), RD_KAFKA_V_END);
      REQUIRE(code == RD_KAFKA_RESP_ERR_NO_ERROR);
    }
    REQUIRE(rd_kafka_flush(client_, 30'000) == RD_KAFKA_RESP_ERR_NO_ERROR);
  }

 private:
  static void set(rd_kafka_conf_t* config, const char* name, const char* value) {
    REQUIRE(rd_kafka_conf_set(config, name, value, nullptr, 0) == RD_KAFKA_CONF_OK);
  }

  void administer(rd_kafka_event_type_t type, const std::function<void(rd_kafka_queue_t*)>& ask) {
    rd_kafka_queue_t* queue = rd_kafka_queue_new(client_);
    ask(queue);
    rd_kafka_event_t* event = rd_kafka_queue_poll(queue, 30'000);
    REQUIRE(event != nullptr);
    REQUIRE(rd_kafka_event_type(event) == type);
    REQUIRE(rd_kafka_event_error(event) == RD_KAFKA_RESP_ERR_NO_ERROR);
    rd_kafka_event_destroy(event);
    rd_kafka_queue_destroy(queue);
  }

  rd_kafka_t* client_;
};

// Records "<from>" to "<from + count - 1>", each in partition number % partitions.
inline std::vector<Sent> numbered(int from, int count, int partitions) {
  std::vector<Sent> records;
  for (int i = from; i < from + count; ++i) {
    records.push_back({i % partitions, cat("key ", i), cat(i), 0});
  }
  return records;
}

// --- Our side ------------------------------------------------------------------------------------

struct Reader final : Source::Release {
  Reader(const std::string& brokers, const std::string& topic, const std::string& group,
         const std::string& instance = {}) {
    options.brokers = brokers;
    options.topics = {topic};
    options.group = group;
    options.instance = instance;
    options.properties = {{"session.timeout.ms", "6000"},
                          {"heartbeat.interval.ms", "200"},
                          {"fetch.wait.max.ms", "20"}};
    options.counters = &counters;
  }

  void open() {
    auto opened = open_kafka(options);
    REQUIRE_MESSAGE(opened.has_value(), (opened ? "" : opened.error().text()));
    source = std::move(*opened);
    source->on_release(this);
  }

  // One read: takes in what came. False once read() has failed.
  bool step(Clock::duration wait = 50ms) {
    const Result<void> result = source->read(&batch, after(wait));
    if (!result) {
      error = result.error();
      return false;
    }
    if (batch.assignment) {
      assignments.push_back(*batch.assignment);
      if (batch.assignment->partitions) owned = *batch.assignment->partitions;
      if (!batch.assignment->partitions) owned.clear();
      news.clear();
    }
    begun_anew.insert(begun_anew.end(), batch.begun_anew.begin(), batch.begun_anew.end());
    for (const Record& record : batch.records) {
      if (on_record) on_record(record);
      values.emplace_back(record.value);
      next[record.partition] = record.offset + 1;
    }
    for (const PartitionNews& item : batch.news) news[item.partition] = item;
    return true;
  }

  // Reads until `enough` or an error; fails the test when neither comes.
  bool read_until(const std::function<bool()>& enough) {
    const Deadline deadline = after(kPatience);
    while (!enough()) {
      if (!step()) return false;
      REQUIRE(Clock::now() < deadline);
    }
    return true;
  }

  [[nodiscard]] bool caught_up() const {
    return !owned.empty() && std::ranges::all_of(owned, [&](PartitionId id) {
      const auto known = news.find(id);
      return known != news.end() && known->second.caught_up;
    });
  }

  [[nodiscard]] std::vector<Position> positions() const {
    std::vector<Position> all;
    for (const auto& [partition, offset] : next) all.push_back({partition, offset});
    return all;
  }
  void commit_all() { source->commit(positions()); }
  void close() { source->close(after(10s)); }

  std::vector<Position> finish(Deadline) override {
    ++releases;
    return positions();
  }

  Counters counters;
  KafkaOptions options;
  std::unique_ptr<Source> source;
  Batch batch;
  std::function<void(const Record&)> on_record;
  std::optional<Error> error;
  std::vector<FactBatch::Assignment> assignments;
  std::vector<PartitionId> owned;
  std::vector<PartitionId> begun_anew;
  std::vector<std::string> values;
  std::map<PartitionId, std::int64_t> next;
  std::map<PartitionId, PartitionNews> news;
  int releases = 0;
};

inline std::vector<std::string> sorted(std::vector<std::string> values) {
  std::ranges::sort(values);
  return values;
}

inline std::vector<std::string> numbers(int from, int count) {
  std::vector<std::string> all;
  for (int i = from; i < from + count; ++i) all.push_back(cat(i));
  return sorted(std::move(all));
}

}  // namespace vigie::test
