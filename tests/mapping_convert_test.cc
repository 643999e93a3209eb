// The converters of mappings, and how fields read values: cases in cases/mappings, properties here.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <array>
#include <cstdlib>
#include <fstream>
#include <functional>
#include <map>
#include <new>
#include <random>
#include <string>

#include "connectors/html_entities.h"
#include "connectors/json_escapes.h"
#include "connectors/json_repair.h"
#include "connectors/mapping_convert.h"
#include "engine/base/text.h"
#include "tests/allocations.h"

namespace vigie::mapping {
namespace {

using Kind = Conversion::Kind;

// Converters with something to write to and to count in.
struct Bench {
  Arena arena;
  RepairCounts repairs{};
  [[nodiscard]] ConvertContext context() { return {&arena, &repairs}; }

  [[nodiscard]] std::uint32_t dropped() const {
    return repairs[static_cast<std::size_t>(Repair::dropped_value)];
  }
};

std::string_view unescaped(std::string_view quoted, Arena* arena) {
  std::uint32_t lone_surrogates = 0;
  const std::string_view raw = quoted.substr(1, quoted.size() - 2);
  return unescape(raw, arena->bytes(raw.size()), &lone_surrogates).value();
}

// JSON as what an expression would yield.
Value value_of(std::string_view json, Arena* arena) {
  if (json == "null") return {};
  if (json == "true" || json == "false") return {Value::Type::boolean, json};
  if (json[0] == '"') return {Value::Type::string, unescaped(json, arena)};
  if (json[0] == '[' || json[0] == '{') return {Value::Type::json, json};
  return {Value::Type::number, json};
}

std::string quoted(std::string_view text) {
  std::string out;
  append_json_string(text, &out);
  return out;
}
std::string shown(std::string_view text) { return quoted(text); }
std::string shown(double number) { return cat(number); }
std::string shown(std::int64_t number) { return cat(number); }
std::string shown(bool flag) { return flag ? "true" : "false"; }
std::string shown(EventTime time) { return to_rfc3339(time); }
std::string shown(vigie::Kind kind) { return std::string(to_text(kind)); }

// What a field holds then: a value, or why there is none.
template <class T>
std::string outcome(Got got, const T& value) {
  switch (got) {
    case Got::value: return shown(value);
    case Got::null: return "null";
    case Got::wrong_type: return "wrong_type";
    case Got::unusable: return "unusable";
  }
  return {};
}
template <class T>
std::string outcome(Got got, const std::optional<T>& value) {
  CHECK((got == Got::value) == value.has_value());
  return outcome(got, value.value_or(T{}));
}

Conversion conversion(Kind kind, const std::string& argument = {}) {
  Conversion made;
  made.kind = kind;
  if (kind == Kind::regex) {
    made.pattern = std::make_shared<const re2::RE2>(argument);
    made.simple = SimpleRegex::read(argument);
  } else if (kind == Kind::words) {
    made.words = {{"POS", "positive"}, {"1", "one"}, {"true", "indeed"}, {"", "empty"}};
    if (!argument.empty()) made.otherwise = argument;
  } else {
    made.argument = argument;
  }
  return made;
}

std::string converted(const Conversion& made, Value value) {
  Bench bench;
  convert(made, bench.context(), &value);
  if (value.is_absent()) return bench.dropped() == 0 ? "nothing" : "dropped";
  CHECK(bench.dropped() == 0);
  return value.type == Value::Type::string ? quoted(value.text) : std::string(value.text);
}

std::string text_outcome(Got (*read)(const Value&, std::string_view*), const Value& value) {
  std::string_view to = "not set";
  return outcome(read(value, &to), to);
}
std::string text_outcome(Got (*read)(const Value&, const ConvertContext&, std::string_view*),
                         const Value& value) {
  Bench bench;
  std::string_view to = "not set";
  return outcome(read(value, bench.context(), &to), to);
}
template <class T>
std::string outcome_of(Got (*read)(const Value&, T*), const Value& value) {
  T to{};
  return outcome(read(value, &to), to);
}

using Function = std::function<std::string(const Value&)>;
const std::map<std::string, Function, std::less<>>& functions() {
  const auto as = [](Kind kind, const std::string& argument = {}) {
    return
        [made = conversion(kind, argument)](const Value& value) { return converted(made, value); };
  };
  static const std::map<std::string, Function, std::less<>> known{
      {"id", [](const Value& v) { return text_outcome(to_id, v); }},
      {"string", [](const Value& v) { return text_outcome(to_string, v); }},
      {"platform", [](const Value& v) { return text_outcome(to_platform, v); }},
      {"lang", [](const Value& v) { return text_outcome(to_lang, v); }},
      {"country", [](const Value& v) { return text_outcome(to_country, v); }},
      {"kind", [](const Value& v) { return outcome_of<vigie::Kind>(to_kind, v); }},
      {"count", [](const Value& v) { return outcome_of<Count>(to_count, v); }},
      {"number", [](const Value& v) { return outcome_of<std::optional<double>>(to_number, v); }},
      {"flag", [](const Value& v) { return outcome_of<std::optional<bool>>(to_flag, v); }},
      {"time", [](const Value& v) { return outcome_of<std::optional<EventTime>>(to_time, v); }},
      {"as_id", as(Kind::id)},
      {"as_str", as(Kind::str)},
      {"as_int", as(Kind::integer)},
      {"as_float", as(Kind::number)},
      {"as_bool", as(Kind::boolean)},
      {"as_lower", as(Kind::lower)},
      {"as_time", as(Kind::time)},
      {"as_html_text", as(Kind::html_text)},
      {"as_text_entities", as(Kind::text_entities)},
      {"as_lang", as(Kind::lang)},
      {"as_country", as(Kind::country)},
      {"as_star_enum", as(Kind::star_enum)},
      {"as_snowflake", as(Kind::snowflake)},
      {"as_instagram_code", as(Kind::instagram_code)},
      {"as_fingerprint", as(Kind::fingerprint)},
      {"as_strip_prefix", as(Kind::strip_prefix, "t3_")},
      {"as_regex", as(Kind::regex, "/status/(\\d+)")},
      {"as_regex_or", as(Kind::regex, "a(b)?")},
      {"as_words", as(Kind::words)},
      {"as_words_or", as(Kind::words, "neutral")},
  };
  return known;
}

std::vector<std::string> lines_of(std::string_view name) {
  const std::string path = cat(VIGIE_SOURCE_DIR, "/tests/cases/mappings/", name, ".txt");
  std::ifstream in(path, std::ios::binary);
  REQUIRE_MESSAGE(in, path);
  std::vector<std::string> lines;
  for (std::string line; std::getline(in, line);) {
    if (!line.empty() && line[0] != '#') lines.push_back(line);
  }
  return lines;
}

TEST_CASE("values become what their field or converter makes of them") {
  // "FUNCTION JSON | OUTCOME"
  constexpr std::string_view kBar = " | ";
  for (const std::string name : {"times", "html", "langs", "numbers"}) {
    for (const std::string& line : lines_of(name)) {
      INFO(name, ".txt: ", line);
      const std::size_t space = line.find(' ');
      const std::size_t bar = line.rfind(kBar);
      REQUIRE(bar != line.npos);
      const auto function = functions().find(std::string_view(line).substr(0, space));
      REQUIRE(function != functions().end());
      Arena arena;
      const std::string_view json = std::string_view(line).substr(space + 1, bar - space - 1);
      CHECK(function->second(value_of(json, &arena)) == line.substr(bar + kBar.size()));
    }
  }
}

TEST_CASE("a time that is converted is the time that is read") {
  for (const std::string& line : lines_of("times")) {
    INFO(line);
    if (!line.starts_with("time ")) continue;
    Arena arena;
    const Value value = value_of(std::string_view(line).substr(5, line.rfind(" | ") - 5), &arena);
    std::optional<EventTime> time;
    const Got got = to_time(value, &time);
    const std::string once = converted(conversion(Kind::time), value);
    CHECK((once.front() == '"') == (got == Got::value));
    if (time) CHECK(once == quoted(to_rfc3339(*time)));
  }
}

TEST_CASE("every digit of a fraction of seconds arrives") {
  std::mt19937_64 random(20260302);
  for (int i = 0; i < 2000; ++i) {
    const auto span = static_cast<std::uint64_t>((kEventTimeMax - kEventTimeMin).count());
    const EventTime time = kEventTimeMin + Duration{static_cast<std::int64_t>(random() % span)};
    const std::int64_t micros = time.time_since_epoch().count();
    const std::string fraction = cat(1'000'000 + micros % 1'000'000).substr(1);
    const std::string seconds = cat(micros / 1'000'000);
    for (const std::string& text :
         {cat(seconds, ".", fraction), cat(micros), cat(micros, "000"),
          cat(seconds.substr(0, 1), ".", seconds.substr(1), fraction, "e", seconds.size() - 1),
          cat(seconds, fraction.substr(0, 3), ".", fraction.substr(3))}) {
      CAPTURE(text);
      std::optional<EventTime> read;
      CHECK(to_time({Value::Type::number, text}, &read) == Got::value);
      CHECK(read == time);
      CHECK(to_time({Value::Type::string, text}, &read) == Got::value);
      CHECK(read == time);
    }
  }
}

// --- HTML ----------------------------------------------------------------------------------------

// Into room that ends where the HTML ends, so that the address sanitizer sees a byte too many.
void check_text_of(const std::string& html) {
  CAPTURE(html);
  for (const auto read : {html_to_text, decode_entities}) {
    const std::unique_ptr<char[]> room(new char[html.size()]);
    const std::string_view text = read(html, room.get());
    CHECK(text.size() <= html.size());
    CHECK(is_utf8(text));
  }
}

TEST_CASE("the text of HTML is valid UTF-8, and never longer") {
  constexpr std::array<std::string_view, 58> kPieces{"<",
                                                     ">",
                                                     "&",
                                                     ";",
                                                     "\"",
                                                     "'",
                                                     "=",
                                                     "/",
                                                     " ",
                                                     "\n",
                                                     "a",
                                                     "é",
                                                     "\U0001f9c0",
                                                     "…",
                                                     "<p>",
                                                     "</p>",
                                                     "<br>",
                                                     "<br/>",
                                                     "<div>",
                                                     "</div>",
                                                     "<li>",
                                                     "</li>",
                                                     "<td>",
                                                     "</td>",
                                                     "<span class=invisible>",
                                                     "<span class='ellipsis x'>",
                                                     "<span>",
                                                     "</span>",
                                                     "<a href=\"x>y\">",
                                                     "</a>",
                                                     "<!--",
                                                     "-->",
                                                     "<!",
                                                     "<?",
                                                     "<script>",
                                                     "</script>",
                                                     "<style>",
                                                     "</style",
                                                     "<img alt=\"&lt;b&gt;\">",
                                                     "<img alt=x",
                                                     "&amp;",
                                                     "&lt",
                                                     "&nbsp;",
                                                     "&nGt;",
                                                     "&nLt;",
                                                     "&#0",
                                                     "&#128;",
                                                     "&#x1F9C0;",
                                                     "&#xD800",
                                                     "&#9999999999;",
                                                     "&notit;",
                                                     "&bne;",
                                                     "&fjlig;",
                                                     "&#",
                                                     "&#x",
                                                     "&acE;",
                                                     "</",
                                                     "<b"};
  std::mt19937 random(20260303);
  for (int i = 0; i < 20'000; ++i) {
    std::string html;
    for (auto pieces = 1 + random() % 12; pieces > 0; --pieces) {
      html += kPieces[random() % kPieces.size()];
    }
    check_text_of(html);
  }
}

TEST_CASE("hostile HTML takes time in proportion to its length") {
  // Each of these would take minutes if every tag looked for its end anew.
  for (const std::string_view piece :
       {"<a ", "<a b='", "<a b=\"'", "<!--", "<!a", "&", "&a", "&#", "<p>", "<span class=ellipsis>",
        "<script>", "</", "</span>", "<br> ", "<td>", "<img alt='"}) {
    std::string html;
    while (html.size() < 1'000'000) html += piece;
    std::string room(html.size(), '\0');
    CHECK(html_to_text(html, room.data()).size() <= html.size());
  }
}

TEST_CASE("every named reference of HTML 5 is known") {
  std::array<char, 8> room{};
  const auto meaning = [&](std::string_view text) {
    const Reference found = decode_reference(text, References::in_text, room.data());
    return std::string(room.data(), found.size == text.size() ? found.end : room.data());
  };
  // The first and the last one, the longest, with two characters, and those that are left out.
  CHECK(meaning("&AElig;") == "Æ");
  CHECK(meaning("&zwnj;") == "\u200c");
  CHECK(meaning("&CounterClockwiseContourIntegral;") == "\u2233");
  CHECK(meaning("&bne;") == "=\u20e5");
  CHECK(meaning("&nGt;").empty());
  CHECK(meaning("&nLt;").empty());
}

// --- Memory --------------------------------------------------------------------------------------

TEST_CASE("converters allocate nothing but in the arena") {
  Bench bench;
  const std::array<Value, 8> values{{
      {Value::Type::string, "Tue, 10 Mar 2018 14:03:15 GMT"},
      {Value::Type::string,
       "<p>A long enough text &amp; <b>more</b> of it, beyond short strings</p>"},
      {Value::Type::string, "FR-CA"},
      {Value::Type::string, "4,5"},
      {Value::Type::string, "https://x.example/status/1234567890123456789012345678901234567890"},
      {Value::Type::number, "1532470285.123456"},
      {Value::Type::number, "12.0"},
      {Value::Type::json, R"([null,"und","fr"])"},
  }};
  std::vector<Conversion> all;
  for (int kind = 0; kind <= static_cast<int>(Kind::words); ++kind) {
    all.push_back(conversion(static_cast<Kind>(kind), "/status/(\\d+)"));
  }
  std::size_t made = 0;
  for (int round = 0; round < 3; ++round) {
    bench.arena.reset();
    const std::size_t before = allocations;
    for (const Conversion& one : all) {
      for (Value value : values) convert(one, bench.context(), &value);
    }
    made = allocations - before;
  }
  CHECK(made == 0);  // once warm
}

}  // namespace
}  // namespace vigie::mapping
