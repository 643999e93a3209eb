// What every peer answers for a post.
#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

namespace vigie::bench {

// Places of the names that occur in a text. Peers report a name once for each of its occurrences.
using Occurring = std::vector<std::uint32_t>;

inline void keep_each_once(Occurring* names) {
  std::ranges::sort(*names);
  names->erase(std::ranges::unique(*names).begin(), names->end());
}

}  // namespace vigie::bench
