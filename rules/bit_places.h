// The places of the bits of a word, all at once, with AVX-512 (VBMI2).
#pragma once

#if defined(__x86_64__)
#include <immintrin.h>

#include <array>
#include <cstddef>
#include <cstdint>

namespace vigie::rules {

[[nodiscard]] inline bool has_bit_places() {
  return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2") &&
         __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vbmi2");
}

// Writes `base` and each of sixteen bytes. (The forms of the instructions that mask make g++ 12
// warn of nothing.)
[[gnu::target("avx512f,avx512bw,avx512vbmi2,avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline void
put_sixteen(__m512i base, __m128i bytes, std::uint32_t* places) {
  const __m512i wide = _mm512_maskz_cvtepu8_epi32(0xFFFF, bytes);
  _mm512_storeu_si512(places, _mm512_add_epi32(wide, base));
}

// Writes the places of the bits, as those from `at` on; what is behind them, up to 64, is
// unspecified.
[[gnu::target("avx512f,avx512bw,avx512vbmi2,avx2,bmi,bmi2,popcnt"), gnu::always_inline]] inline void
put_places(std::uint64_t bits, std::size_t at, std::uint32_t* places) {
  alignas(64) static constexpr std::array<std::uint8_t, 64> kAll = [] {
    std::array<std::uint8_t, 64> all{};
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = static_cast<std::uint8_t>(i);
    return all;
  }();
  const __m512i packed = _mm512_maskz_compress_epi8(bits, _mm512_load_si512(kAll.data()));
  const __m512i base = _mm512_set1_epi32(static_cast<int>(at));
  put_sixteen(base, _mm512_maskz_extracti32x4_epi32(0xF, packed, 0), places);
  put_sixteen(base, _mm512_maskz_extracti32x4_epi32(0xF, packed, 1), places + 16);
  if (_mm_popcnt_u64(bits) <= 32) [[likely]]
    return;
  put_sixteen(base, _mm512_maskz_extracti32x4_epi32(0xF, packed, 2), places + 32);
  put_sixteen(base, _mm512_maskz_extracti32x4_epi32(0xF, packed, 3), places + 48);
}

}  // namespace vigie::rules
#endif
