// Who writes about a brand: what each author did on which of the last days, and what follows from
// that: reach, the classes of engagement, loyalty.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string_view>

#include "engine/analysis/key_sample.h"
#include "engine/analysis/kpi_settings.h"
#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/limits.h"

namespace vigie {

namespace pb {
class Authors;
}

// What a post is for its author.
enum class Deed : std::uint8_t { share, comment, contribution };
inline constexpr std::size_t kDeeds = 3;

// The classes by author, the lowest first: the highest one reached on the last 30 days, today
// included. A sharer shared, a commenter commented, a contributor contributed, on one of them; an
// animator contributed on EngagementSettings::animator_days of them; an ambassador on
// ambassador_days, and less than half of the days with any post of theirs saw a negative one.
enum class AuthorClass : std::uint8_t { sharer, commenter, contributor, animator, ambassador };
inline constexpr std::size_t kAuthorClasses = 5;
inline constexpr int kAuthorClassDays = 30;
[[nodiscard]] std::string_view to_text(AuthorClass one);

// Sums over authors. Active is who posted in the period. Where the table is sampled (one_in() > 1)
// these are estimates.
struct AuthorSums {
  double authors = 0;    // active
  double reach = 0;      // sum of the followers of those active, where they are known
  double previous = 0;   // active in the period before, of the same length
  double returning = 0;  // active in both
  // Sum over those active of the weeks, of the last nine, in which they were: weeks of seven days,
  // the first of which ends today.
  double active_weeks = 0;
  std::array<double, kAuthorClasses> by_class{};  // each author of the last 30 days once
  double new_ambassadors = 0;                     // ambassadors now, who were none a period ago
  double conversions = 0;  // sharers or commenters a period ago, contributors or higher now
};

// At most kAuthorsMax authors; beyond, a sample of them, see KeySample. An author takes 72 bytes,
// and 6 to 12 of the table.
//
// Which posts came decides the state, not their order or how they were cut. Of each author are kept
// 64 days up to the last one with a post (a word of bits for each deed), and 64 hours up to the
// last one; an older post of the same author changes nothing. The followers are those that the
// latest post tells, of two at the same second the larger number; they are forgotten with their
// day. Days are those of UTC. What authors did is not taken back with a post. When authors are
// forgotten follows from the calls of drop_before(): where more than kAuthorsMax come within its
// time, the sample may become smaller a little earlier or later. One thread.
class Authors {
 public:
  explicit Authors(std::size_t authors_max = kAuthorsMax) : authors_(authors_max) {}

  // `followers`: kUnknownCount where it is not known. Nothing for a key that is none.
  void add(const Key128& author, EventTime time, Deed deed, std::int64_t followers, bool negative);

  // See KeySample.
  void prefetch(const Key128& author) const { authors_.prefetch(author); }
  void prefetch_row(const Key128& author) const { authors_.prefetch_row(author); }

  // The period is `days` days, the last one that of `now`; of one day it is the last 24 hours, the
  // hour of `now` included. It counts nothing after it. The classes are those of the last 30 days;
  // a period ago they were those of the 30 days up to then, at most 60 days back: the words of bits
  // reach that far, so they are as exact as today's. A brand that is new has no past: all its
  // ambassadors are new. While an author's posts run ahead of `now` (other partitions may), the
  // past is whole up to 16 hours of it for a period of one day, 4 days for the others.
  // REQUIRES: 1 <= days <= 31. Takes about 1 ms for 65,536 authors.
  [[nodiscard]] AuthorSums sums(EventTime now, int days, const EngagementSettings& settings) const;

  // 1 while every author is kept, then 2, 4... It never falls: who was left out is not known.
  [[nodiscard]] std::uint64_t one_in() const { return authors_.one_in(); }
  // True when it was kept.
  bool erase(const Key128& author) { return authors_.erase(author); }

  // Forgets authors without a post since the hour of `time`.
  void drop_before(EventTime time);
  [[nodiscard]] std::size_t memory_bytes() const { return authors_.memory_bytes(); }
  void save(pb::Authors* out) const;
  // False, and nothing changed, where it holds what no save() wrote.
  [[nodiscard]] bool load(const pb::Authors& in);

 private:
  // Words of bits by day.
  struct Days {
    std::array<std::uint64_t, kDeeds> deeds{};
    std::uint64_t negative = 0;

    [[nodiscard]] std::uint64_t active() const { return deeds[0] | deeds[1] | deeds[2]; }
    [[nodiscard]] Days moved(std::int64_t days) const;
  };
  struct Author {
    Key128 key;
    std::int32_t last_hour = 0;  // since 1970, with a post
    std::uint32_t followers = kUnknownFollowers;
    std::uint32_t followers_at = 0;  // seconds since 1970
    std::uint64_t hours = 0;         // bit i: posted in the hour last_hour - i
    Days days;                       // bit i: on the day of last_hour, less i
  };
  static constexpr std::uint32_t kUnknownFollowers = 0xFFFFFFFF;

  static void move_on(std::int32_t hour, Author* author);
  static bool is_whole(const Author& author);
  static std::optional<AuthorClass> class_of(const Days& days, const EngagementSettings& settings);

  KeySample<Author> authors_;
  std::int32_t oldest_ =
      std::numeric_limits<std::int32_t>::min();  // no author's last hour is older
};

}  // namespace vigie
