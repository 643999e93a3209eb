#include "engine/analysis/slice_log.h"

#include <algorithm>

namespace vigie {

bool SliceLog::add(Period hour, std::span<const Change> changes, std::span<const SliceId> ids) {
  std::array<std::uint8_t, (3 + kSlicedMeasures + kSlicesMax) * kPackedBytesMax> packed;
  std::int64_t measures = 0;
  for (const Change& change : changes) measures |= std::int64_t{1} << change.measure;
  std::uint8_t* end = pack(hour, packed.data());
  end = pack(measures, end);
  for (const Change& change : changes) end = pack(change.by, end);
  end = pack(static_cast<std::int64_t>(ids.size()), end);
  for (const SliceId id : ids) end = pack(id, end);
  const auto bytes = static_cast<std::size_t>(end - packed.data());
  if (bytes_.size() + bytes > kBytesMax) return false;
  make_room(&bytes_, bytes);
  oldest_ = std::min(oldest_, hour);
  bytes_.insert(bytes_.end(), packed.data(), end);
  return true;
}

}  // namespace vigie
