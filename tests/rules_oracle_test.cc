// Random queries on random posts: the guards change nothing, and neither matches what the naive
// evaluator does not.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <vector>

#include "tests/rules_cases.h"
#include "tests/rules_hits.h"
#include "tests/rules_oracle.h"
#include "tests/rules_posts.h"
#include "tests/rules_queries.h"

namespace vigie::rules {
namespace {

using rules_posts::Post;
using rules_random::below;
using rules_random::Random;

std::vector<std::string> random_queries(std::size_t count, Random* random) {
  rules_queries::Generator generator(random);
  std::vector<std::string> out;
  while (out.size() < count) out.push_back(generator.query(below(4, random)));
  return out;
}

std::vector<Post> random_posts(std::size_t count, Random* random) {
  std::vector<Post> out;
  while (out.size() < count) out.push_back(rules_posts::post(random));
  return out;
}

bool contains(const Hits& hits, std::size_t brand) {
  return std::ranges::binary_search(hits.hits, brand, {}, &Hit::brand);
}

struct Tally {
  std::size_t pairs = 0;
  std::size_t hits = 0;
};

// The place of a query that the three ways disagree about, or the number of queries.
std::size_t wrong_query(const oracle::Watched& watched, const Mention& mention, const Hits& on,
                        const Hits& off) {
  const naive::Post plain(mention);
  const bool addressed = oracle::is_addressed(mention);
  for (std::size_t i = 0; i < watched.plain.size(); ++i) {
    const bool wanted = watched.plain[i].matches(plain) || addressed;
    if (contains(on, i) != wanted || contains(off, i) != wanted) return i;
  }
  return watched.plain.size();
}

void compare(std::uint64_t seed, Tally* tally) {
  constexpr std::size_t kQueries = 200;
  constexpr std::size_t kPosts = 500;
  Random random(seed);
  const Library library = rules_queries::library();
  const oracle::Watched watched = oracle::watch(random_queries(kQueries, &random), library, seed);
  REQUIRE_MESSAGE(watched.fault.empty(), "seed " << seed << ": " << watched.fault);
  Matcher fast(watched.rules, Matcher::Guard::on);
  Matcher slow(watched.rules, Matcher::Guard::off);
  Hits on;
  Hits off;
  for (const Post& post : random_posts(kPosts, &random)) {
    const Mention mention = post.mention();
    fast.match(mention, &on);
    slow.match(mention, &off);
    tally->pairs += kQueries;
    tally->hits += on.hits.size();
    const std::size_t wrong = wrong_query(watched, mention, on, off);
    REQUIRE_MESSAGE(wrong == kQueries,
                    "seed " << seed << ", query: " << watched.brands[wrong].query << "\n"
                            << rules_posts::told(post) << "smaller:\n"
                            << oracle::told_small(watched.brands[wrong].query, post, library));
    REQUIRE_MESSAGE(described(on) == described(off), "seed " << seed << "\n"
                                                             << rules_posts::told(post));
  }
}

TEST_CASE("the naive evaluator and both guards read the language as people do") {
  const Library library = rules_queries::library();
  const std::vector<std::string> lines = rules_cases::lines("oracle.txt");
  CHECK(lines.size() > 80);
  for (const std::string& line : lines) {
    INFO(line);
    const std::vector<std::string> parts = rules_cases::split(line, " | ");
    REQUIRE(parts.size() == 3);
    const oracle::Watched watched = oracle::watch({parts[0]}, library, 1);
    REQUIRE(watched.fault == "");
    Post post;
    post.text = rules_cases::unescape(parts[1]);
    CHECK(watched.plain[0].matches(naive::Post(post.mention())) == (parts[2] == "yes"));
    CHECK(oracle::disagreement(parts[0], post, library) == "");
  }
}

TEST_CASE("guarded, unguarded and naive evaluation agree on a million pairs") {
  const std::uint64_t rounds = std::getenv("VIGIE_LONG") != nullptr ? 200 : 20;
  Tally tally;
  for (std::uint64_t seed = 1; seed <= rounds; ++seed) compare(seed, &tally);
  CHECK(tally.pairs >= rounds * 100'000);
  // Neither hardly ever nor nearly always.
  CHECK(tally.hits > tally.pairs / 50);
  CHECK(tally.hits < tally.pairs / 2);
}

std::string all_hits(const oracle::Watched& watched, const std::vector<Post>& posts) {
  Matcher matcher(watched.rules);
  Hits hits;
  std::string out;
  for (const Post& post : posts) {
    matcher.match(post.mention(), &hits);
    out += described(hits) + "\n";
  }
  return out;
}

TEST_CASE("the seed of hashing changes no query's result") {
  Random random(11);
  const Library library = rules_queries::library();
  const std::vector<std::string> queries = random_queries(100, &random);
  const std::vector<Post> posts = random_posts(100, &random);
  const std::string wanted = all_hits(oracle::watch(queries, library, 0), posts);
  CHECK(wanted == all_hits(oracle::watch(queries, library, 1), posts));
  CHECK(wanted == all_hits(oracle::watch(queries, library, UINT64_MAX), posts));
}

TEST_CASE("more brands change no other brand's result") {
  Random random(12);
  const Library library = rules_queries::library();
  std::vector<std::string> queries = random_queries(200, &random);
  const oracle::Watched many = oracle::watch(queries, library, 1);
  queries.resize(40);
  const oracle::Watched few = oracle::watch(queries, library, 1);
  Matcher of_many(many.rules);
  Matcher of_few(few.rules);
  Hits in_many;
  Hits in_few;
  for (const Post& post : random_posts(300, &random)) {
    of_many.match(post.mention(), &in_many);
    of_few.match(post.mention(), &in_few);
    std::erase_if(in_many.hits, [](const Hit& hit) { return hit.brand >= 40; });
    REQUIRE_MESSAGE(described(in_many) == described(in_few), rules_posts::told(post));
  }
}

bool is_folded(const Query& query) {
  return std::ranges::none_of(query.terms, [](const Term& term) {
    return term.match_case || term.match_accents || term.kind == Term::Kind::raw ||
           (term.kind == Term::Kind::regex && !term.fold_text);
  });
}

// Letters and digits alone: a wide sign may mean something else.
std::string wide_letters(const std::string& text) {
  std::string out;
  for (const char c : text) {
    const bool is_plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
    out += is_plain ? rules_posts::wide({&c, 1}) : std::string(1, c);
  }
  return out;
}

TEST_CASE("how a post is encoded changes no folded query") {
  Random random(13);
  const Library library = rules_queries::library();
  const oracle::Watched watched = oracle::watch(random_queries(300, &random), library, 1);
  Matcher matcher(watched.rules);
  const auto brands = [&](const Post& post) {
    Hits hits;
    matcher.match(post.mention(), &hits);
    std::string out;
    for (const Hit& hit : hits.hits) {
      if (is_folded(*watched.queries[hit.brand])) out += std::to_string(hit.brand) + " ";
    }
    return out;
  };
  for (Post& post : random_posts(500, &random)) {
    if (post.text.contains("://")) continue;
    const std::string wanted = brands(post);
    const std::string text = post.text;
    post.text = rules_posts::decomposed(text);
    CHECK_MESSAGE(brands(post) == wanted, rules_posts::told(post));
    post.text = wide_letters(text);
    CHECK_MESSAGE(brands(post) == wanted, rules_posts::told(post));
  }
}

TEST_CASE("explanations agree with matches") {
  Random random(14);
  const Library library = rules_queries::library();
  const oracle::Watched watched = oracle::watch(random_queries(100, &random), library, 1);
  Matcher matcher(watched.rules);
  Hits hits;
  for (const Post& post : random_posts(100, &random)) {
    const Mention mention = post.mention();
    matcher.match(mention, &hits);
    const std::vector<Explanation> told = matcher.explain(mention, std::nullopt);
    REQUIRE(told.size() == watched.brands.size());
    for (const Explanation& one : told) {
      REQUIRE_MESSAGE(one.matched == contains(hits, one.brand), watched.brands[one.brand].query
                                                                    << "\n"
                                                                    << rules_posts::told(post));
      CHECK(one.matched == (one.query.matched || one.addressed));
    }
    const std::vector<Explanation> alone = matcher.explain(mention, 7);
    REQUIRE(alone.size() == 1);
    CHECK(alone[0].brand == 7);
    CHECK(alone[0].matched == told[7].matched);
  }
}

}  // namespace
}  // namespace vigie::rules
