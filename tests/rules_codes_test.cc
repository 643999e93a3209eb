// Codes of languages and countries, and how common words are.
#include <doctest/doctest.h>

#include <optional>
#include <string>
#include <string_view>

#include "engine/base/codes.h"
#include "rules/common_words.h"

namespace vigie::rules {
namespace {

using Code = std::optional<std::string_view>;

TEST_CASE("a language has one code, however it is written") {
  for (const std::string_view text :
       {"fr", "FR", "Fr", "fra", "fre", "FRA", "fr-FR", "fr_CA", "fra-Latn-FR"}) {
    CAPTURE(text);
    CHECK(language_code(text) == Code("fr"));
  }
  CHECK(language_code("ger") == Code("de"));
  CHECK(language_code("deu") == Code("de"));
  CHECK(language_code("aar") == Code("aa"));
  CHECK(language_code("zul") == Code("zu"));
}

TEST_CASE("a language without two letters keeps its three") {
  for (const std::string_view text : {"gsw", "hsb", "ckb", "fil", "yue", "cmn", "ace", "zza"}) {
    CAPTURE(text);
    CHECK(language_code(text) == Code(text));
  }
  CHECK(language_code("GSW-CH") == Code("gsw"));
}

TEST_CASE("withdrawn codes of languages become what replaced them") {
  CHECK(language_code("in") == Code("id"));
  CHECK(language_code("iw") == Code("he"));
  CHECK(language_code("ji") == Code("yi"));
  CHECK(language_code("jw") == Code("jv"));
  CHECK(language_code("mo") == Code("ro"));
}

TEST_CASE("what is no language has no code") {
  for (const std::string_view text : {"", "f", "xx", "qqq", "und", "mul", "zxx", "mis", "french",
                                      "f1", "f-r", "-fr", "é", "@@", "[[", "fr ", "roa"}) {
    CAPTURE(text);
    CHECK_FALSE(language_code(text).has_value());
  }
}

TEST_CASE("a country has one code, however it is written") {
  for (const std::string_view text : {"fr", "FR", "fra", "FRA"}) {
    CAPTURE(text);
    CHECK(country_code(text) == Code("fr"));
  }
  CHECK(country_code("UK") == Code("gb"));
  CHECK(country_code("GBR") == Code("gb"));
  CHECK(country_code("EL") == Code("gr"));
  CHECK(country_code("CHE") == Code("ch"));
  CHECK(country_code("ABW") == Code("aw"));
  CHECK(country_code("ZWE") == Code("zw"));
  CHECK(country_code("XKX") == Code("xk"));
}

TEST_CASE("what is no country has no code") {
  for (const std::string_view text : {"", "f", "xx", "EU", "zz", "France", "fr-FR", "f1", "É"}) {
    CAPTURE(text);
    CHECK_FALSE(country_code(text).has_value());
  }
}

TEST_CASE("every two-letter code of the standards is known") {
  int languages = 0;
  int countries = 0;
  for (char first = 'a'; first <= 'z'; ++first) {
    for (char second = 'a'; second <= 'z'; ++second) {
      const std::string code{first, second};
      if (language_code(code) == Code(code)) ++languages;
      if (country_code(code) == Code(code)) ++countries;
    }
  }
  CHECK(languages == 183 + 2);  // and sh and bh, which were withdrawn without a successor
  CHECK(countries == 249 + 1);  // and Kosovo
}

TEST_CASE("words are rare unless everybody writes them") {
  for (const std::string_view word :
       {"le", "la", "de", "the", "of", "und", "der", "los", "che", "nao", "l", "a", "est", "sur"}) {
    CAPTURE(word);
    CHECK(frequency_of(word) == Frequency::very_common);
  }
  for (const std::string_view word :
       {"orange", "free", "apple", "monday", "total", "target", "gap", "shell", "visa", "boss",
        "carrefour", "casino", "nature", "fleur", "match", "express", "monde", "parisien"}) {
    CAPTURE(word);
    CHECK(frequency_of(word) == Frequency::everyday);
  }
  for (const std::string_view word :
       {"", "lidl", "leclerc", "picard", "sncf", "cremoline", "zzz", "orvelane", "oranges"}) {
    CAPTURE(word);
    CHECK(frequency_of(word) == Frequency::rare);
  }
}

}  // namespace
}  // namespace vigie::rules
