// Seeded random queries, always valid, about the words that the posts of rules_posts.h hold.
#pragma once

#include <array>
#include <cstddef>
#include <string>
#include <string_view>

#include "rules/rules.h"
#include "tests/rules_posts.h"
#include "tests/rules_random.h"

namespace vigie::rules_queries {

using rules_posts::any_of;
using rules_random::below;
using rules_random::Random;

inline constexpr auto kWords = std::to_array<std::string_view>(
    {"orange", "Orange", "coca", "cola", "bank", "box", "jus", "la", "pâte", "2026", "peugeot",
     "coca-cola", "AT&T", "日本", "東京", "l'oréal"});
inline constexpr auto kPhrases = std::to_array<std::string_view>(
    {"coca cola", "la box orange", "pâte brisée", "SFR box", "orange bank", "société générale",
     "orange orange", "日本 orange", "coca 2026", "la box", "i love coca", "love cocacola"});
// May stand in NEAR; each has a place.
inline constexpr auto kTerms = std::to_array<std::string_view>({"{Orange}",
                                                                "{orange}",
                                                                "{ORANGE}",
                                                                "{Pâte}",
                                                                "{Coca Cola}",
                                                                "{Oran*}",
                                                                "accent:pâte",
                                                                "accent:pate",
                                                                "accent:{Pâte}",
                                                                "accent:\"pâte brisée\"",
                                                                "accent:société",
                                                                "accent:pât*",
                                                                "accent:pa*",
                                                                "accent:p?te",
                                                                "oran*",
                                                                "*range",
                                                                "or?nge",
                                                                "*ran*",
                                                                "co*a",
                                                                "peugeot~1",
                                                                "orange~1",
                                                                "société~1",
                                                                "/oran(g|j)es?/i",
                                                                "/coca.cola/i",
                                                                "/^orange/i",
                                                                "/box$/i",
                                                                "/Orange/",
                                                                "/pâte/i",
                                                                "/[0-9]{4}/i",
                                                                "/\\borange\\b/",
                                                                "/日本/",
                                                                "#orange",
                                                                "#coca*",
                                                                "#cocacola",
                                                                "#2026",
                                                                "@orange",
                                                                "@orange_fr",
                                                                "@oran*",
                                                                "$ORA",
                                                                "$sfr",
                                                                "$ORA.PA",
                                                                "$ora_a",
                                                                "🍊",
                                                                "👍🏽",
                                                                "🤷🏽‍♀️",
                                                                "❤️",
                                                                "hashtags:orange",
                                                                "at_mentions:coca",
                                                                "nohash:orange",
                                                                "nohash:\"coca cola\""});
// Of no place among words, or of no single one.
inline constexpr auto kTermsAlone = std::to_array<std::string_view>(
    {"raw:\"C++\"", "raw:\"c++\"", "raw:Orange", "raw:\"a#o\"", "\"coca cola\"~3",
     "\"la box orange\"~2", "\"orange orange\"~4", "\"coca col*\"", "\"{Coca} cola\"",
     "\"{Orange} bank\"", "title:orange", "title:\"coca cola\"", "title:(orange OR box)",
     "title:{Orange}"});
inline constexpr auto kFields = std::to_array<std::string_view>({"platform:mastodon",
                                                                 "platform:(x OR press)",
                                                                 "language:fr",
                                                                 "lang:(fr OR en)",
                                                                 "language:fra",
                                                                 "country:fr",
                                                                 "country:FRA",
                                                                 "place_country:US",
                                                                 "engagementType:REPLY",
                                                                 "engagementType:REPOST",
                                                                 "engagementType:(POST OR QUOTE)",
                                                                 "engagementType:ARTICLE",
                                                                 "is:original",
                                                                 "is:repost",
                                                                 "is:retweet",
                                                                 "is:reply",
                                                                 "is:quote",
                                                                 "is:verified",
                                                                 "authorVerified:true",
                                                                 "authorVerified:false",
                                                                 "authorFollowers:[100 TO 5000]",
                                                                 "authorFollowers:[* TO 100]",
                                                                 "followers_count:5000",
                                                                 "followers_count:100..",
                                                                 "followers_count:100..5000",
                                                                 "views:[100 TO *]",
                                                                 "views:..100",
                                                                 "likes:100",
                                                                 "shares:1..",
                                                                 "comments:[0 TO 1]",
                                                                 "rating:[* TO 2.5]",
                                                                 "rating:4..5",
                                                                 "site:orange.fr",
                                                                 "site:lemonde.fr/eco",
                                                                 "site:(lemonde.fr OR coca.com)",
                                                                 "url:box",
                                                                 "url:ORANGE",
                                                                 "links:orange.fr",
                                                                 "url_contains:orange",
                                                                 "channel:42",
                                                                 "channel:\"orange box\"",
                                                                 "to:orange",
                                                                 "to:42",
                                                                 "to:Orange_FR",
                                                                 "retweets_of:orange",
                                                                 "thread:1",
                                                                 "conversation_id:42",
                                                                 "has:media",
                                                                 "has:links",
                                                                 "has:hashtags",
                                                                 "has:mentions",
                                                                 "has:geo",
                                                                 "author:orange",
                                                                 "from:lemondefr",
                                                                 "author:ora*",
                                                                 "author:(sfr OR 42)",
                                                                 "author:john.doe",
                                                                 "authorGroup:press",
                                                                 "media:paid",
                                                                 "media:owned",
                                                                 "media:earned",
                                                                 "media:shared"});
inline constexpr auto kCalls = std::to_array<std::string_view>(
    {"@rule(core)", "list:competitors", "sample:50", "sample:10", "@rule(drink)", "list:tricky"});

inline rules::Library library() {
  rules::Library out;
  out.queries["core"] = "orange OR \"coca cola\"";
  out.queries["drink"] = "(coca NEAR/3 cola) NOT jus";
  out.lists["competitors"] = {"SFR", "bank"};
  out.lists["tricky"] = {"la box", "AT&T", "日本"};
  out.author_groups["press"] = {"lemondefr", "@sfr", "42"};
  return out;
}

class Generator {
 public:
  explicit Generator(Random* random) : random_(random) {}

