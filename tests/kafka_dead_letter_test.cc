// Dead letters in a Kafka topic, against a real broker.
#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>

#include <array>
#include <cstddef>
#include <string>
#include <thread>
#include <tuple>
#include <utility>
#include <vector>

#include "connectors/kafka_dead_letter.h"
#include "tests/kafka_test.h"

using namespace vigie;
using namespace vigie::test;

namespace {

using Headers = std::vector<std::pair<std::string, std::string>>;
using Found = std::tuple<std::string, std::string, Headers>;  // key, value

// The first records of a topic, by librdkafka alone.
std::vector<Found> read_back(const std::string& brokers, const std::string& topic,
                             std::size_t count) {
  rd_kafka_conf_t* config = rd_kafka_conf_new();
  rd_kafka_conf_set(config, "bootstrap.servers", brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(config, "group.id", "unused", nullptr, 0);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, config, nullptr, 0);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(client, list);
  rd_kafka_topic_partition_list_destroy(list);
  std::vector<Found> found;
  const Deadline deadline = after(kPatience);
  while (found.size() < count && Clock::now() < deadline) {
    rd_kafka_message_t* message = rd_kafka_consumer_poll(client, 100);
    if (message == nullptr) continue;
    REQUIRE(message->err == RD_KAFKA_RESP_ERR_NO_ERROR);
    CHECK(message->payload != nullptr);
    Headers headers;
    rd_kafka_headers_t* raw_headers = nullptr;
    REQUIRE(rd_kafka_message_headers(message, &raw_headers) == RD_KAFKA_RESP_ERR_NO_ERROR);
    const char* name = nullptr;
    const void* value = nullptr;
    std::size_t size = 0;
    for (std::size_t i = 0; rd_kafka_header_get_all(raw_headers, i, &name, &value, &size) ==
                            RD_KAFKA_RESP_ERR_NO_ERROR;
         ++i) {
      headers.emplace_back(name, std::string(static_cast<const char*>(value), size));
    }
    found.emplace_back(std::string(static_cast<const char*>(message->key), message->key_len),
                       std::string(static_cast<const char*>(message->payload), message->len),
                       std::move(headers));
    rd_kafka_message_destroy(message);
  }
  rd_kafka_consumer_close(client);
  rd_kafka_destroy(client);
  return found;
}

}  // namespace

TEST_CASE("dead letters carry the raw bytes, the key and where they come from") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  Counters counters;
  const auto sink =
      open_kafka_dead_letter({brokers, topic, {}, "1.2.3", &counters}, after(kPatience));
  REQUIRE_MESSAGE(sink.has_value(), (sink ? "" : sink.error().text()));
  const std::string raw("{\"id\": \0 \xff", 10);
  const std::string huge_raw(kDeadLetterBytesMax, 'x');
  const std::string huge_key(2'000'000, 'k');
  const std::vector<Header> wrapped{{"ce_type", "post"}, {"content-type", "application/json"}};
  const std::vector<DeadLetter> letters{
      {.key = "key",
       .raw = raw,
       .reason = RejectReason::not_json,
       .detail = "at byte 7",
       .source_topic = "posts",
       .partition = 3,
       .offset = 1234567890123,
       .timestamp = EventTime(1357000000s),
       .indexes = {3, 7, 12},
       .mapping = "jetstream",
       .cut = true,
       .headers = wrapped},
      {huge_key, huge_raw, RejectReason::too_large, "", "posts", 0, 0, {}},
      {"", "", RejectReason::empty, "", "posts", 1, 2, {}},
  };
  const Result<void> put = (*sink)->put(letters);
  REQUIRE_MESSAGE(put.has_value(), (put ? "" : put.error().text()));

  const std::vector<Found> found = read_back(brokers, topic, letters.size());
  REQUIRE(found.size() == 3);
  const auto& [key, value, headers] = found[0];
  CHECK(key == "key");
  CHECK(value == raw);
  CHECK(headers == Headers{{"reason", "not_json"},
                           {"detail", "at byte 7"},
                           {"source_topic", "posts"},
                           {"partition", "3"},
                           {"offset", "1234567890123"},
                           {"indexes", "3,7,12"},
                           {"mapping", "jetstream"},
                           {"engine_version", "1.2.3"},
                           {"timestamp", "2013-01-01T00:26:40Z"},
                           {"cut", "true"},
                           {"ce_type", "post"},
                           {"content-type", "application/json"}});
  CHECK(std::get<0>(found[1]) == huge_key.substr(0, kDeadLetterKeyBytesMax));
  CHECK(std::get<1>(found[1]) == huge_raw);
  CHECK(std::get<1>(found[2]).empty());
  CHECK(std::get<2>(found[1]).back() == std::pair<std::string, std::string>{"cut", "true"});
  CHECK(std::get<2>(found[2]).size() == 6);  // nothing that is not known
}

TEST_CASE("dead letters from several threads are all delivered") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  Counters counters;
  const auto sink =
      open_kafka_dead_letter({brokers, topic, {}, "1.2.3", &counters}, after(kPatience));
  REQUIRE(sink.has_value());
  std::vector<std::thread> threads;
  std::array<int, 4> failures{};
  for (int& failed : failures) {
    threads.emplace_back([&failed, &sink] {
      for (int i = 0; i < 20; ++i) {
        const std::vector<DeadLetter> letters(
            5, DeadLetter{"k", "raw", RejectReason::not_json, "", "posts", 0, i, {}});
        if (!(*sink)->put(letters)) ++failed;
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(failures == std::array<int, 4>{});
  Reader reader(brokers, topic, fresh_name("group"));
  reader.open();
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  CHECK(reader.values.size() == 4 * 20 * 5);
  reader.close();
}

TEST_CASE("a dead letter topic that is not there, or no broker, is an error at the start") {
  Counters counters;
  const auto unreachable =
      open_kafka_dead_letter({"127.0.0.1:1", "dead", {}, "1.2.3", &counters}, after(300ms));
  REQUIRE_FALSE(unreachable.has_value());
  CHECK(unreachable.error().kind == ErrorKind::unreachable);
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  const auto unknown =
      open_kafka_dead_letter({brokers, "no-such-topic", {}, "1.2.3", &counters}, after(kPatience));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().kind == ErrorKind::refused);
  CHECK(unknown.error().place == "dead_letters.topic");
}
