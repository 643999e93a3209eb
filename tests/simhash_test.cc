#include "engine/base/simhash.h"

#include <doctest/doctest.h>

#include <array>
#include <bit>
#include <cmath>
#include <cstdint>
#include <numbers>
#include <random>
#include <vector>

#include "engine/base/limits.h"

namespace vigie {
namespace {

std::vector<std::uint64_t> random_words(std::size_t count, std::mt19937_64* random) {
  std::vector<std::uint64_t> words(count);
  for (std::uint64_t& word : words) word = (*random)();
  return words;
}

// One counter a bit.
std::uint64_t slow_simhash(const std::vector<std::uint64_t>& words) {
  if (words.size() < kSignatureWordsMin) return 0;
  std::array<int, 64> counters{};
  for (const std::uint64_t word : words) {
    for (int bit = 0; bit < 64; ++bit) counters[bit] += (word >> bit & 1) != 0 ? 1 : -1;
  }
  std::uint64_t signature = 0;
  for (int bit = 0; bit < 64; ++bit) {
    if (counters[bit] > 0) signature |= 1ULL << bit;
  }
  return signature == 0 ? 1 : signature;
}

TEST_CASE("a simhash is what one counter a bit says") {
  std::mt19937_64 random(1);
  for (std::size_t count = 0; count < 300; ++count) {
    CAPTURE(count);
    std::vector<std::uint64_t> words = random_words(count, &random);
    REQUIRE(simhash(words) == slow_simhash(words));
    // Words that occur often.
    for (std::size_t i = 1; i < count; i += 2) words[i] = words[i / 3];
    REQUIRE(simhash(words) == slow_simhash(words));
  }
  const std::vector<std::uint64_t> many(100'003, 0xFEDCBA9876543210ULL);
  CHECK(simhash(many) == 0xFEDCBA9876543210ULL);
}

TEST_CASE("too few words have no signature, and others always have one") {
  std::mt19937_64 random(2);
  for (std::size_t count = 0; count < 10; ++count) {
    CHECK((simhash(random_words(count, &random)) != 0) == (count >= kSignatureWordsMin));
  }
  const std::vector<std::uint64_t> zeros(9, 0);
  CHECK(simhash(zeros) != 0);
}

TEST_CASE("one word more changes as many bits as the header says") {
  std::mt19937_64 random(3);
  for (const std::size_t count : {10UL, 20UL, 40UL, 60UL, 100UL}) {
    constexpr int kTexts = 2000;
    int bits = 0;
    for (int i = 0; i < kTexts; ++i) {
      std::vector<std::uint64_t> words = random_words(count, &random);
      const std::uint64_t before = simhash(words);
      words.push_back(random());
      bits += std::popcount(before ^ simhash(words));
    }
    const double mean = static_cast<double>(bits) / kTexts;
    // A bit changes where the others are even, or one apart, and the word is on the other side:
    // half of sqrt(2 / (pi n)).
    const double expected = 32 * std::sqrt(2 / (std::numbers::pi * static_cast<double>(count)));
    MESSAGE("one word more than ", count, ": ", mean, " bits, expected ", expected);
    CHECK(mean == doctest::Approx(expected).epsilon(0.06));
  }
}

}  // namespace
}  // namespace vigie
