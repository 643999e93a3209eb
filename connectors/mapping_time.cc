// Times as platforms write them. Whatever is text is brought into RFC 3339 and read as that, so
// that one reader decides what a date is.
#include <algorithm>
#include <array>
#include <cstring>

#include "connectors/decimal.h"
#include "connectors/mapping_convert.h"

namespace vigie::mapping {
namespace {

using Time = std::optional<EventTime>;

constexpr std::int64_t kSecondsEnd = 100'000'000'000;               // 10^11: the year 5138
constexpr std::int64_t kMillisecondsEnd = kSecondsEnd * 1000;       // 10^14
constexpr std::int64_t kMicrosecondsEnd = kMillisecondsEnd * 1000;  // 10^17

// Seconds, milliseconds, microseconds or nanoseconds since 1970, told apart by magnitude.
Time since_epoch(std::string_view text) {
  if (const auto plain = plain_integer(text)) {
    if (*plain < kSecondsEnd) return EventTime{std::chrono::seconds{*plain}};
    if (*plain < kMillisecondsEnd) return EventTime{std::chrono::milliseconds{*plain}};
    return EventTime{Duration{*plain < kMicrosecondsEnd ? *plain : *plain / 1000}};
  }
  const auto number = parse_decimal(text);
  if (!number || number->negative) return std::nullopt;
  const std::int64_t digits = number->whole_digits();
  const int shift = digits <= 11 ? 6 : digits <= 14 ? 3 : digits <= 17 ? 0 : -3;
  const auto micros = number->scaled(shift, nullptr);
  if (!micros) return std::nullopt;
  return EventTime{Duration{*micros}};
}

// RFC 3339 being put together: "2018-03-10T14:03:15.123456789+00:00" and a little more.
class Rfc3339 {
 public:
  Rfc3339& put(std::string_view part) {
    const std::size_t count = std::min(part.size(), bytes_.size() - size_);
    too_long_ |= count < part.size();
    size_ += part.copy(bytes_.data() + size_, count);  // also of parts that are nowhere
    return *this;
  }
  [[nodiscard]] Time read() const {
    if (too_long_) return std::nullopt;
    return parse_rfc3339(std::string_view(bytes_.data(), size_));
  }

 private:
  std::array<char, 48> bytes_{};
  std::size_t size_ = 0;
  bool too_long_ = false;
};

struct Zone {
  std::string_view name;
  std::string_view offset;
};
// The names of RFC 822, where others are ambiguous.
constexpr std::array<Zone, 13> kZones{{{"", "Z"},
                                       {"Z", "Z"},
                                       {"UTC", "Z"},
                                       {"GMT", "Z"},
                                       {"UT", "Z"},
                                       {"EST", "-05:00"},
                                       {"EDT", "-04:00"},
                                       {"CST", "-06:00"},
                                       {"CDT", "-05:00"},
                                       {"MST", "-07:00"},
                                       {"MDT", "-06:00"},
                                       {"PST", "-08:00"},
                                       {"PDT", "-07:00"}}};

bool same_letters(std::string_view a, std::string_view b) {
  return std::ranges::equal(a, b, [](char x, char y) { return (x | 0x20) == (y | 0x20); });
}

// A zone as RFC 3339 writes it; what it cannot be is left for its reader to refuse.
void put_zone(std::string_view zone, Rfc3339* out) {
  const auto* named = std::ranges::find_if(
      kZones, [&](const Zone& known) { return same_letters(known.name, zone); });
  if (named != kZones.end()) {
    out->put(named->offset);
  } else {
    out->put(zone).put(zone.size() == 3 ? ":00" : "");  // "+02"
  }
}

// "14:03" and "14:03:15.123".
void put_clock(std::string_view clock, Rfc3339* out) {
  out->put(clock).put(clock.size() == 5 ? ":00" : "");
}

// "2018-03-10", and with a time behind it, with or without a zone: "2018-03-10 14:03:15 +0000".
Time year_first(std::string_view text) {
  constexpr std::size_t kDate = 10;
  Rfc3339 out;
  out.put(text.substr(0, kDate)).put("T");
  if (text.size() == kDate) return out.put("00:00:00Z").read();
  if ((text[kDate] | 0x20) != 't' && text[kDate] != ' ') return std::nullopt;
  const std::string_view rest = text.substr(kDate + 1);
  const std::size_t end = std::min(rest.find_first_not_of("0123456789:."), rest.size());
  put_clock(rest.substr(0, end), &out);
  put_zone(trimmed(rest.substr(end)), &out);
  return out.read();
}

// The first three letters of a name, in lower case, as one number.
constexpr std::uint32_t three_letters(std::string_view name) {
  std::uint32_t letters = 0;
  for (const char c : name.substr(0, 3)) {
    letters = letters << 8 | static_cast<unsigned char>(c | 0x20);
  }
  return letters;
}
template <std::size_t N>
constexpr std::array<std::uint32_t, N> three_letters_of(
    const std::array<std::string_view, N>& names) {
  std::array<std::uint32_t, N> letters{};
  std::ranges::transform(names, letters.begin(), three_letters);
  return letters;
}
constexpr auto kMonths = three_letters_of(std::array<std::string_view, 12>{
    "jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"});
constexpr auto kDays = three_letters_of(
    std::array<std::string_view, 7>{"mon", "tue", "wed", "thu", "fri", "sat", "sun"});

// The place, from 0, of the name that begins as the word does; behind the last where none does.
template <std::size_t N>
std::size_t place_of(const std::array<std::uint32_t, N>& names, std::string_view word) {
  if (word.size() < 3) return N;
  return static_cast<std::size_t>(std::ranges::find(names, three_letters(word)) - names.begin());
}

// A month of two digits, from its place.
std::array<char, 2> month_digits(std::size_t place) {
  return {static_cast<char>('0' + (place + 1) / 10), static_cast<char>('0' + (place + 1) % 10)};
}

// "Sat Mar 10 14:03:15 +0000 2018" and nothing else: it is what X writes, and the general way takes
// four times as long.
Time plain_ctime(std::string_view text) {
  constexpr std::string_view kZone = " +0000 ";
  if (text.size() != 30 || text[3] != ' ' || text[7] != ' ' || text[10] != ' ' ||
      text.substr(19, kZone.size()) != kZone) {
    return std::nullopt;
  }
  const std::size_t month = place_of(kMonths, text.substr(4, 3));
  if (month == kMonths.size() || place_of(kDays, text) == kDays.size()) return std::nullopt;
  const auto digits = month_digits(month);
  std::array<char, 20> bytes{};
  std::memcpy(bytes.data(), text.data() + 26, 4);
  bytes[4] = bytes[7] = '-';
  std::memcpy(bytes.data() + 5, digits.data(), digits.size());
  std::memcpy(bytes.data() + 8, text.data() + 8, 2);
  bytes[10] = 'T';
  std::memcpy(bytes.data() + 11, text.data() + 11, 8);
  bytes[19] = 'Z';
  return parse_rfc3339(std::string_view(bytes.data(), bytes.size()));
}

// The words of a date whose month is a name.
struct NamedDate {
  std::string_view year, day, clock, zone;
  std::size_t month = kMonths.size();

