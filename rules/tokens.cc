#include "rules/tokens.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include <array>
#include <cstdint>

#include "rules/bit_places.h"

namespace vigie::rules {

struct TokenWriter {
  Tokens* tokens;

  void start() { tokens->tokens_.trim(); }
  // Room for `more` tokens behind `count`.
  Token* room(std::size_t count, std::size_t more) {
    if (count + more > tokens->tokens_.capacity()) tokens->tokens_.reserve(count + more, count);
    return tokens->tokens_.data();
  }
  void finish(std::size_t count) {
    room(count, kTokenPadding);
    tokens->count_ = count;
  }
};

namespace {

[[gnu::noinline]] std::uint64_t hash_long(const char* bytes, std::size_t count, HashSeed seed) {
  std::uint64_t hash = seed.low;
  for (; count > kShortTokenBytes; bytes += kShortTokenBytes, count -= kShortTokenBytes) {
    const ShortToken part = short_token(bytes, kShortTokenBytes);
    hash = mix(part.low ^ hash, part.high ^ seed.high);
  }
  const ShortToken rest = short_token(bytes, count);
  return mix(rest.low ^ hash, rest.high ^ seed.high);
}

#if defined(__x86_64__)
constexpr std::size_t kBlockBytes = 64;

bool has_avx2() { return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2"); }

// As token_hash().
[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline std::uint64_t hash_fast(
    const char* bytes, std::size_t count, HashSeed seed) {
  if (count > kShortTokenBytes) [[unlikely]]
    return hash_long(bytes, count, seed);
  const ShortToken token = short_token(bytes, count);
  return mix(token.low ^ seed.low, token.high ^ seed.high);
}

// Bit i is set when byte i is part of a word. A byte's upper half chooses a row, its lower half a
// column; the column has the bits of the rows in which it is a word byte. Rows from 0x80 on have no
// bit, so all of them pass.
[[gnu::target("avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline std::uint32_t word_bits(
    const char* text) {
  const __m256i columns = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(-0x78, -0x38, -0x38, -0x38, -0x38, -0x38, -0x38, -0x38, -0x38, -0x38, -0x40,
                    0x40, 0x40, 0x40, 0x40, 0x60));
  const __m256i rows = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(1, 2, 4, 8, 16, 32, 64, -128, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i bytes = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
  const __m256i upper = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0x0F));
  const __m256i row = _mm256_shuffle_epi8(rows, upper);
  const __m256i column = _mm256_shuffle_epi8(columns, bytes);
  const __m256i is_word = _mm256_cmpeq_epi8(_mm256_and_si256(column, row), row);
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(is_word));
}

[[gnu::target("avx2,bmi,bmi2,popcnt")]] void tokenise_avx2(const FoldedText& text, HashSeed seed,
                                                           Tokens* out) {
  TokenWriter writer{out};
  writer.start();
  const char* bytes = text.data();
  std::size_t count = 0;
  std::uint64_t open = 0;  // 1 when a word goes on from the block before
  std::uint32_t begin = 0;
  // The block behind the last byte is part of the padding: it ends a last word.
  for (std::size_t at = 0; at <= text.size(); at += kBlockBytes) {
    Token* tokens = writer.room(count, kBlockBytes / 2 + 1);
    const std::uint64_t words = word_bits(bytes + at) | std::uint64_t{word_bits(bytes + at + 32)}
                                                            << 32;
    const std::uint64_t before = words << 1 | open;
    std::uint64_t starts = words & ~before;
    std::uint64_t ends = ~words & before;
    if (open == 0) begin = static_cast<std::uint32_t>(at + _tzcnt_u64(starts));
    if (open == 0) starts = _blsr_u64(starts);
    while (ends != 0) {
      const auto end = static_cast<std::uint32_t>(at + _tzcnt_u64(ends));
      tokens[count++] = {begin, end, hash_fast(bytes + begin, end - begin, seed)};
      ends = _blsr_u64(ends);
      begin = static_cast<std::uint32_t>(at + _tzcnt_u64(starts));
      starts = _blsr_u64(starts);
    }
    open = words >> 63;
  }
  writer.finish(count);
}

// All edges of words are found before any word is hashed: no branch depends on how many of them a
// block has. Without the instruction that put_places() lives by, finding them so costs what it
// saves.
[[gnu::target("avx512f,avx512bw,avx512vbmi2,avx2,bmi,bmi2,popcnt")]] void tokenise_avx512(
    const FoldedText& text, HashSeed seed, Tokens* out) {
  constexpr std::size_t kEdges = 1024;  // and those of one block more
  TokenWriter writer{out};
  writer.start();
  const char* bytes = text.data();
  std::array<std::uint32_t, kEdges + kBlockBytes> edges;  // NOLINT: written before it is read
  std::size_t edge_count = 0;
  std::size_t count = 0;
  std::uint64_t open = 0;  // 1 when a word goes on from the block before
  for (std::size_t at = 0; at <= text.size(); at += kBlockBytes) {
    const std::uint64_t words = word_bits(bytes + at) | std::uint64_t{word_bits(bytes + at + 32)}
                                                            << 32;
    const std::uint64_t changes = words ^ (words << 1 | open);
    put_places(changes, at, edges.data() + edge_count);
    edge_count += static_cast<std::size_t>(_mm_popcnt_u64(changes));
    open = words >> 63;
    if (edge_count < kEdges && at + kBlockBytes <= text.size()) continue;
    Token* tokens = writer.room(count, edge_count / 2) + count;
    for (std::size_t i = 0; i < edge_count / 2; ++i) {
      const std::uint32_t begin = edges[2 * i];
      const std::uint32_t end = edges[2 * i + 1];
      tokens[i] = {begin, end, hash_fast(bytes + begin, end - begin, seed)};
    }
    count += edge_count / 2;
    edges[0] = edges[edge_count - edge_count % 2];  // of a word that goes on
    edge_count %= 2;
  }
  writer.finish(count);
}
#endif

}  // namespace

HashSeed HashSeed::from(std::uint64_t seed) {
  // Any odd constants: the digits of pi and of the golden ratio.
  constexpr std::uint64_t kPi = 0x243F6A8885A308D3;
  constexpr std::uint64_t kGolden = 0x9E3779B97F4A7C15;
  const std::uint64_t low = mix(seed + kGolden, kPi);
  return {low, mix(low ^ kGolden, seed ^ kPi) | 1};
}

std::uint64_t token_hash(const char* bytes, std::size_t count, HashSeed seed) {
  return hash_long(bytes, count, seed);
}

void tokenise_scalar(const FoldedText& text, HashSeed seed, Tokens* out) {
  TokenWriter writer{out};
  writer.start();
  std::size_t count = 0;
  std::uint32_t at = 0;
  const auto size = static_cast<std::uint32_t>(text.size());
  while (at < size) {
    const std::uint32_t begin = at;
    while (at < size && is_word_byte(text.data()[at])) ++at;
    if (at == begin) {
      ++at;
      continue;
    }
    writer.room(count, 1)[count] = {begin, at, token_hash(text.data() + begin, at - begin, seed)};
    ++count;
  }
  writer.finish(count);
}

std::vector<Tokenise> ways_to_tokenise() {
  std::vector<Tokenise> ways;
#if defined(__x86_64__)
  if (has_bit_places()) ways.push_back(tokenise_avx512);
  if (has_avx2()) ways.push_back(tokenise_avx2);
#endif
  ways.push_back(tokenise_scalar);
  return ways;
}

void tokenise(const FoldedText& text, HashSeed seed, Tokens* out) {
#if defined(__x86_64__)
  if (has_bit_places()) return tokenise_avx512(text, seed, out);
  if (has_avx2()) return tokenise_avx2(text, seed, out);
#endif
  tokenise_scalar(text, seed, out);
}

}  // namespace vigie::rules
