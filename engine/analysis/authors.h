// Who writes about a brand: what each author did on which of the last days, and what follows from
// that: reach, the classes of engagement, loyalty.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/analysis/kpi_settings.h"
#include "engine/base/event_time.h"
#include "engine/base/fact.h"

namespace vigie {

namespace pb {
class Authors;
}

// What a post is for its author.
enum class Deed : std::uint8_t { share, comment, contribution };

// The classes by author, the lowest first; see deploy/KPIS.md.
enum class AuthorClass : std::uint8_t { sharer, commenter, contributor, animator, ambassador };
inline constexpr std::size_t kAuthorClasses = 5;
[[nodiscard]] std::string_view to_text(AuthorClass one);

// Sums over the authors active in a period. Where the table is sampled these are estimates.
struct AuthorSums {
  double authors = 0;
  double reach = 0;                               // sum of their followers, those known
  std::array<double, kAuthorClasses> by_class{};  // each in the highest class reached
  double new_ambassadors = 0;                     // ambassadors who were none a period ago
  double conversions = 0;   // sharers or commenters a period ago, contributors or more now
  double returning = 0;     // active in the period before, too
  double active_weeks = 0;  // sum of the weeks, of the last nine, in which they were active
  double previous = 0;      // authors active in the period before
};

// At most kAuthorsMax authors; beyond, a sample of them: those whose key is divisible by a power of
// two that grows (adaptive sampling: Flajolet, Computing 1990), so that sums are multiplied. Exact
// before; then the standard error of counts is about 1.2 / sqrt(kAuthorsMax). Days are of UTC; what
// authors did is not taken back with a post. One thread.
class Authors {
 public:
  // `followers`: kUnknownCount where it is not known.
  void add(const Key128& author, EventTime time, Deed deed, std::int64_t followers, bool negative);

  // Over the `days` days that end with the day of `now`, that day included. REQUIRES: days <= 31.
  [[nodiscard]] AuthorSums sums(EventTime now, int days, const EngagementSettings& settings) const;

  // 1 while every author is kept, then 2, 4...
  [[nodiscard]] std::uint64_t one_in() const;
  // True when it was kept.
  bool erase(const Key128& author);

  // Forgets authors without a post since.
  void drop_before(EventTime time);
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::Authors* out) const;
  [[nodiscard]] bool load(const pb::Authors& in);

 private:
  struct Author {
    Key128 key;
    std::int32_t last_day = 0;  // bit 0 of the words
    std::uint32_t followers = 0xFFFFFFFF;
    std::array<std::uint64_t, 3> days{};  // by Deed: bit i: on the day last_day - i
    std::uint64_t negative = 0;           // days with a negative post
  };
  // ... the implementation's choice
};

}  // namespace vigie
