// Rows by key, in bounded memory: all while they are few, then a fair sample of them.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "engine/base/post_key.h"

namespace vigie {

// Adaptive sampling (Wegman; Flajolet, Computing 1990): when there are more than `rows_max` rows,
// those go whose key is not divisible by a power of two that grows. Which keys are kept follows
// from the set of keys that ever came, not from their order; a key that is kept was kept from the
// first. So sums over rows, multiplied by one_in(), estimate those over all: counts with a standard
// error of about 1.2 / sqrt(rows_max), a share f of them 1.2 / sqrt(f * rows_max).
//
// `Row` is a value with a member `Key128 key`. Keys are taken as they are for hashes: they must be
// random (siphash128), or the bound does not hold. Rows lie side by side, in no order; from
// kScanned on an open-addressing table of 32-bit places finds them. One thread.
template <class Row>
class KeySample {
 public:
  // REQUIRES: rows_max < 2^kPlaceBits - 1.
  explicit KeySample(std::size_t rows_max) : rows_max_(rows_max) {}

  // Null where there is none. Valid until rows come or go.
  [[nodiscard]] Row* find(const Key128& key) {
    const std::size_t row = find_row(key);
    return row < rows_.size() ? &rows_[row] : nullptr;
  }

  // The row of the key, made (of its key alone) where there is none; null where the sample does
  // not hold it, and for a key that is none.
  [[nodiscard]] Row* find_or_add(const Key128& key) {
    if (!holds(key)) return nullptr;
    const std::size_t row = find_row(key);
    return row < rows_.size() ? &rows_[row] : add(key);
  }

  // Asks for what find_or_add() looks at first; and, once that is there, for the row.
  void prefetch(const Key128& key) const {
    if (!places_.empty()) __builtin_prefetch(&places_[home(key)]);
  }
  void prefetch_row(const Key128& key) const {
    if (places_.empty()) return;
    const std::uint32_t found = places_[home(key)];
    if (found != 0) __builtin_prefetch(&rows_[row_of(found)]);
  }

  // True when there was one.
  bool erase(const Key128& key) {
    const std::size_t row = find_row(key);
    if (row == rows_.size()) return false;
    if (!places_.empty()) {
      free_place(place_of(key));
      if (row + 1 < rows_.size())
        places_[place_of(rows_.back().key)] = entry(rows_.back().key, row);
    }
    rows_[row] = rows_.back();
    rows_.pop_back();
    return true;
  }

  template <class Predicate>
  void erase_if(Predicate gone) {
    if (std::erase_if(rows_, gone) == 0) return;
    if (rows_.size() < rows_.capacity() / 4) {
      rows_.shrink_to_fit();  // what a crowd needed once
      std::vector<std::uint32_t>().swap(places_);
    }
    index();
  }

  [[nodiscard]] std::span<const Row> rows() const { return rows_; }
  // By key: what is written must not depend on the order in which keys came.
  [[nodiscard]] std::vector<const Row*> sorted() const {
    std::vector<const Row*> sorted;
    sorted.reserve(rows_.size());
    for (const Row& row : rows_) sorted.push_back(&row);
    std::ranges::sort(sorted, {}, [](const Row* row) { return row->key; });
    return sorted;
  }
  [[nodiscard]] unsigned level() const { return level_; }
  // 1 while every key is kept, then 2, 4...
  [[nodiscard]] std::uint64_t one_in() const { return std::uint64_t{1} << level_; }
  [[nodiscard]] std::size_t memory_bytes() const {
    return rows_.capacity() * sizeof(Row) + places_.capacity() * sizeof(std::uint32_t);
  }

  // Takes over what rows() and level() were. False, and nothing changed, where they cannot have
  // been that. REQUIRES: no two rows have the same key.
  [[nodiscard]] bool load(unsigned level, std::vector<Row>&& rows) {
    if (level > kLevelMax || rows.size() > rows_max_) return false;
    for (const Row& row : rows) {
      if (!row.key.is_set() || !divisible(row.key, level)) return false;
    }
    level_ = level;
    rows_ = std::move(rows);
    index();
    return true;
  }

