// The Kafka connectors against a real broker, whose address is in VIGIE_TEST_BROKERS; see
// tests/broker. Cases that need it are skipped without.
#include <doctest/doctest.h>
#include <librdkafka/rdkafka.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <tuple>
#include <vector>

#include "connectors/kafka_dead_letter.h"
#include "connectors/kafka_source.h"
#include "engine/base/text.h"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

constexpr auto kPatience = 30s;  // for what should happen at once on a quiet machine

// The broker's address, or empty, with a message.
std::string test_brokers() {
  const char* brokers = std::getenv("VIGIE_TEST_BROKERS");
  if (brokers == nullptr) {
    MESSAGE("skipped: VIGIE_TEST_BROKERS is not set; run tests/broker/with_broker.sh COMMAND");
    return {};
  }
  return brokers;
}

// Different in each run, as a broker may serve several.
std::string fresh_name(std::string_view what) {
  static int count = 0;
  return cat(what, "-", static_cast<std::int64_t>(getpid()), "-", ++count);
}

// --- The other side: creates topics and writes and reads records by librdkafka alone -------------

struct Sent {
  std::int32_t partition = 0;
  std::optional<std::string> key;
  std::optional<std::string> value;  // nothing: a tombstone
  std::int64_t timestamp_ms = 0;     // 0: now
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
      const rd_kafka_resp_err_t code = rd_kafka_producev(
          client_, RD_KAFKA_V_TOPIC(topic.c_str()), RD_KAFKA_V_PARTITION(record.partition),
          RD_KAFKA_V_MSGFLAGS(RD_KAFKA_MSG_F_COPY | RD_KAFKA_MSG_F_BLOCK),
          RD_KAFKA_V_KEY(key, record.key.value_or("").size()),
          RD_KAFKA_V_VALUE(const_cast<char*>(value), record.value.value_or("").size()),
          RD_KAFKA_V_TIMESTAMP(record.timestamp_ms), RD_KAFKA_V_END);
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
std::vector<Sent> numbered(int from, int count, int partitions) {
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
  std::vector<std::string> values;
  std::map<PartitionId, std::int64_t> next;
  std::map<PartitionId, PartitionNews> news;
  int releases = 0;
};

std::vector<std::string> sorted(std::vector<std::string> values) {
  std::ranges::sort(values);
  return values;
}

std::vector<std::string> numbers(int from, int count) {
  std::vector<std::string> all;
  for (int i = from; i < from + count; ++i) all.push_back(cat(i));
  return sorted(std::move(all));
}

}  // namespace

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

// --- Commits and rebalances ----------------------------------------------------------------------

TEST_CASE("after a restart reading goes on where work was committed") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(2);
  const std::string group = fresh_name("group");
  peer.send(topic, numbered(0, 1000, 2));
  {
    Reader reader(brokers, topic, group, "w-0");
    reader.open();
    REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
    CHECK(sorted(reader.values) == numbers(0, 1000));
    // All of partition 0; of partition 1 all but the last 10. Others' partitions are ignored.
    reader.source->commit(std::vector<Position>{{0, 500}, {1, 490}, {7, 3}});
    reader.close();
    CHECK(reader.counters.commits == 1);
    CHECK(reader.counters.commit_failures == 0);
  }
  peer.send(topic, numbered(1000, 10, 2));
  Reader reader(brokers, topic, group, "w-0");
  reader.open();
  REQUIRE(reader.read_until([&] { return reader.caught_up() && reader.values.size() >= 20; }));
  std::vector<std::string> expected = numbers(1000, 10);
  for (int i = 981; i < 1000; i += 2) expected.push_back(cat(i));
  CHECK(sorted(reader.values) == sorted(expected));
  reader.close();
}

TEST_CASE("positions are written about once a second while reading") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  peer.send(topic, numbered(0, 10, 1));
  Reader reader(brokers, topic, fresh_name("group"));
  reader.open();
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  for (int next = 1; next <= 10; ++next) {
    reader.source->commit(std::vector<Position>{{0, next}});
    REQUIRE(reader.step(1ms));
  }
  CHECK(reader.counters.commits <= 1);
  REQUIRE(reader.read_until([&] { return reader.counters.commits > 0; }));
  CHECK(reader.counters.commits <= 2);
  reader.close();
}

TEST_CASE("a second consumer takes over half, and no record is lost or repeated") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(4);
  const std::string group = fresh_name("group");
  peer.send(topic, numbered(0, 4000, 4));
  Reader first(brokers, topic, group);
  first.open();
  REQUIRE(first.read_until([&] { return first.values.size() >= 1000; }));
  Reader second(brokers, topic, group);
  second.open();
  peer.send(topic, numbered(4000, 4000, 4));
  const Deadline deadline = after(kPatience);
  while (first.owned.size() != 2 || second.owned.size() != 2 || !first.caught_up() ||
         !second.caught_up()) {
    REQUIRE(first.step(20ms));
    REQUIRE(second.step(20ms));
    REQUIRE(Clock::now() < deadline);
  }
  CHECK(first.releases >= 1);  // finish() gave the positions, which were committed
  const auto& states = first.assignments;
  REQUIRE(states.size() >= 2);
  CHECK(states.front().partitions->size() == 4);
  CHECK(states.back().partitions->size() == 2);
  std::vector<std::string> all = first.values;
  all.insert(all.end(), second.values.begin(), second.values.end());
  CHECK(sorted(all) == numbers(0, 8000));

  // One leaves: its partitions come back with what it committed.
  second.commit_all();
  second.close();
  REQUIRE(first.read_until([&] { return first.owned.size() == 4 && first.caught_up(); }));
  CHECK(first.values.size() + second.values.size() == 8000);
  first.close();
}

