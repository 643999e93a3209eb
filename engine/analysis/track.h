// Sums of measures by period (an hour, a month): sparse, exact, bounded in time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>

#include "engine/analysis/cells.h"
#include "engine/analysis/measures.h"

namespace vigie {

namespace pb {
class Track;
}

// A Period is hours, or months, since 1970.
//
// One thread. Memory grows with the periods that saw a change, not with time.
class Track {
 public:
  // `measures`: how many, from the first of Measure; kSlicedMeasures or kMeasures. Or kCalled,
  // where places in Called stand for them.
  explicit Track(std::size_t measures);
  Track(Track&&) noexcept;
  Track& operator=(Track&&) noexcept;
  ~Track();

  // Asks for what add() to the newest period looks at.
  void prefetch() const { cells_.prefetch(); }
  // REQUIRES: each change is of a measure that it has.
  void add(Period period, std::span<const Change> changes);

  // Adds to *sums what lies in the periods [first, last]. REQUIRES: sums holds kMeasures.
  void sum(Period first, Period last, Measures* sums) const;
  // The same of one measure.
  [[nodiscard]] std::int64_t sum(Period first, Period last, Measure measure) const;

  // Periods, those with nothing left included; and each period's sums that are not zero, rising, to
  // take(period, changes).
  [[nodiscard]] std::size_t size() const { return cells_.size(); }
  template <class Take>
  void visit(Take&& take) const {
    Changes changes;
    for (std::size_t row = 0; row < cells_.size(); ++row) {
      changes.count = 0;
      cells_.visit(row, [&](std::size_t measure, std::int64_t sum) {
        changes.list[changes.count++] = {static_cast<std::uint8_t>(measure), sum};
      });
      if (changes.count != 0) take(cells_.period(row), changes.all());
    }
  }

  // The first period that saw a change and was not dropped; past all that there may be, where there
  // is none.
  [[nodiscard]] Period oldest() const {
    return cells_.size() == 0 ? std::numeric_limits<Period>::max() : cells_.period(0);
  }

  // Forgets what lies before.
  void drop_before(Period first);

  // Nothing was added, or all of it taken back.
  [[nodiscard]] bool empty() const;
  [[nodiscard]] std::size_t memory_bytes() const;

  // `numbering`: of its columns.
  void save(pb::Track* out, const Numbering& numbering = measure_numbering()) const;
  // False, and nothing changed, where it holds what no save() wrote.
  [[nodiscard]] bool load(const pb::Track& in, const Numbering& numbering = measure_numbering());

 private:
  struct Days;

  Cells cells_;
  mutable std::unique_ptr<Days> days_;  // none while there are few cells
};

}  // namespace vigie
