// The index and the regex guard against the slow way of looking at every term, on generated brands
// and posts made of the same few words, so that nearly everything nearly matches.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/limits.h"
#include "rules/atom_index.h"
#include "rules/regex_guard.h"
#include "rules/rules.h"
#include "tests/rules_hits.h"
#include "tests/rules_random.h"

namespace vigie::rules {
namespace {

using rules_random::below;
using rules_random::Random;

constexpr std::array<std::string_view, 24> kWords{
    "orange",  "Orange",   "ORANGE", "oranges", "bank",  "Bank",  "la",   "société",
    "societe", "générale", "new",    "york",    "times", "a",     "b",    "日本",
    "🍊",      "한국",     "é",      "cœur",    "x_1",   "paris", "2026", "télé"};
constexpr std::array<std::string_view, 12> kBetween{" ", " ",  " ", " ",  "-",  ", ",
                                                    "’", "\n", "#", " #", " @", "\u00A0"};
constexpr std::array<std::string_view, 14> kRegexes{
    "orange",      "orange.*bank",
    "oranges?\\b", "(new|old) york",
    "[éè]t",       "soci\\w+ g",
    "日本",        "bank|paris",
    "x_\\d",       "(?:a b)+",
    "c.ur",        "^orange",
    "télé$",       "(orange|new|paris).*(bank|york|2026)"};

std::string words(std::size_t count, Random* random) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out += kBetween[below(kBetween.size(), random)];
    out += kWords[below(kWords.size(), random)];
  }
  return out;
}

std::vector<std::string> terms(std::size_t end, Random* random) {
  std::vector<std::string> out(below(end, random));
  for (std::string& term : out) term = words(1 + below(3, random), random);
  return out;
}

Brand brand(std::size_t number, Random* random) {
  Brand out{.name = "brand " + std::to_string(number)};
  out.names = terms(4, random);
  if (below(3, random) == 0) out.hashtags = terms(3, random);
  if (below(3, random) == 0) out.handles = terms(3, random);
  if (below(3, random) == 0) out.exclude = terms(2, random);
  for (std::size_t i = below(3, random); i == 1; --i) {
    out.regex.emplace_back(kRegexes[below(kRegexes.size(), random)]);
  }
  return out;
}

TEST_CASE("the guard changes no result") {
  const long rounds = std::getenv("VIGIE_LONG") != nullptr ? 400 : 40;
  Random random(20261123);
  std::size_t hit_count = 0;
  for (long round = 0; round < rounds; ++round) {
    std::vector<Brand> brands;
    for (std::size_t i = 0; i < 50; ++i) brands.push_back(brand(i, &random));
    const auto rules = compile(brands, {.seed = random()}, nullptr);
    REQUIRE(rules.has_value());
    Matcher fast(*rules, Matcher::Guard::on);
    Matcher slow(*rules, Matcher::Guard::off);
    Hits on, off;
    for (int i = 0; i < 60; ++i) {
      const std::string text = i % 10 == 0 ? rules_random::text(60, true, &random)
                                           : words(1 + below(20, &random), &random);
      const std::string title = words(below(3, &random), &random);
      const std::array<std::string_view, 2> tags{kWords[below(kWords.size(), &random)], "#Bank"};
      const std::array<Handle, 1> handles{{{"", kWords[below(kWords.size(), &random)]}}};
      Mention mention;
      mention.text = text;
      mention.title = title;
      if (i % 3 == 0) mention.hashtags = tags;
      if (i % 4 == 0) mention.mentions = handles;
      fast.match(mention, &on);
      slow.match(mention, &off);
      hit_count += on.hits.size();
      REQUIRE_MESSAGE(described(on) == described(off), "text: " << text);
    }
  }
  CHECK(hit_count > 1000);
}

TEST_CASE("the seed changes no result") {
  Random random(3);
  std::vector<Brand> brands;
  for (std::size_t i = 0; i < 100; ++i) brands.push_back(brand(i, &random));
  std::vector<std::string> texts;
  for (int i = 0; i < 50; ++i) texts.push_back(words(12, &random));
  std::string first;
  for (const std::uint64_t seed : {0ULL, 1ULL, 0xFFFFFFFFFFFFFFFFULL}) {
    Matcher matcher(*compile(brands, {.seed = seed}, nullptr));
    std::string all;
    Hits hits;
    for (const std::string& text : texts) {
      Mention mention;
      mention.text = text;
      matcher.match(mention, &hits);
      all += described(hits);
    }
    if (first.empty()) first = all;
    CHECK(all == first);
  }
}

