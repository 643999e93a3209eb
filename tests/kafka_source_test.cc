// The Kafka source against a real broker, whose address is in VIGIE_TEST_BROKERS; see tests/broker.
// Cases that need it are skipped without.
#include <doctest/doctest.h>

#include <array>
#include <functional>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "connectors/kafka_source.h"
#include "engine/base/limits.h"
#include "tests/kafka_test.h"

using namespace vigie;
using namespace vigie::test;

// --- What needs no broker ------------------------------------------------------------------------

TEST_CASE("a configuration that cannot work is refused with its place and the mend") {
  Counters counters;
  const KafkaOptions good{"127.0.0.1:1", {"posts"}, "group", "", {}, 0, &counters};
  struct Wrong {
    std::function<void(KafkaOptions*)> spoil;
    std::string place, message;
  };
  const std::vector<Wrong> wrongs{
      {[](auto* o) { o->brokers = ""; }, "sources[].kafka.brokers", "host:port"},
      {[](auto* o) { o->topics = {}; }, "sources[].kafka.topics", "at least one"},
      {[](auto* o) { o->topics = {"a", "a"}; }, "sources[].kafka.topics", "'a' is named twice"},
      {[](auto* o) { o->topics = {"^a.*"}; }, "sources[].kafka.topics", "no patterns"},
      {[](auto* o) { o->topics.resize(1001, "x"); }, "sources[].kafka.topics", "at most 1000"},
      {[](auto* o) { o->group = ""; }, "sources[].kafka.group", "consumer group"},
      {[](auto* o) { o->properties["fetch.min.byte"] = "1"; },
       "sources[].kafka.properties.fetch.min.byte", "did you mean fetch.min.bytes?"},
      {[](auto* o) { o->properties["fetch.min.bytes"] = "many"; },
       "sources[].kafka.properties.fetch.min.bytes", "fetch.min.bytes"},
      {[](auto* o) { o->properties["enable.auto.commit"] = "true"; },
       "sources[].kafka.properties.enable.auto.commit", "may not be set"},
      {[](auto* o) { o->properties["group.id"] = "x"; }, "sources[].kafka.properties.group.id",
       "sources[].kafka.group"},
      {[](auto* o) { o->properties["partition.assignment.strategy"] = "cooperative-sticky"; },
       "sources[].kafka.properties.partition.assignment.strategy", "range"},
      {[](auto* o) {
         o->properties["security.protocol"] = "ssl";
         o->properties["ssl.ca.location"] = "/nowhere/ca.pem";
       },
       "sources[].kafka.properties", "ssl.ca.location"},
  };
  for (const Wrong& wrong : wrongs) {
    KafkaOptions options = good;
    wrong.spoil(&options);
    const auto opened = open_kafka(options);
    REQUIRE_FALSE(opened.has_value());
    CAPTURE(opened.error().text());
    CHECK(opened.error().kind == ErrorKind::config);
    CHECK(opened.error().place == wrong.place);
    CHECK(opened.error().message.find(wrong.message) != std::string::npos);
  }
}

TEST_CASE("partitions are named by topic and number") {
  Counters counters;
  const KafkaOptions options{"127.0.0.1:1", {"posts", "reviews"}, "g", "", {}, 500, &counters};
  CHECK(partition_ids(options) == 32768);
  const auto source = open_kafka(options);
  REQUIRE(source.has_value());
  CHECK((*source)->name(500).topic == "posts");
  CHECK((*source)->name(500).number == 0);
  CHECK((*source)->name(500 + 16384 + 7).topic == "reviews");
  CHECK((*source)->name(500 + 16384 + 7).number == 7);
}

TEST_CASE("an unreachable broker is an error at the start and a passing fault later") {
  Counters counters;
  KafkaOptions options{"127.0.0.1:1", {"posts"}, "g", "", {}, 0, &counters};
  const Clock::time_point start = Clock::now();
  const Result<void> checked = check_topics(options, after(700ms));
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().kind == ErrorKind::unreachable);
  CAPTURE(checked.error().text());
  CHECK(checked.error().message.find("cannot reach Kafka at 127.0.0.1:1") != std::string::npos);
  CHECK(checked.error().message.find("Connection refused") != std::string::npos);
  CHECK(checked.error().message.find("sources[].kafka.brokers") != std::string::npos);
  CHECK(Clock::now() - start < 5s);

  const std::uint64_t before = counters.source_errors;
  auto source = open_kafka(options);
  REQUIRE(source.has_value());
  Batch batch;
  const Deadline deadline = after(kPatience);
  while (counters.source_errors == before && Clock::now() < deadline) {
    REQUIRE((*source)->read(&batch, after(50ms)).has_value());
    CHECK(batch.records.empty());
  }
  CHECK(counters.source_errors > before);
  const Clock::time_point closing = Clock::now();
  (*source)->close(after(200ms));
  CHECK(Clock::now() - closing < 5s);
}

