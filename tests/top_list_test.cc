// TopList against exact counts.
#include "engine/analysis/top_list.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <map>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "engine/analysis/state.pb.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::uint64_t hash_of(std::uint64_t item) {
  std::uint64_t hash = (item + 1) * 0x9E3779B97F4A7C15ULL;
  hash ^= hash >> 29;
  return hash * 0xBF58476D1CE4E5B9ULL;
}

std::string text_of(std::uint64_t item) { return cat("word", item); }

std::string saved(const TopList& list) {
  pb::TopList out;
  list.save(&out);
  return out.SerializeAsString();
}

std::string shown(const TopList& list, std::size_t most = 1000) {
  std::string out;
  for (const TopList::Entry& entry : list.top(most)) {
    append_to(&out, entry.text, " ", entry.count, "\n");
  }
  return out;
}

// Items 0, 1, 2... with probabilities as 1 / (i + 1)^exponent.
class Zipf {
 public:
  Zipf(std::size_t items, double exponent) : upto_(items) {
    double sum = 0;
    for (std::size_t i = 0; i < items; ++i) {
      sum += std::pow(static_cast<double>(i + 1), -exponent);
      upto_[i] = sum;
    }
  }
  std::uint64_t operator()(std::mt19937_64* random) const {
    const double at = static_cast<double>((*random)() >> 11) * 0x1p-53 * upto_.back();
    return static_cast<std::uint64_t>(std::ranges::upper_bound(upto_, at) - upto_.begin());
  }

 private:
  std::vector<double> upto_;
};

using Exact = std::map<std::uint64_t, std::int64_t>;  // by item

void add(std::uint64_t item, std::int64_t weight, TopList* list, Exact* exact) {
  list->add(hash_of(item), text_of(item), weight);
  (*exact)[item] += weight;
}

// Every true count is in [count, count + error()], also of what is not listed, and the error is
// within its bound. `added`: weights, those that were taken back included.
void check_bounds(const TopList& list, const Exact& exact, std::size_t capacity,
                  std::int64_t added) {
  std::map<std::string, std::int64_t> counts;
  for (const TopList::Entry& entry : list.top(capacity)) counts[entry.text] = entry.count;
  REQUIRE(counts.size() <= capacity);
  std::int64_t total = 0;
  for (const auto& [item, count] : exact) {
    total += count;
    const auto found = counts.find(text_of(item));
    const std::int64_t listed = found == counts.end() ? 0 : found->second;
    REQUIRE(listed <= count);
    REQUIRE(count <= listed + list.error());
  }
  CHECK(list.total() == total);
  CHECK(list.error() <= 2 * added / static_cast<std::int64_t>(capacity));
}

TEST_CASE("an empty list") {
  TopList list(8);
  CHECK(list.empty());
  CHECK(list.memory_bytes() == 0);
  CHECK(list.top(5).empty());
  CHECK(list.error() == 0);
  CHECK(list.total() == 0);
  list.take_back(1);
  list.erase(1);
  list.add(1, "nothing", 0);
  CHECK(list.memory_bytes() == 0);
}

TEST_CASE("few texts are counted exactly, the most frequent first, ties by text") {
  TopList list(8);
  for (const char* text : {"milk", "tea", "tea", "ale", "milk", "tea", "zest", "cola"}) {
    list.add(hash_of(static_cast<std::uint64_t>(text[0])), text);
  }
  CHECK(shown(list) == "tea 3\nmilk 2\nale 1\ncola 1\nzest 1\n");
  CHECK(shown(list, 2) == "tea 3\nmilk 2\n");
  CHECK(list.error() == 0);
  CHECK(list.total() == 8);
  list.take_back(hash_of('t'));
  list.take_back(hash_of('t'), 5);  // more than there is: it is gone, and does not go below
  list.take_back(hash_of('t'));
  CHECK(shown(list) == "milk 2\nale 1\ncola 1\nzest 1\n");
  list.erase(hash_of('m'));
  CHECK(shown(list) == "ale 1\ncola 1\nzest 1\n");
  list.add(hash_of('m'), "milk");
  CHECK(shown(list) == "ale 1\ncola 1\nmilk 1\nzest 1\n");
}

