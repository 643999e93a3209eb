// 10,000 Boolean queries on posts: the matcher against looking for the same words and phrases as
// plain names, against trying every query on every post, and against Lucene Monitor. First the
// answers are checked: those of a part against Guard::off and, where the lists of Lucene are given,
// all of them against these.
//
//   query_bench [--texts REDDIT.ndjson.gz] [--posts N] [--queries N]
//               [--write FOLDER | --lucene LISTS]
//
// --write only writes what Lucene Monitor is to be given; peers/lucene-monitor/run.sh does it all.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <fstream>
#include <limits>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.h"
#include "bench/queries.h"
#include "bench/words.h"
#include "engine/base/check.h"
#include "engine/base/text.h"
#include "rules/rules.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kBrutePosts = 100;  // which every query is tried on
constexpr int kRounds = 11;
constexpr int kBuilds = 3;

struct Options {
  std::string texts;
  std::size_t posts = 5000;
  std::size_t queries = 10'000;
  std::string folder;
  std::string lucene;
};

void write_for_lucene(const std::vector<std::string>& posts, const std::vector<QueryTree>& queries,
                      const std::string& folder) {
  std::ofstream queries_out(folder + "/queries.ndjson");
  for (const QueryTree& query : queries) queries_out << to_json(query) << '\n';
  std::ofstream posts_out(folder + "/posts.txt");
  WordText word_text;
  for (const std::string& post : posts) {
    const std::string words = word_text.of(post);
    posts_out << std::string_view(words).substr(1, std::max<std::size_t>(words.size(), 2) - 2)
              << '\n';
  }
}

// What Lucene Monitor answered.
struct LuceneAnswer {
  double best_us = std::numeric_limits<double>::infinity();
  std::string best_setting;
  std::vector<std::string> lists;
};

LuceneAnswer read_lucene(const std::string& path) {
  LuceneAnswer answer;
  std::ifstream in(path);
  for (std::string line; std::getline(in, line);) {
    if (!line.starts_with("# ")) {
      answer.lists.push_back(line);
      continue;
    }
    const std::size_t number = line.rfind(": ");
    CHECK(number != std::string::npos);
    const double us = std::stod(line.substr(number + 2));
    if (us >= answer.best_us) continue;
    answer.best_us = us;
    answer.best_setting = line.substr(2, number - 2);
  }
  return answer;
}

void match(const std::string& post, rules::Matcher* matcher, rules::Hits* hits) {
  Mention mention;
  mention.text = post;
  matcher->match(mention, hits);
}

std::string list_of(const rules::Hits& hits) {
  std::string list;
  for (const rules::Hit& hit : hits.hits) list += cat(list.empty() ? "" : " ", hit.brand);
  return list;
}

std::shared_ptr<const rules::RuleSet> compiled(const std::vector<rules::Brand>& brands) {
  std::vector<rules::Finding> findings;
  auto rules = rules::compile(brands, {.seed = 21}, &findings);
  if (!rules) std::printf("%s\n", rules.error().message.c_str());
  CHECK(rules.has_value());
  return *rules;
}

// Number of posts in which the lists differ.
std::size_t differences(const std::vector<std::string>& posts, const std::vector<std::string>& ours,
                        const std::vector<std::string>& theirs) {
  CHECK(ours.size() <= theirs.size());
  std::size_t count = 0;
  for (std::size_t i = 0; i < ours.size(); ++i) {
    if (ours[i] == theirs[i] || ++count > 3) continue;
    std::printf("[%s], not [%s], in: %s\n", ours[i].c_str(), theirs[i].c_str(), posts[i].c_str());
  }
  return count;
}

std::vector<std::string> lists_of(const std::vector<std::string>& posts, std::size_t count,
                                  rules::Matcher* matcher) {
  rules::Hits hits;
  std::vector<std::string> lists;
  for (std::size_t i = 0; i < count; ++i) {
    match(posts[i], matcher, &hits);
    lists.push_back(list_of(hits));
  }
  return lists;
}

double compile_seconds(const std::vector<rules::Brand>& brands) {
  std::vector<double> seconds;
  for (int i = 0; i < kBuilds; ++i) {
    const double start = thread_cpu_seconds();
    compiled(brands);
    seconds.push_back(thread_cpu_seconds() - start);
  }
  return median(seconds);
}

