// The mappings of connectors/presets/, as they were when the program was built.
#pragma once

#include <span>
#include <string_view>

namespace vigie::mapping {

// Lives as long as the program.
struct ShippedMapping {
  std::string_view name;  // of its file, and of the mapping in it
  std::string_view yaml;
};

// Sorted by name.
[[nodiscard]] std::span<const ShippedMapping> shipped_mappings();

}  // namespace vigie::mapping
