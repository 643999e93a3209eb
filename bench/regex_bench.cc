// Rules that are regular expressions: the whole matcher against its guard alone (folding, and
// looking for the literals that the rules require), and against RE2 trying every rule on every
// post. First the answers are checked: the same rules match the same posts.
//
//   regex_bench [--texts REDDIT.ndjson.gz]
#include <re2/re2.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <cstdio>
#include <memory>
#include <random>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/corpus.h"
#include "bench/measure.h"
#include "bench/posts.h"
#include "bench/words.h"
#include "engine/base/check.h"
#include "engine/base/text.h"
#include "rules/fold.h"
#include "rules/regex_guard.h"
#include "rules/rules.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kPosts = 4000;
constexpr std::size_t kEveryRulePosts = 400;  // which RE2 alone is tried on
constexpr int kRounds = 15;
constexpr std::array<std::size_t, 2> kSizes{100, 1000};

// A rule, and a text that it matches.
struct Rule {
  std::string pattern;
  std::string example;
};

// Each requires some literal of three letters or more.
Rule made_rule(const std::string& name, const std::string& word, std::size_t form) {
  const std::string head = name.substr(0, name.size() - 1);
  switch (form) {
    case 0: return {cat(R"(\b)", name, R"( ?box\b)"), name + " box"};
    case 1: return {cat(name, " (fibre|mobile)s?"), name + " mobiles"};
    case 2: return {cat(R"(\b)", name, R"([- ]?(tv|box|go)\b)"), name + "-tv"};
    case 3: return {cat(R"(\b(le|the) )", name, " (app|site)"), "the " + name + " app"};
    case 4: return {cat(name, R"((\.com|\.fr)?\b)"), name};
    case 5: return {cat(R"(\b)", head, R"([aeiou]s?\b)"), head + "a"};
    case 6: return {cat(R"(#?)", name, R"( ?[0-9]{1,2}\b)"), name + " 12"};
    case 7: return {cat(R"(\b(my )?)", name, " ", word, R"(e?s?\b)"), name + " " + word};
    case 8: return {cat(R"(\b)", name, R"(\W+(is|was|est) )"), name + " is "};
    default: return {cat("(", word, "|", name, ") ", name), word + " " + name};
  }
}

std::vector<Rule> made_rules(std::size_t count, const std::set<std::string>& words) {
  constexpr std::size_t kForms = 10;
  const Coiner coiner(words);
  std::mt19937_64 random(11);
  std::vector<Rule> rules;
  rules.reserve(count);
  for (std::size_t i = 0; i < count; ++i) {
    const std::string name = coiner.coin(&random);
    rules.push_back(made_rule(name, coiner.word(&random), i % kForms));
  }
  return rules;
}

RE2::Options options() {
  RE2::Options options;
  options.set_case_sensitive(false);
  return options;
}

struct Case {
  std::vector<Rule> made;
  std::vector<std::string> posts;
  std::shared_ptr<const rules::RuleSet> rules;
  std::unique_ptr<rules::Matcher> matcher;
  Mention mention;  // used again, as decoders do
  rules::Hits hits;
  rules::RegexSet guard;
  rules::RegexSet::Scratch scratch;
  rules::FoldedText folded;
  std::vector<std::unique_ptr<RE2>> regexes;
  std::vector<std::string> folded_posts;
  std::size_t candidates = 0;
  std::size_t hit_count = 0;

  void match(const std::string& post) {
    mention.text = post;
    matcher->match(mention, &hits);
  }
  void match_all() {
    hit_count = 0;
    for (const std::string& post : posts) {
      match(post);
      hit_count += hits.hits.size();
    }
  }
  void guard_all() {
    candidates = 0;
    for (const std::string& post : posts) {
      rules::fold(post, &folded);
      guard.find_candidates(folded.view(), &scratch);
      candidates += scratch.candidates.size();
    }
  }
  // The posts that RE2 alone is tried on.
  std::size_t try_every_rule() {
    std::size_t found = 0;
    for (std::size_t i = 0; i < kEveryRulePosts; ++i) {
      for (const auto& regex : regexes) found += RE2::PartialMatch(folded_posts[i], *regex);
    }
    return found;
  }
};

