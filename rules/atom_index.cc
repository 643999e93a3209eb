#include "rules/atom_index.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstring>
#include <utility>

#if defined(__x86_64__)
#include <immintrin.h>
#endif

#include "rules/bit_places.h"

namespace vigie::rules {
namespace {

constexpr std::size_t kChunk = 512;  // places that are looked at before anything is compared
constexpr std::size_t kSlack = 64;   // some of them are looked at twice, and one is written in vain
// Bits of the hash: the table stays in the first-level cache, if there are not too many windows.
constexpr std::size_t kHashesMin = std::size_t{1} << 12;
constexpr std::size_t kHashesMax = std::size_t{1} << 16;
constexpr std::size_t kHashesPerEntry = 32;
constexpr std::size_t kFew = 256;  // of so many windows the bit tables let one place in 20 pass

// How common bytes are in French and English text, in thousandths of all; what is not named is
// taken to be rare.
constexpr std::array<std::uint16_t, 256> kCommonness = [] {
  std::array<std::uint16_t, 256> common{};
  common.fill(2);
  constexpr std::string_view kLetters = "etaoinsrhlducmpgfywbvkxjqz";
  constexpr std::array<std::uint16_t, 26> kThousandths{110, 72, 65, 60, 58, 57, 55, 52, 32,
                                                       38,  33, 32, 25, 23, 22, 15, 15, 12,
                                                       13,  12, 11, 7,  3,  3,  4,  2};
  for (std::size_t i = 0; i < kLetters.size(); ++i) {
    common[static_cast<unsigned char>(kLetters[i])] = kThousandths[i];
  }
  common[static_cast<unsigned char>(' ')] = 170;
  return common;
}();

// Where the rarest `count` bytes in a row begin.
std::size_t rarest_window(std::string_view atom, std::size_t count) {
  std::size_t best = 0;
  std::uint64_t least = ~std::uint64_t{0};
  for (std::size_t i = 0; i + count <= atom.size(); ++i) {
    std::uint64_t commonness = 1;
    for (const char c : atom.substr(i, count)) {
      commonness *= kCommonness[static_cast<unsigned char>(c)];
    }
    if (commonness < least) best = i;
    least = std::min(least, commonness);
  }
  return best;
}

constexpr std::uint16_t kLowFactor = 0x9E37;
constexpr std::uint16_t kHighFactor = 0x79B1;

std::uint16_t two_bytes(const char* at) {
  std::uint16_t bytes = 0;
  std::memcpy(&bytes, at, sizeof bytes);
  return bytes;
}

}  // namespace

std::uint32_t AtomIndex::Windows::key_at(const char* at) const {
  const std::uint32_t high = bytes == 3 ? static_cast<unsigned char>(at[2]) : two_bytes(at + 2);
  return two_bytes(at) | high << 16;
}

namespace {

std::uint16_t whole_hash(std::uint32_t key) {
  return static_cast<std::uint16_t>((key & 0xFFFF) * kLowFactor + (key >> 16) * kHighFactor);
}

}  // namespace

std::uint32_t AtomIndex::Windows::hash(std::uint32_t key) const {
  return static_cast<std::uint32_t>(whole_hash(key)) >> hash_shift;
}

std::uint32_t AtomIndex::Windows::bucket(std::uint32_t key) const {
  return key * 0x9E3779B1U >> bucket_shift;
}

void AtomIndex::Windows::arrange() {
  if (entries.empty()) return;
  const std::size_t hashes =
      std::clamp(std::bit_ceil(entries.size() * kHashesPerEntry), kHashesMin, kHashesMax);
  passes.assign(hashes, 0);
  hash_shift = static_cast<unsigned>(16 - std::countr_zero(hashes));
  const std::size_t buckets = std::max<std::size_t>(std::bit_ceil(entries.size()), 2);
  bucket_shift = static_cast<unsigned>(32 - std::countr_zero(buckets));
  std::ranges::sort(entries, [&](const Entry& a, const Entry& b) {
    return bucket(a.key) != bucket(b.key) ? bucket(a.key) < bucket(b.key) : a.atom < b.atom;
  });
  first_entries.assign(buckets + 1, 0);
  few = entries.size() <= kFew;
  for (const Entry& entry : entries) {
    passes[hash(entry.key)] = 1;
    // Each half of the hash chooses a byte of one table and a bit of the other.
    const unsigned low = whole_hash(entry.key) & 0xFF;
    const unsigned high = whole_hash(entry.key) >> 8;
    first_bits[low & 127] |= static_cast<std::uint8_t>(1U << (high & 7));
    second_bits[high & 127] |= static_cast<std::uint8_t>(1U << (low & 7));
    ++first_entries[bucket(entry.key) + 1];
  }
  for (std::size_t i = 1; i <= buckets; ++i) first_entries[i] += first_entries[i - 1];
}

// Keeps of the places, from the first on, those whose window passes.
std::size_t AtomIndex::Windows::keep_passing(const char* text, std::size_t count,
                                             std::uint32_t* places) const {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    const std::uint32_t at = places[i];
    places[kept] = at;
    kept += passes[hash(key_at(text + at))];
  }
  return kept;
}

