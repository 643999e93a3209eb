// A cell holds one immutable value that readers share while a writer replaces it: rule sets going
// in, snapshots going out.
#pragma once

#include <memory>
#include <mutex>
#include <utility>

namespace vigie {

// Any number of readers and writers. A reader's value stays whole for as long as it holds it. The
// lock is held for one pointer copy; std::atomic<std::shared_ptr> is not used because the one of
// g++ 12 trips its ThreadSanitizer.
template <class T>
class Cell {
 public:
  Cell() = default;
  explicit Cell(std::shared_ptr<const T> value) : value_(std::move(value)) {}

  // Null until the first store.
  [[nodiscard]] std::shared_ptr<const T> load() const {
    const std::lock_guard lock(mutex_);
    return value_;
  }

  void store(std::shared_ptr<const T> value) {
    const std::lock_guard lock(mutex_);
    value_.swap(value);  // the old value is released after the lock
  }

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<const T> value_;
};

}  // namespace vigie
