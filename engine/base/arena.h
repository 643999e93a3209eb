// A bump allocator whose memory is handed out until reset() and then used again: the strings and
// lists of a batch of mentions live in one, so that decoding allocates nothing once warm.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <new>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "engine/base/limits.h"

namespace vigie {

// One owner, one thread. Memory is stable until reset(); nothing is destroyed, so only trivially
// destructible values go in. reset() keeps kArenaKeptBytes for the next round and gives the rest
// back, so one huge record does not pin its size for ever.
class Arena {
 public:
  [[nodiscard]] char* bytes(std::size_t count) { return take(count, 1); }

  [[nodiscard]] std::string_view copy(std::string_view text) {
    if (text.empty()) return {};
    char* to = bytes(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  template <class T>
  [[nodiscard]] std::span<const T> copy(std::span<const T> values) {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
    static_assert(alignof(T) <= __STDCPP_DEFAULT_NEW_ALIGNMENT__);
    if (values.empty()) return {};
    char* to = take(values.size_bytes(), alignof(T));
    std::memcpy(to, values.data(), values.size_bytes());
    return {std::launder(reinterpret_cast<const T*>(to)), values.size()};
  }

  void reset() {
    constexpr std::size_t kBlocksKept = kArenaKeptBytes / kArenaBlockBytes;
    if (blocks_.size() > kBlocksKept) blocks_.resize(kBlocksKept);
    large_.clear();
    large_bytes_ = 0;
    current_ = 0;
    used_ = 0;
  }

  // Heap memory that the arena holds, handed out or kept.
  [[nodiscard]] std::size_t held_bytes() const {
    return blocks_.size() * kArenaBlockBytes + large_bytes_;
  }

 private:
  using Block = std::unique_ptr<char[]>;

  // A value that no block could hold gets memory of its own, which lasts until reset() only.
  char* take(std::size_t count, std::size_t alignment) {
    if (count > kArenaBlockBytes) {
      large_bytes_ += count;
      return large_.emplace_back(std::make_unique_for_overwrite<char[]>(count)).get();
    }
    std::size_t start = (used_ + alignment - 1) / alignment * alignment;
    if (start + count > kArenaBlockBytes) {
      ++current_;
      start = 0;
    }
    if (current_ == blocks_.size()) {
      blocks_.push_back(std::make_unique_for_overwrite<char[]>(kArenaBlockBytes));
    }
    used_ = start + count;
    return blocks_[current_].get() + start;
  }

  std::vector<Block> blocks_;  // of kArenaBlockBytes each
  std::vector<Block> large_;
  std::size_t large_bytes_ = 0;
  std::size_t current_ = 0;  // the block being filled
  std::size_t used_ = 0;     // bytes handed out of it
};

}  // namespace vigie
