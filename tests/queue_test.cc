// Where threads meet: Cell and Queue.
#include "engine/base/queue.h"

#include <doctest/doctest.h>

#include <atomic>
#include <chrono>
#include <latch>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "engine/base/cell.h"

using namespace vigie;
using namespace std::chrono_literals;

namespace {

// Generous: only a test that fails ever waits for it.
Deadline far_off() { return after(60s); }
Deadline already_over() { return Clock::now() - 1s; }

TEST_CASE("a cell is empty until something is stored, and readers keep what they hold") {
  Cell<std::string> cell;
  CHECK(cell.load() == nullptr);
  cell.store(std::make_shared<const std::string>("first"));
  const std::shared_ptr<const std::string> held = cell.load();
  cell.store(std::make_shared<const std::string>("second"));
  CHECK(*held == "first");
  CHECK(*cell.load() == "second");
  CHECK(held.use_count() == 1);
  CHECK(*Cell<int>(std::make_shared<const int>(7)).load() == 7);
}

TEST_CASE("readers of a cell see whole values that never go back") {
  struct Pair {
    int a = 0;
    int b = 0;
  };
  constexpr int kStores = 2000;
  Cell<Pair> cell(std::make_shared<const Pair>());
  std::atomic<int> wrong{0};
  std::latch started(2);
  std::vector<std::thread> readers;
  for (int i = 0; i < 2; ++i) {
    readers.emplace_back([&] {
      int last = 0;
      started.count_down();
      while (last < kStores) {
        const std::shared_ptr<const Pair> pair = cell.load();
        if (pair->a != pair->b || pair->a < last) ++wrong;
        last = pair->a;
      }
    });
  }
  started.wait();
  for (int i = 1; i <= kStores; ++i) cell.store(std::make_shared<const Pair>(Pair{i, i}));
  for (std::thread& reader : readers) reader.join();
  CHECK(wrong == 0);
}

TEST_CASE("a queue hands out in the order it took in, and counts bytes") {
  Queue<int> queue(100);
  CHECK(queue.bytes_max() == 100);
  for (int i = 0; i < 3; ++i) CHECK(queue.push(int{i}, 10, far_off()) == QueueStatus::done);
  CHECK(queue.bytes() == 30);
  for (int i = 0; i < 3; ++i) {
    int item = -1;
    REQUIRE(queue.pop(&item, far_off()) == QueueStatus::done);
    CHECK(item == i);
  }
  CHECK(queue.bytes() == 0);
}

TEST_CASE("a full queue refuses at the deadline and leaves the item with its owner") {
  Queue<std::unique_ptr<int>> queue(10);
  REQUIRE(queue.push(std::make_unique<int>(1), 10, far_off()) == QueueStatus::done);
  auto item = std::make_unique<int>(2);
  CHECK(queue.push(std::move(item), 1, already_over()) == QueueStatus::timed_out);
  REQUIRE(item != nullptr);
  CHECK(*item == 2);
  CHECK(queue.bytes() == 10);
}

TEST_CASE("an item larger than the bound is taken when the queue is empty") {
  Queue<int> queue(10);
  CHECK(queue.push(1, 1000, already_over()) == QueueStatus::done);
  CHECK(queue.push(2, 1000, already_over()) == QueueStatus::timed_out);
  int item = 0;
  CHECK(queue.pop(&item, already_over()) == QueueStatus::done);
  CHECK(queue.push(2, 1000, already_over()) == QueueStatus::done);
}

TEST_CASE("an empty queue answers at the deadline and leaves the target alone") {
  Queue<int> queue(10);
  int item = 42;
  CHECK(queue.pop(&item, already_over()) == QueueStatus::timed_out);
  CHECK(queue.pop(&item, after(1ms)) == QueueStatus::timed_out);
  CHECK(item == 42);
}

TEST_CASE("a closed queue takes nothing more and can be drained") {
  Queue<std::string> queue(100);
  REQUIRE(queue.push("inside", 10, far_off()) == QueueStatus::done);
  queue.close();
  std::string late = "late";
  CHECK(queue.push(std::move(late), 10, far_off()) == QueueStatus::closed);
  CHECK(late == "late");
  std::string item;
  CHECK(queue.pop(&item, far_off()) == QueueStatus::done);
  CHECK(item == "inside");
  CHECK(queue.pop(&item, far_off()) == QueueStatus::closed);
  queue.close();
  CHECK(queue.pop(&item, far_off()) == QueueStatus::closed);
}

TEST_CASE("closing wakes whoever waits for room or for an item") {
  Queue<int> full(10);
  Queue<int> empty(10);
  REQUIRE(full.push(1, 10, far_off()) == QueueStatus::done);
  QueueStatus pushed = QueueStatus::done;
  QueueStatus popped = QueueStatus::done;
  std::thread producer([&] { pushed = full.push(2, 10, far_off()); });
  std::thread consumer([&] {
    int item = 0;
    popped = empty.pop(&item, far_off());
  });
  full.close();
  empty.close();
  producer.join();
  consumer.join();
  CHECK(pushed == QueueStatus::closed);
  CHECK(popped == QueueStatus::closed);
}

TEST_CASE("a small queue between fast threads loses nothing and stays within its bound") {
  constexpr int kItems = 5000;
  constexpr std::size_t kBytesMax = 64;
  Queue<int> queue(kBytesMax);
  std::atomic<bool> over{false};
  const auto produce = [&](int first) {
    for (int i = 0; i < kItems; ++i) {
      const std::size_t bytes = 1 + static_cast<std::size_t>(i) % 16;
      if (queue.push(first + i, bytes, far_off()) != QueueStatus::done) over = true;
      if (queue.bytes() > kBytesMax) over = true;
    }
  };
  std::thread low(produce, 0);
  std::thread high(produce, kItems);
  std::vector<int> next{0, kItems};  // each producer's items come in its order
  for (int taken = 0; taken < 2 * kItems; ++taken) {
    int item = 0;
    REQUIRE(queue.pop(&item, far_off()) == QueueStatus::done);
    int& expected = next[item < kItems ? 0 : 1];
    REQUIRE(item == expected);
    ++expected;
  }
  low.join();
  high.join();
  CHECK_FALSE(over);
  CHECK(queue.bytes() == 0);
}

TEST_CASE("two consumers share the items of one producer and both see the end") {
  constexpr int kItems = 5000;
  Queue<int> queue(256);
  std::vector<std::vector<int>> taken(2);
  std::vector<std::thread> consumers;
  for (std::vector<int>& mine : taken) {
    consumers.emplace_back([&queue, &mine] {
      int item = 0;
      while (queue.pop(&item, far_off()) == QueueStatus::done) mine.push_back(item);
    });
  }
  for (int i = 0; i < kItems; ++i) REQUIRE(queue.push(int{i}, 8, far_off()) == QueueStatus::done);
  queue.close();
  for (std::thread& consumer : consumers) consumer.join();
  std::vector<bool> seen(kItems);
  for (const std::vector<int>& mine : taken) {
    for (const int item : mine) {
      REQUIRE_FALSE(seen[static_cast<std::size_t>(item)]);
      seen[static_cast<std::size_t>(item)] = true;
    }
  }
  CHECK(taken[0].size() + taken[1].size() == kItems);
}

}  // namespace
