#include "engine/analysis/cells.h"

#include <algorithm>
#include <utility>

namespace vigie {
namespace {

constexpr std::uint32_t kReclaimBytesMin = 64;
// Changes of the newest row from which it is open. Packing a row anew takes as long as opening it,
// but an open one of all measures is 448 bytes, and a brand with a post a day has a few of a month.
constexpr std::uint8_t kOpenFrom = 3;
constexpr std::uint8_t kWideOpenFrom = 12;
constexpr std::uint8_t kChangesMax = 255;

}  // namespace

std::size_t Cells::find(Period period) const {
  if (rows_.empty() || rows_.back().period < period) return rows_.size();
  const auto at = std::lower_bound(rows_.begin(), rows_.end(), period,
                                   [](const Row& row, Period p) { return row.period < p; });
  return static_cast<std::size_t>(at - rows_.begin());
}

void Cells::add(Period period, std::span<const Change> changes) {
  if (changes.empty()) return;
  if (rows_.empty() || rows_.back().period < period) return append(period, changes);
  const bool newest = rows_.back().period == period;
  if (newest && changes_ < kChangesMax) ++changes_;
  if (newest && open_ == nullptr && has_many_changes()) open_newest();
  if (newest && open_ != nullptr) {
    for (const Change& change : changes) open_[change.measure] += change.by;
    return;
  }
  Measures sums{};
  const std::size_t row = find(period);
  if (rows_[row].period != period) {
    make_room(&rows_, 1);
    rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(row), Row{period, 0, 0});
  } else {
    visit(row, [&](std::size_t measure, std::int64_t sum) { sums[measure] = sum; });
  }
  for (const Change& change : changes) sums[change.measure] += change.by;
  write(&rows_[row], sums);
}

bool Cells::has_many_changes() const {
  return changes_ >= (columns_ > kSlicedMeasures ? kWideOpenFrom : kOpenFrom);
}

// After a row with many changes the next one is open from the start.
void Cells::append(Period period, std::span<const Change> changes) {
  const bool open = open_ != nullptr && has_many_changes();
  std::unique_ptr<std::int64_t[]> columns = close_newest();
  changes_ = 1;
  make_room(&rows_, 1);
  rows_.push_back({period, 0, 0});
  if (open) {
    open_ = std::move(columns);
    std::fill_n(open_.get(), columns_, 0);
    for (const Change& change : changes) open_[change.measure] += change.by;
    return;
  }
  Measures sums{};
  for (const Change& change : changes) sums[change.measure] += change.by;
  write(&rows_.back(), sums);
}

void Cells::assign(Period period, const Measures& sums) {
  const std::size_t row = find(period);
  if (row == rows_.size()) close_newest();
  if (row == rows_.size() || rows_[row].period != period) {
    make_room(&rows_, 1);
    rows_.insert(rows_.begin() + static_cast<std::ptrdiff_t>(row), Row{period, 0, 0});
  }
  if (row + 1 == rows_.size()) {
    open_.reset();
    changes_ = 1;
  }
  write(&rows_[row], sums);
}

void Cells::open_newest() {
  Row& row = rows_.back();
  auto sums = std::make_unique<std::int64_t[]>(columns_);
  visit(rows_.size() - 1, [&](std::size_t measure, std::int64_t sum) { sums[measure] = sum; });
  unused_ += bytes_of(row);
  row.measures = 0;
  open_ = std::move(sums);
}

// Returns what the row was kept in.
std::unique_ptr<std::int64_t[]> Cells::close_newest() {
  if (open_ == nullptr) return nullptr;
  Measures sums{};
  std::copy_n(open_.get(), columns_, sums.begin());
  std::unique_ptr<std::int64_t[]> open = std::move(open_);
  write(&rows_.back(), sums);
  return open;
}

std::uint32_t Cells::bytes_of(const Row& row) const {
  const std::uint8_t* at = pool_.data() + row.first;
  for (std::uint64_t rest = row.measures; rest != 0; rest &= rest - 1) {
    while (*at++ >= 0x80) {
    }
  }
  return static_cast<std::uint32_t>(at - (pool_.data() + row.first));
}

void Cells::write(Row* row, const Measures& sums) {
  const std::uint32_t room = bytes_of(*row);
  std::array<std::uint8_t, kMeasures * kPackedBytesMax> packed;
  std::uint8_t* end = packed.data();
  row->measures = 0;
  for (std::size_t i = 0; i < columns_; ++i) {
    if (sums[i] == 0) continue;
    row->measures |= std::uint64_t{1} << i;
    end = pack(sums[i], end);
  }
  const auto bytes = static_cast<std::uint32_t>(end - packed.data());
  if (bytes <= room) {
    std::copy(packed.data(), end, pool_.begin() + row->first);
    unused_ += room - bytes;
    return;
  }
  make_room(&pool_, bytes);
  row->first = static_cast<std::uint32_t>(pool_.size());
  pool_.insert(pool_.end(), packed.data(), end);
  unused_ += room;
  if (unused_ > kReclaimBytesMin && unused_ > pool_.size() / 2) reclaim();
}

void Cells::reclaim() {
  std::vector<std::uint8_t> pool;
  pool.reserve(pool_.size() - unused_ + (pool_.size() - unused_) / 4);
  for (Row& row : rows_) {
    const std::uint32_t bytes = bytes_of(row);
    const auto from = pool_.begin() + row.first;
    row.first = static_cast<std::uint32_t>(pool.size());
    pool.insert(pool.end(), from, from + bytes);
  }
  pool_ = std::move(pool);
  unused_ = 0;
}

void Cells::sum(Period first, Period last, Measures* sums) const {
  for (std::size_t row = find(first); row < rows_.size() && rows_[row].period <= last; ++row) {
    visit(row, [&](std::size_t measure, std::int64_t sum) { (*sums)[measure] += sum; });
  }
}

std::int64_t Cells::sum(Period first, Period last, Measure measure) const {
  const auto which = static_cast<std::size_t>(measure);
  const std::uint64_t bit = std::uint64_t{1} << which;
  std::int64_t total = 0;
  for (std::size_t row = find(first); row < rows_.size() && rows_[row].period <= last; ++row) {
    if (row + 1 == rows_.size() && open_ != nullptr) {
      total += open_[which];
    } else if ((rows_[row].measures & bit) != 0) {
      const std::uint8_t* at = pool_.data() + rows_[row].first;
      std::int64_t value = 0;  // of this measure, once those before it are passed
      for (std::uint64_t rest = rows_[row].measures & (bit | (bit - 1)); rest != 0;
           rest &= rest - 1) {
        value = unpack(&at);
      }
      total += value;
    }
  }
  return total;
}

void Cells::drop_before(Period first) {
  const std::size_t end = find(first);
  if (end == 0) return;
  if (end == rows_.size()) open_.reset();
  for (std::size_t row = 0; row < end; ++row) unused_ += bytes_of(rows_[row]);
  rows_.erase(rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(end));
  if (rows_.empty()) {
    *this = Cells(columns_);
  } else if (unused_ > kReclaimBytesMin && unused_ > pool_.size() / 2) {
    reclaim();
  }
}

std::size_t Cells::memory_bytes() const {
  return rows_.capacity() * sizeof(Row) + pool_.capacity() +
         (open_ != nullptr ? columns_ * sizeof(std::int64_t) : 0);
}

}  // namespace vigie
