// Seeded random posts made of the few words that rules_queries.h asks for, in every way people
// write them, so that nearly everything nearly matches.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/mention.h"
#include "tests/rules_random.h"

namespace vigie::rules_posts {

using rules_random::below;
using rules_random::Random;

template <std::size_t N>
std::string_view any_of(const std::array<std::string_view, N>& words, Random* random) {
  return words[below(N, random)];
}

// Words of ASCII, as they are folded.
inline constexpr auto kPlain = std::to_array<std::string_view>(
    {"orange", "orange", "oranges", "orang", "bank", "coca", "cola", "coca", "cola", "la", "box",
     "jus", "sfr", "peugeot", "pegueot", "2026", "x_1", "peugeo"});
// As people write them, with an accent, in another script, as a picture.
inline constexpr auto kWritten = std::to_array<std::string_view>({"pâte",
                                                                  "pate",
                                                                  "brisée",
                                                                  "Pâte",
                                                                  "L'Oréal",
                                                                  "l’oreal",
                                                                  "AT&T",
                                                                  "Société",
                                                                  "société",
                                                                  "générale",
                                                                  "日本",
                                                                  "東京都",
                                                                  "日",
                                                                  "🍊",
                                                                  "👍🏽",
                                                                  "👍",
                                                                  "🤷🏽‍♀️",
                                                                  "❤️",
                                                                  "C++",
                                                                  "c++",
                                                                  "télé",
                                                                  "Straße"});
inline constexpr auto kSigned = std::to_array<std::string_view>(
    {"#orange",    "#Orange",     "#CocaCola", "#cocacola",   "#ILoveCocaCola",
     "#coca_cola", "#Coca2026",   "#2026",     "#SFRBox",     "@orange",
     "@Orange_FR", "@coca",       "$ORA",      "$ora",        "$ORA.PA",
     "$ora_a",     "$ORA.PA.B",   "$ORA.PAR",  "$SFR",        "＃orange",
     "#日本",      "#pâteBrisée", "#ad",       "#LaBoxOrange"});
// What only looks like a sign, and addresses.
inline constexpr auto kDecoys = std::to_array<std::string_view>(
    {"a#orange", "&#orange", "é#orange", "##orange", "jus@orange", "!@orange", "é@orange", "a$ORA",
     "$$ORA", "#_orange", "https://www.orange.fr/box?q=#orange", "https://coca.com/@orange",
     "http://x.fr/coca-cola", "orange.fr"});
inline constexpr auto kBetween = std::to_array<std::string_view>(
    {" ", " ", " ", " ", " ", " ", " ", "-", ", ", ". ", "\n", " / ", "\u00A0", "! ", " (", ") "});
inline constexpr auto kPlatforms =
    std::to_array<std::string_view>({"x", "mastodon", "press", "trustpilot"});
inline constexpr auto kLanguages = std::to_array<std::string_view>({"fr", "en", "de", "und", ""});
inline constexpr auto kCountries = std::to_array<std::string_view>({"FR", "US", "de", ""});
inline constexpr auto kHandles = std::to_array<std::string_view>(
    {"orange", "Orange_FR", "lemondefr", "@coca", "sfr", "john.doe"});
inline constexpr auto kIds = std::to_array<std::string_view>({"1", "2", "3", "42", ""});
inline constexpr auto kAddresses = std::to_array<std::string_view>(
    {"https://www.orange.fr/box/1", "https://lemonde.fr/eco/a.html", "http://Orange.fr",
     "https://notorange.fr/orange.fr", "https://coca.com:8080/x?y#z", ""});

inline std::string capital(std::string_view word) {
  std::string out(word);
  if (!out.empty() && out[0] >= 'a' && out[0] <= 'z') out[0] = static_cast<char>(out[0] & ~0x20);
  return out;
}

inline std::string capitals(std::string_view word) {
  std::string out(word);
  for (char& c : out) c = static_cast<char>(c >= 'a' && c <= 'z' ? c & ~0x20 : c);
  return out;
}

// Latin letters of double width.
inline std::string wide(std::string_view word) {
  std::string out;
  for (const char c : word) {
    if (c < '!' || c > '~') {
      out.push_back(c);
      continue;
    }
    const unsigned wide = 0xFF00U + static_cast<unsigned>(c) - 0x20U;
    out += {static_cast<char>(0xE0 | wide >> 12), static_cast<char>(0x80 | (wide >> 6 & 63)),
            static_cast<char>(0x80 | (wide & 63))};
  }
  return out;
}

// The accents of a few letters as marks of their own.
inline std::string decomposed(std::string_view word) {
  constexpr std::array<std::array<std::string_view, 2>, 5> kLetters{
      {{"é", "e\u0301"}, {"â", "a\u0302"}, {"É", "E\u0301"}, {"è", "e\u0300"}, {"ô", "o\u0302"}}};
  std::string out(word);
  for (const auto& [whole, parts] : kLetters) {
    for (std::size_t at = out.find(whole); at != out.npos; at = out.find(whole, at + 1)) {
      out.replace(at, whole.size(), parts);
    }
  }
  return out;
}

inline std::string varied(std::string_view word, Random* random) {
  switch (below(10, random)) {
    case 0: return capital(word);
    case 1: return capitals(word);
    case 2: return decomposed(word);
    case 3: return wide(word);
    case 4: return std::string(word.substr(0, 1)) + "\u00AD" + std::string(word.substr(1));
    default: return std::string(word);
  }
}

inline std::string word(Random* random) {
  switch (below(8, random)) {
    case 0:
    case 1: return decomposed(any_of(kWritten, random));
    case 2: return std::string(any_of(kWritten, random));
    case 3: return std::string(any_of(kSigned, random));
    case 4:
      if (below(3, random) == 0) return std::string(any_of(kDecoys, random)) + " ";
      [[fallthrough]];
    default: return varied(any_of(kPlain, random), random);
  }
}

inline std::string words(std::size_t count, Random* random) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) {
    if (i != 0) out += any_of(kBetween, random);
    out += word(random);
  }
  return out;
}

