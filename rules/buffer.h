// Scratch memory: a growable array that does not clear itself, for what is written before it is
// read, and how memory is given back.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <memory>
#include <type_traits>
#include <vector>

#include "engine/base/limits.h"

namespace vigie::rules {

// Gives the memory of a scratch vector back when one huge post has made it large.
template <class T>
void trim(std::vector<T>* scratch) {
  if (scratch->capacity() * sizeof(T) > kScratchKeptBytes) std::vector<T>().swap(*scratch);
}

template <class T>
class Buffer {
  static_assert(std::is_trivially_copyable_v<T>);

 public:
  [[nodiscard]] T* data() { return data_.get(); }
  [[nodiscard]] const T* data() const { return data_.get(); }
  [[nodiscard]] std::size_t capacity() const { return capacity_; }

  // Makes room for `count` elements; those below `kept` stay, the others are unspecified.
  void reserve(std::size_t count, std::size_t kept) {
    if (count <= capacity_) return;
    count = std::max(count, capacity_ + capacity_ / 2);
    auto data = std::make_unique_for_overwrite<T[]>(count);
    if (kept != 0) std::memcpy(data.get(), data_.get(), kept * sizeof(T));
    data_ = std::move(data);
    capacity_ = count;
  }

  // Gives the memory back when one huge post has made it large.
  void trim() {
    if (capacity_ * sizeof(T) <= kScratchKeptBytes) return;
    data_.reset();
    capacity_ = 0;
  }

 private:
  std::unique_ptr<T[]> data_;
  std::size_t capacity_ = 0;
};

}  // namespace vigie::rules
