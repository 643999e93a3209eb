// What a post costs in the sketches of a brand, beside floors: ++ in a dense array and in a
// std::unordered_map. The answers are checked against exact ones before anything is timed.
#include <algorithm>
#include <bit>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <functional>
#include <random>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <utility>
#include <vector>

#include "bench/measure.h"
#include "engine/analysis/cascades.h"
#include "engine/analysis/hyperloglog.h"
#include "engine/analysis/near_duplicates.h"
#include "engine/analysis/top_list.h"
#include "engine/base/limits.h"
#include "engine/base/simhash.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kAdds = 1 << 19;
constexpr std::size_t kBrands = 1000;
constexpr int kRounds = 11;
const EventTime kStart = *parse_rfc3339("2026-11-22T12:00:00Z");

// Numbers below `items`, i with probability as 1 / (i + 1).
std::vector<std::uint32_t> zipf(std::size_t items, std::size_t count, std::uint64_t seed) {
  std::vector<double> upto(items);
  double sum = 0;
  for (std::size_t i = 0; i < items; ++i) upto[i] = sum += 1.0 / static_cast<double>(i + 1);
  std::mt19937_64 random(seed);
  std::vector<std::uint32_t> numbers(count);
  for (std::uint32_t& number : numbers) {
    const double at = static_cast<double>(random() >> 11) * 0x1p-53 * sum;
    number = static_cast<std::uint32_t>(std::ranges::upper_bound(upto, at) - upto.begin());
  }
  return numbers;
}

struct Word {
  std::uint64_t hash = 0;
  std::string text;
};

std::vector<Word> made_words(std::size_t count) {
  std::mt19937_64 random(3);
  std::vector<Word> words(count);
  for (Word& word : words) word = {random(), "word" + std::to_string(random() % 1'000'000)};
  return words;
}

// Of copies of `texts` texts, of variants that differ in two bits or less, and of new ones.
struct Signatures {
  std::vector<std::uint64_t> texts, copies, variants, others;

  Signatures() : texts(kNearDuplicateGroupsMax) {
    std::mt19937_64 random(4);
    for (std::uint64_t& text : texts) text = random() | 1ULL << 63;
    for (std::size_t i = 0; i < kAdds; ++i) {
      copies.push_back(texts[random() % texts.size()]);
      variants.push_back(copies.back() ^ 1ULL << random() % 63 ^ 1ULL << random() % 63);
      others.push_back(random() | 1);
    }
  }
};

bool fail(const char* what) {
  std::printf("wrong answer: %s\n", what);
  return false;
}

bool counts_distinct(const std::vector<std::uint64_t>& hashes) {
  HyperLogLog sketch;
  std::unordered_set<std::uint64_t> exact;
  for (const std::uint64_t hash : hashes) {
    sketch.add(hash);
    exact.insert(hash);
  }
  const double error = sketch.estimate() / static_cast<double>(exact.size()) - 1;
  std::printf("HyperLogLog: %zu different, error %.2f %%\n", exact.size(), 100 * error);
  return std::abs(error) < 4 * HyperLogLog::kStandardError || fail("HyperLogLog");
}

bool counts_words(const std::vector<Word>& words, const std::vector<std::uint32_t>& stream) {
  TopList list;
  std::unordered_map<std::uint64_t, std::int64_t> exact;
  for (const std::uint32_t word : stream) {
    list.add(words[word].hash, words[word].text);
    ++exact[words[word].hash];
  }
  for (const TopList::Entry& entry : list.top(kTopEntriesMax)) {
    const std::int64_t count = std::exchange(exact[entry.hash], 0);
    if (entry.count > count || count > entry.count + list.error()) return fail("TopList");
  }
  std::int64_t missed = 0;
  for (const auto& [hash, count] : exact) missed = std::max(missed, count);
  std::printf("TopList: %lld words, at most %lld too low, %zu bytes\n",
              static_cast<long long>(list.total()), static_cast<long long>(list.error()),
              list.memory_bytes());
  return missed <= list.error() || fail("TopList");
}

bool finds_near(const Signatures& signatures) {
  NearDuplicates groups;
  std::vector<std::uint64_t> known;
  for (std::size_t i = 0; i < 9000; ++i) {
    const auto& some = i % 3 == 0 ? signatures.copies : signatures.variants;
    const std::uint64_t one = i % 7 == 0 ? signatures.others[i] : some[i];
    const auto near = [one](std::uint64_t other) {
      const std::uint64_t bits = one ^ other;
      const bool stretch = (bits & 0xFFFF) == 0 || (bits >> 16 & 0xFFFF) == 0 ||
                           (bits >> 32 & 0xFFFF) == 0 || bits >> 48 == 0;
      return stretch && std::popcount(bits) <= kSignatureBitsMax;
    };
    const bool first = std::ranges::none_of(known, near);
    if (first) known.push_back(one);
    if (groups.add(one, kStart).first != first) return fail("NearDuplicates");
  }
  return true;
}

bool signs(const std::vector<std::uint64_t>& words) {
  std::uint64_t signature = 0;
  for (int bit = 0; bit < 64; ++bit) {
    const auto set = std::ranges::count_if(words, [&](auto word) { return word >> bit & 1; });
    if (static_cast<std::size_t>(set) > words.size() / 2) signature |= 1ULL << bit;
  }
  return simhash(words) == signature || fail("simhash");
}

