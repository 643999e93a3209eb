// A bump allocator whose memory is handed out until reset() and then used again: the strings and
// lists of a batch of mentions live in one, so that decoding allocates nothing once warm.
#pragma once

#include <algorithm>
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
// destructible values go in. A block above kArenaBlockKeptBytes is given back at reset(), so one
// huge record does not pin its size for ever.
class Arena {
 public:
  [[nodiscard]] char* bytes(std::size_t count) { return take(count, 1); }

  [[nodiscard]] std::string_view copy(std::string_view text) {
    char* to = bytes(text.size());
    std::memcpy(to, text.data(), text.size());
    return {to, text.size()};
  }

  template <class T>
  [[nodiscard]] std::span<const T> copy(std::span<const T> values) {
    static_assert(std::is_trivially_destructible_v<T> && std::is_trivially_copyable_v<T>);
    if (values.empty()) return {};
    char* to = take(values.size_bytes(), alignof(T));
    std::memcpy(to, values.data(), values.size_bytes());
    return {std::launder(reinterpret_cast<const T*>(to)), values.size()};
  }

  void reset() {
    std::erase_if(blocks_, [](const Block& block) { return block.size > kArenaBlockKeptBytes; });
    current_ = 0;
    used_ = 0;
  }

 private:
  struct Block {
    std::unique_ptr<char[]> data;
    std::size_t size;
  };

  char* take(std::size_t count, std::size_t alignment) {
    for (; current_ < blocks_.size(); ++current_, used_ = 0) {
      const std::size_t start = (used_ + alignment - 1) / alignment * alignment;
      if (start + count > blocks_[current_].size) continue;
      used_ = start + count;
      return blocks_[current_].data.get() + start;
    }
    const std::size_t size = std::max(count, kArenaBlockBytes);
    blocks_.push_back({std::make_unique_for_overwrite<char[]>(size), size});
    used_ = count;
    return blocks_[current_].data.get();
  }

  std::vector<Block> blocks_;
  std::size_t current_ = 0;  // the block being filled
  std::size_t used_ = 0;     // bytes handed out of it
};

}  // namespace vigie
