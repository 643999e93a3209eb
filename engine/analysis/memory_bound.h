// The memory that the state of the brands may take at most, as follows from limits.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigie {

// Bytes on the heap. What is kept of one brand, and of all brands, where some things are bounded by
// shard too. A brand takes as much only with every table full, every text at its longest and every
// sum at its widest; see bench/README.md for what ordinary ones take. Hours ahead of the watermark
// are counted as far as partitions run ahead of each other by a day at most.
//
// Not in it: the configuration and its names, 24 bytes of each brand for each partition that is
// read, what the allocator adds (some tenth), and the copy of a table while it grows.
struct MemoryBound {
  struct Part {
    std::string_view name;
    std::uint64_t of_one = 0;
    std::uint64_t of_all = 0;
  };
  static constexpr std::size_t kParts = 12;
  std::array<Part, kParts> parts;
  std::uint64_t of_one = 0;
  std::uint64_t of_all = 0;

  // REQUIRES: there is one of this name.
  [[nodiscard]] const Part& part(std::string_view name) const;
};

// REQUIRES: shards is not 0.
[[nodiscard]] MemoryBound memory_bound(std::uint64_t brands, std::uint64_t shards);

}  // namespace vigie
