// The watermark: what holds it back, what lets it go.
#include "engine/runtime/watermark.h"

#include <doctest/doctest.h>

#include <chrono>
#include <optional>
#include <vector>

namespace vigie {
namespace {

using std::chrono::seconds;

EventTime at(int second) { return EventTime{seconds{1'000'000'000 + second}}; }

FactBatch assign(std::uint32_t writer, std::optional<std::vector<PartitionId>> partitions) {
  FactBatch batch;
  batch.writer = writer;
  batch.assignment = FactBatch::Assignment{std::move(partitions)};
  return batch;
}

FactBatch reached(PartitionId partition, std::optional<EventTime> time,
                  std::optional<Duration> idle = std::nullopt) {
  FactBatch batch;
  batch.progress.push_back(
      {.partition = partition, .next_offset = 0, .event_time = time, .idle = idle});
  return batch;
}

TEST_CASE("the watermark is the lowest event time of the partitions") {
  WatermarkTracker tracker(1);
  tracker.update(assign(0, {{1, 2}}));
  tracker.update(reached(1, at(10)));
  CHECK_FALSE(tracker.current());
  tracker.update(reached(2, at(7)));
  CHECK(tracker.current() == at(7));
  tracker.update(reached(2, at(30)));
  CHECK(tracker.current() == at(10));
}

TEST_CASE("it never goes back, even when a partition is read again") {
  WatermarkTracker tracker(1);
  tracker.update(assign(0, {{1}}));
  tracker.update(reached(1, at(50)));
  tracker.update(reached(1, at(20)));
  CHECK(tracker.current() == at(50));
}

TEST_CASE("it waits for a writer that has not said what it owns") {
  WatermarkTracker tracker(2);
  tracker.update(assign(0, {{1}}));
  tracker.update(reached(1, at(10)));
  CHECK_FALSE(tracker.current());
  tracker.update(assign(1, std::vector<PartitionId>{}));
  CHECK(tracker.current() == at(10));
}

TEST_CASE("it stands still between two assignments") {
  WatermarkTracker tracker(2);
  tracker.update(assign(0, {{1}}));
  tracker.update(assign(1, {{2}}));
  tracker.update(reached(1, at(10)));
  tracker.update(reached(2, at(12)));
  tracker.update(assign(1, std::nullopt));
  tracker.update(reached(1, at(40)));
  CHECK(tracker.current() == at(10));
  tracker.update(assign(1, std::vector<PartitionId>{}));
  CHECK(tracker.current() == at(40));
}

TEST_CASE("an idle partition does not hold it back") {
  WatermarkTracker tracker(1);
  tracker.update(assign(0, {{1, 2}}));
  tracker.update(reached(1, at(100)));
  tracker.update(reached(2, std::nullopt, seconds{30}));
  CHECK(tracker.current() == at(100));
  tracker.update(reached(2, at(90)));
  tracker.update(reached(1, at(200)));
  CHECK(tracker.current() == at(100));
}

TEST_CASE("with all partitions idle, event time flows on with the clock") {
  WatermarkTracker tracker(1);
  tracker.update(assign(0, {{1, 2}}));
  tracker.update(reached(1, at(100), seconds{40}));
  tracker.update(reached(2, at(90), seconds{35}));
  CHECK(tracker.current() == at(135));
  tracker.update(reached(2, at(90), seconds{60}));
  tracker.update(reached(1, at(100), seconds{65}));
  CHECK(tracker.current() == at(160));
}

TEST_CASE("partitions that never yielded a mention give no watermark") {
  WatermarkTracker tracker(1);
  tracker.update(assign(0, {{1}}));
  tracker.update(reached(1, std::nullopt, seconds{600}));
  CHECK_FALSE(tracker.current());
}

TEST_CASE("what was saved holds the watermark until more is told") {
  WatermarkTracker tracker(2);
  const std::vector<Progress> saved{
      {.partition = 1, .next_offset = 5, .event_time = at(50), .idle = std::nullopt},
      {.partition = 2, .next_offset = 9, .event_time = at(70), .idle = std::nullopt}};
  tracker.restore(at(40), saved);
  CHECK(tracker.current() == at(40));
  tracker.update(assign(0, {{1}}));
  tracker.update(assign(1, {{2}}));
  CHECK(tracker.current() == at(50));
  tracker.update(reached(1, at(60)));
  CHECK(tracker.current() == at(60));
}

TEST_CASE("positions are kept through a rebalance, and forgotten of what nobody owns after it") {
  const auto ids = [](const WatermarkTracker& tracker) {
    std::vector<PartitionId> out;
    for (const Progress& progress : tracker.progress()) out.push_back(progress.partition);
    return out;
  };
  using Ids = std::vector<PartitionId>;
  WatermarkTracker tracker(2);
  tracker.update(assign(0, {{1, 2}}));
  tracker.update(assign(1, {{3}}));
  CHECK(ids(tracker).empty());  // nothing was told of them
  for (const PartitionId id : {1U, 2U, 3U}) tracker.update(reached(id, at(1)));
  CHECK(ids(tracker) == Ids{1, 2, 3});
  tracker.update(assign(0, std::nullopt));
  tracker.update(assign(1, std::nullopt));
  CHECK(ids(tracker) == Ids{1, 2, 3});
  tracker.update(assign(0, {{1}}));
  CHECK(ids(tracker) == Ids{1, 2, 3});
  tracker.update(assign(1, {{2}}));
  CHECK(ids(tracker) == Ids{1, 2});
  tracker.update(assign(1, {{2, 3}}));
  CHECK(ids(tracker) == Ids{1, 2});  // others may have read on
}

}  // namespace
}  // namespace vigie