 private:
  // A place holds a row's number plus one, and above it bits of the row's key, so that a place of
  // another row is mostly told without a look at that row; 0 is free.
  static constexpr unsigned kPlaceBits = 17;
  static constexpr std::uint32_t kPlaceMask = (1U << kPlaceBits) - 1;
  static constexpr std::size_t kScanned = 8;
  static constexpr unsigned kLevelMax = 48;  // 2^48 keys are more than ever come

  static bool divisible(const Key128& key, unsigned level) {
    return (key.high & ((std::uint64_t{1} << level) - 1)) == 0;
  }
  [[nodiscard]] bool holds(const Key128& key) const {
    return key.is_set() && divisible(key, level_);
  }
  static std::uint32_t mark(const Key128& key) {
    return static_cast<std::uint32_t>(key.high >> (32 + kPlaceBits)) << kPlaceBits;
  }
  static std::uint32_t entry(const Key128& key, std::size_t row) {
    return mark(key) | static_cast<std::uint32_t>(row + 1);
  }
  static std::size_t row_of(std::uint32_t entry) { return (entry & kPlaceMask) - 1; }
  [[nodiscard]] std::size_t home(const Key128& key) const { return key.low & (places_.size() - 1); }

  // Where the key is, or would be. REQUIRES: there are places.
  [[nodiscard]] std::size_t place_of(const Key128& key) const {
    const std::uint32_t wanted = mark(key);
    std::size_t place = home(key);
    while (places_[place] != 0) {
      const std::uint32_t found = places_[place];
      if ((found & ~kPlaceMask) == wanted && rows_[row_of(found)].key == key) break;
      place = (place + 1) & (places_.size() - 1);
    }
    return place;
  }

  // rows_.size() where there is none.
  [[nodiscard]] std::size_t find_row(const Key128& key) const {
    if (places_.empty()) {
      std::size_t row = 0;
      while (row < rows_.size() && rows_[row].key != key) ++row;
      return row;
    }
    const std::uint32_t found = places_[place_of(key)];
    return found == 0 ? rows_.size() : row_of(found);
  }

  Row* add(const Key128& key) {
    if (rows_.size() == rows_.capacity()) {
      // Not twice as many: most brands are small, and there are thousands of them.
      rows_.reserve(std::min(rows_max_ + 1, rows_.size() + rows_.size() / 4 + 1));
    }
    rows_.emplace_back().key = key;
    if (rows_.size() > rows_max_) {
      thin();
      if (!holds(key)) return nullptr;
      return find(key);
    }
    if (rows_.size() > kScanned && rows_.size() * 3 > places_.size() * 2) {
      index();
    } else if (!places_.empty()) {
      places_[place_of(key)] = entry(key, rows_.size() - 1);
    }
    return &rows_.back();
  }

  void thin() {
    while (rows_.size() > rows_max_ && level_ < kLevelMax) {
      ++level_;
      std::erase_if(rows_, [this](const Row& row) { return !holds(row.key); });
    }
    index();
  }

  // Makes the places anew.
  void index() {
    places_.clear();
    if (rows_.size() <= kScanned) {
      places_.shrink_to_fit();
      return;
    }
    places_.resize(std::bit_ceil(rows_.size() * 3 / 2 + 1));
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      std::size_t place = home(rows_[row].key);
      while (places_[place] != 0) place = (place + 1) & (places_.size() - 1);
      places_[place] = entry(rows_[row].key, row);
    }
  }

  // Frees the place, and moves those behind it up that are found through it.
  void free_place(std::size_t free) {
    const std::size_t mask = places_.size() - 1;
    for (std::size_t at = (free + 1) & mask; places_[at] != 0; at = (at + 1) & mask) {
      const std::size_t from_home = (at - home(rows_[row_of(places_[at])].key)) & mask;
      if (from_home < ((at - free) & mask)) continue;
      places_[free] = places_[at];
      free = at;
    }
    places_[free] = 0;
  }

  std::size_t rows_max_;
  unsigned level_ = 0;
  std::vector<Row> rows_;
  std::vector<std::uint32_t> places_;  // a power of two of them, or none
};

}  // namespace vigie