// A place is written down whether it passes or not, and kept if it does: whether it does cannot be
// guessed, and a branch on it would cost more than the look itself.
std::size_t AtomIndex::Windows::filter(const char* text, std::size_t count,
                                       std::uint32_t* passed) const {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < count; ++i) {
    passed[kept] = static_cast<std::uint32_t>(i);
    kept += passes[hash(key_at(text + i))];
  }
  return kept;
}

#if defined(__x86_64__)
namespace {

bool has_avx2() { return __builtin_cpu_supports("avx2"); }
bool has_avx512() { return has_bit_places() && __builtin_cpu_supports("avx512vbmi"); }

constexpr std::size_t kAtOnce = 32;

struct HashWay {
  __m256i high_mask;  // which bytes of the upper half of a window count
  __m128i shift;
};

// Hashes of the windows at `at`, `at` + 2 and so on.
[[gnu::target("avx2"), gnu::always_inline]] inline void hash_every_other(const char* at,
                                                                         const HashWay& way,
                                                                         std::uint16_t* hashes) {
  const __m256i low = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(at));
  const __m256i high =
      _mm256_and_si256(_mm256_loadu_si256(reinterpret_cast<const __m256i*>(at + 2)), way.high_mask);
  const __m256i sum = _mm256_add_epi16(
      _mm256_mullo_epi16(low, _mm256_set1_epi16(static_cast<std::int16_t>(kLowFactor))),
      _mm256_mullo_epi16(high, _mm256_set1_epi16(static_cast<std::int16_t>(kHighFactor))));
  _mm256_store_si256(reinterpret_cast<__m256i*>(hashes), _mm256_srl_epi16(sum, way.shift));
}

// Writes down which of the kAtOnce places from `at` on pass. Reads kAtOnce + 3 bytes.
[[gnu::target("avx2"), gnu::always_inline]] inline std::uint32_t* filter_block(
    const char* text, std::size_t at, const HashWay& way, const std::uint8_t* passes,
    std::uint32_t* passed) {
  alignas(32) std::array<std::uint16_t, kAtOnce> hashes;  // NOLINT: written before it is read
  hash_every_other(text + at, way, hashes.data());
  hash_every_other(text + at + 1, way, hashes.data() + kAtOnce / 2);
  const auto first = static_cast<std::uint32_t>(at);
#pragma GCC unroll 16
  for (std::uint32_t i = 0; i < kAtOnce / 2; ++i) {
    *passed = first + 2 * i;
    passed += passes[hashes[i]];
    *passed = first + 2 * i + 1;
    passed += passes[hashes[kAtOnce / 2 + i]];
  }
  return passed;
}

// REQUIRES: count >= kAtOnce. The last block takes some places for a second time.
[[gnu::target("avx2")]] std::size_t filter_blocks(const char* text, std::size_t count, HashWay way,
                                                  const std::uint8_t* passes,
                                                  std::uint32_t* passed) {
  const std::uint32_t* const first = passed;
  for (std::size_t at = 0; at + kAtOnce <= count; at += kAtOnce) {
    passed = filter_block(text, at, way, passes, passed);
  }
  if (count % kAtOnce != 0) passed = filter_block(text, count - kAtOnce, way, passes, passed);
  return static_cast<std::size_t>(passed - first);
}

}  // namespace

