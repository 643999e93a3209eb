// Matching posts against 100 to 100,000 names, beside what else finds many literals at once:
// Hyperscan, a dense Aho-Corasick automaton and RE2::Set. First the answers are checked: those of
// the engine against Guard::off, those of the peers against the engine's.
//
//   match_bench [--texts REDDIT.ndjson.gz]
//
// The bars are for real texts: made-up posts have so few different words that the tables of the
// peers stay in the first caches.
#include <CLI/CLI.hpp>
#include <array>
#include <cstdio>
#include <functional>
#include <memory>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/corpus.h"
#include "bench/measure.h"
#include "bench/peers/dense_aho_corasick.h"
#include "bench/peers/hyperscan.h"
#include "bench/peers/occurring.h"
#include "bench/peers/re2_set.h"
#include "bench/posts.h"
#include "bench/words.h"
#include "engine/base/text.h"
#include "rules/fold.h"
#include "rules/rules.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kPosts = 4000;   // made up
constexpr std::size_t kChecked = 200;  // posts also matched without the guard
constexpr int kRounds = 21;
constexpr int kBuilds = 5;
constexpr double kMebi = 1 << 20;
// RE2::Set needs its own share per name and again as much for the states of its automaton.
constexpr std::int64_t kRe2SetBytes = std::int64_t{1} << 30;
constexpr std::array<std::size_t, 4> kSizes{100, 1'000, 10'000, 100'000};

// Half of them are followed by another word, and one in twenty begins with a common word.
std::vector<std::string> made_names(std::size_t count, const std::set<std::string>& words) {
  constexpr std::array<std::string_view, 6> kCommon{"la", "the", "le", "my", "new", "service"};
  const Coiner coiner(words);
  std::mt19937_64 random(7);
  std::set<std::string> names;
  while (names.size() < count) {
    std::string name = coiner.coin(&random);
    if (random() % 2 == 0) name += " " + coiner.word(&random);
    if (random() % 20 == 0) name = cat(kCommon[random() % kCommon.size()], " ", name);
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

// Peers get the words of a text, joined by spaces, and names with a space before and behind: for
// all of them this is the fastest way; to find bare names and then look at their edges takes them
// up to 2.3 times as long. They are spared folding, cutting into words and telling the places of
// what they find.
using Find = std::function<void(std::string_view text, Occurring* names)>;

struct Peer {
  std::string name;
  double build_ms = 0;
  double mebibytes = 0;  // 0: it does not say
  Find find;
};

struct Case {
  std::size_t names = 0;
  double build_ms = 0;
  std::shared_ptr<const rules::RuleSet> rules;
  std::vector<std::string> posts;
  std::vector<std::string> word_posts;
  std::unique_ptr<rules::Matcher> matcher;
  std::vector<Peer> peers;
  Mention mention;  // used again, as decoders do
  rules::Hits hits;
  std::size_t hit_count = 0;

  void match(const std::string& post, rules::Matcher* by) {
    mention.text = post;
    by->match(mention, &hits);
  }
};

// Runs `build` and tells what it took.
template <class Build>
double milliseconds(Build build) {
  const double start = thread_cpu_seconds();
  build();
  return (thread_cpu_seconds() - start) * 1e3;
}

void add_peers(const std::vector<std::string>& names, Case* out) {
  std::shared_ptr<HyperscanNames> hyperscan;
  double ms = milliseconds([&] { hyperscan = std::make_shared<HyperscanNames>(names); });
  out->peers.push_back({"Hyperscan", ms, static_cast<double>(hyperscan->memory_bytes()) / kMebi,
                        [hyperscan](auto text, auto* found) { hyperscan->find(text, found); }});
  std::shared_ptr<DenseAhoCorasick> dense;
  ms = milliseconds([&] { dense = std::make_shared<DenseAhoCorasick>(names); });
  out->peers.push_back({"Aho-Corasick", ms, static_cast<double>(dense->memory_bytes()) / kMebi,
                        [dense](auto text, auto* found) { dense->find(text, found); }});
  std::shared_ptr<Re2SetNames> set;
  ms = milliseconds([&] { set = Re2SetNames::compile(names, kRe2SetBytes); });
  if (set == nullptr) {
    std::printf("RE2::Set refuses to compile %zu names within %.0f MiB\n", names.size(),
                static_cast<double>(kRe2SetBytes) / kMebi);
    return;
  }
  out->peers.push_back(
      {"RE2::Set", ms, 0, [set](auto text, auto* found) { set->find(text, found); }});
}

// Whether every peer finds the same names as the engine in every post. Warms all of them.
bool agree(Case* one) {
  Occurring ours;
  Occurring theirs;
  for (std::size_t i = 0; i < one->posts.size(); ++i) {
    one->match(one->posts[i], one->matcher.get());
    ours.clear();
    for (const rules::Hit& hit : one->hits.hits) ours.push_back(hit.brand);
    for (const Peer& peer : one->peers) {
      peer.find(one->word_posts[i], &theirs);
      if (ours == theirs) continue;
      std::printf("%s finds %zu names, not %zu, in: %s\n", peer.name.c_str(), theirs.size(),
                  ours.size(), one->posts[i].c_str());
      return false;
    }
  }
  return true;
}

bool guard_changes_nothing(Case* one) {
  rules::Matcher slow(one->rules, rules::Matcher::Guard::off);
  const std::size_t checked = one->names > 10'000 ? kChecked / 10 : kChecked;
  for (std::size_t i = 0; i < checked; ++i) {
    one->match(one->posts[i], one->matcher.get());
    const std::string fast = described(one->hits);
    one->match(one->posts[i], &slow);
    if (fast == described(one->hits)) continue;
    std::printf("the guard changes the result of: %s\n", one->posts[i].c_str());
    return false;
  }
  return true;
}

bool prepare(const std::vector<std::string>& posts, std::size_t size, Case* out) {
  const std::vector<std::string> names = made_names(size, words_of(posts));
  std::vector<rules::Brand> brands;
  brands.reserve(names.size());
  for (const std::string& name : names) brands.push_back({.name = name, .names = {name}});
  std::vector<double> build_ms;
  build_ms.reserve(kBuilds);
  for (int i = 0; i < kBuilds; ++i) {
    build_ms.push_back(milliseconds([&] {
      auto rules = rules::compile(brands, {.seed = 99}, nullptr);
      if (rules) out->rules = *rules;
    }));
  }
  if (out->rules == nullptr) return false;
  out->build_ms = median(build_ms);
  out->names = size;
  out->posts = with_names(posts, names);
  out->matcher = std::make_unique<rules::Matcher>(out->rules);
  WordText word_text;
  out->word_posts.reserve(posts.size());
  for (const std::string& post : out->posts) out->word_posts.push_back(word_text.of(post));
  std::vector<std::string> word_names;
  word_names.reserve(names.size());
  for (const std::string& name : names) word_names.push_back(word_text.of(name));
  add_peers(word_names, out);
  return guard_changes_nothing(out) && agree(out);
}

// Nanoseconds a post.
struct Times {
  double ours = 0;
  double ours_without_fold = 0;
  std::vector<double> peers;
};

void add_contenders(Case* one, std::vector<Contender>* contenders) {
  contenders->push_back({"ours", [one] {
                           one->hit_count = 0;
                           for (const std::string& post : one->posts) {
                             one->match(post, one->matcher.get());
                             one->hit_count += one->hits.hits.size();
                           }
                         }});
  for (const Peer& peer : one->peers) {
    contenders->push_back({peer.name, [one, &peer] {
                             Occurring found;
                             for (const std::string& post : one->word_posts) {
                               peer.find(post, &found);
                             }
                           }});
  }
}

std::vector<Times> measure(std::span<Case> cases) {
  std::vector<Contender> contenders;
  for (Case& one : cases) add_contenders(&one, &contenders);
  rules::FoldedText folded;
  contenders.push_back({"fold", [&] {
                          for (const auto& post : cases[0].posts) rules::fold(post, &folded);
                        }});
  const std::vector<double> seconds = median_seconds(contenders, kRounds);
  const auto posts = static_cast<double>(cases[0].posts.size());
  const auto ns = [&](std::size_t i) { return seconds[i] * 1e9 / posts; };
  const double fold_ns = ns(seconds.size() - 1);
  std::printf("%.0f posts of %zu bytes; medians of %d rounds; folding alone %.0f ns\n", posts,
              kPostBytes, kRounds, fold_ns);
  std::vector<Times> times;
  std::size_t next = 0;
  for (const Case& one : cases) {
    times.push_back({ns(next), ns(next) - fold_ns, {}});
    ++next;
    for (std::size_t i = 0; i < one.peers.size(); ++i) times.back().peers.push_back(ns(next++));
  }
  return times;
}

void print_bars(std::span<const Case> cases, std::span<const Times> times) {
  const Case& most = cases.back();
  const Times& at_most = times.back();
  std::printf("100,000 / 100 names: %.2f (at most 2.5); without folding %.2f\n",
              at_most.ours / times[0].ours, at_most.ours_without_fold / times[0].ours_without_fold);
  for (std::size_t i = 0; i < most.peers.size(); ++i) {
    std::printf("%s / ours without folding, 100,000 names: %.1f (at least 4)\n",
                most.peers[i].name.c_str(), at_most.peers[i] / at_most.ours_without_fold);
  }
  std::printf("index of 100,000 names: %.1f MB (at most 10), built in %.0f ms (at most 150)\n",
              static_cast<double>(rules::memory_bytes(*most.rules)) / 1e6, most.build_ms);
}

int run(const std::string& texts) {
  std::vector<std::string> posts = texts.empty() ? made_posts(kPosts, {}, 3) : real_texts(texts);
  if (posts.empty()) {
    std::printf("%s has no texts\n", texts.c_str());
    return 1;
  }
  std::array<Case, kSizes.size()> cases;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    if (!prepare(posts, kSizes[i], &cases[i])) return 1;
  }
  std::printf("all matchers find the same names in every post\n");
  const std::vector<Times> times = measure(cases);
  std::printf("  names  contender      ns a post  without folding    hits       MiB   build ms\n");
  for (std::size_t i = 0; i < cases.size(); ++i) {
    const Case& one = cases[i];
    std::printf("%7zu  %-12s %11.0f %16.0f %7zu %9.2f %10.1f\n", one.names, "ours", times[i].ours,
                times[i].ours_without_fold, one.hit_count,
                static_cast<double>(rules::memory_bytes(*one.rules)) / kMebi, one.build_ms);
    for (std::size_t p = 0; p < one.peers.size(); ++p) {
      const Peer& peer = one.peers[p];
      std::printf("%7zu  %-12s %11s %16.0f %7s %9.2f %10.1f\n", one.names, peer.name.c_str(), "",
                  times[i].peers[p], "", peer.mebibytes, peer.build_ms);
    }
  }
  print_bars(cases, times);
  return 0;
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app{"Finding many names in posts, beside other ways to do it."};
  std::string texts;
  app.add_option("--texts", texts, "gzipped NDJSON of Reddit submissions; without, made-up posts");
  CLI11_PARSE(app, argc, argv);
  return vigie::bench::run(texts);
}
