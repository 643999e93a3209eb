// Commits and rebalances of the Kafka source, against a real broker.
#include <doctest/doctest.h>

#include <string>
#include <vector>

#include "connectors/kafka_source.h"
#include "tests/kafka_test.h"

using namespace vigie;
using namespace vigie::test;

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
  // Positions from before this ownership do not move the group back.
  reader.source->commit(std::vector<Position>{{0, 100}, {1, 3}});
  reader.close();
  CHECK(reader.counters.commits == 0);
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
