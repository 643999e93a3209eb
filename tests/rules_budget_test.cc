// Hostile queries on hostile texts end in bounded time. The bound is of processor time, and
// generous: what it tells apart is seconds from hours.
#include <doctest/doctest.h>

#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/limits.h"
#include "rules/post_text.h"
#include "rules/rules.h"

namespace vigie::rules {
namespace {

constexpr double kSecondsMax = 2;
constexpr std::size_t kTextBytes = 40'000;

std::string repeated(std::string_view part, std::size_t bytes) {
  std::string out;
  while (out.size() + part.size() <= bytes) out += part;
  return out;
}

std::string joined(std::string_view start, std::string_view between, std::size_t count) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out += between;
    out += std::string(start) + std::to_string(i);
  }
  return out;
}

class Stopwatch {
 public:
  [[nodiscard]] double seconds() const {
    return static_cast<double>(std::clock() - start_) / CLOCKS_PER_SEC;
  }

 private:
  std::clock_t start_ = std::clock();
};

// Compiles the query if it can be, and matches it, guarded and not, with every text.
void check_bounded(const std::string& query, const std::vector<std::string>& texts) {
  INFO(query.substr(0, 100));
  Brand brand{.name = "brand"};
  brand.query = query;
  const Stopwatch compiling;
  std::vector<Finding> findings;
  const auto rules = compile({&brand, 1}, {.seed = 1}, &findings);
  CHECK(compiling.seconds() < kSecondsMax);
  if (!rules) return;
  for (const Matcher::Guard guard : {Matcher::Guard::on, Matcher::Guard::off}) {
    Matcher matcher(*rules, guard);
    Hits hits;
    for (const std::string& text : texts) {
      INFO(text.substr(0, 40));
      Mention mention;
      mention.text = text;
      const Stopwatch matching;
      matcher.match(mention, &hits);
      CHECK(matching.seconds() < kSecondsMax);
    }
  }
}

std::vector<std::string> hostile_texts() {
  return {repeated("a ", kTextBytes),        repeated("a b c d ", kTextBytes),
          repeated("ab ac ad ", kTextBytes), std::string(kTextBytes, 'a'),
          repeated("日", kTextBytes),        repeated("#AbCdAb ", kTextBytes)};
}

TEST_CASE("NEAR of words that are everywhere ends") {
  for (const std::string_view query :
       {"a NEAR/1000 a", "a NEAR/1000 a NEAR/1000 a NEAR/1000 a",
        "(a NEAR/1000 b) NEAR/1000 (c NEAR/1000 d)", "(a NEAR/1000 b) NEAR/0 (c NEAR/1000 zz)",
        "(ab* NEAR/1000 ac*) NEAR/1000 (*ad NEAR/1000 a?b)",
        "(a OR b OR c OR d) NEAR/1000 (a OR b OR c OR d) ONEAR/1000 zz",
        "(a AND b AND c) NEAR/1000 (a AND b AND d) NEAR/1000 (a AND zz)", "日 NEAR/1000 日"}) {
    check_bounded(std::string(query), hostile_texts());
  }
}

TEST_CASE("counting what is everywhere ends") {
  for (const std::string_view query :
       {"COUNT(a)>=4000000000", "COUNT(a NEAR/1000 a)>=4000000000",
        "COUNT((a NEAR/1000 b) NEAR/1000 c)>=4000000000", "COUNT(/a/i OR ab* OR \"a a\")>=100000",
        "COUNT(/[a-z]/i NEAR/1000 a)>4000000000", "COUNT(日)=1"}) {
    check_bounded(std::string(query), hostile_texts());
  }
}

TEST_CASE("windows of many words end") {
  std::string wide = "\"";
  for (int i = 0; i < 30; ++i) wide += "a b ";
  for (const std::string& query :
       {std::string("\"a b c d\"~1000"), std::string("\"a b c zz\"~1000"),
        std::string("\"a a a a a a a a\"~1000"), wide + "\"~1000", wide + "zz\"~0"}) {
    check_bounded(query, hostile_texts());
  }
}

TEST_CASE("counting the same places over and over ends") {
  const std::vector<std::string> texts{repeated("a ", 1200), repeated("a b ", 2400)};
  for (const std::string_view query :
       {"COUNT(\"a a\"~1000)>=179701", "COUNT(\"a a\"~1000)=179700", "COUNT(\"a b\"~1000)>=360000",
        "COUNT((a OR \"a a\" OR \"a a a\") NEAR/1000 (a OR \"a a\"))>=179000"}) {
    check_bounded(std::string(query), texts);
  }
}