[[gnu::target("avx2")]] std::size_t AtomIndex::Windows::filter_avx2(const char* text,
                                                                    std::size_t count,
                                                                    std::uint32_t* passed) const {
  // A block reads four bytes of every window: a shorter one must not be the last.
  const std::size_t spare = 4 - bytes;
  if (count < kAtOnce + spare) return filter(text, count, passed);
  const HashWay way{_mm256_set1_epi16(bytes == 3 ? 0xFF : -1),
                    _mm_cvtsi32_si128(static_cast<int>(hash_shift))};
  std::size_t kept = filter_blocks(text, count - spare, way, passes.data(), passed);
  for (std::size_t i = count - spare; i < count; ++i) {
    passed[kept] = static_cast<std::uint32_t>(i);
    kept += passes[hash(key_at(text + i))];
  }
  return kept;
}

namespace {

constexpr std::size_t kWide = 64;

// The bytes at `at`, zeros from `end` on.
[[gnu::target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt"),
  gnu::always_inline]] inline __m512i
load_until(const char* at, const char* end) {
  const auto bytes = static_cast<std::size_t>(end - at);
  return _mm512_maskz_loadu_epi8(_bzhi_u64(~0ULL, bytes < kWide ? bytes : kWide), at);
}

// Hashes of the windows at `at`, `at` + 2 and so on.
[[gnu::target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt"),
  gnu::always_inline]] inline __m512i
hash_wide(const char* at, const char* end, __m512i high_mask) {
  const __m512i low = load_until(at, end);
  const __m512i high = _mm512_and_si512(load_until(at + 2, end), high_mask);
  return _mm512_add_epi16(
      _mm512_mullo_epi16(low, _mm512_set1_epi16(static_cast<std::int16_t>(kLowFactor))),
      _mm512_mullo_epi16(high, _mm512_set1_epi16(static_cast<std::int16_t>(kHighFactor))));
}

struct BitTable {
  __m512i low;
  __m512i high;
};

[[gnu::target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt"),
  gnu::always_inline]] inline BitTable
load_table(const std::array<std::uint8_t, 128>& bits) {
  return {_mm512_loadu_si512(bits.data()), _mm512_loadu_si512(bits.data() + kWide)};
}

// Bit i is set if the table has a bit at byte places[i] % 128, bit bits[i] % 8.
[[gnu::target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt"),
  gnu::always_inline]] inline std::uint64_t
look_up(const BitTable& table, __m512i places, __m512i bits) {
  const __m512i one_bit = _mm512_set1_epi64(static_cast<std::int64_t>(0x8040201008040201));
  const __m512i wanted = _mm512_shuffle_epi8(one_bit, _mm512_and_si512(bits, _mm512_set1_epi8(7)));
  return _mm512_test_epi8_mask(_mm512_permutex2var_epi8(table.low, places, table.high), wanted);
}

}  // namespace

// The bit tables let three times as many places pass as `passes`, which is asked about those only.
[[gnu::target("avx512f,avx512bw,avx512vbmi,avx512vbmi2,avx2,bmi,bmi2,popcnt")]] std::size_t
AtomIndex::Windows::filter_avx512(const char* text, std::size_t count,
                                  std::uint32_t* passed) const {
  const BitTable first = load_table(first_bits);
  const BitTable second = load_table(second_bits);
  const __m512i high_mask = _mm512_set1_epi16(bytes == 3 ? 0xFF : -1);
  constexpr std::uint64_t kOdd = 0xAAAAAAAAAAAAAAAA;
  const char* end = text + count + bytes - 1;
  std::size_t kept = 0;
  for (std::size_t at = 0; at < count; at += kWide) {
    const __m512i even = hash_wide(text + at, end, high_mask);
    const __m512i odd = hash_wide(text + at + 1, end, high_mask);
    const __m512i low = _mm512_mask_blend_epi8(kOdd, even, _mm512_slli_epi16(odd, 8));
    const __m512i high = _mm512_mask_blend_epi8(kOdd, _mm512_srli_epi16(even, 8), odd);
    std::uint64_t bits = look_up(first, low, high) & look_up(second, high, low);
    if (count - at < kWide) bits = _bzhi_u64(bits, count - at);
    put_places(bits, at, passed + kept);
    kept += static_cast<std::size_t>(_mm_popcnt_u64(bits));
  }
  return keep_passing(text, kept, passed);
}
#endif