TEST_CASE("a full list makes room by the median") {
  // Four entries of 4, 3, 2, 1; the median (the third from below) is 3. A fifth text: 4 - 3 = 1 is
  // left of the first, the others are gone, the new one has 1, and counts may be 3 too low.
  TopList list(4);
  for (std::uint64_t item = 0; item < 4; ++item) {
    list.add(hash_of(item), text_of(item), static_cast<std::int64_t>(4 - item));
  }
  CHECK(shown(list) == "word0 4\nword1 3\nword2 2\nword3 1\n");
  list.add(hash_of(9), text_of(9));
  CHECK(shown(list) == "word0 1\nword9 1\n");
  CHECK(list.error() == 3);
  CHECK(list.total() == 11);
}

TEST_CASE("streams of many shapes keep to the bounds") {
  for (const std::size_t capacity : {2UL, 3UL, 16UL, 128UL}) {
    for (const double exponent : {0.0, 0.8, 1.0, 1.3}) {
      CAPTURE(capacity);
      CAPTURE(exponent);
      std::mt19937_64 random(capacity + static_cast<std::uint64_t>(exponent * 1000));
      const Zipf zipf(5000, exponent);
      TopList list(capacity);
      Exact exact;
      std::int64_t added = 0;
      for (int i = 0; i < 12'000; ++i) {
        const std::int64_t weight = i % 7 == 0 ? static_cast<std::int64_t>(random() % 9) : 1;
        add(zipf(&random), weight, &list, &exact);
        added += weight;
        if (i % 5000 == 77) check_bounds(list, exact, capacity, added);
      }
      check_bounds(list, exact, capacity, added);
      if (exponent == 1.3 && capacity == 128) {
        // What is shown is right: the 20 most frequent are the first 20, within the error.
        MESSAGE("error ", list.error(), " of ", list.total());
        std::vector<std::int64_t> counts;
        for (const auto& [item, count] : exact) counts.push_back(count);
        std::ranges::sort(counts, std::greater{});
        for (const TopList::Entry& entry : list.top(10)) {
          CHECK(entry.count + list.error() >= counts[9]);
        }
      }
    }
  }
}