TEST_CASE("work that was not finished at a rebalance comes again to the next owner") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  const std::string group = fresh_name("group");
  peer.send(topic, numbered(0, 100, 1));
  Reader first(brokers, topic, group);
  first.open();
  REQUIRE(first.read_until([&] { return first.caught_up(); }));
  first.next[0] = 60;  // what finish() will say
  Reader second(brokers, topic, group);
  second.open();
  const Deadline deadline = after(kPatience);
  while (first.releases == 0 || (first.owned.empty() && second.owned.empty())) {
    first.values.clear();
    REQUIRE(first.step(20ms));
    REQUIRE(second.step(20ms));
    REQUIRE(Clock::now() < deadline);
  }
  Reader& owner = first.owned.empty() ? second : first;
  REQUIRE(owner.read_until([&] { return owner.caught_up() && !owner.values.empty(); }));
  CHECK(owner.values.front() == "60");
  CHECK(owner.values.back() == "99");
  CHECK(owner.values.size() == 40);
  first.close();
  second.close();
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

// --- Dead letters --------------------------------------------------------------------------------

TEST_CASE("dead letters carry the raw bytes, the key and where they come from") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  Counters counters;
  const auto sink = open_kafka_dead_letter({brokers, topic, {}, &counters}, after(kPatience));
  REQUIRE_MESSAGE(sink.has_value(), (sink ? "" : sink.error().text()));
  const std::string raw("{\"id\": \0 \xff", 10);
  const std::string huge_raw(kDeadLetterBytesMax, 'x');
  const std::string huge_key(2'000'000, 'k');
  const std::vector<DeadLetter> letters{
      {"key", raw, RejectReason::not_json, "at byte 7", "posts", 3, 1234567890123,
       EventTime(1357000000s)},
      {huge_key, huge_raw, RejectReason::too_large, "", "posts", 0, 0, {}},
      {"", "", RejectReason::empty, "", "posts", 1, 2, {}},
  };
  const Result<void> put = (*sink)->put(letters);
  REQUIRE_MESSAGE(put.has_value(), (put ? "" : put.error().text()));

  // Read back by librdkafka alone.
  rd_kafka_conf_t* config = rd_kafka_conf_new();
  rd_kafka_conf_set(config, "bootstrap.servers", brokers.c_str(), nullptr, 0);
  rd_kafka_conf_set(config, "group.id", "unused", nullptr, 0);
  rd_kafka_t* client = rd_kafka_new(RD_KAFKA_CONSUMER, config, nullptr, 0);
  rd_kafka_topic_partition_list_t* list = rd_kafka_topic_partition_list_new(1);
  rd_kafka_topic_partition_list_add(list, topic.c_str(), 0)->offset = RD_KAFKA_OFFSET_BEGINNING;
  rd_kafka_assign(client, list);
  rd_kafka_topic_partition_list_destroy(list);
  using Headers = std::vector<std::pair<std::string, std::string>>;
  std::vector<std::tuple<std::string, std::string, Headers>> found;
  const Deadline deadline = after(kPatience);
  while (found.size() < letters.size() && Clock::now() < deadline) {
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
  REQUIRE(found.size() == 3);
  const auto& [key, value, headers] = found[0];
  CHECK(key == "key");
  CHECK(value == raw);
  CHECK(headers == Headers{{"reason", "not_json"},
                           {"detail", "at byte 7"},
                           {"source_topic", "posts"},
                           {"partition", "3"},
                           {"offset", "1234567890123"},
                           {"timestamp", "2013-01-01T00:26:40Z"}});
  CHECK(std::get<0>(found[1]) == huge_key.substr(0, kDeadLetterKeyBytesMax));
  CHECK(std::get<1>(found[1]) == huge_raw);
  CHECK(std::get<1>(found[2]).empty());
  CHECK(std::get<2>(found[2]).size() == 5);  // no timestamp
}

TEST_CASE("dead letters from several threads are all delivered") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  Counters counters;
  const auto sink = open_kafka_dead_letter({brokers, topic, {}, &counters}, after(kPatience));
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
      open_kafka_dead_letter({"127.0.0.1:1", "dead", {}, &counters}, after(300ms));
  REQUIRE_FALSE(unreachable.has_value());
  CHECK(unreachable.error().kind == ErrorKind::unreachable);
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  const auto unknown =
      open_kafka_dead_letter({brokers, "no-such-topic", {}, &counters}, after(kPatience));
  REQUIRE_FALSE(unknown.has_value());
  CHECK(unknown.error().kind == ErrorKind::refused);
  CHECK(unknown.error().place == "dead_letters.topic");
}
