// What folding a fact into the state of a brand costs, and what that state takes: 1,000 brands by
// Zipf; 10,000 brands with little traffic; one brand with 10 million posts in a day.
//
//   aggregator_bench zipf|small|large
#include <malloc.h>

#include <algorithm>
#include <array>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <numeric>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.h"
#include "engine/analysis/aggregator.h"
#include "engine/base/text.h"

namespace vigie::bench {
namespace {

const EventTime kStart = *parse_rfc3339("2026-10-22T00:00:00Z");
constexpr std::size_t kBatch = 2048;  // facts
constexpr std::size_t kBatches = 8;   // that wait and are applied at once, as a busy shard does

std::uint64_t mixed(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9;
  x = (x ^ (x >> 27)) * 0x94D049BB133111EB;
  return x ^ (x >> 31);
}
Key128 key_of(std::uint64_t n) { return {mixed(n * 2 + 1), mixed(n * 2 + 2)}; }

// Numbers below `items`, i with probability as 1 / (i + 1).
class Zipf {
 public:
  explicit Zipf(std::size_t items) : upto_(items) {
    double sum = 0;
    for (std::size_t i = 0; i < items; ++i) upto_[i] = sum += 1.0 / static_cast<double>(i + 1);
  }
  std::uint32_t operator()(std::mt19937_64& random) const {
    const double at = static_cast<double>(random() >> 11) * 0x1p-53 * upto_.back();
    return static_cast<std::uint32_t>(std::ranges::upper_bound(upto_, at) - upto_.begin());
  }

 private:
  std::vector<double> upto_;
};

// Posts as stage one tells them, in the shape of real ones: eight words, two of a brand's hashtags
// in half of them, a link in a third, a third of them replies or reposts.
class Posts {
 public:
  explicit Posts(std::uint64_t seed) : random_(seed) {}

