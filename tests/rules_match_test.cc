#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "rules/rules.h"
#include "tests/rules_cases.h"

namespace vigie::rules {
namespace {

using rules_cases::lines;
using rules_cases::split;
using rules_cases::unescape;

std::shared_ptr<const RuleSet> compiled(const std::vector<Brand>& brands,
                                        std::vector<Finding>* warnings = nullptr) {
  auto rules = compile(brands, {.seed = 42}, warnings);
  REQUIRE_MESSAGE(rules.has_value(), (rules ? "" : rules.error().text()));
  return *rules;
}

Mention post(std::string_view text) {
  Mention mention;
  mention.text = text;
  return mention;
}

Hits matched(const std::vector<Brand>& brands, const Mention& mention) {
  const auto rules = compiled(brands);
  Hits on, off;
  Matcher(rules, Matcher::Guard::on).match(mention, &on);
  Matcher(rules, Matcher::Guard::off).match(mention, &off);
  CHECK(on.spans == off.spans);
  CHECK(on.hits.size() == off.hits.size());
  return on;
}

bool mentions(const Brand& brand, const Mention& mention) {
  return !matched({brand}, mention).hits.empty();
}

// "names: a, b / exclude: c"
Brand brand_of(const std::string& terms) {
  Brand brand{.name = "brand"};
  for (const std::string& list : split(terms, " / ")) {
    const std::size_t colon = list.find(": ");
    REQUIRE(colon != std::string::npos);
    const std::string key = list.substr(0, colon);
    const std::vector<std::string> values = split(unescape(list.substr(colon + 2)), ", ");
    if (key == "names") brand.names = values;
    if (key == "hashtags") brand.hashtags = values;
    if (key == "handles") brand.handles = values;
    if (key == "exclude") brand.exclude = values;
    if (key == "regex") brand.regex = values;
  }
  return brand;
}

std::string bracketed(std::string_view text, const Hits& hits) {
  if (hits.hits.empty()) return "-";
  std::string out;
  std::size_t at = 0;
  for (const Span& span : hits.spans) {
    out += text.substr(at, span.first - at);
    out += "[" + std::string(text.substr(span.first, span.count)) + "]";
    at = span.first + span.count;
  }
  return out + std::string(text.substr(at));
}

TEST_CASE("golden lines match as written, with and without the guard") {
  const std::vector<std::string> cases = lines("match.txt");
  REQUIRE(cases.size() > 30);
  for (const std::string& line : cases) {
    const std::vector<std::string> columns = split(line, " | ");
    CAPTURE(line);
    REQUIRE(columns.size() == 3);
    const std::string text = unescape(columns[1]);
    const Hits hits = matched({brand_of(columns[0])}, post(text));
    CHECK(bracketed(text, hits) == unescape(columns[2]));
  }
}

TEST_CASE("every field is looked at, and no phrase crosses from one to the next") {
  const Brand brand{.name = "b", .names = {"orange bank"}};
  Mention mention = post("orange");
  mention.title = "bank";
  mention.shared_text = "orange";
  CHECK_FALSE(mentions(brand, mention));
  mention.shared_text = "l'Orange Bank";
  const Hits hits = matched({brand}, mention);
  REQUIRE(hits.spans.size() == 1);
  CHECK(hits.spans[0] == Span{Field::shared_text, 2, 11});
  mention.title = "Orange-Bank";
  CHECK(matched({brand}, mention).spans.front() == Span{Field::title, 0, 11});
}

TEST_CASE("the lists of hashtags and mentions count as if they stood in the text") {
  const std::array<std::string_view, 3> tags{"Orange", "#Café", "vert"};
  const std::array<Handle, 2> handles{{{"1", "Orange_FR"}, {"2", "@Autre"}}};
  Mention mention = post("rien");
  mention.hashtags = tags;
  mention.mentions = handles;
  const auto spans = [&](const Brand& brand) { return matched({brand}, mention).spans; };
  CHECK(spans({.name = "b", .hashtags = {"orange"}}) == std::vector{Span{Field::hashtags, 0, 6}});
  CHECK(spans({.name = "b", .hashtags = {"#cafe"}}) == std::vector{Span{Field::hashtags, 0, 6}});
  CHECK(spans({.name = "b", .names = {"cafe"}}) == std::vector{Span{Field::hashtags, 1, 5}});
  CHECK(spans({.name = "b", .handles = {"orange_fr"}}) == std::vector{Span{Field::mentions, 0, 9}});
  CHECK(spans({.name = "b", .handles = {"autre"}}) == std::vector{Span{Field::mentions, 0, 6}});
  CHECK(spans({.name = "b", .regex = {"#ver\\w"}}) == std::vector{Span{Field::hashtags, 0, 4}});
  CHECK(spans({.name = "b", .hashtags = {"orange_fr"}}).empty());
  CHECK(spans({.name = "b", .handles = {"orange"}}).empty());
  CHECK(spans({.name = "b", .names = {"orange"}, .exclude = {"vert"}}).empty());
}

TEST_CASE("brands come in order, each once, whatever of its terms are found") {
  const std::vector<Brand> brands{
      {.name = "a", .names = {"zebra"}},
      {.name = "b", .names = {"orange", "orange", "ORANGE"}, .hashtags = {"orange"}},
      {.name = "c", .names = {"orange"}, .exclude = {"jus"}},
      {.name = "d", .names = {"orange"}, .regex = {"orang\\w"}}};
  const Hits hits = matched(brands, post("#orange jus"));
  REQUIRE(hits.hits.size() == 2);
  CHECK(hits.hits[0].brand == 1);
  CHECK(hits.hits[0].span_count == 2);
  CHECK(hits.hits[1].brand == 3);
  CHECK(hits.spans ==
        std::vector{Span{Field::text, 0, 7}, Span{Field::text, 1, 6}, Span{Field::text, 1, 6}});
}

TEST_CASE("a brand without terms is found by its own name") {
  CHECK(mentions({.name = "Crédit Agricole"}, post("le credit agricole")));
  CHECK_FALSE(mentions({.name = "Crédit Agricole", .names = {"CA"}}, post("le credit agricole")));
  CHECK_FALSE(mentions({.name = "Lait", .exclude = {"vache"}}, post("lait de vache")));
}

TEST_CASE("spans are bounded, and the first ones are kept") {
  std::string text;
  for (int i = 0; i < 100; ++i) text += "orange ";
  const Hits hits =
      matched({{.name = "orange", .hashtags = {"x"}, .regex = {"orange"}}}, post(text));
  REQUIRE(hits.spans.size() == kSpansMax);
  CHECK(hits.spans.back() == Span{Field::text, 7 * (kSpansMax - 1), 6});
}

TEST_CASE("a matcher is used again: what one post held does not show in the next") {
  const auto rules = compiled({{.name = "orange"}});
  Matcher matcher(rules);
  Hits hits;
  matcher.match(post("orange"), &hits);
  CHECK(hits.hits.size() == 1);
  matcher.match(post("pomme"), &hits);
  CHECK(hits.hits.empty());
  CHECK(hits.spans.empty());
  matcher.match(post(""), &hits);
  CHECK(hits.hits.empty());
}

TEST_CASE("hostile posts match as any other") {
  const auto rules = compiled({{.name = "orange", .names = {"orange", "a a a b"}},
                               {.name = "regex", .regex = {"oran(ge)+s"}}});
  Matcher matcher(rules);
  Hits hits;
  const auto count = [&](const std::string& text) {
    matcher.match(post(text), &hits);
    return hits.hits.size();
  };
  std::string many;
  while (many.size() < 1 << 20) many += "a ";
  CHECK(count(many) == 0);
  CHECK(count(many + "b oranges") == 2);
  CHECK(count(std::string(1 << 20, 'x') + " orange") == 1);
  CHECK(count(std::string(1 << 20, '#') + "orange") == 1);
  CHECK(count(std::string("a\0b orange\0", 11)) == 1);
  CHECK(count("\xFF\xC3orange \x80\xF0") == 1);
  CHECK(hits.spans.front() == Span{Field::text, 2, 6});
}

TEST_CASE("what cannot be compiled is said with its place") {
  struct Case {
    Brand brand;
    std::string_view error;
  };
  for (const Case& one : std::vector<Case>{
           {{.name = "X", .names = {"ok", "!?"}},
            "brand 'X', names 2: '!?' holds no letter or digit to look for"},
           {{.name = "X", .hashtags = {"#"}},
            "brand 'X', hashtags 1: '#' holds no letter or digit to look for"},
           {{.name = "…"}, "brand '…', name: '…' holds no letter or digit to look for"},
           {{.name = "X", .handles = {std::string(2000, 'a')}},
            "brand 'X', handles 1: a term may have 1024 bytes at most"},
           {{.name = "X", .regex = {"a", "(b"}},
            "brand 'X', regex 2: the regex '(b' is not valid: missing ): (b"},
           {{.name = "X", .regex = {"((a{100}){100}){100}"}},
            "brand 'X', regex 1: the regex '((a{100}){100}){100}' is not valid: invalid repetition "
            "size: {100}"},
       }) {
    const auto rules = compile({&one.brand, 1}, {}, nullptr);
    REQUIRE_FALSE(rules.has_value());
    CHECK(rules.error().kind == ErrorKind::config);
    CHECK(rules.error().text() == one.error);
  }
}

TEST_CASE("what is doubtful is compiled, with a warning") {
  std::vector<Finding> warnings;
  (void)compiled({{.name = "A", .names = {"orange"}},
                  {.name = "B",
                   .names = {"C++", "#orange"},
                   .hashtags = {"#ok"},
                   .regex = {"\\d+", "orange.*", "(ab)*"}}},
                 &warnings);
  std::vector<std::string> terms;
  for (const Finding& one : warnings) {
    terms.push_back(std::to_string(one.place.brand) + " " + one.term);
  }
  std::ranges::sort(terms);
  CHECK(terms == std::vector<std::string>{"0 orange", "1 ", "1 #orange", "1 #orange", "1 (ab)*",
                                          "1 (ab)*", "1 C++", "1 \\d+"});
}

TEST_CASE("owned accounts and domains by which nothing could be found are refused") {
  const Brand brand{.name = "A",
                    .query = "orange AND media:owned",
                    .owned = {.accounts = {"orange_fr", "!!!", std::string(70'000, 'a')},
                              .domains = {"orange.fr", "no site"}}};
  std::vector<Finding> findings;
  CHECK_FALSE(compile({&brand, 1}, {}, &findings).has_value());
  std::vector<std::uint32_t> items;
  for (const Finding& one : findings) {
    if (one.place.part == TextPlace::Part::owned) items.push_back(one.place.item);
  }
  CHECK(items == std::vector<std::uint32_t>{1, 2, 4});
}

TEST_CASE("what is doubtful in the lists of a brand is told once, with a shadow or without") {
  const Brand brand{.name = "A", .names = {"x"}, .query = "citron", .shadow = "citron OR pomme"};
  std::vector<Finding> findings;
  CHECK(compile({&brand, 1}, {}, &findings).has_value());
  CHECK(std::ranges::count(findings, TextPlace::Part::names,
                           [](const Finding& one) { return one.place.part; }) == 1);
}

TEST_CASE("a regex is refused with the reason") {
  CHECK_FALSE(regex_error("orange|citron").has_value());
  CHECK(regex_error("a(b").value() == "missing ): a(b");
  CHECK(regex_error("a**(").has_value());
  CHECK(regex_error(std::string(5000, 'a')).value() == "it is longer than 4096 bytes");
  CHECK(regex_error("a\xFF").value().starts_with("invalid UTF-8"));
}

TEST_CASE("names and memory of a rule set can be asked for") {
  const auto rules = compiled({{.name = "Orange"}, {.name = "Citron"}});
  CHECK(brand_names(*rules) == std::vector<std::string>{"Orange", "Citron"});
  CHECK(memory_bytes(*rules) > 0);
}

}  // namespace
}  // namespace vigie::rules