TEST_CASE("what is taken back keeps to the bounds too") {
  std::mt19937_64 random(5);
  const Zipf zipf(2000, 1.0);
  TopList list(64);
  Exact exact;
  std::vector<std::uint64_t> given;
  for (int i = 0; i < 40'000; ++i) {
    if (i % 4 == 3) {
      const std::size_t at = random() % given.size();
      list.take_back(hash_of(given[at]));
      --exact[given[at]];
      given[at] = given.back();
      given.pop_back();
    } else {
      given.push_back(zipf(&random));
      add(given.back(), 1, &list, &exact);
    }
  }
  check_bounds(list, exact, 64, 40'000);
  for (const std::uint64_t item : given) list.take_back(hash_of(item));
  CHECK(list.total() == 0);
  CHECK(list.empty());
}

TEST_CASE("merged lists keep to the bounds, whichever is merged into which") {
  for (const std::size_t capacity : {4UL, 128UL}) {
    CAPTURE(capacity);
    std::mt19937_64 random(11);
    const Zipf zipf(3000, 1.0);
    TopList all(capacity);
    Exact exact;
    std::int64_t added = 0;
    for (int day = 0; day < 8; ++day) {
      TopList list(capacity);
      for (int i = 0; i < day * 1000; ++i) {
        add((zipf(&random) + static_cast<std::uint64_t>(day) * 5) % 3000, 1, &list, &exact);
        ++added;
      }
      if (day % 2 == 0) {
        all.merge(list);
      } else {
        list.merge(all);
        all = std::move(list);
      }
      check_bounds(all, exact, capacity, added);
    }
  }
}

TEST_CASE("a merge of few texts is exact") {
  TopList a(8), b(8);
  a.add(hash_of(1), "one", 3);
  a.add(hash_of(2), "two");
  b.add(hash_of(2), "two", 5);
  b.add(hash_of(3), "three");
  TopList none(8);
  a.merge(none);
  a.merge(b);
  none.merge(a);
  CHECK(shown(a) == "two 6\none 3\nthree 1\n");
  CHECK(shown(none) == shown(a));
  CHECK(a.total() == 10);
  CHECK(a.error() == 0);
}

// Two lists that are told the same, one of which is saved and loaded now and then, hold the same at
// any time: it does not matter how the table lies in memory.
TEST_CASE("saved and loaded it goes on in the same way") {
  std::mt19937_64 random(17);
  const Zipf zipf(500, 0.7);
  TopList kept(32), moved(32);
  for (int i = 0; i < 20'000; ++i) {
    const std::uint64_t item = zipf(&random);
    const std::uint64_t what = random() % 100;
    for (TopList* list : {&kept, &moved}) {
      if (what < 80) {
        list->add(hash_of(item), text_of(item));
      } else if (what < 95) {
        list->take_back(hash_of(item));
      } else {
        list->erase(hash_of(item));
      }
    }
    if (i % 50 == 0) {
      pb::TopList message;
      moved.save(&message);
      TopList fresh(32);
      REQUIRE(fresh.load(message));
      moved = std::move(fresh);
      REQUIRE(saved(moved) == saved(kept));
      REQUIRE(shown(moved) == shown(kept));
    }
  }
  CHECK(saved(moved) == saved(kept));
}

TEST_CASE("texts of all lengths come back whole, longer ones cut between characters") {
  TopList list(64);
  for (const std::size_t size : {0UL, 1UL, 253UL, 254UL, 255UL, 256UL, 257UL, 5000UL}) {
    list.add(hash_of(size), std::string(size, 'x'));
  }
  list.add(hash_of(3), cat(std::string(255, 'y'), "é"));  // its last byte would be the 257th
  std::multiset<std::size_t> sizes;
  for (const TopList::Entry& entry : list.top(64)) sizes.insert(entry.text.size());
  CHECK(sizes == std::multiset<std::size_t>{0, 1, 253, 254, 255, 255, 256, 256, 256});
}

TEST_CASE("small lists take little memory, and large ones no more than they may") {
  TopList list;
  std::size_t texts = 0;
  for (std::uint64_t item = 0; item < 100'000; ++item) {
    list.add(hash_of(item), text_of(item));
    texts += item < 5 ? text_of(item).size() : 0;
    if (item == 4) {
      MESSAGE("5 entries with ", texts, " bytes of text: ", list.memory_bytes());
      CHECK(list.memory_bytes() <= 300);
    }
  }
  MESSAGE("full, texts of some 9 bytes: ", list.memory_bytes());
  CHECK(list.memory_bytes() <= 6000);
  CHECK(sizeof(TopList) <= 16);
}

TEST_CASE("counts stop where they have no more room") {
  TopList list(4);
  constexpr std::int64_t kMost = (std::int64_t{1} << 44) - 1;
  list.add(hash_of(1), "huge", std::int64_t{1} << 60);
  CHECK(shown(list) == cat("huge ", kMost, "\n"));
  list.add(hash_of(1), "huge", std::int64_t{1} << 60);
  CHECK(shown(list) == cat("huge ", kMost, "\n"));
}

TEST_CASE("nonsense is refused and changes nothing") {
  TopList list(4);
  list.add(hash_of(1), "one");
  const std::string before = saved(list);
  pb::TopList good;
  for (std::uint64_t i = 1; i <= 3; ++i) {
    good.add_hash(i);
    good.add_text(text_of(i));
    good.add_count(5);
  }
  good.set_total(20);
  pb::TopList bad = good;
  bad.add_hash(9);
  CHECK_FALSE(list.load(bad));
  bad = good;
  bad.set_hash(1, 3);
  CHECK_FALSE(list.load(bad));
  bad = good;
  bad.set_count(0, 0);
  CHECK_FALSE(list.load(bad));
  bad = good;
  bad.set_error(-1);
  CHECK_FALSE(list.load(bad));
  bad = good;
  bad.set_total(-1);
  CHECK_FALSE(list.load(bad));
  bad = good;
  bad.set_text(0, std::string(kLabelBytesMax + 1, 'x'));
  CHECK_FALSE(list.load(bad));
  CHECK(saved(list) == before);
  CHECK(list.load(good));
}

TEST_CASE("a list that was saved with more entries is lowered as in a merge") {
  TopList large(8), small(2);
  for (std::uint64_t item = 0; item < 4; ++item) {
    large.add(hash_of(item), text_of(item), static_cast<std::int64_t>(10 - item));
  }
  pb::TopList message;
  large.save(&message);
  REQUIRE(small.load(message));
  // 10, 9, 8, 7: by the third largest.
  CHECK(shown(small) == "word0 2\nword1 1\n");
  CHECK(small.error() == 8);
}

}  // namespace
}  // namespace vigie
