// The table of posts against a twin that keeps a list.
#include "engine/analysis/post_table.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cstring>
#include <deque>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/analysis/post_index.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::hours;
using std::chrono::seconds;

const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00Z");

// As siphash would give them, but few, so that they meet.
Key128 key_of(std::uint64_t n) {
  const std::uint64_t spread = (n + 1) * 0x9E3779B97F4A7C15;
  return {n % 7 == 0 ? 0xABCDEF0000000000 : spread, spread ^ n};
}

PostState post(std::uint64_t key, std::uint64_t author = 0, EventTime time = kNoon) {
  PostState out;
  out.key = key_of(key);
  if (author != 0) out.author = key_of(1000 + author);
  out.event_time = time;
  return out;
}

using Store = std::map<std::string, std::string, std::less<>>;

void save(PostTable* table, BrandId brand, Store* store) {
  std::vector<StateRecord> records;
  table->save(brand, cat("brand/", brand), &records);
  for (const StateRecord& record : records) {
    if (record.value) {
      (*store)[record.key] = *record.value;
    } else {
      store->erase(record.key);
    }
  }
}

PostTable load(const PostTable& saved, std::size_t brands, const Store& store,
               PostTable::Bounds bounds) {
  PostTable table(bounds);
  table.set_brands(brands);
  for (const auto& [key, value] : store) {
    const std::size_t slash = key.rfind('/');
    const auto brand = static_cast<BrandId>(std::stoul(key.substr(6)));
    REQUIRE(table.load(brand, std::stoull(key.substr(slash + 1)), value));
  }
  for (BrandId brand = 0; brand < brands; ++brand) {
    REQUIRE(table.loaded(brand, saved.first(brand), saved.end(brand)));
  }
  return table;
}

bool same(const PostState& a, const PostState& b) { return std::memcmp(&a, &b, sizeof a) == 0; }

struct Twin {
  struct Row {
    std::uint64_t number;
    PostState post;
    std::string id;
  };
  std::vector<std::deque<Row>> brands;

  Row* find(BrandId brand, const Key128& key) {
    for (Row& row : brands[brand]) {
      if (row.post.key == key) return &row;
    }
    return nullptr;
  }
  template <class Test>
  std::vector<PostPlace> all(Test&& test) {
    std::vector<PostPlace> out;
    for (BrandId brand = 0; brand < brands.size(); ++brand) {
      for (const Row& row : brands[brand]) {
        if (test(row.post)) out.push_back({brand, row.number});
      }
    }
    return out;
  }
};

void compare(PostTable& table, Twin& twin, std::uint64_t keys, std::uint64_t authors) {
  for (std::uint64_t n = 0; n < keys; ++n) {
    std::vector<PostPlace> found;
    table.find_all(key_of(n), &found);
    REQUIRE(found == twin.all([n](const PostState& p) { return p.key == key_of(n); }));
  }
  for (std::uint64_t n = 1; n < authors; ++n) {
    std::vector<PostPlace> found;
    table.find_author(key_of(1000 + n), &found);
    REQUIRE(found == twin.all([n](const PostState& p) { return p.author == key_of(1000 + n); }));
  }
  for (BrandId brand = 0; brand < twin.brands.size(); ++brand) {
    REQUIRE(table.size(brand) == twin.brands[brand].size());
    for (const Twin::Row& row : twin.brands[brand]) {
      const PostPlace place{brand, row.number};
      PostState expected = row.post;
      expected.same_author = table.at(place).same_author;
      REQUIRE(same(table.at(place), expected));
      const std::string_view id = table.id(place);
      REQUIRE((id.empty() || id == row.id));
    }
  }
}