// A post that owns its texts.
struct Post {
  std::string text, title, shared_text;
  std::vector<std::string_view> hashtags;
  std::vector<Handle> mentions;
  std::vector<std::string_view> urls;
  std::vector<Media> media;
  Mention rest;  // its other fields

  [[nodiscard]] Mention mention() const {
    Mention out = rest;
    out.text = text;
    out.title = title;
    out.shared_text = shared_text;
    out.hashtags = hashtags;
    out.mentions = mentions;
    out.urls = urls;
    out.media = media;
    return out;
  }
};

inline Count count(Random* random) {
  constexpr auto kCounts = std::to_array<std::int64_t>({0, 1, 99, 100, 5000, 50'000});
  if (below(4, random) == 0) return std::nullopt;
  return kCounts[below(kCounts.size(), random)];
}

inline void set_author(Mention* mention, Random* random) {
  mention->author.handle = any_of(kHandles, random);
  mention->author.id = any_of(kIds, random);
  mention->author.followers = count(random);
  mention->author.country = any_of(kCountries, random);
  if (below(2, random) == 0) mention->author.verified = below(2, random) == 0;
}

inline void set_rest(Mention* mention, Random* random) {
  mention->kind = static_cast<Kind>(below(8, random));
  mention->id = any_of(kIds, random);
  mention->platform = any_of(kPlatforms, random);
  mention->lang = any_of(kLanguages, random);
  mention->url = any_of(kAddresses, random);
  mention->parent_id = any_of(kIds, random);
  mention->root_id = any_of(kIds, random);
  if (below(3, random) == 0) mention->parent_author_id = any_of(kIds, random);
  mention->metrics.views = count(random);
  mention->metrics.likes = count(random);
  mention->metrics.shares = count(random);
  mention->metrics.comments = count(random);
  if (below(4, random) == 0) {
    mention->rating = Rating{.value = static_cast<double>(below(11, random)) / 2, .max = 5};
  }
  if (below(4, random) == 0) mention->geo.emplace().country = any_of(kCountries, random);
  if (below(3, random) == 0) mention->channel = Channel{any_of(kIds, random), "Orange Box"};
}

inline Post post(Random* random) {
  Post out;
  set_author(&out.rest, random);
  set_rest(&out.rest, random);
  out.text = words(1 + below(14, random), random);
  if (below(4, random) == 0) out.title = words(1 + below(4, random), random);
  if (below(6, random) == 0) out.shared_text = words(1 + below(6, random), random);
  constexpr auto kTags = std::to_array<std::string_view>(
      {"orange", "#Orange", "CocaCola", "bank", "LaBoxOrange", "pâteBrisée"});
  for (std::size_t i = below(8, random); i < 2; ++i) out.hashtags.push_back(any_of(kTags, random));
  for (std::size_t i = below(8, random); i < 2; ++i) {
    out.mentions.push_back({any_of(kIds, random), any_of(kHandles, random)});
  }
  if (below(4, random) == 0) out.urls.push_back(any_of(kAddresses, random));
  if (below(6, random) == 0) out.media.push_back({"image", "https://x.fr/1.png", ""});
  return out;
}

// As it is told when a test fails.
inline std::string told(const Post& post) {
  std::string out = "text: " + post.text + "\ntitle: " + post.title +
                    "\nshared_text: " + post.shared_text + "\nhashtags:";
  for (const std::string_view tag : post.hashtags) out += " " + std::string(tag);
  out += "\nmentions:";
  for (const Handle& one : post.mentions) {
    out += " " + std::string(one.handle) + " (" + std::string(one.id) + ")";
  }
  const Mention& rest = post.rest;
  out += "\nauthor: " + std::string(rest.author.handle) + " (" + std::string(rest.author.id) +
         "), kind: " + std::string(to_text(rest.kind)) + ", id: " + std::string(rest.id) +
         ", platform: " + std::string(rest.platform) + ", lang: " + std::string(rest.lang) +
         ", url: " + std::string(rest.url) + ", parent: " + std::string(rest.parent_id) +
         ", root: " + std::string(rest.root_id) +
         ", parent_author: " + std::string(rest.parent_author_id);
  const auto number = [&](std::string_view name, const Count& value) {
    if (value) out += ", " + std::string(name) + ": " + std::to_string(*value);
  };
  number("followers", rest.author.followers);
  number("views", rest.metrics.views);
  number("likes", rest.metrics.likes);
  number("shares", rest.metrics.shares);
  number("comments", rest.metrics.comments);
  return out + "\n";
}

}  // namespace vigie::rules_posts