void prepare(const std::vector<std::string>& posts, std::size_t count, Case* out) {
  out->made = made_rules(count, words_of(posts));
  std::vector<rules::Brand> brands(count);
  std::vector<std::string> examples;
  for (std::size_t i = 0; i < count; ++i) {
    brands[i].name = cat("brand ", i);
    brands[i].regex = {out->made[i].pattern};
    examples.push_back(out->made[i].example);
    const auto added = out->guard.add(out->made[i].pattern, rules::RegexSet::On::folded);
    CHECK(added.has_value());
    out->guard.look_for(added->regex);
    out->regexes.push_back(std::make_unique<RE2>(out->made[i].pattern, options()));
  }
  out->guard.finish();
  auto rules = rules::compile(brands, {.seed = 5}, nullptr);
  CHECK(rules.has_value());
  out->rules = *rules;
  out->matcher = std::make_unique<rules::Matcher>(out->rules);
  out->posts = with_names(posts, examples);
  for (const std::string& post : out->posts) {
    rules::fold(post, &out->folded);
    out->folded_posts.emplace_back(out->folded.view());
  }
}

// Whether the matcher and each RE2 by itself name the same rules in every post.
bool agree(Case* one) {
  for (std::size_t i = 0; i < one->posts.size(); ++i) {
    one->match(one->posts[i]);
    std::vector<std::uint32_t> ours;
    for (const rules::Hit& hit : one->hits.hits) ours.push_back(hit.brand);
    std::vector<std::uint32_t> theirs;
    for (std::uint32_t r = 0; r < one->regexes.size(); ++r) {
      if (RE2::PartialMatch(one->folded_posts[i], *one->regexes[r])) theirs.push_back(r);
    }
    if (ours == theirs) continue;
    std::printf("%zu rules match, not %zu: %s\n", ours.size(), theirs.size(),
                one->posts[i].c_str());
    return false;
  }
  return true;
}

int run(const std::string& texts) {
  std::vector<std::string> posts = texts.empty() ? made_posts(kPosts, {}, 3) : real_texts(texts);
  CHECK(posts.size() >= kEveryRulePosts);
  std::array<Case, kSizes.size()> cases;
  std::vector<Contender> contenders;
  for (std::size_t i = 0; i < cases.size(); ++i) {
    prepare(posts, kSizes[i], &cases[i]);
    if (!agree(&cases[i])) return 1;
    contenders.push_back({"matcher", [&one = cases[i]] { one.match_all(); }});
    contenders.push_back({"guard alone", [&one = cases[i]] { one.guard_all(); }});
  }
  std::size_t found = 0;
  contenders.push_back({"RE2 alone", [&] { found = cases[0].try_every_rule(); }});
  const std::vector<double> seconds = median_seconds(contenders, kRounds);
  std::printf("matcher and RE2 name the same rules in every post; %zu posts of %zu bytes\n",
              posts.size(), kPostBytes);
  std::printf("rules  matcher ns/post  guard alone  candidates    hits\n");
  const auto count = static_cast<double>(posts.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    std::printf("%5zu %16.0f %12.0f %11zu %7zu\n", kSizes[i], seconds[2 * i] * 1e9 / count,
                seconds[2 * i + 1] * 1e9 / count, cases[i].candidates, cases[i].hit_count);
  }
  const double alone = seconds.back() / kEveryRulePosts;
  std::printf("1,000 rules, matcher / guard alone: %.2f (at most 5)\n", seconds[2] / seconds[3]);
  std::printf("100 rules, RE2 on every post %.0f ns / matcher: %.0f (at least 100)\n", alone * 1e9,
              alone / (seconds[0] / count));
  return found > 0 ? 0 : 1;
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app{"Rules that are regular expressions, against RE2 alone."};
  std::string texts;
  app.add_option("--texts", texts, "gzipped NDJSON of Reddit submissions; without, made-up posts");
  CLI11_PARSE(app, argc, argv);
  return vigie::bench::run(texts);
}