TEST_CASE("regexes of the greatest length end") {
  for (const std::string& query :
       {"/" + repeated("(a|b)*", 4096) + "z/i", "/" + repeated("a?", 2000) + "z/i",
        std::string("/(a{1,100}b{1,100}){1,50}/i"), std::string("/(?:.*zz)?/i"),
        "/" + repeated("[a-z]{1,9}", 4096) + "/", std::string("/(a+)+$/i NEAR/5 /a+?/i")}) {
    check_bounded(query, hostile_texts());
  }
}

TEST_CASE("wildcards by the thousand end") {
  check_bounded(joined("ab*", " OR ", 1000), hostile_texts());
  check_bounded(joined("*ab", " OR ", 1000), hostile_texts());
  check_bounded(repeated("*ab", 200) + "z", hostile_texts());
  check_bounded("aa" + repeated("*a", 200) + "z", hostile_texts());
  check_bounded(
      "(" + joined("*ab*", " OR ", 300) + ") NEAR/1000 (" + joined("ac*", " OR ", 300) + ")",
      hostile_texts());
}

TEST_CASE("queries of the greatest length are read in bounded time") {
  for (const std::string& query :
       {joined("word", " OR ", 9000), joined("word", " ", 9000), repeated("a OR ", 99'990) + "a",
        repeated("(", 50'000) + "a" + repeated(")", 49'000), repeated("NOT ", 99'990) + "a",
        "a" + repeated(" NEAR/1 a", 99'000), "(a AND b)" + repeated(" NEAR/1 (a AND b)", 10'000),
        "(a OR b)" + repeated(" NEAR/9 (a OR b)", 10'000), "\"" + repeated("a ", 99'000) + "\"~9",
        repeated("<<< ", 99'000), repeated("/a/i ", 20'000), repeated("{a}", 99'000),
        repeated("raw:", 99'000), repeated("title:(", 99'000), repeated("COUNT(", 99'000),
        repeated("peugeot~1 OR ", 99'000) + "a"}) {
    check_bounded(query, {repeated("a b ", kTextBytes)});
  }
}

TEST_CASE("lists that many queries call count as often as they are called") {
  Library library;
  for (int i = 0; i < 50'000; ++i) library.lists["many"].push_back("w" + std::to_string(i));
  std::vector<Brand> brands(60);
  for (std::size_t i = 0; i < brands.size(); ++i) {
    brands[i] = {.name = std::to_string(i), .query = "list:many"};
  }
  const auto rules = compile(brands, {.library = &library}, nullptr);
  REQUIRE_FALSE(rules.has_value());
  CHECK(rules.error().message == "there may be 2000000 terms at most");
}

TEST_CASE("marks without end on a word whose writing counts end") {
  // utf8proc sorts marks by insertion: quadratic where they alternate.
  const std::vector<std::string> texts{"orange" + repeated("\u0301\u0323", 400'000),
                                       repeated("orange\u0301\u0323\u0301\u0323 ", 1'000'000)};
  check_bounded("accent:orange", texts);
  check_bounded("accent:{orange}", texts);
  check_bounded("accent:oran*", texts);
}

TEST_CASE("signs in what may be an address end") {
  const std::vector<std::string> texts{repeated("/#ad", 4'000'000), repeated("/@ad", 4'000'000)};
  check_bounded("#ad OR @ad", texts);
  check_bounded("\"orange bank\"", texts);
}

TEST_CASE("a regex that looks far ahead of every match ends") {
  const std::vector<std::string> texts{repeated("orange ", 1'000'000)};
  check_bounded("/orange(.*fibre)?/i", texts);
  check_bounded("COUNT(/orange(.*fibre)?/i)>=5000", texts);
}

TEST_CASE("windows of hundreds of words end") {
  const std::string words = joined("a", " ", 200);
  check_bounded("\"" + words + " a0 a1\"~1000", {repeated(words + " ", 1'000'000)});
}

TEST_CASE("the guard of sides that AND distributes is found") {
  check_bounded("(" + joined("w", " OR ", 5000) + ") NEAR/5 (" + joined("b", " ", 8000) + ")",
                {"w1 b1"});
}

TEST_CASE("hashtags by the thousand take bounded memory") {
  PostText text;
  Mention mention;
  const std::string hashtags = repeated("#aB ", 40'000);
  mention.text = hashtags;
  text.read(mention, {}, {.tokens = true, .authors = false, .hashtags = true});
  CHECK(text.hashtags().size() == 10'000);
  CHECK(text.size() <= kHashtagsCutMax + 1);
}

}  // namespace
}  // namespace vigie::rules