void run(std::uint32_t seed, PostTable::Bounds bounds, int steps, std::uint64_t keys) {
  CAPTURE(seed);
  constexpr std::size_t kBrands = 4;
  std::mt19937 random(seed);
  const auto below = [&](std::uint64_t n) { return random() % n; };
  PostTable table(bounds);
  table.set_brands(kBrands);
  Twin twin{.brands = std::vector<std::deque<Twin::Row>>(kBrands)};
  Store store;
  for (int step = 0; step < steps; ++step) {
    const auto brand = static_cast<BrandId>(below(10) < 7 ? 0 : below(kBrands));
    auto& rows = twin.brands[brand];
    const std::uint64_t key = below(keys);
    const auto found = table.find(brand, key_of(key));
    const Twin::Row* known = twin.find(brand, key_of(key));
    REQUIRE(found.has_value() == (known != nullptr));
    if (!found) {
      const EventTime time = kNoon + seconds{step} - seconds{below(100)};
      const PostState one = post(key, below(6), time);
      const std::string id = cat("id", below(1000));
      rows.push_back({table.add(brand, one, id), one, id});
      for (BrandId of = 0; of < kBrands; ++of) {
        while (!twin.brands[of].empty() && twin.brands[of].front().number < table.first(of)) {
          twin.brands[of].pop_front();
        }
      }
    } else if (below(4) == 0) {
      const std::uint64_t other = below(keys);
      if (twin.find(brand, key_of(other)) != nullptr) continue;
      const std::string id(below(12), 'r');
      table.rename({brand, *found}, key_of(other), id);
      auto* row = twin.find(brand, key_of(key));
      row->post.key = key_of(other);
      row->id = id;
    } else {
      table.change({brand, *found})->followers = static_cast<std::uint32_t>(step);
      twin.find(brand, key_of(key))->post.followers = static_cast<std::uint32_t>(step);
    }
    REQUIRE(table.size() <= bounds.per_shard);
    REQUIRE(table.size(brand) <= bounds.per_brand);
    if (below(200) == 0) save(&table, static_cast<BrandId>(below(kBrands)), &store);
  }
  compare(table, twin, keys, 6);
  for (BrandId brand = 0; brand < kBrands; ++brand) save(&table, brand, &store);
  PostTable other = load(table, kBrands, store, bounds);
  compare(other, twin, keys, 6);
  for (BrandId brand = 0; brand < kBrands; ++brand) {
    for (const Twin::Row& row : twin.brands[brand]) {
      REQUIRE(same(table.at({brand, row.number}), other.at({brand, row.number})));
    }
  }
}

TEST_CASE("posts are found, changed, named anew and forgotten as in a list") {
  for (std::uint32_t seed = 1; seed <= 5; ++seed) {
    run(seed, {.per_brand = 64, .per_shard = 120}, 3000, 200);
  }
  run(6, {.per_brand = 3000, .per_shard = 100'000}, 8000, 4000);
}

TEST_CASE("a post that is written after kept_from counts as forgotten when it makes room") {
  PostTable table({.per_brand = 2, .per_shard = 100});
  table.set_brands(1);
  table.keep_from(kNoon);
  table.add(0, post(1, 0, kNoon - hours{1}), "a");
  table.add(0, post(2), "b");
  table.add(0, post(3), "c");
  CHECK(table.forgotten() == 0);
  table.add(0, post(4), "d");
  CHECK(table.forgotten() == 1);
  table.keep_from(kNoon + hours{1});
  CHECK(table.drop_old(0));
  CHECK(!table.drop_old(0));
  CHECK(table.size() == 0);
  CHECK(table.forgotten() == 1);
}

TEST_CASE("a shard that is full forgets what was written first, of all brands") {
  PostTable table({.per_brand = 100, .per_shard = 64});
  table.set_brands(2);
  for (std::uint64_t n = 0; n < 64; ++n) {
    table.add(static_cast<BrandId>(n % 2), post(n, 0, kNoon + seconds{n}), "");
  }
  table.add(0, post(100, 0, kNoon + seconds{100}), "");
  CHECK(table.first(0) == 3);  // 0, 2 and 4 seconds
  CHECK(table.first(1) == 2);
  CHECK(table.forgotten() == 5);
}

TEST_CASE("three posts do not take a page") {
  PostTable table;
  table.set_brands(1);
  for (std::uint64_t n = 0; n < 3; ++n) table.add(0, post(n), "https://example.org/1");
  CHECK(table.memory_bytes() < 2500);  // two indices of 512 bytes
}

TEST_CASE("the newest pages know the ids of their posts") {
  PostTable table;
  table.set_brands(1);
  constexpr std::uint64_t kPosts = (kPagesWithIds + 1) * kPostsPerPage;
  for (std::uint64_t n = 0; n < kPosts; ++n) table.add(0, post(n), cat("id", n));
  CHECK(table.id({0, 0}) == "");
  CHECK(table.id({0, kPostsPerPage}) == cat("id", kPostsPerPage));
  CHECK(table.id({0, kPosts - 1}) == cat("id", kPosts - 1));
}

TEST_CASE("pages that save() did not write are refused") {
  PostTable table;
  table.set_brands(1);
  table.add(0, post(1), "one");
  Store store;
  save(&table, 0, &store);
  std::string bytes = store["brand/0/posts/0"];
  PostTable other;
  other.set_brands(1);
  CHECK(!other.load(0, 0, "nonsense"));
  CHECK(!other.load(0, 0, bytes.substr(0, bytes.size() - 4)));
  CHECK(!other.load(0, 0, ""));
  CHECK(!other.loaded(0, 0, 1));
  CHECK(!other.loaded(0, 2, 1));
  REQUIRE(other.load(0, 0, bytes));
  CHECK(!other.loaded(0, 0, 2));
  REQUIRE(other.load(0, 0, bytes));
  CHECK(other.loaded(0, 0, 1));
}

}  // namespace
}  // namespace vigie
