// What posts added to the slices of a brand, as long as that is little. Private to Slices.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "engine/analysis/cells.h"
#include "engine/analysis/measures.h"
#include "engine/analysis/packed.h"
#include "engine/analysis/post_state.h"

namespace vigie {

// A post adds the same to each of its slices, and to one hour: an entry says so once, in some 30
// bytes, where a Track takes as many for each slice and a few hundred beside. The same slices and
// hours may come in several entries, which add up. One thread.
class SliceLog {
 public:
  // Of all entries together.
  static constexpr std::size_t kBytesMax = 2048;

  // What `ids` gained in an hour. False, and nothing changed, where there is no room for it.
  // REQUIRES: changes of the first kSlicedMeasures, rising; at most kSlicesMax ids.
  static constexpr std::size_t kSlicesMax = 300;
  [[nodiscard]] bool add(Period hour, std::span<const Change> changes,
                         std::span<const SliceId> ids);

  // Hands each entry to take(hour, changes, ids), in order of arrival.
  template <class Take>
  void visit(Take&& take) const {
    std::array<Change, kSlicedMeasures> changes;
    std::array<SliceId, kSlicesMax> ids;
    const std::uint8_t* at = bytes_.data();
    while (at != bytes_.data() + bytes_.size()) {
      const auto hour = static_cast<Period>(unpack(&at));
      std::size_t count = 0;
      for (auto rest = static_cast<std::uint64_t>(unpack(&at)); rest != 0; rest &= rest - 1) {
        const auto measure = static_cast<std::uint8_t>(std::countr_zero(rest));
        changes[count++] = {measure, unpack(&at)};
      }
      const auto slices = static_cast<std::size_t>(unpack(&at));
      for (std::size_t i = 0; i < slices; ++i) ids[i] = static_cast<SliceId>(unpack(&at));
      take(hour, std::span<const Change>(changes.data(), count),
           std::span<const SliceId>(ids.data(), slices));
    }
  }

  // The earliest hour of an entry; past all that there may be, where there is none.
  [[nodiscard]] Period oldest() const { return oldest_; }
  [[nodiscard]] std::size_t bytes() const { return bytes_.size(); }
  [[nodiscard]] std::size_t memory_bytes() const { return bytes_.capacity(); }

 private:
  std::vector<std::uint8_t> bytes_;
  Period oldest_ = std::numeric_limits<Period>::max();
};

}  // namespace vigie