AtomIndex AtomIndex::build(std::span<const std::string> atoms) {
  AtomIndex index;
  for (std::uint32_t i = 0; i < atoms.size(); ++i) {
    const std::string& atom = atoms[i];
    Entry entry{.text = static_cast<std::uint32_t>(index.pool_.size()),
                .bytes = static_cast<std::uint32_t>(atom.size()),
                .atom = i};
    index.pool_ += atom;
    Windows& windows = atom.size() < index.long_.bytes ? index.short_ : index.long_;
    entry.before = static_cast<std::uint32_t>(rarest_window(atom, windows.bytes));
    entry.key = windows.key_at(atom.data() + entry.before);
    windows.entries.push_back(entry);
  }
  index.short_.arrange();
  index.long_.arrange();
  return index;
}

std::size_t AtomIndex::memory_bytes() const {
  std::size_t bytes = pool_.capacity();
  for (const Windows* windows : {&short_, &long_}) {
    bytes += windows->passes.capacity() + windows->entries.capacity() * sizeof(Entry) +
             windows->first_entries.capacity() * sizeof(std::uint32_t);
  }
  return bytes;
}

void AtomIndex::compare(const Windows& windows, std::string_view text, std::size_t at,
                        std::vector<Found>* found) const {
  const std::uint32_t key = windows.key_at(text.data() + at);
  const std::uint32_t bucket = windows.bucket(key);
  for (std::uint32_t i = windows.first_entries[bucket]; i < windows.first_entries[bucket + 1];
       ++i) {
    const Entry& entry = windows.entries[i];
    if (entry.key != key || entry.before > at) continue;
    const auto atom = std::string_view(pool_).substr(entry.text, entry.bytes);
    if (text.substr(at - entry.before).starts_with(atom)) {
      found->push_back({entry.atom, static_cast<std::uint32_t>(at) - entry.before});
    }
  }
}

namespace {

void keep_first_and_last(std::vector<AtomIndex::Found>* found) {
  const auto key = [](const AtomIndex::Found& one) { return std::pair(one.atom, one.begin); };
  std::ranges::sort(*found, {}, key);
  std::size_t kept = 0;
  for (std::size_t i = 0; i < found->size(); ++i) {
    const bool again = kept > 1 && (*found)[kept - 2].atom == (*found)[i].atom;
    (*found)[again ? kept - 1 : kept++] = (*found)[i];
  }
  found->resize(kept);
}

}  // namespace

template <class Filter>
void AtomIndex::scan(const Windows& windows, std::string_view text, Filter filter,
                     std::vector<Found>* found) const {
  if (windows.entries.empty() || text.size() < windows.bytes) return;
  std::array<std::uint32_t, kChunk + kSlack> passed;  // NOLINT: written before it is read
  const std::size_t count = text.size() - windows.bytes + 1;
  for (std::size_t begin = 0; begin < count; begin += kChunk) {
    const std::size_t kept =
        (windows.*filter)(text.data() + begin, std::min(kChunk, count - begin), passed.data());
    for (std::size_t i = 0; i < kept; ++i) compare(windows, text, begin + passed[i], found);
    // A huge text may say the same over and over.
    if (found->size() > 4 * (short_.entries.size() + long_.entries.size()) + kChunk) {
      keep_first_and_last(found);
    }
  }
}

std::vector<AtomIndex::Way> AtomIndex::ways() {
  std::vector<Way> ways;
#if defined(__x86_64__)
  if (has_avx512()) ways.push_back(Way::avx512);
  if (has_avx2()) ways.push_back(Way::avx2);
#endif
  ways.push_back(Way::scalar);
  return ways;
}

void AtomIndex::find_by(Way way, std::string_view text, std::vector<Found>* found) const {
  found->clear();
  for (const Windows* windows : {&short_, &long_}) {
    auto filter = &Windows::filter;
#if defined(__x86_64__)
    if (way != Way::scalar) filter = &Windows::filter_avx2;
    if (way == Way::avx512 && windows->few) filter = &Windows::filter_avx512;
#endif
    scan(*windows, text, filter, found);
  }
}

void AtomIndex::find(std::string_view text, std::vector<Found>* found) const {
#if defined(__x86_64__)
  if (has_avx2()) return find_by(has_avx512() ? Way::avx512 : Way::avx2, text, found);
#endif
  find_by(Way::scalar, text, found);
}

}  // namespace vigie::rules
