// Seeded random texts for the tests of rules: whatever folding and tokenising treat differently.
#pragma once

#include <array>
#include <cstddef>
#include <random>
#include <string>
#include <string_view>

namespace vigie::rules_random {

using Random = std::mt19937_64;

inline std::size_t below(std::size_t end, Random* random) { return (*random)() % end; }

// Pieces of every class of the fold table, bad bytes last.
inline constexpr std::array<std::string_view, 56> kPieces{
    "a",    "b",      "Z",    "q",      "orange",   "Orange",      "BANK",   "x_1", "2026", " ",
    " ",    " ",      ", ",   "#",      "@",        "-",           "'",      ".",   "\n",   "\t",
    "é",    "É",      "à",    "ç",      "œ",        "ß",           "İ",      "ı",   "’",    "–",
    "…",    "\u00A0", "€",    "\u0301", "\u200B",   "\u00AD",      "\uFEFF", "ﬁ",   "Ａ",   "＃",
    "½",    "Ж",      "ё",    "ع",      "日",       "が",          "ﾊﾟ",     "ไ",   "한",   "🍊",
    "👍🏽", "ﷺ",      "\xC3", "\x80",   "\xF0\x9F", "\xED\xA0\x80"};
inline constexpr std::size_t kBadPieces = 4;

inline std::string text(std::size_t pieces, bool valid, Random* random) {
  std::string out;
  const std::size_t known = kPieces.size() - (valid ? kBadPieces : 0);
  // Mostly ASCII, mixed, or hardly any, in turn.
  const std::size_t ascii = below(3, random);
  for (std::size_t i = 0; i < pieces; ++i) {
    const bool plain = below(3, random) < ascii;
    out += kPieces[plain ? below(20, random) : below(known, random)];
  }
  return out;
}

inline std::string bytes(std::size_t count, Random* random) {
  std::string out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(static_cast<char>((*random)()));
  return out;
}

}  // namespace vigie::rules_random
