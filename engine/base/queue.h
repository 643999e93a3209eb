// The bounded queue between threads. A full one blocks its producers: that is the back-pressure.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <mutex>
#include <optional>
#include <utility>

#include "engine/base/clock.h"

namespace vigie {

enum class QueueStatus : std::uint8_t { done, timed_out, closed };

// First in, first out, bounded in bytes; any number of producers and consumers. An item larger than
// the bound is taken when the queue is empty, so nothing waits for ever.
template <class T>
class Queue {
 public:
  explicit Queue(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  // Blocks while the queue is full, until the deadline. The item is moved from only on `done`.
  [[nodiscard]] QueueStatus push(T&& item, std::size_t bytes, Deadline deadline) {
    std::unique_lock lock(mutex_);
    const auto has_room = [&] { return closed_ || items_.empty() || bytes_ + bytes <= bytes_max_; };
    if (!room_.wait_until(lock, deadline, has_room)) return QueueStatus::timed_out;
    if (closed_) return QueueStatus::closed;
    items_.emplace_back(std::move(item), bytes);
    bytes_ += bytes;
    lock.unlock();
    filled_.notify_one();
    return QueueStatus::done;
  }

  // Blocks while the queue is empty, until the deadline. `closed` only once it is also drained.
  [[nodiscard]] QueueStatus pop(T* item, Deadline deadline) {
    std::unique_lock lock(mutex_);
    if (!filled_.wait_until(lock, deadline, [&] { return closed_ || !items_.empty(); })) {
      return QueueStatus::timed_out;
    }
    if (items_.empty()) return QueueStatus::closed;
    *item = std::move(items_.front().first);
    bytes_ -= items_.front().second;
    items_.pop_front();
    lock.unlock();
    room_.notify_all();
    return QueueStatus::done;
  }

  // No more pushes; what is inside can still be taken.
  void close() {
    {
      const std::lock_guard lock(mutex_);
      closed_ = true;
    }
    room_.notify_all();
    filled_.notify_all();
  }

  [[nodiscard]] std::size_t bytes() const {
    const std::lock_guard lock(mutex_);
    return bytes_;
  }
  [[nodiscard]] std::size_t bytes_max() const { return bytes_max_; }

 private:
  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  std::condition_variable room_;
  std::condition_variable filled_;
  std::deque<std::pair<T, std::size_t>> items_;
  std::size_t bytes_ = 0;
  bool closed_ = false;
};

}  // namespace vigie
