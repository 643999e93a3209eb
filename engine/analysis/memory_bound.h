// The memory that the state of the brands may take at most, as follows from limits.h.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigie {

// Bytes. What is kept of one brand, and of all brands, where some things are bounded by shard too.
// A brand takes as much only with every table full and every value at its widest; see state_bench
// for what ordinary ones take.
struct MemoryBound {
  struct Part {
    std::string_view name;
    std::uint64_t of_one = 0;
    std::uint64_t of_all = 0;
  };
  static constexpr std::size_t kParts = 7;
  std::array<Part, kParts> parts;
  std::uint64_t of_one = 0;
  std::uint64_t of_all = 0;
};

// REQUIRES: shards is not 0.
[[nodiscard]] MemoryBound memory_bound(std::uint64_t brands, std::uint64_t shards);

}  // namespace vigie
