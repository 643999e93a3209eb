// Reading and writing of event time and durations.
#include "engine/base/event_time.h"

#include <doctest/doctest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

using namespace vigie;
using namespace std::chrono_literals;

namespace {

std::optional<std::int64_t> micros(std::string_view text) {
  const std::optional<EventTime> time = parse_rfc3339(text);
  if (!time) return std::nullopt;
  return time->time_since_epoch().count();
}

struct TimeCase {
  std::string_view text;
  std::int64_t micros;
  std::string_view written;
};

// The numbers come from `date -u -d TEXT +%s`.
const std::vector<TimeCase> kTimes{
    {"1970-01-01T00:00:00Z", 0, "1970-01-01T00:00:00Z"},
    {"2026-11-22T05:30:00Z", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2026-11-22t05:30:00z", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2026-11-22 05:30:00Z", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2026-11-22T05:30:00+00:00", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2026-11-22T06:30:00+01:00", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2026-11-22T06:30:00+0100", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2026-11-21T20:00:00-09:30", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2026-11-22T05:30:00-00:00", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2026-11-23T05:29:00+23:59", 1'795'325'400'000'000, "2026-11-22T05:30:00Z"},
    {"2000-02-29T12:00:00Z", 951'825'600'000'000, "2000-02-29T12:00:00Z"},
    {"2024-02-29T23:59:59Z", 1'709'251'199'000'000, "2024-02-29T23:59:59Z"},
    {"2024-02-29T23:59:60Z", 1'709'251'200'000'000, "2024-03-01T00:00:00Z"},
    {"2016-12-31T23:59:60.5Z", 1'483'228'800'500'000, "2017-01-01T00:00:00.500000Z"},
    {"1969-12-31T23:59:59.999999Z", -1, "1969-12-31T23:59:59.999999Z"},
    {"0001-01-01T00:00:00Z", -62'135'596'800'000'000, "0001-01-01T00:00:00Z"},
    {"9999-12-31T23:59:59.999999Z", 253'402'300'799'999'999, "9999-12-31T23:59:59.999999Z"},
    {"0001-01-01T01:00:00+01:00", -62'135'596'800'000'000, "0001-01-01T00:00:00Z"},
};

TEST_CASE("times are read and written as RFC 3339") {
  for (const TimeCase& c : kTimes) {
    CAPTURE(c.text);
    REQUIRE(micros(c.text).has_value());
    CHECK(*micros(c.text) == c.micros);
    CHECK(to_rfc3339(EventTime{Duration{c.micros}}) == c.written);
  }
}

TEST_CASE("a fraction has one to nine digits and is cut to microseconds") {
  const std::string_view digits = "123456789";
  const std::vector<std::int64_t> expected{100'000, 120'000, 123'000, 123'400, 123'450,
                                           123'456, 123'456, 123'456, 123'456};
  for (std::size_t count = 1; count <= digits.size(); ++count) {
    const std::string text = "1970-01-01T00:00:00." + std::string(digits.substr(0, count)) + "Z";
    CAPTURE(text);
    CHECK(micros(text) == expected[count - 1]);
  }
  CHECK(micros("1970-01-01T00:00:00.999999999Z") == 999'999);
  CHECK(micros("1970-01-01T00:00:00.000000001+00:00") == 0);
  CHECK_FALSE(micros("1970-01-01T00:00:00.Z"));
  CHECK_FALSE(micros("1970-01-01T00:00:00.1234567890Z"));
}

TEST_CASE("what is not an RFC 3339 time is refused") {
  const std::vector<std::string_view> bad{
      "",
      "now",
      "2026-11-22",
      "2026-11-22T05:30Z",
      "2026-11-22T05:30:00",  // no offset
      "2026-11-22T05:30:00 Z",
      "2026-11-22T05:30:00Zz",
      "2026-11-22T05:30:00+1",
      "2026-11-22T05:30:00+01",
      "2026-11-22T05:30:00+01:0",
      "2026-11-22T05:30:00+01-00",
      "2026-11-22T05:30:00+24:00",
      "2026-11-22T05:30:00+01:60",
      "2026-11-22T05:30:00,5Z",
      "2026/11/22T05:30:00Z",
      "2026-11-22X05:30:00Z",
      "2026-11-22T05-30-00Z",
      " 2026-11-22T05:30:00Z",
      "2026-11-22T05:30:00Z ",
      "+026-11-22T05:30:00Z",
      "2026-1 -22T05:30:00Z",
      "20261-11-22T05:30:00Z",
      "2026-00-22T05:30:00Z",  // no month 0
      "2026-13-22T05:30:00Z",
      "2026-11-00T05:30:00Z",
      "2026-11-31T05:30:00Z",  // November has 30 days
      "2026-02-29T05:30:00Z",  // no leap year
      "1900-02-29T05:30:00Z",  // nor this one
      "2026-11-22T24:00:00Z",
      "2026-11-22T05:60:00Z",
      "2026-11-22T05:30:61Z",
      "0000-12-31T23:59:59Z",         // year 0
      "0001-01-01T00:00:00+00:01",    // year 0 in UTC
      "9999-12-31T23:59:60Z",         // year 10000
      "9999-12-31T23:59:59.9-00:01",  // year 10000 in UTC
  };
  for (const std::string_view text : bad) {
    CAPTURE(text);
    CHECK_FALSE(parse_rfc3339(text).has_value());
  }
}

TEST_CASE("every time of the years 1 to 9999 survives being written and read") {
  const std::int64_t first = *micros("0001-01-01T00:00:00Z");
  const std::int64_t last = *micros("9999-12-31T23:59:59.999999Z");
  std::mt19937_64 random(20261122);
  for (int i = 0; i < 20'000; ++i) {
    std::int64_t count =
        first + static_cast<std::int64_t>(random() % static_cast<std::uint64_t>(last - first + 1));
    if (i % 2 == 0) count -= count % 1'000'000;
    const EventTime time{Duration{count}};
    const std::string text = to_rfc3339(time);
    CAPTURE(text);
    REQUIRE(parse_rfc3339(text) == time);
    REQUIRE(text.size() == (count % 1'000'000 == 0 ? 20 : 27));
  }
}

TEST_CASE("random bytes in the place of a time never crash and never round trip wrongly") {
  const std::string_view alphabet = "0123456789-:TZ+. tz";
  std::mt19937_64 random(7);
  for (int i = 0; i < 20'000; ++i) {
    std::string text = "2026-11-22T05:30:00.123456Z";
    for (std::uint64_t flips = random() % 4; flips-- > 0;) {
      text[random() % text.size()] = alphabet[random() % alphabet.size()];
    }
    text.resize(random() % 8 == 0 ? random() % text.size() : text.size());
    const std::optional<EventTime> time = parse_rfc3339(text);
    if (time) REQUIRE(parse_rfc3339(to_rfc3339(*time)) == time);
  }
}

TEST_CASE("a plain time is read as the same time with an offset is") {
  constexpr std::string_view kBytes = "0123456789:-.TZ ";
  std::mt19937 random(20260304);
  for (const std::string_view plain :
       {"2026-11-22T05:30:59Z", "2026-11-22T05:30:59.125Z", "2026-11-22T05:30:59.125999Z"}) {
    for (int i = 0; i < 20'000; ++i) {
      std::string text(plain.substr(0, plain.size() - 1));
      for (auto changes = random() % 3; changes > 0; --changes) {
        text[random() % text.size()] = kBytes[random() % kBytes.size()];
      }
      CAPTURE(text);
      CHECK(micros(text + 'Z') == micros(text + "+00:00"));
    }
  }
}

TEST_CASE("writing appends") {
  std::string out = "at ";
  append_rfc3339(EventTime{1s}, &out);
  CHECK(out == "at 1970-01-01T00:00:01Z");
}

TEST_CASE("the bounds of event time are the years they claim") {
  CHECK(to_rfc3339(kEventTimeMin) == "1990-01-01T00:00:00Z");
  CHECK(to_rfc3339(kEventTimeMax) == "2100-01-01T00:00:00Z");
}

TEST_CASE("durations are a whole number and a unit") {
  struct Case {
    std::string_view text;
    Duration duration;
    std::string_view shortest;
  };
  const std::vector<Case> cases{
      {"0s", 0s, "0s"},     {"0d", 0s, "0s"},
      {"7us", 7us, "7us"},  {"250ms", 250ms, "250ms"},
      {"30s", 30s, "30s"},  {"90s", 90s, "90s"},
      {"120s", 2min, "2m"}, {"5m", 5min, "5m"},
      {"1h", 1h, "1h"},     {"36h", 36h, "36h"},
      {"48h", 48h, "2d"},   {"2d", 48h, "2d"},
      {"1000ms", 1s, "1s"}, {"36525d", std::chrono::days{36'525}, "36525d"},
  };
  for (const Case& c : cases) {
    CAPTURE(c.text);
    CHECK(parse_duration(c.text) == c.duration);
    CHECK(to_text(c.duration) == c.shortest);
    CHECK(parse_duration(to_text(c.duration)) == c.duration);
  }
}

TEST_CASE("what is not a duration is refused") {
  for (const std::string_view text :
       {"", "5", "s", "-5s", "-0s", "+5s", "5 s", " 5s", "5s ", "1.5h", "5M", "5min", "5w", "1h30m",
        "36526d", "9223372036854775807d", "9223372036854775808s", "3155760001s"}) {
    CAPTURE(text);
    CHECK_FALSE(parse_duration(text).has_value());
  }
}

}  // namespace
