#include "connectors/json_escapes.h"

#include <array>
#include <bit>
#include <cstdint>
#include <cstring>

#include "engine/base/utf8.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif

namespace vigie {
namespace {

constexpr std::uint32_t kReplacement = 0xfffd;

// The value of each hexadecimal digit; 0xff of all else.
constexpr std::array<std::uint8_t, 256> kHexDigits = [] {
  std::array<std::uint8_t, 256> digits{};
  digits.fill(0xff);
  for (std::uint8_t i = 0; i < 16; ++i) {
    digits[static_cast<unsigned char>("0123456789abcdef"[i])] = i;
    digits[static_cast<unsigned char>("0123456789ABCDEF"[i])] = i;
  }
  return digits;
}();

// Steps over four hexadecimal digits.
bool hex4(std::string_view raw, std::size_t* at, std::uint32_t* value) {
  if (*at + 4 > raw.size()) return false;
  const auto digit = [&](std::size_t i) -> std::uint32_t {
    return kHexDigits[static_cast<unsigned char>(raw[*at + i])];
  };
  const std::uint32_t high = digit(0) << 4 | digit(1);
  const std::uint32_t low = digit(2) << 4 | digit(3);
  if (((digit(0) | digit(1) | digit(2) | digit(3)) & 0xf0) != 0) return false;
  *value = high << 8 | low;
  *at += 4;
  return true;
}

// What the letter behind a backslash stands for; NUL when nothing, or when it is 'u'.
constexpr std::array<char, 256> kSimpleEscapes = [] {
  std::array<char, 256> meanings{};
  constexpr std::string_view kLetters = "\"\\/bfnrt";
  constexpr std::string_view kMeanings = "\"\\/\b\f\n\r\t";
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    meanings[static_cast<unsigned char>(kLetters[i])] = kMeanings[i];
  }
  return meanings;
}();
char simple_escape(char letter) { return kSimpleEscapes[static_cast<unsigned char>(letter)]; }

// Of eight bytes, read as a number, those that are backslashes: the lowest bit set is in the first.
std::uint64_t backslashes(std::uint64_t bytes) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  const std::uint64_t zero_where = bytes ^ (kOnes * '\\');
  return (zero_where - kOnes) & ~zero_where & (kOnes << 7);
}

// Copies up to the next backslash and returns its place, or the text's size. What it writes is at
// most as far from `*end` as what it reads is from the end of the text.
std::size_t copy_plain(std::string_view raw, std::size_t at, char** end) {
  static_assert(std::endian::native == std::endian::little);
  for (std::uint64_t bytes = 0; at + sizeof bytes <= raw.size(); at += sizeof bytes) {
    std::memcpy(&bytes, raw.data() + at, sizeof bytes);
    std::memcpy(*end, &bytes, sizeof bytes);
    if (const std::uint64_t found = backslashes(bytes); found != 0) {
      const auto plain = static_cast<std::size_t>(std::countr_zero(found)) / 8;
      *end += plain;
      return at + plain;
    }
    *end += sizeof bytes;
  }
  while (at < raw.size() && raw[at] != '\\') *(*end)++ = raw[at++];
  return at;
}

// The place of the next backslash, or the text's size. Often they stand close together, where
// asking memchr for each takes longer than all else.
std::size_t next_backslash(std::string_view raw, std::size_t at) {
  for (std::uint64_t bytes = 0; at + sizeof bytes <= raw.size(); at += sizeof bytes) {
    std::memcpy(&bytes, raw.data() + at, sizeof bytes);
    if (const std::uint64_t found = backslashes(bytes); found != 0) {
      return at + static_cast<std::size_t>(std::countr_zero(found)) / 8;
    }
  }
  while (at < raw.size() && raw[at] != '\\') ++at;
  return at;
}

bool is_high_surrogate(std::uint32_t code) { return code >= 0xd800 && code < 0xdc00; }
bool is_low_surrogate(std::uint32_t code) { return code >= 0xdc00 && code < 0xe000; }

// Steps over "XXXX" of \uXXXX, and over the low half that may follow it.
bool unicode_escape(std::string_view raw, std::size_t* at, std::uint32_t* code,
                    std::uint32_t* lone_surrogates) {
  if (!hex4(raw, at, code)) return false;
  if (!is_high_surrogate(*code) && !is_low_surrogate(*code)) return true;
  std::uint32_t low = 0;
  std::size_t behind = *at + 2;
  if (is_high_surrogate(*code) && raw.substr(*at, 2) == "\\u" && hex4(raw, &behind, &low) &&
      is_low_surrogate(low)) {
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    *at = behind;
    return true;
  }
  *code = kReplacement;
  ++*lone_surrogates;
  return true;
}

bool valid_scalar(std::string_view raw) {
  for (std::size_t at = 0; (at = next_backslash(raw, at)) < raw.size();) {
    if (++at == raw.size()) return false;
    const char letter = raw[at++];
    std::uint32_t code = 0;
    if (letter == 'u' ? !hex4(raw, &at, &code) : simple_escape(letter) == '\0') return false;
  }
  return true;
}

#if defined(__x86_64__)

constexpr std::size_t kBlockBytes = 64;

[[gnu::target("avx2,bmi,bmi2"), gnu::always_inline]] inline std::uint64_t sign_bits(
    __m256i first, __m256i second) {
  return static_cast<std::uint32_t>(_mm256_movemask_epi8(first)) |
         std::uint64_t{static_cast<std::uint32_t>(_mm256_movemask_epi8(second))} << 32;
}

