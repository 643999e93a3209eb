#include "engine/analysis/sentiment/negations.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace vigie::sentiment {
namespace {

constexpr std::size_t kWordsMax = 24;  // of a language

// The bytes of a word as the number that eight bytes are when read in little-endian order.
constexpr std::uint64_t packed(std::string_view word) {
  std::uint64_t bytes = 0;
  for (std::size_t i = 0; i < word.size(); ++i) {
    bytes |= std::uint64_t{static_cast<unsigned char>(word[i])} << (8 * i);
  }
  return bytes;
}

struct Words {
  // Bit n: some word's bytes are n modulo 64 after mixing. Most words are turned away by it.
  std::uint64_t seen = 0;
  std::array<std::uint64_t, kWordsMax> words{};
};

constexpr std::uint64_t bit_of(std::uint64_t bytes) {
  return std::uint64_t{1} << (bytes * 0x9E3779B97F4A7C15U >> 58);
}

// Of words parted by spaces.
constexpr Words words_of(std::string_view text) {
  Words words;
  std::size_t count = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(' '), text.size());
    const std::uint64_t bytes = packed(text.substr(0, end));
    words.words[count++] = bytes;
    words.seen |= bit_of(bytes);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return words;
}

// Folded: without accents. "t" stands for what "don't" and its like end in.
constexpr std::array<Words, kLanguages> kNegations{
    words_of(""),
    words_of("no not never t dont cant wont isnt aint didnt doesnt wasnt without nothing nobody "
             "cannot nor none neither hardly"),
    words_of("pas ne n jamais rien aucun aucune sans ni plus non personne"),
    words_of("nicht kein keine keinen keiner keinem nie niemals nichts ohne nix ned net weder"),
    words_of("non mai nessuno nessuna niente nulla senza ne mica no"),
    words_of("nao nunca jamais nada nem sem ninguem nenhum nenhuma n"),
    words_of("no nunca jamas nada ni sin nadie ningun ninguna tampoco"),
};

}  // namespace

bool is_negation(std::uint64_t bytes, Language language) {
  const Words& words = kNegations[static_cast<std::size_t>(language)];
  if ((words.seen & bit_of(bytes)) == 0 || bytes == 0) return false;
  return std::ranges::find(words.words, bytes) != words.words.end();
}

}  // namespace vigie::sentiment
