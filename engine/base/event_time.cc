#include "engine/base/event_time.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::sys_days;

// Reads exactly `count` digits at `at`.
bool read_digits(std::string_view text, std::size_t at, std::size_t count, int* value) {
  if (at + count > text.size()) return false;
  int result = 0;
  for (std::size_t i = at; i < at + count; ++i) {
    if (text[i] < '0' || text[i] > '9') return false;
    result = result * 10 + (text[i] - '0');
  }
  *value = result;
  return true;
}

// Reads ".123456789" at *at, if there; *at moves behind it.
bool read_fraction(std::string_view text, std::size_t* at, int* micros) {
  *micros = 0;
  if (*at >= text.size() || text[*at] != '.') return true;
  const std::size_t first = ++*at;
  int scale = 100'000;
  for (; *at < text.size() && text[*at] >= '0' && text[*at] <= '9'; ++*at) {
    *micros += (text[*at] - '0') * scale;
    scale /= 10;
  }
  const std::size_t digits = *at - first;
  return digits >= 1 && digits <= 9;
}

// Reads "Z", "+hh:mm" or "+hhmm" and nothing behind it.
bool read_offset(std::string_view text, std::size_t at, int* minutes) {
  *minutes = 0;
  const std::string_view zone = text.substr(std::min(at, text.size()));
  if (zone == "Z" || zone == "z") return true;
  if (zone.size() != 5 && zone.size() != 6) return false;
  if (zone[0] != '+' && zone[0] != '-') return false;
  int hour = 0;
  int minute = 0;
  const bool colon = zone.size() == 6;
  if (colon && zone[3] != ':') return false;
  const std::size_t minute_at = colon ? 4 : 3;
  if (!read_digits(zone, 1, 2, &hour) || !read_digits(zone, minute_at, 2, &minute)) return false;
  if (hour > 23 || minute > 59) return false;
  *minutes = (zone[0] == '-' ? -1 : 1) * (hour * 60 + minute);
  return true;
}

// The value of two digits; *wrong is set when they are none.
[[gnu::always_inline]] inline int two_digits(const char* digits, bool* wrong) {
  const auto tens = static_cast<unsigned>(digits[0] - '0');
  const auto units = static_cast<unsigned>(digits[1] - '0');
  *wrong |= (tens > 9) | (units > 9);  // no branches
  return static_cast<int>(tens * 10 + units);
}

// Three digits at a time: the fraction ".123" or ".123456" of `size` bytes; *wrong as above.
[[gnu::always_inline]] inline int plain_fraction(const char* at, std::size_t size, bool* wrong) {
  if (size == 0) return 0;
  *wrong |= *at != '.';
  int micros = 0;
  for (const char* digits = at + 1; digits < at + size; digits += 3) {
    const int pair = two_digits(digits, wrong);
    const auto last = static_cast<unsigned>(digits[2] - '0');
    *wrong |= last > 9;
    micros = micros * 1000 + pair * 10 + static_cast<int>(last);
  }
  return size == 4 ? micros * 1000 : micros;
}

