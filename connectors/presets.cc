#include "connectors/presets.h"

#include <array>

namespace vigie::mapping {
namespace {

#include "connectors/presets.inc"

}  // namespace

std::span<const ShippedMapping> shipped_mappings() { return kEmbedded; }

}  // namespace vigie::mapping