// --- Reading -------------------------------------------------------------------------------------

TEST_CASE("records come whole, in order, with key, time and tombstone") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  const std::int64_t moment = 1'357'000'000'123;
  const std::vector<Sent> sent{
      {0, "k1", "first", moment},
      {0, {}, "no key", moment + 1},
      {0, "k3", {}, moment + 2},                          // tombstone
      {0, "k4", "", moment + 3},                          // empty, but no tombstone
      {0, "k5", std::string("a\0b\xff", 4), 86'400'000},  // 1970: cannot be true
  };
  peer.send(topic, sent);
  Reader reader(brokers, topic, fresh_name("group"));
  reader.options.first_partition = 70;
  reader.open();
  std::size_t i = 0;
  reader.on_record = [&](const Record& record) {
    REQUIRE(i < sent.size());
    CAPTURE(i);
    CHECK(record.partition == 70);
    CHECK(record.offset == static_cast<std::int64_t>(i));
    CHECK(record.key == sent[i].key.value_or(""));
    CHECK(record.value == sent[i].value.value_or(""));
    CHECK(record.tombstone == !sent[i].value.has_value());
    CHECK(record.recorded_at.has_value() == (i != 4));
    if (record.recorded_at) {
      CHECK(*record.recorded_at == EventTime(std::chrono::milliseconds(sent[i].timestamp_ms)));
    }
    const char* end = reader.batch.storage.data() + reader.batch.storage.size();
    CHECK(record.value.data() + record.value.size() + kRecordPaddingBytes <= end);
    ++i;
  };
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  CHECK(i == sent.size());
  CHECK(reader.news[70].next_offset == 5);
  CHECK(reader.news[70].lag == 0);
  CHECK(reader.assignments.front().partitions == std::vector<PartitionId>{70});

  // Caught up no more when records come, and again at the end of the log.
  std::vector<bool> states;
  reader.on_record = [&](const Record&) { states.push_back(false); };
  peer.send(topic, std::vector<Sent>{{0, {}, "more", 0}});
  REQUIRE(reader.read_until([&] { return !states.empty(); }));
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  CHECK(reader.news[70].next_offset == 6);
  reader.close();
}

TEST_CASE("headers that say how a value is wrapped come with it, in lower case") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  std::vector<Sent> sent{{0, "k1", "first", 0, {}},
                         {0,
                          "k2",
                          "second",
                          0,
                          {{"CE_Time", "2026-03-01T10:05:00Z"},
                           {"trace", "abc"},
                           {"Content-Type", "application/JSON"},
                           {"ce_type", ""}}},
                         {0, "k3", "third", 0, {{"trace", "abc"}}},
                         {0, "k4", "fourth", 0, {}}};
  for (std::size_t i = 0; i < kRecordHeadersMax + 5; ++i) {
    sent[3].headers.emplace_back(cat("ce_", i), cat(i));
  }
  peer.send(topic, sent);
  Reader reader(brokers, topic, fresh_name("group"));
  reader.open();
  std::vector<std::string> headers;
  reader.on_record = [&](const Record& record) {
    std::string& all = headers.emplace_back();
    for (const Header& header : record.headers) all += cat(header.name, '=', header.value, ';');
    CHECK(record.key == sent[headers.size() - 1].key);
    CHECK(record.value == sent[headers.size() - 1].value);
  };
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  REQUIRE(headers.size() == 4);
  CHECK(headers[0].empty());
  CHECK(headers[1] == "ce_time=2026-03-01T10:05:00Z;content-type=application/JSON;ce_type=;");
  CHECK(headers[2].empty());
  CHECK(headers[3].starts_with("ce_0=0;ce_1=1;"));
  CHECK(headers[3].ends_with("ce_15=15;"));
  reader.close();
}

TEST_CASE("an empty partition is caught up at once") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  Reader reader(brokers, peer.create_topic(3), fresh_name("group"));
  reader.open();
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  CHECK(reader.owned.size() == 3);
  CHECK(reader.values.empty());
  reader.close();
}

