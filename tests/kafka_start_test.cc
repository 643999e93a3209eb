// Where the Kafka source begins when state is kept, against a real broker.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "connectors/kafka_source.h"
#include "engine/base/start_positions.h"
#include "tests/kafka_test.h"

using namespace vigie;
using namespace vigie::test;

namespace {

// A group that has committed so many records of partition 0.
void commit_some(const std::string& brokers, const std::string& topic, const std::string& group,
                 std::int64_t records) {
  Reader reader(brokers, topic, group);
  reader.open();
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  reader.source->commit(std::vector<Position>{{0, records}});
  reader.close();
}

}  // namespace

TEST_CASE("what a new state lacks is told of every partition, and once") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string group = fresh_name("group");
  StartPositions start;
  std::uint64_t lacking = 0;
  for (PartitionId i = 0; i < 2; ++i) {
    const std::string topic = peer.create_topic(1);
    peer.send(topic, numbered(0, 100, 1));
    commit_some(brokers, topic, group, 60);
    for (int repeat = 0; repeat < 2; ++repeat) {
      Reader reader(brokers, topic, group);
      reader.options.first_partition = i;
      reader.open();
      reader.source->start_from(&start);
      REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
      lacking += reader.counters.gap_records;
      reader.source->commit(std::vector<Position>{{i, 80}});
      reader.close();
    }
    CHECK(lacking == 60 * (i + 1));
  }
}

TEST_CASE("a saved position is not used once another process has read on") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  const std::string group = fresh_name("group");
  peer.send(topic, numbered(0, 100, 1));
  commit_some(brokers, topic, group, 40);
  Reader other(brokers, topic, group, "a");
  other.open();
  REQUIRE(other.read_until([&] { return other.caught_up(); }));
  other.next.clear();
  StartPositions start;
  start.add(0, 30);
  Reader reader(brokers, topic, group, "b");
  reader.open();
  reader.source->start_from(&start);
  const Deadline deadline = after(kPatience);
  // Until one of them has it, and the other one is told that it has none.
  while (other.owned.size() + reader.owned.size() != 1 || reader.assignments.empty() ||
         !reader.assignments.back().partitions || !other.assignments.back().partitions) {
    REQUIRE(other.step(20ms));
    other.next.clear();  // so that it commits nothing of its own
    REQUIRE(reader.step(20ms));
    REQUIRE(Clock::now() < deadline);
  }
  if (!reader.owned.empty()) return;  // the group chose so; nothing is shown then
  std::string first = "30";
  SUBCASE("it has not") {}
  SUBCASE("it has") {
    other.source->commit(std::vector<Position>{{0, 90}});
    first = "90";
  }
  other.close();
  REQUIRE(reader.read_until([&] { return !reader.values.empty(); }));
  CHECK(reader.values.front() == first);
  reader.close();
}

TEST_CASE("a log that ends before the state is another one, and is read from its start") {
  const std::string brokers = test_brokers();
  if (brokers.empty()) return;
  Peer peer(brokers);
  const std::string topic = peer.create_topic(1);
  peer.send(topic, numbered(0, 10, 1));
  StartPositions start;
  start.add(0, 500);
  Reader reader(brokers, topic, fresh_name("group"));
  reader.open();
  reader.source->start_from(&start);
  REQUIRE(reader.read_until([&] { return reader.caught_up(); }));
  CHECK(reader.begun_anew == std::vector<PartitionId>{0});
  CHECK(reader.values.size() == 10);
  CHECK(reader.counters.logs_begun_anew == 1);
  reader.close();
}
