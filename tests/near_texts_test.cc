// How much of what people would call the same text is found, and how much else: simhash and
// NearDuplicates together, on texts with small edits.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <functional>
#include <random>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/analysis/near_duplicates.h"
#include "engine/base/simhash.h"

namespace vigie {
namespace {

using Words = std::vector<std::string_view>;
const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00Z");

constexpr std::array<std::string_view, 20> kSentences{
    "my parcel has been stuck in the same depot for nine days and nobody can tell me why",
    "the new oat yoghurt tastes of nothing but at least the lid can be closed again",
    "called the hotline twice this morning and was cut off both times after the music",
    "a big thank you to the lady in the shop on station road who found my lost scarf",
    "why does the application ask for my birthday when all I want is a bus ticket",
    "three colleagues bought the red one and all three wish they had taken the blue one",
    "the refund arrived on my account before the form said that it would be looked at",
    "on rainy days the left headphone crackles as if somebody was eating crisps in it",
    "notre commande est arrivée avec deux semaines de retard et la moitié manquait",
    "le vendeur du rayon peinture connaît son métier et prend le temps de conseiller",
    "depuis la mise à jour mon compteur affiche une consommation de château",
    "je ne changerai de marque pour rien au monde tant que cette recette existe",
    "prices went up by a fifth while the bars became shorter than my little finger",
    "our village has had no signal since the storm and the map still shows full cover",
    "tried the vegan version at the market and could not tell it from the old one",
    "the cabin crew handed out blankets and jokes during four hours on the tarmac",
    "la livraison express porte bien son nom sauf le week-end et les jours fériés",
    "une borne sur deux est en panne sur cette autoroute et la seconde est occupée",
    "somebody at this bank should try to open an account with a hyphen in the name",
    "the spare part costs more than the machine did and comes without its screws"};

// Any 64-bit hash that mixes well would do.
std::uint64_t hash_of(std::string_view word) {
  std::uint64_t hash = 0xCBF29CE484222325ULL;
  for (const char c : word) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ULL;
  hash ^= hash >> 31;
  hash *= 0xBF58476D1CE4E5B9ULL;
  return hash ^ hash >> 29;
}

std::uint64_t signature_of(const Words& words) {
  std::vector<std::uint64_t> hashes;
  for (const std::string_view word : words) hashes.push_back(hash_of(word));
  return simhash(hashes);
}

void append_words(std::string_view text, Words* out) {
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    out->push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

// Every text of so many different sentences, in their order.
std::vector<Words> texts_of(std::size_t sentences) {
  std::vector<Words> texts;
  for (std::size_t first = 0; first < kSentences.size(); ++first) {
    for (std::size_t step = 1; step * sentences < kSentences.size(); ++step) {
      Words words;
      for (std::size_t i = 0; i < sentences; ++i) {
        append_words(kSentences[(first + i * step) % kSentences.size()], &words);
      }
      texts.push_back(std::move(words));
    }
  }
  return texts;
}

// The part of the texts whose edit is found to be the same.
double recall(std::size_t sentences, const std::function<void(Words*, std::size_t)>& edit) {
  std::mt19937_64 random(1);
  std::size_t found = 0;
  std::size_t tries = 0;
  for (const Words& text : texts_of(sentences)) {
    for (int i = 0; i < 5; ++i) {
      NearDuplicates groups;
      groups.add(signature_of(text), kNoon);
      Words edited = text;
      edit(&edited, random());
      found += groups.add(signature_of(edited), kNoon).first ? 0 : 1;
      ++tries;
    }
  }
  return static_cast<double>(found) / static_cast<double>(tries);
}

constexpr std::array<std::string_view, 8> kMore{"lol",  "tellement", "voilà", "seriously",
                                                "okay", "facepalm",  "merci", "shame"};

void add_word(Words* words, std::size_t at) { words->push_back(kMore[at % kMore.size()]); }
void drop_word(Words* words, std::size_t at) {
  words->erase(words->begin() + static_cast<std::ptrdiff_t>(at % words->size()));
}
void replace_word(Words* words, std::size_t at) {
  (*words)[at % words->size()] = kMore[at / words->size() % kMore.size()];
}
void reorder(Words* words, std::size_t at) {
  std::ranges::rotate(*words, words->begin() + static_cast<std::ptrdiff_t>(at % words->size()));
}

TEST_CASE("texts with the same words are always found, with small edits the more the longer") {
  for (const std::size_t sentences : {1UL, 3UL, 6UL}) {
    CAPTURE(sentences);
    CHECK(recall(sentences, reorder) == 1);
    const double more = recall(sentences, add_word);
    const double less = recall(sentences, drop_word);
    const double other = recall(sentences, replace_word);
    const std::size_t words = 16 * sentences;
    MESSAGE(words, " words: one more ", 100 * more, " %, one less ", 100 * less,
            " %, one replaced ", 100 * other, " %");
    const double least = sentences == 1 ? 0.15 : sentences == 3 ? 0.5 : 0.7;
    CHECK(more >= least);
    CHECK(less >= least);
    CHECK(other >= least);
  }
}

TEST_CASE("texts that have at most one sentence of three in common are never found") {
  NearDuplicates groups;
  std::vector<std::array<std::size_t, 3>> taken;
  const auto in_common = [](const auto& a, const auto& b) {
    return std::ranges::count_if(a, [&](std::size_t one) { return std::ranges::count(b, one); });
  };
  for (std::size_t first = 0; first < kSentences.size(); ++first) {
    for (std::size_t step = 1; first + 2 * step < kSentences.size(); ++step) {
      const std::array text{first, first + step, first + 2 * step};
      if (std::ranges::any_of(taken, [&](const auto& t) { return in_common(t, text) > 1; }))
        continue;
      taken.push_back(text);
      Words words;
      for (const std::size_t sentence : text) append_words(kSentences[sentence], &words);
      CHECK(groups.add(signature_of(words), kNoon).first);
    }
  }
  CHECK(taken.size() >= 40);
}

}  // namespace
}  // namespace vigie
