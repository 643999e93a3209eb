// Sums by period in little memory: what a Track is made of. Private to engine/analysis.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "engine/analysis/measures.h"
#include "engine/analysis/packed.h"

namespace vigie {

using Period = std::int32_t;  // see track.h

// One row for each period that saw a change, with the measures that are not zero, packed: small
// values take one byte. Where many changes come to it the newest row is open instead: a column for
// each measure, so that adding to it costs next to nothing; it is packed when a newer one comes. A
// row that outgrows its place moves to the end of the pool; what rows leave there is reclaimed once
// it is half of the pool. One thread.
class Cells {
 public:
  // REQUIRES: measures <= kMeasures.
  explicit Cells(std::size_t measures) : columns_(static_cast<std::uint8_t>(measures)) {}

  // Asks for what add() to the newest row looks at.
  void prefetch() const {
    if (!rows_.empty()) __builtin_prefetch(&rows_.back());
    if (open_ == nullptr) return __builtin_prefetch(pool_.data() + pool_.size());
    for (std::size_t i = 0; i < columns_; i += 8) __builtin_prefetch(&open_[i]);
  }
  // REQUIRES: each change is of one of the measures.
  void add(Period period, std::span<const Change> changes);
  // Makes the row what `sums` says.
  void assign(Period period, const Measures& sums);

  // Adds the rows of the periods [first, last] to *sums.
  void sum(Period first, Period last, Measures* sums) const;
  [[nodiscard]] std::int64_t sum(Period first, Period last, Measure measure) const;

  void drop_before(Period first);

  [[nodiscard]] std::size_t size() const { return rows_.size(); }
  [[nodiscard]] std::size_t measures() const { return columns_; }
  // Rows are in order of their periods. REQUIRES: row < size().
  [[nodiscard]] Period period(std::size_t row) const { return rows_[row].period; }
  // Hands each measure of the row that is not zero, rising, to take(measure, sum).
  template <class Take>
  void visit(std::size_t row, Take&& take) const {
    if (row + 1 == rows_.size() && open_ != nullptr) {
      for (std::size_t i = 0; i < columns_; ++i) {
        if (open_[i] != 0) take(i, open_[i]);
      }
      return;
    }
    const std::uint8_t* at = pool_.data() + rows_[row].first;
    for (std::uint64_t rest = rows_[row].measures; rest != 0; rest &= rest - 1) {
      const auto measure = static_cast<std::size_t>(std::countr_zero(rest));
      take(measure, unpack(&at));
    }
  }

  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct Row {
    Period period = 0;
    std::uint32_t first = 0;     // of its bytes in the pool
    std::uint64_t measures = 0;  // a bit for each that is not zero; none while it is open
  };
  static_assert(kMeasures <= 64);

  // Index of the first row at or after the period.
  [[nodiscard]] std::size_t find(Period period) const;
  void append(Period period, std::span<const Change> changes);
  void open_newest();
  std::unique_ptr<std::int64_t[]> close_newest();
  [[nodiscard]] bool has_many_changes() const;
  [[nodiscard]] std::uint32_t bytes_of(const Row& row) const;
  void write(Row* row, const Measures& sums);
  void reclaim();

  std::vector<Row> rows_;                 // by period
  std::vector<std::uint8_t> pool_;        // the values of the packed ones
  std::unique_ptr<std::int64_t[]> open_;  // by measure: the newest row; null while that is packed
  std::uint32_t unused_ = 0;              // bytes of the pool that belong to no row
  std::uint8_t columns_;
  std::uint8_t changes_ = 0;  // of the newest row, since it came or was read
};

}  // namespace vigie