// A time in its plainest forms, "2026-11-22T05:30:00Z" with no, three or six digits of fraction;
// nothing for any other, which may still be a time. Most are plain; without this the native decoder
// takes 3 % longer.
std::optional<EventTime> plain_time(std::string_view text) {
  constexpr std::size_t kSeconds = 19;  // bytes up to the fraction
  const std::size_t size = text.size();
  if ((size != 20 && size != 24 && size != 27) || text[size - 1] != 'Z') return std::nullopt;
  if (text[4] != '-' || text[7] != '-' || text[10] != 'T' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  const char* at = text.data();
  bool wrong = false;
  const std::chrono::year year{two_digits(at, &wrong) * 100 + two_digits(at + 2, &wrong)};
  const auto month = static_cast<unsigned>(two_digits(at + 5, &wrong));
  const auto day = static_cast<unsigned>(two_digits(at + 8, &wrong));
  const std::chrono::hours hour{two_digits(at + 11, &wrong)};
  const std::chrono::minutes minute{two_digits(at + 14, &wrong)};
  const std::chrono::seconds second{two_digits(at + 17, &wrong)};
  const Duration fraction{plain_fraction(at + kSeconds, size - 1 - kSeconds, &wrong)};
  const std::chrono::year_month_day date{year, std::chrono::month{month}, std::chrono::day{day}};
  if (wrong || year < std::chrono::year{1} || !date.ok() || hour.count() > 23 ||
      minute.count() > 59 || second.count() > 59) {
    return std::nullopt;
  }
  return EventTime{sys_days{date}.time_since_epoch() + hour + minute + second + fraction};
}

char* put_padded(int value, int width, char* to) {
  for (int i = width - 1; i >= 0; --i, value /= 10) to[i] = static_cast<char>('0' + value % 10);
  return to + width;
}

struct Unit {
  std::string_view name;
  Duration length;
};
constexpr std::array<Unit, 6> kUnits{{{"d", days{1}},
                                      {"h", std::chrono::hours{1}},
                                      {"m", std::chrono::minutes{1}},
                                      {"s", std::chrono::seconds{1}},
                                      {"ms", std::chrono::milliseconds{1}},
                                      {"us", std::chrono::microseconds{1}}}};
constexpr Duration kDurationMax = days{36'525};

constexpr EventTime kYear1{sys_days{std::chrono::year{1} / 1 / 1}.time_since_epoch()};
constexpr EventTime kYear10000{sys_days{std::chrono::year{10'000} / 1 / 1}.time_since_epoch()};

}  // namespace

std::optional<EventTime> parse_rfc3339(std::string_view text) {
  if (const auto time = plain_time(text)) return time;
  int year = 0;
  int month = 0;
  int day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
  if (text.size() < 20 || text[4] != '-' || text[7] != '-' || text[13] != ':' || text[16] != ':') {
    return std::nullopt;
  }
  if (text[10] != 'T' && text[10] != 't' && text[10] != ' ') return std::nullopt;
  if (!read_digits(text, 0, 4, &year) || !read_digits(text, 5, 2, &month) ||
      !read_digits(text, 8, 2, &day) || !read_digits(text, 11, 2, &hour) ||
      !read_digits(text, 14, 2, &minute) || !read_digits(text, 17, 2, &second)) {
    return std::nullopt;
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (year < 1 || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  std::size_t at = 19;
  int micros = 0;
  int offset_minutes = 0;
  if (!read_fraction(text, &at, &micros) || !read_offset(text, at, &offset_minutes)) {
    return std::nullopt;
  }
  const EventTime time{Duration{sys_days{date}.time_since_epoch()} + std::chrono::hours{hour} +
                       std::chrono::minutes{minute - offset_minutes} +
                       std::chrono::seconds{second} + Duration{micros}};
  // An offset or a leap second can carry the edges of the calendar over.
  if (time < kYear1 || time >= kYear10000) return std::nullopt;
  return time;
}

std::string_view write_rfc3339(EventTime time, char* to) {
  const Duration since = time.time_since_epoch();
  const auto day = std::chrono::floor<days>(since);
  const std::chrono::year_month_day date{sys_days{day}};
  const std::chrono::hh_mm_ss clock{since - day};
  char* at = put_padded(static_cast<int>(date.year()), 4, to);
  *at++ = '-';
  at = put_padded(static_cast<int>(static_cast<unsigned>(date.month())), 2, at);
  *at++ = '-';
  at = put_padded(static_cast<int>(static_cast<unsigned>(date.day())), 2, at);
  *at++ = 'T';
  at = put_padded(static_cast<int>(clock.hours().count()), 2, at);
  *at++ = ':';
  at = put_padded(static_cast<int>(clock.minutes().count()), 2, at);
  *at++ = ':';
  at = put_padded(static_cast<int>(clock.seconds().count()), 2, at);
  if (clock.subseconds().count() != 0) {
    *at++ = '.';
    at = put_padded(static_cast<int>(clock.subseconds().count()), 6, at);
  }
  *at++ = 'Z';
  return {to, static_cast<std::size_t>(at - to)};
}

void append_rfc3339(EventTime time, std::string* out) {
  std::array<char, kRfc3339BytesMax> bytes{};
  out->append(write_rfc3339(time, bytes.data()));
}

std::string to_rfc3339(EventTime time) {
  std::string out;
  append_rfc3339(time, &out);
  return out;
}

std::optional<Duration> parse_duration(std::string_view text) {
  if (text.starts_with('-')) return std::nullopt;
  std::int64_t count = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name = text.substr(static_cast<std::size_t>(end - text.data()));
  for (const Unit& unit : kUnits) {
    if (unit.name != name) continue;
    if (count > kDurationMax / unit.length) return std::nullopt;
    return unit.length * count;
  }
  return std::nullopt;
}

std::string to_text(Duration duration) {
  for (const Unit& unit : kUnits) {
    if (duration % unit.length == Duration{0} && duration != Duration{0}) {
      return cat(duration / unit.length, unit.name);
    }
  }
  return "0s";
}

}  // namespace vigie