  // False where the word has no place in a date, or a second one its place.
  bool take(std::string_view word) {
    if (word.contains(':') && clock.empty()) return set(&clock, word);
    if (word[0] == '+' || word[0] == '-') return set(&zone, word);
    if (is_digit(word[0]))
      return word.size() <= 2 && day.empty() ? set(&day, word) : set(&year, word);
    if (month == kMonths.size()) {
      month = place_of(kMonths, word);
      if (month != kMonths.size()) return true;
    }
    return set(&zone, word);
  }

 private:
  static bool set(std::string_view* part, std::string_view word) {
    const bool first = part->empty();
    *part = word;
    return first;
  }
};

// "Sat Mar 10 14:03:15 +0000 2018", "Tue, 10 Mar 2018 14:03:15 GMT", "10 Mar 18 14:03 EST
// (winter)".
Time named(std::string_view text) {
  NamedDate date;
  bool first = true;
  for (std::size_t at = 0; (at = text.find_first_not_of(" ,", at)) != text.npos; first = false) {
    const std::size_t end = std::min(text.find_first_of(" ,", at), text.size());
    const std::string_view word = text.substr(at, end - at);
    at = end;
    if (word[0] == '(') break;  // a comment ends it
    if (first && place_of(kDays, word) != kDays.size()) continue;
    if (!date.take(word)) return std::nullopt;
  }
  if (date.month == kMonths.size() || date.day.empty()) return std::nullopt;
  Rfc3339 out;
  if (date.year.size() == 2) out.put(date.year < "50" ? "20" : "19");  // as RFC 2822 says
  const auto month = month_digits(date.month);
  out.put(date.year).put("-").put({month.data(), month.size()}).put("-");
  out.put(date.day.size() == 1 ? "0" : "").put(date.day).put("T");
  put_clock(date.clock.empty() ? "00:00" : date.clock, &out);
  put_zone(date.zone, &out);
  return out.read();
}

Time any_time(std::string_view text) {
  if (const auto time = parse_rfc3339(text)) return time;
  if (const auto time = plain_ctime(text)) return time;
  if (text.size() >= 10 && text[4] == '-') return year_first(text);
  if (const auto time = since_epoch(text)) return time;
  return named(text);
}

}  // namespace

Got to_time(const Value& value, std::optional<EventTime>* to) {
  *to = std::nullopt;
  switch (value.type) {
    case Value::Type::absent: return Got::null;
    case Value::Type::json: return Got::wrong_type;
    // "edited": false
    case Value::Type::boolean: return value.text == "false" ? Got::null : Got::wrong_type;
    case Value::Type::number: *to = since_epoch(value.text); break;
    case Value::Type::string: {
      const std::string_view text = trimmed(value.text);
      if (text.empty()) return Got::null;
      *to = any_time(text);
      break;
    }
  }
  if (*to && (**to < kEventTimeMin || **to >= kEventTimeMax)) *to = std::nullopt;
  return *to ? Got::value : Got::unusable;
}

}  // namespace vigie::mapping