[[gnu::target("avx2,bmi,bmi2"), gnu::always_inline]] inline std::uint64_t places_of(
    char c, __m256i first, __m256i second) {
  const __m256i wanted = _mm256_set1_epi8(c);
  return sign_bits(_mm256_cmpeq_epi8(first, wanted), _mm256_cmpeq_epi8(second, wanted));
}

// What each byte may be in an escape: bits that both its halves have in common. 1, 2, 4 and 8 are
// letters that begin with 2, 5, 6 and 7; 16 digits, and 32 the letters among hexadecimal ones.
[[gnu::target("avx2,bmi,bmi2"), gnu::always_inline]] inline __m256i classes(__m256i bytes) {
  const __m256i of_low = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(16, 16 | 32, 1 | 4 | 8 | 16 | 32, 16 | 32, 8 | 16 | 32, 8 | 16 | 32,
                    4 | 16 | 32, 16, 16, 16, 0, 0, 2, 0, 4, 1));
  const __m256i of_high = _mm256_broadcastsi128_si256(
      _mm_setr_epi8(0, 0, 1, 16, 32, 2, 4 | 32, 8, 0, 0, 0, 0, 0, 0, 0, 0));
  const __m256i high = _mm256_and_si256(_mm256_srli_epi16(bytes, 4), _mm256_set1_epi8(0xf));
  return _mm256_and_si256(_mm256_shuffle_epi8(of_low, bytes),  // none of what is beyond ASCII
                          _mm256_shuffle_epi8(of_high, high));
}

[[gnu::target("avx2,bmi,bmi2"), gnu::always_inline]] inline std::uint64_t with_any_of(
    char bits, __m256i first, __m256i second) {
  const __m256i wanted = _mm256_set1_epi8(bits);
  const __m256i none = _mm256_setzero_si256();
  return ~sign_bits(_mm256_cmpeq_epi8(_mm256_and_si256(first, wanted), none),
                    _mm256_cmpeq_epi8(_mm256_and_si256(second, wanted), none));
}

// What the blocks before one leave to it.
struct Carry {
  std::uint64_t escaped = 0;  // 1: its first byte stands behind a backslash
  std::uint64_t digits = 0;   // those of its bytes that must be hexadecimal digits
};

// Of a run of backslashes every other one begins an escape.
[[gnu::target("avx2,bmi,bmi2"), gnu::always_inline]] inline std::uint64_t behind_backslashes(
    std::uint64_t backslashes, std::uint64_t* escaped) {
  constexpr std::uint64_t kEven = 0x5555555555555555;
  backslashes &= ~*escaped;
  const std::uint64_t behind = backslashes << 1 | *escaped;
  const std::uint64_t odd_starts = backslashes & ~kEven & ~behind;
  const std::uint64_t ends = odd_starts + backslashes;
  *escaped = ends < backslashes ? 1 : 0;
  return (kEven ^ (ends << 1)) & behind;
}

[[gnu::target("avx2,bmi,bmi2"), gnu::always_inline]] inline bool valid_block(const char* from,
                                                                             Carry* carry) {
  const __m256i first = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
  const __m256i second = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from + 32));
  const std::uint64_t backslashes = places_of('\\', first, second);
  if ((backslashes | carry->escaped | carry->digits) == 0) return true;
  const __m256i classes_first = classes(first);
  const __m256i classes_second = classes(second);
  const std::uint64_t escaped = behind_backslashes(backslashes, &carry->escaped);
  if ((escaped & ~with_any_of(1 | 2 | 4 | 8, classes_first, classes_second)) != 0) return false;
  const std::uint64_t u = escaped & places_of('u', first, second);
  const std::uint64_t digits = u << 1 | u << 2 | u << 3 | u << 4 | carry->digits;
  carry->digits = u >> 63 | u >> 62 | u >> 61 | u >> 60;
  return (digits & ~with_any_of(16 | 32, classes_first, classes_second)) == 0;
}

[[gnu::target("avx2,bmi,bmi2")]] bool valid_avx2(std::string_view raw) {
  Carry carry;
  std::size_t at = 0;
  for (; at + kBlockBytes <= raw.size(); at += kBlockBytes) {
    if (!valid_block(raw.data() + at, &carry)) return false;
  }
  std::array<char, kBlockBytes> rest{};  // NUL belongs to no escape
  std::memcpy(rest.data(), raw.data() + at, raw.size() - at);
  return valid_block(rest.data(), &carry) && carry.escaped == 0 && carry.digits == 0;
}

#endif

}  // namespace

bool valid_escapes(std::string_view raw) {
#if defined(__x86_64__)
  if (raw.size() >= kBlockBytes && __builtin_cpu_supports("avx2") &&
      __builtin_cpu_supports("bmi2")) {
    return valid_avx2(raw);
  }
#endif
  return valid_scalar(raw);
}

std::optional<std::string_view> unescape(std::string_view raw, char* to,
                                         std::uint32_t* lone_surrogates) {
  char* end = to;
  for (std::size_t at = 0; (at = copy_plain(raw, at, &end)) < raw.size();) {
    if (++at == raw.size()) return std::nullopt;
    const char letter = raw[at++];
    if (letter == 'u') {
      std::uint32_t code = 0;
      if (!unicode_escape(raw, &at, &code, lone_surrogates)) return std::nullopt;
      end = put_utf8(code, end);
    } else {
      *end = simple_escape(letter);
      if (*end++ == '\0') return std::nullopt;
    }
  }
  return std::string_view{to, static_cast<std::size_t>(end - to)};
}

}  // namespace vigie