  void add(BrandId brand, EventTime time, Facts* facts) {
    FactPost& post = facts->posts.emplace_back();
    post.place = static_cast<std::uint32_t>(facts->posts.size());
    post.origin = {.partition = 0, .offset = static_cast<std::int64_t>(count_)};
    post.event_time = post.told_at = time;
    post.key = key_of(count_);
    const std::uint64_t author = authors_(random_);
    post.author = key_of(1ULL << 40 | author);
    const std::uint64_t dice = random_() % 100;
    post.kind = dice < 65 ? Kind::post : dice < 85 ? Kind::reply : Kind::repost;
    const std::uint64_t other = count_ - std::min(count_, 1 + mixed(dice) % 3000);
    if (post.kind == Kind::reply) post.parent = key_of(other);
    if (post.kind != Kind::post) post.root = key_of(other / 16 * 16);
    for (const Counter one : {Counter::likes, Counter::shares, Counter::views}) {
      post.counters[static_cast<std::size_t>(one)] = static_cast<std::int64_t>(random_() % 100);
    }
    post.followers = static_cast<std::int64_t>(author % 100'000);
    post.author_age_days = 400;
    post.signature = random_() % 10 == 0 ? mixed(random_() % 100) : random_();
    static constexpr std::array<std::string_view, 4> kPlatforms{"x", "mastodon", "reddit",
                                                                "bluesky"};
    static constexpr std::array<std::string_view, 4> kLangs{"fr", "en", "de", "es"};
    post.platform = ShortName(kPlatforms[random_() % 4]);
    post.lang = ShortName(kLangs[random_() % 4]);
    post.given = static_cast<Sentiment>(random_() % 4);
    post.id = text(cat("https://example.org/posts/", count_), facts);
    post.author_name = text(cat("author", author), facts);
    if (random_() % 2 == 0) post.hashtags = labels(cat("tag", brand, "of"), 2, tags_, facts);
    post.words = labels("word", 8, words_, facts);
    if (random_() % 3 == 0) post.sites = labels("site", 1, words_, facts);
    Fact& fact = facts->facts.emplace_back();
    fact.post = static_cast<std::uint32_t>(facts->posts.size() - 1);
    fact.brand = brand;
    fact.sentiment = post.given;
    if (fact.sentiment != Sentiment::unscored) {
      fact.language = static_cast<std::uint8_t>(1 + random_() % 6);
    }
    fact.addressed = random_() % 10 == 0;
    ++count_;
  }
  [[nodiscard]] std::uint64_t below(std::uint64_t n) { return random_() % n; }
  [[nodiscard]] std::mt19937_64& random() { return random_; }

 private:
  static Label text(std::string_view from, Facts* facts) {
    const Label label{.hash = mixed(std::hash<std::string_view>{}(from)),
                      .first = static_cast<std::uint32_t>(facts->texts.size()),
                      .count = static_cast<std::uint32_t>(from.size())};
    facts->texts.insert(facts->texts.end(), from.begin(), from.end());
    return label;
  }
  Labels labels(std::string_view what, std::uint32_t count, const Zipf& numbers, Facts* facts) {
    const Labels out{static_cast<std::uint32_t>(facts->labels.size()), count};
    for (std::uint32_t i = 0; i < count; ++i) {
      facts->labels.push_back(text(cat(what, numbers(random_)), facts));
    }
    return out;
  }

  std::mt19937_64 random_;
  Zipf authors_{200'000};
  Zipf words_{5000};
  Zipf tags_{50};  // of each brand
  std::uint64_t count_ = 0;
};

std::vector<std::string> names(std::size_t count) {
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) out.push_back(cat("brand", i));
  return out;
}

double megabytes(std::size_t bytes) { return static_cast<double>(bytes) / 1e6; }

void say_memory(std::string_view what, const Aggregator& aggregator, std::size_t heap_before) {
  malloc_trim(0);
  const struct mallinfo2 heap = mallinfo2();
  std::printf("%.*s: %.1f MB as told, %.1f MB of heap\n", static_cast<int>(what.size()),
              what.data(), megabytes(aggregator.memory_bytes()),
              megabytes(heap.uordblks + heap.hblkhd - heap_before));
}

std::size_t heap_now() {
  const struct mallinfo2 heap = mallinfo2();
  return heap.uordblks + heap.hblkhd;
}

// Folds `count` facts, time going on evenly over `span`, and returns nanoseconds a fact of each
// call of apply().
template <class Choose>
std::vector<double> fold(Aggregator* aggregator, std::size_t count, Duration span, Posts* posts,
                         Choose&& choose) {
  std::vector<double> costs;
  std::vector<Facts> facts(kBatches);
  std::vector<ToldBatch> batches(kBatches);
  std::uint64_t applied = 0;
  for (std::size_t done = 0; done < count;) {
    const std::size_t before = done;
    for (std::size_t b = 0; b < kBatches; ++b) {
      facts[b].clear();
      for (const std::size_t end = std::min(done + kBatch, count); done < end; ++done) {
        const EventTime time =
            kStart + span / static_cast<std::int64_t>(count) * static_cast<std::int64_t>(done);
        posts->add(choose(done), time, &facts[b]);
        batches[b].watermark = time;
      }
      batches[b].facts = &facts[b];
    }
    const double start = thread_cpu_seconds();
    applied += aggregator->apply(batches, nullptr).applied;
    costs.push_back((thread_cpu_seconds() - start) * 1e9 / static_cast<double>(done - before));
  }
  if (applied != count) std::printf("WRONG: %zu of %zu facts were applied\n", applied, count);
  return costs;
}

void say_costs(std::string_view what, std::vector<double> costs) {
  const double mean =
      std::accumulate(costs.begin(), costs.end(), 0.0) / static_cast<double>(costs.size());
  costs.erase(costs.begin(),
              costs.begin() + static_cast<std::ptrdiff_t>(costs.size() / 5));  // until it is warm
  std::ranges::sort(costs);
  std::printf(
      "%.*s: median %.0f ns a fact, p10 %.0f, p99 %.0f; all, the cold start included %.0f\n",
      static_cast<int>(what.size()), what.data(), median(costs), costs[costs.size() / 10],
      costs[costs.size() * 99 / 100], mean);
}

void zipf() {
  constexpr std::size_t kBrands = 1000;
  Posts posts(1);
  const Zipf brands(kBrands);
  const std::size_t before = heap_now();
  Aggregator aggregator(names(kBrands), {});
  std::vector<double> costs =
      fold(&aggregator, 1'000'000, std::chrono::days{2}, &posts,
           [&](std::size_t) { return static_cast<BrandId>(brands(posts.random())); });
  say_costs("zipf", std::move(costs));
  say_memory("zipf, 1,000 brands, 1,000,000 posts in two days", aggregator, before);
  for (int i = 0; i < 3; ++i) {
    const double start = thread_cpu_seconds();
    aggregator.compute_kpis();
    const Snapshot shown = aggregator.snapshot(0, 1);
    std::printf("a snapshot %s: %.1f ms\n", i == 0 ? "with all KPIs" : "that changes nothing",
                (thread_cpu_seconds() - start) * 1e3);
  }
}

void small() {
  constexpr std::size_t kBrands = 10'000;
  Posts posts(2);
  const std::size_t before = heap_now();
  Aggregator aggregator(names(kBrands), {});
  const auto costs = fold(&aggregator, 20 * kBrands, std::chrono::days{30}, &posts,
                          [](std::size_t i) { return static_cast<BrandId>(i * 7 % kBrands); });
  std::printf("small: median %.0f ns a fact\n", median(costs));
  say_memory("small, 10,000 brands with 20 posts over 30 days", aggregator, before);
  double start = thread_cpu_seconds();
  std::vector<StateRecord> records;
  for (const BrandId id : aggregator.unsaved()) aggregator.save(id, &records);
  std::size_t bytes = 0;
  for (const StateRecord& record : records) bytes += record.value ? record.value->size() : 0;
  std::printf("saved in %.0f ms, %.1f MB\n", (thread_cpu_seconds() - start) * 1e3,
              megabytes(bytes));
  start = thread_cpu_seconds();
  Aggregator other(names(kBrands), {});
  bool loaded = true;
  for (const StateRecord& record : records) {
    loaded = loaded && other.load(record.key, *record.value, {{0, 0}}).has_value();
  }
  loaded = other.loaded().has_value() && loaded;
  std::printf("loaded in %.0f ms: %s\n", (thread_cpu_seconds() - start) * 1e3,
              loaded ? "whole" : "BROKEN");
}

void large() {
  Posts posts(3);
  const std::size_t before = heap_now();
  Aggregator aggregator(names(1), {});
  const auto costs = fold(&aggregator, 10'000'000, std::chrono::days{1}, &posts,
                          [](std::size_t) { return BrandId{0}; });
  std::printf("large: median %.0f ns a fact\n", median(costs));
  say_memory("large, one brand with 10 million posts in a day", aggregator, before);
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  const std::string_view what = argc > 1 ? argv[1] : "zipf";
  if (what == "small") {
    vigie::bench::small();
  } else if (what == "large") {
    vigie::bench::large();
  } else {
    vigie::bench::zipf();
  }
}
