#include "engine/base/simhash.h"

#include <array>
#include <bit>
#include <cstddef>

#include "engine/base/limits.h"

namespace vigie {
namespace {

// 64 counters side by side: bit i of the counters is word i, so that one addition is a few
// operations on words whatever the number of counters.
using Planes = std::array<std::uint64_t, 32>;

// sum + a + b, as the sum's bit, and the carry to the next plane.
std::uint64_t add(std::uint64_t a, std::uint64_t b, std::uint64_t* sum) {
  const std::uint64_t half = *sum ^ a;
  const std::uint64_t carry = (*sum & a) | (half & b);
  *sum = half ^ b;
  return carry;
}

void ripple(std::uint64_t carry, std::size_t plane, Planes* planes) {
  for (; carry != 0; ++plane) {
    const std::uint64_t next = (*planes)[plane] & carry;
    (*planes)[plane] ^= carry;
    carry = next;
  }
}

Planes count_bits(std::span<const std::uint64_t> words) {
  Planes planes{};
  std::size_t i = 0;
  // Eight words at a time: the long carries are then one in eight (Harley and Seal's tree).
  for (; i + 8 <= words.size(); i += 8) {
    const std::uint64_t* w = &words[i];
    const std::uint64_t two_a = add(w[0], w[1], &planes[0]);
    const std::uint64_t two_b = add(w[2], w[3], &planes[0]);
    const std::uint64_t four_a = add(two_a, two_b, &planes[1]);
    const std::uint64_t two_c = add(w[4], w[5], &planes[0]);
    const std::uint64_t two_d = add(w[6], w[7], &planes[0]);
    const std::uint64_t four_b = add(two_c, two_d, &planes[1]);
    ripple(add(four_a, four_b, &planes[2]), 3, &planes);
  }
  for (; i < words.size(); ++i) ripple(words[i], 0, &planes);
  return planes;
}

}  // namespace

std::uint64_t simhash(std::span<const std::uint64_t> word_hashes) {
  if (word_hashes.size() < kSignatureWordsMin) return 0;
  const Planes planes = count_bits(word_hashes);
  // All counters are compared with half of the words, from the lowest bit on.
  const std::size_t half = word_hashes.size() / 2;
  std::uint64_t more = 0;
  const auto planes_used = static_cast<std::size_t>(std::bit_width(word_hashes.size()));
  for (std::size_t plane = 0; plane < planes_used; ++plane) {
    const bool bit = (half >> plane & 1) != 0;
    more = bit ? more & planes[plane] : more | planes[plane];
  }
  return more != 0 ? more : 1;
}

}  // namespace vigie