TEST_CASE("two consumers read every record of four partitions exactly once, in order") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(4);
  constexpr int kRecords = 20'000;
  peer.send(topic, numbered(0, kRecords, 4));
  const std::string group = fresh_name("group");
  std::array<Reader, 2> readers{Reader(brokers, topic, group, "w-0"),
                                Reader(brokers, topic, group, "w-1")};
  for (Reader& reader : readers) reader.open();
  // Both join before either reads on: two partitions each.
  const Deadline joined = after(kPatience);
  while (readers[0].owned.size() != 2 || readers[1].owned.size() != 2) {
    for (Reader& reader : readers) {
      REQUIRE(reader.step(20ms));
      if (reader.owned.size() == 2) continue;
      reader.values.clear();  // read alone: nothing was committed, so it comes again
      reader.next.clear();
    }
    REQUIRE(Clock::now() < joined);
  }
  std::vector<std::thread> threads;
  std::array<bool, 2> in_order{true, true};
  std::array<bool, 2> done{};
  for (std::size_t w = 0; w < 2; ++w) {
    threads.emplace_back([&, w] {
      Reader& reader = readers[w];
      reader.on_record = [&reader, &ok = in_order[w]](const Record& record) {
        const auto before = reader.next.find(record.partition);
        ok = ok && (before == reader.next.end() || before->second == record.offset);
      };
      const Deadline deadline = after(kPatience);
      while (!reader.caught_up() && Clock::now() < deadline && reader.step()) continue;
      done[w] = reader.caught_up();
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(done[0]);
  CHECK(done[1]);
  CHECK(in_order[0]);
  CHECK(in_order[1]);
  std::vector<std::string> all = readers[0].values;
  all.insert(all.end(), readers[1].values.begin(), readers[1].values.end());
  CHECK(sorted(all) == numbers(0, kRecords));
  for (Reader& reader : readers) reader.close();
}

TEST_CASE("a batch is bounded in bytes, and nothing is lost between batches") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  std::vector<Sent> sent;
  for (int i = 0; i < 30; ++i) {
    sent.push_back({0, {}, std::string(900'000, static_cast<char>('a' + i % 26)), 0});
  }
  peer.send(topic, sent);
  Reader reader(brokers, topic, fresh_name("group"));
  reader.open();
  std::size_t largest = 0;
  const bool ended = reader.read_until([&] {
    std::size_t bytes = 0;
    for (const Record& record : reader.batch.records) bytes += record.value.size();
    largest = std::max(largest, bytes);
    return reader.caught_up();
  });
  REQUIRE(ended);
  CHECK(largest < kBatchBytes + 900'000);
  REQUIRE(reader.values.size() == sent.size());
  for (std::size_t i = 0; i < sent.size(); ++i) CHECK(reader.values[i] == *sent[i].value);
  reader.close();
}

// --- What ends reading ---------------------------------------------------------------------------

TEST_CASE("a topic that does not exist is refused by name") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  Counters counters;
  const std::string topic = peer.create_topic(1);
  KafkaOptions options{brokers, {topic}, "g", "", {}, 0, &counters};
  CHECK(check_topics(options, after(kPatience)).has_value());
  options.topics.push_back("no-such-topic");
  const Result<void> checked = check_topics(options, after(kPatience));
  REQUIRE_FALSE(checked.has_value());
  CHECK(checked.error().kind == ErrorKind::refused);
  CHECK(checked.error().text() ==
        "sources[].kafka.topics: there is no topic 'no-such-topic'; create it or correct the name");
}

TEST_CASE("a topic that is deleted while it is read ends the reading") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(2);
  peer.send(topic, numbered(0, 10, 2));
  Reader reader(brokers, topic, fresh_name("group"));
  reader.options.properties["topic.metadata.refresh.interval.ms"] = "500";
  reader.open();
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  peer.delete_topic(topic);
  REQUIRE_FALSE(reader.read_until([] { return false; }));
  CAPTURE(reader.error->text());
  CHECK(reader.error->kind == ErrorKind::refused);
  CHECK(reader.error->message.find(cat("there is no topic '", topic, "'")) != std::string::npos);
  reader.close();
}

TEST_CASE("a topic that is deleted and created again is read from its start") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  peer.send(topic, numbered(0, 50, 1));
  Reader reader(brokers, topic, fresh_name("group"));
  reader.open();
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  reader.commit_all();
  reader.values.clear();
  peer.delete_topic(topic);
  peer.create_topic(1, topic);
  peer.send(topic, numbered(100, 5, 1));
  // Whether the source sees the moment without the topic is a matter of luck.
  if (reader.read_until([&] { return reader.values.size() == 5; })) {
    CHECK(sorted(reader.values) == numbers(100, 5));
    CHECK(reader.counters.stale_records == 0);
    CHECK(reader.begun_anew == std::vector<PartitionId>{0});
    CHECK(reader.counters.logs_begun_anew == 1);
    reader.source->commit(std::vector<Position>{{0, 5}});
    reader.close();
    CHECK(reader.counters.commits == 2);
  } else {
    CHECK(reader.error->kind == ErrorKind::refused);
  }
  reader.close();
}

TEST_CASE("two processes with one instance: the older one is told to stop") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  const std::string group = fresh_name("group");
  Reader older(brokers, topic, group, "same");
  older.open();
  REQUIRE(older.read_until([&] { return older.caught_up(); }));
  Reader newer(brokers, topic, group, "same");
  newer.open();
  REQUIRE(newer.read_until([&] { return newer.caught_up(); }));
  REQUIRE_FALSE(older.read_until([] { return false; }));
  CAPTURE(older.error->text());
  CHECK(older.error->kind == ErrorKind::refused);
  CHECK(older.error->message.find("instance 'same'") != std::string::npos);
  older.close();
  newer.close();
}
