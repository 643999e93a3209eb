// From the hash of a key to the rows that may hold it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include "engine/base/fact.h"
#include "engine/base/limits.h"

namespace vigie {

// Flat, with open addressing and deletion without tombstones; 8 bytes an entry, at most five
// eighths of the table used. An entry holds 28 bits of the hash: whoever looks something up
// compares the key in the row. Several rows may have the same hash. One thread.
class PostIndex {
 public:
  // A row of a brand: the low bits of its number in the brand's ring.
  static constexpr int kPlaceBits = 18;
  static_assert(kPostsPerBrandMax <= std::size_t{1} << kPlaceBits);
  struct Entry {
    BrandId brand = 0;
    std::uint32_t place = 0;
    friend bool operator==(const Entry&, const Entry&) = default;
  };

  // REQUIRES: there is no such entry.
  void insert(std::uint64_t hash, Entry entry);
  // REQUIRES: there is one.
  void erase(std::uint64_t hash, Entry entry);
  // Makes the entry name another place. REQUIRES: there is one.
  void move(std::uint64_t hash, Entry entry, std::uint32_t place);

  // Hands the entries of the hash to take(entry), in no order, until it returns true.
  template <class Take>
  void find(std::uint64_t hash, Take&& take) const {
    if (size_ == 0) return;
    const std::uint64_t tag = hash >> kTagShift;
    for (std::size_t at = home(tag); slots_[at] != 0; at = next(at)) {
      if (slots_[at] >> kTagShift == tag && take(entry_of(slots_[at]))) return;
    }
  }
  void prefetch(std::uint64_t hash) const {
    if (!slots_.empty()) __builtin_prefetch(&slots_[home(hash >> kTagShift)]);
  }

  [[nodiscard]] std::size_t size() const { return size_; }
  [[nodiscard]] std::size_t memory_bytes() const {
    return slots_.capacity() * sizeof(std::uint64_t);
  }

 private:
  // A slot: 28 bits of the hash, the brand and one, the place; 0 is empty.
  static constexpr int kTagBits = 28;
  static constexpr int kTagShift = 64 - kTagBits;
  static constexpr int kBrandBits = kTagShift - kPlaceBits;
  static_assert(kBrandsMax < std::size_t{1} << kBrandBits);

  [[nodiscard]] static std::uint64_t slot_of(std::uint64_t hash, Entry entry) {
    return hash >> kTagShift << kTagShift | (std::uint64_t{entry.brand} + 1) << kPlaceBits |
           entry.place;
  }
  [[nodiscard]] static Entry entry_of(std::uint64_t slot) {
    constexpr std::uint64_t kBrandMask = (std::uint64_t{1} << kBrandBits) - 1;
    constexpr std::uint64_t kPlaceMask = (std::uint64_t{1} << kPlaceBits) - 1;
    return {static_cast<BrandId>((slot >> kPlaceBits & kBrandMask) - 1),
            static_cast<std::uint32_t>(slot & kPlaceMask)};
  }
  [[nodiscard]] std::size_t home(std::uint64_t tag) const { return tag >> home_shift_; }
  [[nodiscard]] std::size_t next(std::size_t at) const { return (at + 1) & (slots_.size() - 1); }
  [[nodiscard]] std::size_t find_slot(std::uint64_t hash, Entry entry) const;
  void put(std::uint64_t slot);
  void grow();

  std::vector<std::uint64_t> slots_;  // a power of two of them
  std::size_t size_ = 0;
  int home_shift_ = kTagBits;
};

}  // namespace vigie