TEST_CASE("a pattern is folded as the text is, except where it is escaped") {
  CHECK(fold_pattern("Orange [A-Z]+") == "Orange [A-Z]+");
  CHECK(fold_pattern("société") == "societe");
  CHECK(fold_pattern("œ+") == "(?:oe)+");
  CHECK(fold_pattern("[éœ]\\[é") == "[eoe]\\[e");
  CHECK(fold_pattern("[]é]é[^]œ]") == "[]e]e[^]oe]");
  CHECK(fold_pattern("[[:alpha:]œ]œ") == "[[:alpha:]oe](?:oe)");
  CHECK(fold_pattern("＊’") == "\\*\\'");
  CHECK(fold_pattern("e\u0301+") == "e+");
  CHECK(fold_pattern("日+[日]") == "(?: *日 *)+[日]");
  CHECK(fold_pattern("\\Qa.é\\Eé") == "\\Qa.\\Ee\\Q\\Ee");
  CHECK(fold_pattern("\\pL\\") == "\\pL\\");
}

TEST_CASE("only regexes whose literals are there are tried") {
  RegexSet regexes;
  for (const std::string_view pattern :
       {"orange.*(panne|coupure)", "citron|pomme", "\\d+", "(?:jus )?de pomme", "日本"}) {
    const auto added = regexes.add(pattern, RegexSet::On::folded);
    REQUIRE(added.has_value());
    if (!added->expensive) regexes.look_for(added->regex);
  }
  regexes.finish();
  RegexSet::Scratch scratch;
  const auto candidates = [&](std::string text) {
    const std::size_t size = text.size();
    text.append(kFoldPaddingBytes, '\0');
    regexes.find_candidates(std::string_view(text).substr(0, size), &scratch);
    std::sort(scratch.candidates.begin(), scratch.candidates.end());
    return scratch.candidates;
  };
  using List = std::vector<std::uint32_t>;
  CHECK(candidates("").empty());
  CHECK(candidates("or").empty());
  CHECK(candidates("une orange") == List{0});
  CHECK(candidates("une panne, un citron") == List{1});
  CHECK(candidates("jus de pomme") == List{1, 3});
  CHECK(candidates("a 日 本 ") == List{4});
}

// Exactly as long as it says: reading behind it is an error that AddressSanitizer tells.
std::vector<char> exact(const std::string& text) { return {text.begin(), text.end()}; }

// Where an atom begins for the first time and for the last one.
struct Ends {
  std::size_t first = std::string::npos;
  std::size_t last = 0;
  void add(std::size_t begin) {
    first = std::min(first, begin);
    last = std::max(last, begin);
  }
  bool operator==(const Ends&) const = default;
};

TEST_CASE("atoms are found where a plain search finds them") {
  Random random(17);
  const auto piece = [&](std::size_t bytes_max) {
    const std::size_t bytes = kAtomBytesMin + below(bytes_max - kAtomBytesMin + 1, &random);
    std::string text;
    for (std::size_t i = 0; i < bytes; ++i) text.push_back("abcx \x80\xE9"[below(7, &random)]);
    return text;
  };
  for (int round = 0; round < 60; ++round) {
    std::set<std::string> different;
    const std::size_t count = below(round % 10 == 0 ? 800 : 12, &random);
    while (different.size() < count) different.insert(piece(7));
    const std::vector<std::string> atoms(different.begin(), different.end());
    const AtomIndex index = AtomIndex::build(atoms);
    for (const std::size_t bytes_max : {3, 30, 34, 35, 36, 37, 70, 300, 1500}) {
      const std::vector<char> text = exact(piece(bytes_max));
      const std::string_view view(text.data(), text.size());
      std::map<std::uint32_t, Ends> expected;
      for (std::uint32_t i = 0; i < atoms.size(); ++i) {
        if (!view.contains(atoms[i])) continue;
        expected[i] = {view.find(atoms[i]), view.rfind(atoms[i])};
      }
      std::vector<AtomIndex::Found> found;
      for (const AtomIndex::Way way : AtomIndex::ways()) {
        index.find_by(way, view, &found);
        std::map<std::uint32_t, Ends> ends;
        for (const AtomIndex::Found one : found) ends[one.atom].add(one.begin);
        CHECK(ends == expected);
      }
    }
  }
}

TEST_CASE("of an atom that occurs over and over the first place and the last are found") {
  const std::vector<std::string> atoms{"abc", "abca", "bcabcab"};
  std::string text = "x";
  for (int i = 0; i < 2000; ++i) text += "abc";
  std::vector<AtomIndex::Found> found;
  AtomIndex::build(atoms).find(text, &found);
  std::array<Ends, 3> ends;
  for (const AtomIndex::Found one : found) ends[one.atom].add(one.begin);
  CHECK(ends == std::array<Ends, 3>{Ends{1, 5998}, Ends{1, 5995}, Ends{2, 5993}});
}

