#include "engine/analysis/authors.h"

#include <algorithm>
#include <bit>
#include <chrono>
#include <utility>
#include <vector>

#include "engine/analysis/key_bytes.h"
#include "engine/analysis/state.pb.h"
#include "engine/base/check.h"

namespace vigie {
namespace {

constexpr std::int64_t kWordBits = 64;
constexpr int kWeeks = kAuthorDaysKept / 7;
constexpr int kHoursOfDay = 24;

std::int32_t hour_at(EventTime time) {
  return static_cast<std::int32_t>(
      std::chrono::floor<std::chrono::hours>(time).time_since_epoch().count());
}
// Of an hour since 1970, which is not negative for any event time.
constexpr std::int32_t day_of(std::int32_t hour) { return hour / kHoursOfDay; }
constexpr std::int32_t day_of_second(std::uint32_t second) {
  return static_cast<std::int32_t>(second / 86'400);
}

// The lowest `count` bits.
constexpr std::uint64_t first_bits(int count) { return (std::uint64_t{1} << count) - 1; }

// What was bit i is bit i + by; what leaves the word is lost.
constexpr std::uint64_t moved_bits(std::uint64_t word, std::int64_t by) {
  if (by >= kWordBits || by <= -kWordBits) return 0;
  return by >= 0 ? word << by : word >> -by;
}

// Of periods that end with bit 0: whether something was in this one, and in the one before.
struct Presence {
  bool now = false;
  bool before = false;
};
Presence presence(std::uint64_t bits, int length) {
  return {.now = (bits & first_bits(length)) != 0,
          .before = (bits >> length & first_bits(length)) != 0};
}

int weeks_of(std::uint64_t days) {
  int weeks = 0;
  for (int week = 0; week < kWeeks; ++week) weeks += (days >> (7 * week) & first_bits(7)) != 0;
  return weeks;
}

}  // namespace

std::string_view to_text(AuthorClass one) {
  switch (one) {
    case AuthorClass::sharer: return "sharer";
    case AuthorClass::commenter: return "commenter";
    case AuthorClass::contributor: return "contributor";
    case AuthorClass::animator: return "animator";
    case AuthorClass::ambassador: return "ambassador";
  }
  return "";
}

Authors::Days Authors::Days::moved(std::int64_t days) const {
  Days out;
  for (std::size_t i = 0; i < kDeeds; ++i) out.deeds[i] = moved_bits(deeds[i], days);
  out.negative = moved_bits(negative, days);
  return out;
}

// Makes `hour` the last one, where it is later.
void Authors::move_on(std::int32_t hour, Author* author) {
  if (hour <= author->last_hour) return;
  const std::int32_t days = day_of(hour) - day_of(author->last_hour);
  author->hours = moved_bits(author->hours, hour - author->last_hour);
  author->last_hour = hour;
  if (days == 0) return;
  author->days = author->days.moved(days);
  if (day_of(hour) - day_of_second(author->followers_at) >= kWordBits) {
    author->followers = kUnknownFollowers;
    author->followers_at = 0;
  }
}

void Authors::add(const Key128& key, EventTime time, Deed deed, std::int64_t followers,
                  bool negative) {
  Author* const author = authors_.find_or_add(key);
  if (author == nullptr) return;
  const std::int32_t hour = hour_at(time);
  move_on(hour, author);  // of a new one too: it comes from 1970
  oldest_ = std::min(oldest_, author->last_hour);
  const std::int32_t hours_ago = author->last_hour - hour;
  const std::int32_t days_ago = day_of(author->last_hour) - day_of(hour);
  if (days_ago >= kWordBits) return;
  if (hours_ago < kWordBits) author->hours |= std::uint64_t{1} << hours_ago;
  const std::uint64_t day = std::uint64_t{1} << days_ago;
  author->days.deeds[static_cast<std::size_t>(deed)] |= day;
  if (negative) author->days.negative |= day;
  if (followers < 0) return;
  const auto number = static_cast<std::uint32_t>(
      std::min<std::int64_t>(followers, std::int64_t{kUnknownFollowers} - 1));
  const auto second = static_cast<std::uint32_t>(
      std::chrono::floor<std::chrono::seconds>(time).time_since_epoch().count());
  if (author->followers == kUnknownFollowers || second > author->followers_at) {
    author->followers = number;
    author->followers_at = second;
  } else if (second == author->followers_at) {
    author->followers = std::max(author->followers, number);
  }
}

// The highest class of the kAuthorClassDays days that end with bit 0.
std::optional<AuthorClass> Authors::class_of(const Days& days, const EngagementSettings& settings) {
  constexpr std::uint64_t kPeriod = first_bits(kAuthorClassDays);
  const auto on = [&days](Deed deed) {
    return std::popcount(days.deeds[static_cast<std::size_t>(deed)] & kPeriod);
  };
  const int contributed = on(Deed::contribution);
  if (contributed > 0) {
    const int active = std::popcount(days.active() & kPeriod);
    const int negative = std::popcount(days.negative & kPeriod);
    if (contributed >= settings.ambassador_days && 2 * negative < active) {
      return AuthorClass::ambassador;
    }
    return contributed >= settings.animator_days ? AuthorClass::animator : AuthorClass::contributor;
  }
  if (on(Deed::comment) > 0) return AuthorClass::commenter;
  if (on(Deed::share) > 0) return AuthorClass::sharer;
  return std::nullopt;
}

AuthorSums Authors::sums(EventTime now, int days, const EngagementSettings& settings) const {
  CHECK(days >= 1 && days <= 31);
  const std::int32_t hour = hour_at(now);
  const auto scale = static_cast<double>(one_in());
  AuthorSums sums;
  for (const Author& author : authors_.rows()) {
    const Days seen = author.days.moved(day_of(hour) - day_of(author.last_hour));
    const Presence active =
        days == 1 ? presence(moved_bits(author.hours, hour - author.last_hour), kHoursOfDay)
                  : presence(seen.active(), days);
    if (active.now) {
      sums.authors += scale;
      if (author.followers != kUnknownFollowers) sums.reach += scale * author.followers;
      if (active.before) sums.returning += scale;
      sums.active_weeks += scale * weeks_of(seen.active());
    }
    if (active.before) sums.previous += scale;
    const std::optional<AuthorClass> one = class_of(seen, settings);
    if (!one) continue;
    sums.by_class[static_cast<std::size_t>(*one)] += scale;
    if (*one < AuthorClass::contributor) continue;
    const std::optional<AuthorClass> before = class_of(seen.moved(-days), settings);
    if (before && *before < AuthorClass::contributor) sums.conversions += scale;
    if (*one == AuthorClass::ambassador && before != AuthorClass::ambassador) {
      sums.new_ambassadors += scale;
    }
  }
  return sums;
}

void Authors::drop_before(EventTime time) {
  const std::int32_t first = hour_at(time);
  if (first <= oldest_) return;
  authors_.erase_if([first](const Author& author) { return author.last_hour < first; });
  oldest_ = std::numeric_limits<std::int32_t>::max();
  for (const Author& author : authors_.rows()) oldest_ = std::min(oldest_, author.last_hour);
}

void Authors::save(pb::Authors* out) const {
  out->Clear();
  out->set_level(authors_.level());
  for (const Author* author : authors_.sorted()) {
    append_key(author->key, out->mutable_key());
    out->add_last_hour(author->last_hour);
    out->add_followers(author->followers);
    out->add_followers_at(author->followers_at);
    out->add_hours(author->hours);
    out->add_shared(author->days.deeds[0]);
    out->add_commented(author->days.deeds[1]);
    out->add_contributed(author->days.deeds[2]);
    out->add_negative(author->days.negative);
  }
}

// Whether add() can have left it so.
bool Authors::is_whole(const Author& author) {
  if (author.last_hour < hour_at(kEventTimeMin) || author.last_hour >= hour_at(kEventTimeMax)) {
    return false;
  }
  const std::uint64_t active = author.days.active();
  if ((active & 1) == 0 || (author.hours & 1) == 0 || (author.days.negative & ~active) != 0) {
    return false;
  }
  if (author.followers == kUnknownFollowers) return author.followers_at == 0;
  const std::int32_t told_ago = day_of(author.last_hour) - day_of_second(author.followers_at);
  return told_ago >= 0 && told_ago < kWordBits && (active >> told_ago & 1) != 0;
}

bool Authors::load(const pb::Authors& in) {
  const std::optional<std::vector<Key128>> keys = read_rising_keys(in.key());
  if (!keys) return false;
  for (const int size :
       {in.last_hour_size(), in.followers_size(), in.followers_at_size(), in.hours_size(),
        in.shared_size(), in.commented_size(), in.contributed_size(), in.negative_size()}) {
    if (static_cast<std::size_t>(size) != keys->size()) return false;
  }
  std::vector<Author> rows(keys->size());
  for (int i = 0; i < in.last_hour_size(); ++i) {
    Author& author = rows[static_cast<std::size_t>(i)];
    author.key = (*keys)[static_cast<std::size_t>(i)];
    author.last_hour = in.last_hour(i);
    author.followers = in.followers(i);
    author.followers_at = in.followers_at(i);
    author.hours = in.hours(i);
    author.days = {.deeds = {in.shared(i), in.commented(i), in.contributed(i)},
                   .negative = in.negative(i)};
    if (!is_whole(author)) return false;
  }
  return authors_.load(in.level(), std::move(rows));
}

}  // namespace vigie
