// Tokens: the words of a folded text, each with a hash.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/token.h"
#include "rules/buffer.h"
#include "rules/fold.h"

namespace vigie::rules {

// Hashes of tokens depend on a seed, so that who writes posts cannot aim at collisions.
struct HashSeed {
  std::uint64_t low = 0;
  std::uint64_t high = 0;

  static HashSeed from(std::uint64_t seed);
};

__extension__ using Wide = unsigned __int128;

// The two halves of the product, folded: every bit of the result depends on all of both.
[[nodiscard]] inline std::uint64_t mix(std::uint64_t a, std::uint64_t b) {
  const Wide product = static_cast<Wide>(a) * b;
  return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

// Most tokens fit in two words, and are hashed and compared as such.
inline constexpr std::size_t kShortTokenBytes = 16;

// The bytes of such a token, zeros behind them.
struct ShortToken {
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  friend bool operator==(const ShortToken&, const ShortToken&) = default;
};

// kShortTokenMasks[n] keeps the first n bytes of a pair of words.
inline constexpr std::array<ShortToken, kShortTokenBytes + 1> kShortTokenMasks = [] {
  std::array<ShortToken, kShortTokenBytes + 1> masks{};
  for (std::size_t i = 1; i <= kShortTokenBytes; ++i) {
    masks[i] = masks[i - 1];
    std::uint64_t& word = i <= 8 ? masks[i].low : masks[i].high;
    word = word << 8 | 0xFF;
  }
  return masks;
}();

// REQUIRES: count <= kShortTokenBytes; that many bytes can be read even if there are fewer.
[[nodiscard]] inline ShortToken short_token(const char* bytes, std::size_t count) {
  ShortToken token;
  std::memcpy(&token, bytes, sizeof token);
  return {token.low & kShortTokenMasks[count].low, token.high & kShortTokenMasks[count].high};
}

// REQUIRES: no NUL among the bytes; 16 bytes can be read at `bytes` even if there are fewer.
[[nodiscard]] std::uint64_t token_hash(const char* bytes, std::size_t count, HashSeed seed);

// Tokens behind the last one of a text that can be read, whatever they hold.
inline constexpr std::size_t kTokenPadding = 3;

// The tokens of one text. One thread; memory is used again, and given back after a huge text.
class Tokens {
 public:
  // Valid until the next tokenise().
  [[nodiscard]] std::span<const Token> all() const { return {tokens_.data(), count_}; }
  void clear() { count_ = 0; }

 private:
  friend struct TokenWriter;
  Buffer<Token> tokens_;
  std::size_t count_ = 0;
};

// Replaces *out with the tokens of the text, in order.
void tokenise(const FoldedText& text, HashSeed seed, Tokens* out);

// The same, a byte at a time: the oracle, and what runs on processors without AVX2.
void tokenise_scalar(const FoldedText& text, HashSeed seed, Tokens* out);

// The ways that this processor has to do it, the fastest first, which is the one that is taken: for
// tests.
using Tokenise = void (*)(const FoldedText& text, HashSeed seed, Tokens* out);
[[nodiscard]] std::vector<Tokenise> ways_to_tokenise();

}  // namespace vigie::rules