TEST_CASE("what the guard knows of where a regex may match changes no match") {
  constexpr std::array<std::string_view, 17> kPatterns{
      "pizza",       "(le|the) pizza", "pizza(\\.com|\\.fr)?\\b", ".{3}pizza",  "pizza ?[0-9]{1,2}",
      "pizza.*kiwi", "^pizza",         "(?:..é){2}pizza",         "kiwi$",      "[^a]{0,4}kiwi",
      "(..){1,3}kk", "pizza|kiwi|sss", "ss\\W{2}pizza",           "\\w+ pizza", "(?:.{2}){2,}kiwi",
      "日.pizza",    "\\x{e9}.kiwi"};
  constexpr std::array<std::string_view, 16> kPieces{
      "pizza", "kiwi", " ",  "the ", "le ", ".com", "12",   "é",
      "日本 ", "kiw",  "kk", "sss",  "…-",  "a",    "xyz ", "x"};
  RegexSet regexes;
  for (const std::string_view pattern : kPatterns) {
    const auto added = regexes.add(pattern, RegexSet::On::folded);
    REQUIRE(added.has_value());
    regexes.look_for(added->regex);
  }
  regexes.finish();
  Random random(29);
  RegexSet::Scratch scratch;
  std::size_t match_count = 0;
  for (int round = 0; round < 3000; ++round) {
    std::string text;
    for (std::size_t i = below(80, &random); i > 0; --i) {
      const std::size_t end = below(3, &random) == 0 ? kPieces.size() : kPieces.size() - 13;
      text += kPieces[kPieces.size() - 1 - below(end, &random)];
    }
    for (std::size_t i = below(6, &random); i > 0; --i) {
      text += kPieces[below(kPieces.size(), &random)];
    }
    regexes.find_candidates(text, &scratch);
    for (std::uint32_t i = 0; i < kPatterns.size(); ++i) {
      const RegexSet::Most most{kSpansMax, 1UL << 30};
      std::vector<Stretch> anywhere, within;
      regexes.find_matches(i, text, most, {}, &anywhere);
      match_count += anywhere.size();
      const bool tried = std::ranges::find(scratch.candidates, i) != scratch.candidates.end();
      if (tried) regexes.find_matches(i, text, most, scratch.within(i), &within);
      const auto key = [](const Stretch& one) { return std::pair(one.first, one.count); };
      REQUIRE_MESSAGE(std::ranges::equal(anywhere, within, {}, key, key),
                      kPatterns[i] << " in " << text);
    }
  }
  CHECK(match_count > 3000);
}

TEST_CASE("a regex that needs a short literal and a long one needs both") {
  RegexSet regexes;
  REQUIRE(regexes.add("orange ?box", RegexSet::On::folded).has_value());
  REQUIRE(regexes.add("Orange ?Box", RegexSet::On::written).has_value());
  for (const std::uint32_t regex : {0U, 1U}) regexes.look_for(regex);
  regexes.finish();
  RegexSet::Scratch scratch;
  regexes.find_candidates("une orange", &scratch);
  CHECK(scratch.candidates.empty());
  regexes.find_candidates("une orangebox", &scratch);
  CHECK(scratch.candidates == std::vector<std::uint32_t>{0, 1});
  std::vector<Stretch> matches;
  regexes.find_matches(0, "orangebox, orange box, orange, box", {kSpansMax, 1000}, {}, &matches);
  CHECK(matches.size() == 2);
  regexes.find_matches(1, "OrangeBox, Orange Box, orange box", {kSpansMax, 1000}, {}, &matches);
  CHECK(matches.size() == 2);
}

TEST_CASE("without regexes there is nothing to try") {
  RegexSet regexes;
  regexes.finish();
  RegexSet::Scratch scratch;
  regexes.find_candidates("orange", &scratch);
  CHECK(scratch.candidates.empty());
}

TEST_CASE("a pattern that matches nothing over and over gives up") {
  RegexSet regexes;
  REQUIRE(regexes.add("(?:.*zz)?", RegexSet::On::folded).has_value());
  regexes.finish();
  std::vector<Stretch> matches;
  regexes.find_matches(0, std::string(100'000, 'a') + "b", {kSpansMax, 1UL << 40}, {}, &matches);
  CHECK(matches.empty());
}

}  // namespace
}  // namespace vigie::rules
