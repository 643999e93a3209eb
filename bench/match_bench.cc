// Matching posts against 100 to 100,000 names, with the answers checked against Guard::off first.
#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.h"
#include "bench/posts.h"
#include "rules/fold.h"
#include "rules/rules.h"
#include "rules/tokens.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kPosts = 4000;
constexpr std::size_t kChecked = 200;  // posts also matched without the guard
constexpr int kRounds = 21;
constexpr std::array<std::size_t, 4> kSizes{100, 1'000, 10'000, 100'000};

std::string made_word(std::mt19937_64* random) {
  constexpr std::array<std::string_view, 20> kSyllables{
      "ba", "cor", "di",  "fen", "gal", "hu",  "jo", "kel", "li", "mon",
      "na", "or",  "pra", "que", "ri",  "sol", "ta", "vel", "xi", "zen"};
  std::string word;
  for (std::size_t i = 2 + (*random)() % 3; i > 0; --i) {
    word += kSyllables[(*random)() % kSyllables.size()];
  }
  return word;
}

// Half of them two words; of these one in ten begins with a common word.
std::vector<std::string> made_names(std::size_t count) {
  constexpr std::array<std::string_view, 6> kCommon{"la", "the", "le", "my", "new", "service"};
  std::mt19937_64 random(7);
  std::set<std::string> names;
  while (names.size() < count) {
    std::string name = made_word(&random);
    if (random() % 2 == 0) name = made_word(&random) + " " + name;
    if (random() % 20 == 0) {
      name = std::string(kCommon[random() % kCommon.size()]) + " " + name;
    }
    names.insert(name);
  }
  return {names.begin(), names.end()};
}

std::string described(const rules::Hits& hits) {
  std::string out;
  for (const rules::Hit& hit : hits.hits) out += std::to_string(hit.brand) + " ";
  for (const rules::Span& span : hits.spans) {
    out += std::to_string(span.first) + "+" + std::to_string(span.count) + " ";
  }
  return out;
}

struct Case {
  std::size_t names = 0;
  double build_ms = 0;
  std::shared_ptr<const rules::RuleSet> rules;
  std::vector<std::string> posts;
  std::unique_ptr<rules::Matcher> matcher;
  rules::Hits hits;
  std::size_t hit_count = 0;

  void match(const std::string& post, rules::Matcher* by) {
    Mention mention;
    mention.text = post;
    by->match(mention, &hits);
  }
};

bool prepare(std::size_t size, Case* out) {
  const std::vector<std::string> names = made_names(size);
  std::vector<rules::Brand> brands;
  for (const std::string& name : names) brands.push_back({.name = name, .names = {name}});
  const double start = thread_cpu_seconds();
  auto rules = rules::compile(brands, {.seed = 99}, nullptr);
  out->build_ms = (thread_cpu_seconds() - start) * 1e3;
  if (!rules) return false;
  out->names = size;
  out->rules = *rules;
  out->posts = made_posts(kPosts, names, 3);
  out->matcher = std::make_unique<rules::Matcher>(*rules);
  rules::Matcher slow(*rules, rules::Matcher::Guard::off);
  const std::size_t checked = size > 10'000 ? kChecked / 10 : kChecked;
  for (std::size_t i = 0; i < checked; ++i) {
    out->match(out->posts[i], out->matcher.get());
    const std::string fast = described(out->hits);
    out->match(out->posts[i], &slow);
    if (fast != described(out->hits)) {
      std::printf("the guard changes the result of: %s\n", out->posts[i].c_str());
      return false;
    }
  }
  return true;
}

int run() {
  std::array<Case, kSizes.size()> cases;
  std::vector<Contender> contenders;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!prepare(kSizes[i], &cases[i])) return 1;
    Case& one = cases[i];
    contenders.push_back({std::to_string(one.names), [&one] {
                            one.hit_count = 0;
                            for (const std::string& post : one.posts) {
                              one.match(post, one.matcher.get());
                              one.hit_count += one.hits.hits.size();
                            }
                          }});
  }
  rules::FoldedText folded;
  rules::Tokens tokens;
  contenders.push_back({"fold", [&] {
                          for (const auto& post : cases[0].posts) rules::fold(post, &folded);
                        }});
  const std::vector<double> seconds = median_seconds(contenders, kRounds);
  const double fold_ns = seconds.back() * 1e9 / kPosts;
  std::printf("%zu posts of %zu bytes; medians of %d rounds; folding alone %.0f ns\n", kPosts,
              kPostBytes, kRounds, fold_ns);
  std::printf("  names  ns a post  without folding    hits  index KiB  build ms\n");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const double ns = seconds[i] * 1e9 / kPosts;
    std::printf("%7zu %10.0f %16.0f %7zu %10zu %9.1f\n", cases[i].names, ns, ns - fold_ns,
                cases[i].hit_count, rules::memory_bytes(*cases[i].rules) >> 10, cases[i].build_ms);
  }
  std::printf("100,000 / 100 names: %.2f (at most 2.5); without folding %.2f\n",
              seconds[3] / seconds[0],
              (seconds[3] * 1e9 / kPosts - fold_ns) / (seconds[0] * 1e9 / kPosts - fold_ns));
  return 0;
}

}  // namespace
}  // namespace vigie::bench

int main() { return vigie::bench::run(); }
