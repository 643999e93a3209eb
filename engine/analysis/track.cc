#include "engine/analysis/track.h"

#include <algorithm>
#include <optional>
#include <utility>
#include <vector>

#include "engine/analysis/state.pb.h"

namespace vigie {
namespace {

// Periods of one day, when they are hours.
constexpr std::int64_t kDay = 24;
// With fewer cells than this, adding them up is cheaper than keeping days of them.
constexpr std::size_t kDaysFrom = 96;
// Two sums of this size can be added; posts cannot bring more together, a broken record can.
constexpr std::int64_t kSumMax = std::int64_t{1} << 61;
// Hours since 1970 in the year 2100: 1.1 million.
constexpr Period kPeriodMax = 1 << 24;

Period day_of(std::int64_t period) {
  return static_cast<Period>(period >= 0 ? period / kDay : (period - kDay + 1) / kDay);
}
Period first_of(Period day) { return static_cast<Period>(day * kDay); }

}  // namespace

// Sums of 24 periods, so that a window of 720 is 30 of them and the rest of two. A day is stale
// after a change, until it is asked for.
struct Track::Days {
  explicit Days(std::size_t measures) : sums(measures) {}

  void touch(Period day) {
    if (!stale.empty() && stale.back() == day) return;
    const auto at = std::find(stale.begin(), stale.end(), day);
    if (at != stale.end()) stale.erase(at);
    stale.push_back(day);
  }

  // Brings the days [first, last] up to date.
  void refresh(Period first, Period last, const Cells& cells) {
    std::erase_if(stale, [&](Period day) {
      if (day < first || day > last) return false;
      Measures of_day{};
      cells.sum(first_of(day), static_cast<Period>(first_of(day) + kDay - 1), &of_day);
      sums.assign(day, of_day);
      return true;
    });
  }

  Cells sums;
  std::vector<Period> stale;  // each once, the one that was touched last behind
};

Track::Track(std::size_t measures) : cells_(measures) {}
Track::Track(Track&&) noexcept = default;
Track& Track::operator=(Track&&) noexcept = default;
Track::~Track() = default;

void Track::add(Period period, std::span<const Change> changes) {
  cells_.add(period, changes);
  if (days_ != nullptr) days_->touch(day_of(period));
}

void Track::sum(Period first, Period last, Measures* sums) const {
  const Period first_day = day_of(std::int64_t{first} + kDay - 1);
  const Period last_day = day_of(std::int64_t{last} + 1) - 1;
  if (cells_.size() < kDaysFrom || last_day - first_day < 1) return cells_.sum(first, last, sums);
  if (days_ == nullptr) {
    days_ = std::make_unique<Days>(cells_.measures());
    for (std::size_t row = 0; row < cells_.size(); ++row) days_->touch(day_of(cells_.period(row)));
  }
  days_->refresh(first_day, last_day, cells_);
  days_->sums.sum(first_day, last_day, sums);
  if (first < first_of(first_day)) cells_.sum(first, first_of(first_day) - 1, sums);
  const Period behind = first_of(last_day + 1);
  if (behind <= last) cells_.sum(behind, last, sums);
}

std::int64_t Track::sum(Period first, Period last, Measure measure) const {
  return cells_.sum(first, last, measure);
}

void Track::drop_before(Period first) {
  if (cells_.size() == 0 || cells_.period(0) >= first) return;
  cells_.drop_before(first);
  if (days_ == nullptr) return;
  if (cells_.size() < kDaysFrom) {
    days_.reset();
    return;
  }
  days_->sums.drop_before(day_of(first));
  std::erase_if(days_->stale, [&](Period day) { return day < day_of(first); });
  days_->touch(day_of(first));
}

bool Track::empty() const {
  // A row whose changes were all taken back is as good as none.
  bool found = false;
  for (std::size_t row = 0; row < cells_.size() && !found; ++row) {
    cells_.visit(row, [&](std::size_t, std::int64_t) { found = true; });
  }
  return !found;
}

std::size_t Track::memory_bytes() const {
  std::size_t bytes = cells_.memory_bytes();
  if (days_ != nullptr) {
    bytes += sizeof(Days) + days_->sums.memory_bytes() + days_->stale.capacity() * sizeof(Period);
  }
  return bytes;
}

void Track::save(pb::Track* out, const Numbering& numbering) const {
  visit([&](Period period, std::span<const Change> sums) {
    for (const Change& sum : sums) {
      out->add_measure(numbering.number(sum.measure));
      out->add_sum(sum.by);
    }
    out->add_period(period);
    out->add_measures_in_period(static_cast<std::uint32_t>(sums.size()));
  });
}

bool Track::load(const pb::Track& in, const Numbering& numbering) {
  if (in.period_size() != in.measures_in_period_size()) return false;
  if (in.measure_size() != in.sum_size()) return false;
  Cells cells(cells_.measures());
  std::vector<Change> changes;
  int next = 0;
  for (int i = 0; i < in.period_size(); ++i) {
    if (in.period(i) < -kPeriodMax || in.period(i) > kPeriodMax) return false;
    if (i > 0 && in.period(i) <= in.period(i - 1)) return false;
    const std::uint32_t count = in.measures_in_period(i);
    if (count == 0 || count > static_cast<std::uint32_t>(in.measure_size() - next)) return false;
    Measures sums{};
    for (std::uint32_t j = 0; j < count; ++j, ++next) {
      const std::uint32_t number = in.measure(next);
      const std::int64_t sum = in.sum(next);
      const bool possible = number < kMeasureNumbersMax && sum >= -kSumMax && sum <= kSumMax;
      if (!possible || sum == 0) return false;
      const std::optional<std::size_t> place = numbering.place(number);
      if (!place || *place >= cells.measures()) continue;  // another engine's, which has more
      if (std::exchange(sums[*place], sum) != 0) return false;
    }
    changes.clear();
    for (std::size_t measure = 0; measure < cells.measures(); ++measure) {
      if (sums[measure] != 0)
        changes.push_back({static_cast<std::uint8_t>(measure), sums[measure]});
    }
    cells.add(in.period(i), changes);
  }
  if (next != in.measure_size()) return false;
  cells_ = std::move(cells);
  days_.reset();
  return true;
}

}  // namespace vigie