// Whether all who were asked name the same queries in every post.
bool agree(const std::vector<std::string>& posts, const LuceneAnswer& lucene,
           rules::Matcher* matcher, rules::Matcher* brute) {
  const auto ours = lists_of(posts, posts.size(), matcher);
  const std::size_t checked = std::min(kBrutePosts, posts.size());
  const auto slow = lists_of(posts, checked, brute);
  const std::size_t unlike_slow = differences(posts, slow, ours);
  std::printf("%zu posts against Guard::off: %zu differences\n", checked, unlike_slow);
  if (lucene.lists.empty()) return unlike_slow == 0;
  CHECK(lucene.lists.size() == posts.size());
  const std::size_t unlike_lucene = differences(posts, ours, lucene.lists);
  std::printf("%zu posts against Lucene Monitor: %zu differences\n", posts.size(), unlike_lucene);
  return unlike_slow + unlike_lucene == 0;
}

double woken(rules::Matcher& matcher) {
  std::uint64_t count = 0;
  for (const rules::RuleCost& cost : matcher.costs()) count += cost.candidates;
  return static_cast<double>(count);
}

void measure(const std::vector<std::string>& posts, const std::vector<rules::Brand>& terms,
             const LuceneAnswer& lucene, rules::Matcher* matcher, rules::Matcher* brute) {
  rules::Matcher plain(compiled(terms));
  rules::Hits hits;
  std::size_t hit_count = 0;
  const auto all = [&](rules::Matcher* by, std::size_t count) {
    hit_count = 0;
    for (std::size_t i = 0; i < count; ++i) {
      match(posts[i], by, &hits);
      hit_count += hits.hits.size();
    }
  };
  const std::vector<Contender> contenders{
      {"plain terms", [&] { all(&plain, posts.size()); }},
      {"queries", [&] { all(matcher, posts.size()); }},
  };
  const std::vector<double> seconds = median_seconds(contenders, kRounds);
  const std::size_t brute_posts = std::min(kBrutePosts, posts.size());
  const std::vector<Contender> slow{{"every query", [&] { all(brute, brute_posts); }}};
  const double brute_ns = median_seconds(slow, 1)[0] * 1e9 / static_cast<double>(brute_posts);
  const double woken_before = woken(*matcher);
  all(matcher, posts.size());
  const double woken_a_post = (woken(*matcher) - woken_before) / static_cast<double>(posts.size());
  const double plain_ns = seconds[0] * 1e9 / static_cast<double>(posts.size());
  const double ns = seconds[1] * 1e9 / static_cast<double>(posts.size());
  std::printf("%zu posts, %zu hits; %.1f queries woken a post\n", posts.size(), hit_count,
              woken_a_post);
  std::printf("queries                        %9.0f ns a post\n", ns);
  std::printf("their %6zu terms as names    %9.0f ns a post; queries / terms %.2f (at most 3)\n",
              terms.size(), plain_ns, ns / plain_ns);
  std::printf("every query on every post      %9.0f ns a post; %.0f times (at least 50)\n",
              brute_ns, brute_ns / ns);
  if (lucene.lists.empty()) return;
  std::printf("Lucene Monitor                 %9.0f ns a post; %.0f times (at least 100); %s\n",
              lucene.best_us * 1e3, lucene.best_us * 1e3 / ns, lucene.best_setting.c_str());
}

int run(const Options& options) {
  const std::vector<std::string> posts = posts_for_queries(options.texts, options.posts);
  const std::vector<QueryTree> queries = made_queries(posts, options.queries, 13);
  if (!options.folder.empty()) {
    write_for_lucene(posts, queries, options.folder);
    return 0;
  }
  const std::vector<rules::Brand> brands = brands_of(queries);
  const auto rules = compiled(brands);
  std::printf("%zu queries compiled in %.2f s (at most 1), %.1f MiB; the first: %s\n",
              brands.size(), compile_seconds(brands),
              static_cast<double>(rules::memory_bytes(*rules)) / (1 << 20),
              brands[0].query.c_str());
  rules::Matcher matcher(rules);
  rules::Matcher brute(rules, rules::Matcher::Guard::off);
  const LuceneAnswer lucene = options.lucene.empty() ? LuceneAnswer{} : read_lucene(options.lucene);
  if (!agree(posts, lucene, &matcher, &brute)) return 1;
  measure(posts, plain_terms_of(queries), lucene, &matcher, &brute);
  return 0;
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app{"Boolean queries, against their terms alone, brute force and Lucene Monitor."};
  vigie::bench::Options options;
  app.add_option("--texts", options.texts, "gzipped NDJSON of Reddit submissions");
  app.add_option("--posts", options.posts);
  app.add_option("--queries", options.queries);
  app.add_option("--write", options.folder, "a folder: write what Lucene is to be given there");
  app.add_option("--lucene", options.lucene, "what Lucene answered");
  CLI11_PARSE(app, argc, argv);
  return vigie::bench::run(options);
}
