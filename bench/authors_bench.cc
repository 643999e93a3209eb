// What a post costs the authors of a brand, and what their sums and records cost, with the sums
// checked against those of sets before the time.
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <random>
#include <set>
#include <vector>

#include "bench/measure.h"
#include "engine/analysis/authors.h"
#include "engine/analysis/state.pb.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kPosts = 1'000'000;
constexpr int kRounds = 9;

struct Post {
  Key128 author;
  EventTime time;
  Deed deed = Deed::share;
  bool negative = false;
};

// Of `count` authors, each as often as any other: the least kind to the caches.
std::vector<Post> posts_of(std::size_t count, std::mt19937_64* random) {
  std::vector<Key128> authors(count);
  for (Key128& author : authors) author = {.high = (*random)(), .low = (*random)()};
  std::vector<Post> posts(kPosts);
  EventTime time = kEventTimeMin + std::chrono::days{13'000};
  for (Post& post : posts) {
    time += std::chrono::milliseconds{(*random)() % 5'000};
    post = {.author = authors[(*random)() % count],
            .time = time,
            .deed = static_cast<Deed>((*random)() % kDeeds),
            .negative = (*random)() % 5 == 0};
  }
  return posts;
}

void add(const std::vector<Post>& posts, Authors* authors) {
  for (const Post& post : posts) {
    authors->add(post.author, post.time, post.deed, 100, post.negative);
  }
}

bool is_right(const std::vector<Post>& posts, const AuthorSums& sums) {
  std::set<Key128> active;
  const auto last = std::chrono::floor<std::chrono::days>(posts.back().time);
  for (const Post& post : posts) {
    if (post.time >= last - std::chrono::days{29}) active.insert(post.author);
  }
  return sums.authors == static_cast<double>(active.size()) && sums.reach == 100 * sums.authors;
}

bool measure(std::size_t count) {
  std::mt19937_64 random(count);
  const std::vector<Post> posts = posts_of(count, &random);
  Authors authors;
  add(posts, &authors);
  AuthorSums sums = authors.sums(posts.back().time, 30, {});
  if (!is_right(posts, sums)) {
    std::fprintf(stderr, "authors_bench: the sums of %zu authors are wrong\n", count);
    return false;
  }
  pb::Authors saved;
  authors.save(&saved);
  Authors loaded;
  const std::vector<Contender> contenders = {
      {"add", [&] { add(posts, &authors); }},
      {"sums", [&] { sums = authors.sums(posts.back().time, 30, {}); }},
      {"save", [&] { authors.save(&saved); }},
      {"load", [&] { static_cast<void>(loaded.load(saved)); }},
  };
  const std::vector<double> seconds = median_seconds(contenders, kRounds);
  std::printf("%8zu %10.1f %10.3f %10.3f %10.3f %12zu %12zu\n", count,
              seconds[0] * 1e9 / static_cast<double>(kPosts), seconds[1] * 1e3, seconds[2] * 1e3,
              seconds[3] * 1e3, authors.memory_bytes(), saved.ByteSizeLong());
  return true;
}

}  // namespace
}  // namespace vigie::bench

int main() {
  std::printf("%8s %10s %10s %10s %10s %12s %12s\n", "authors", "add ns", "sums ms", "save ms",
              "load ms", "memory", "saved");
  for (const std::size_t count : {5UL, 100UL, 1'000UL, 10'000UL, 65'536UL}) {
    if (!vigie::bench::measure(count)) return 1;
  }
  return 0;
}