// What is added to, by contender.
struct State {
  std::vector<std::uint32_t> array = std::vector<std::uint32_t>(1 << 19);
  std::unordered_map<std::uint64_t, std::uint32_t> map;
  std::vector<HyperLogLog> sketches = std::vector<HyperLogLog>(kBrands);
  std::vector<TopList> lists = std::vector<TopList>(kBrands);
  TopList few, many;
  NearDuplicates copies, variants, others;
  Cascades cascades;
  std::uint64_t signature = 0;
  std::uint64_t fresh = 0;
  EventTime now = kStart;

  EventTime tick() { return now += std::chrono::milliseconds(1); }

  explicit State(const Signatures& signatures) {
    for (const std::uint64_t text : signatures.texts) {
      for (NearDuplicates* groups : {&copies, &variants, &others}) groups->add(text, kStart);
    }
  }
};

struct Input {
  std::vector<std::uint32_t> brands = zipf(kBrands, kAdds, 1);
  std::vector<std::uint32_t> some = zipf(100, kAdds, 2);       // fewer than a list keeps
  std::vector<std::uint32_t> stream = zipf(50'000, kAdds, 2);  // many more
  std::vector<Word> words = made_words(50'000);
  std::vector<std::uint64_t> hashes;
  Signatures signatures;

  Input() {
    std::mt19937_64 random(5);
    for (std::size_t i = 0; i < kAdds; ++i) hashes.push_back(random());
  }
};

void add_cascades(const Input& input, Cascades* cascades) {
  for (std::size_t i = 0; i < kAdds; ++i) {
    const EventTime time = kStart + std::chrono::milliseconds(i);
    const std::uint64_t root = input.words[input.some[i]].hash;
    const auto place = cascades->find_or_add({.high = root, .low = root}, time);
    if (place) cascades->add(*place, time, 1, i % 2 == 0);
  }
}

// Each adds kAdds times.
std::vector<Contender> contenders(const Input& in, State* state) {
  const auto each = [](auto add) {
    return [add] {
      for (std::size_t i = 0; i < kAdds; ++i) add(i);
    };
  };
  State& s = *state;
  const auto add_word = [&in](std::uint32_t word, TopList* list) {
    list->add(in.words[word].hash, in.words[word].text);
  };
  return {
      {"array of 2 MB, ++", each([&](std::size_t i) { ++s.array[in.hashes[i] >> 45]; })},
      {"std::unordered_map, ++",
       each([&](std::size_t i) { ++s.map[in.words[in.stream[i]].hash]; })},
      {"HyperLogLog, one", each([&](std::size_t i) { s.sketches[0].add(in.hashes[i]); })},
      {"HyperLogLog, 1,000 brands",
       each([&](std::size_t i) { s.sketches[in.brands[i]].add(in.hashes[i]); })},
      {"TopList, 100 words", each([&](std::size_t i) { add_word(in.some[i], &s.few); })},
      {"TopList, 50,000 words", each([&](std::size_t i) { add_word(in.stream[i], &s.many); })},
      {"TopList, 1,000 brands",
       each([&](std::size_t i) { add_word(in.stream[i], &s.lists[in.brands[i]]); })},
      {"NearDuplicates, copies",
       each([&](std::size_t i) { s.copies.add(in.signatures.copies[i], s.tick()); })},
      {"NearDuplicates, variants",
       each([&](std::size_t i) { s.variants.add(in.signatures.variants[i], s.tick()); })},
      {"NearDuplicates, new texts", each([&](std::size_t i) {
         s.others.add(in.signatures.others[i] ^ s.fresh, s.tick());
         s.fresh += i + 1 == kAdds ? 0x9E3779B97F4A7C16 : 0;  // others in the next round
       })},
      {"Cascades, 100 roots", [&] { add_cascades(in, &s.cascades); }},
      {"simhash, a word",  // of texts of 40
       [&] {
         for (std::size_t i = 0; i + 40 <= kAdds; i += 40) {
           s.signature ^= simhash({in.hashes.data() + i, 40});
         }
       }},
  };
}

int run() {
  const Input input;
  const std::vector<std::uint64_t> text(input.hashes.begin(), input.hashes.begin() + 41);
  if (!counts_distinct(input.hashes) || !counts_words(input.words, input.stream) ||
      !finds_near(input.signatures) || !signs(text)) {
    return 1;
  }
  State state(input.signatures);
  const std::vector<Contender> all = contenders(input, &state);
  const std::vector<double> seconds = median_seconds(all, kRounds);
  std::printf("%zu adds, medians of %d rounds\n", kAdds, kRounds);
  for (std::size_t i = 0; i < all.size(); ++i) {
    std::printf("%-26s %6.1f ns\n", all[i].name.c_str(), seconds[i] * 1e9 / kAdds);
  }
  std::printf("NearDuplicates hold %zu bytes\n", state.others.memory_bytes());
  return state.signature == 1 ? 1 : 0;  // it is used
}

}  // namespace
}  // namespace vigie::bench

int main() { return vigie::bench::run(); }