  // A whole query: words, and with `depth` ever more around them.
  std::string query(std::size_t depth) {
    if (depth == 0) return clause();
    switch (below(9, random_)) {
      case 0:
      case 1: return query(depth - 1) + " AND " + query_in_parentheses(depth - 1);
      case 2: return any(depth) + (below(3, random_) == 0 ? " <<< (note >>>" : "");
      case 3: return query_in_parentheses(depth - 1) + " " + query_in_parentheses(depth - 1);
      case 4: return query_in_parentheses(depth - 1) + " NOT " + query_in_parentheses(depth - 1);
      case 5: return query_in_parentheses(depth - 1) + " -" + term();
      case 6: return near(depth) + " " + query_in_parentheses(depth - 1);
      case 7: return clause() + " AND " + field() + " AND " + query_in_parentheses(depth - 1);
      default: return clause();
    }
  }

 private:
  std::string query_in_parentheses(std::size_t depth) {
    const std::string out = query(depth);
    return "(" + out + ")";
  }

  std::string any(std::size_t depth) {
    std::string out = query_in_parentheses(depth - 1);
    for (std::size_t i = below(3, random_) + 1; i != 0; --i) {
      out += " OR " + query_in_parentheses(depth - 1);
    }
    return "(" + out + ")";
  }

  std::string clause() {
    switch (below(14, random_)) {
      case 0: return std::string(any_of(kTermsAlone, random_));
      case 1:
      case 2: return near(1 + below(2, random_));
      case 3: return counted();
      case 4: return field();
      case 5: return std::string(any_of(kCalls, random_));
      default: return term();
    }
  }

  std::string field() { return std::string(any_of(kFields, random_)); }

  std::string phrase() { return "\"" + std::string(any_of(kPhrases, random_)) + "\""; }

  // With a place.
  std::string term() {
    switch (below(6, random_)) {
      case 0:
      case 1: return std::string(any_of(kWords, random_));
      case 2: return phrase();
      default: return std::string(any_of(kTerms, random_));
    }
  }

  std::string side(std::size_t depth) {
    switch (below(6, random_)) {
      case 0: return "(" + term() + " OR " + term() + ")";
      case 1:
        if (depth > 1) return "(" + near(depth - 1) + ")";
        [[fallthrough]];
      case 2:
        if (depth > 1) return "(" + term() + " AND " + term() + ")";
        [[fallthrough]];
      default: return term();
    }
  }

  std::string near(std::size_t depth) {
    constexpr auto kOperators =
        std::to_array<std::string_view>({" NEAR/0 ", " NEAR/1 ", " NEAR/3 ", " NEAR/5 ",
                                         " NEAR/2f ", " ONEAR/1 ", " ONEAR/4 ", " NEAR/1000 "});
    std::string out = side(depth);
    for (std::size_t i = below(5, random_) == 0 ? 2 : 1; i != 0; --i) {
      out += std::string(any_of(kOperators, random_)) + side(depth);
    }
    return out;
  }

  std::string counted() {
    constexpr auto kMinima =
        std::to_array<std::string_view>({">=1", ">=2", ">=3", ">1", "=2", "=1"});
    constexpr auto kCounted = std::to_array<std::string_view>(
        {"orange", "orange OR cola", "\"coca cola\"", "oran*", "coca NEAR/3 cola", "#orange",
         "\"orange orange\"~4", "(\"coca cola\" OR coca) NEAR/3 (cola OR col*)", "🍊 OR 日",
         "coca NEAR/5 (cola NEAR/3 orange)", "{Orange} OR ORANGE", "\"coca cola\" OR coca",
         "/[a-z]+/i"});
    return "COUNT(" + std::string(any_of(kCounted, random_)) + ")" +
           std::string(any_of(kMinima, random_));
  }

  Random* random_;
};

}  // namespace vigie::rules_queries
