// Made-up Boolean queries over the words of posts, the same for the same seed, and what they are
// tried on.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "rules/rules.h"

namespace vigie::bench {

// A query that can be written in more than one language.
struct QueryTree {
  enum class Kind : std::uint8_t {
    term,    // one word
    phrase,  // words in a row
    all,     // every child; those that are `none`, not
    any,     // at least one child
    none,    // not its only child
    near,    // two children without a word in common, at most `distance` words between them
  };
  Kind kind = Kind::term;
  std::uint32_t distance = 0;
  std::vector<std::string> words{};
  std::vector<QueryTree> children{};
};

// As rules/LANGUAGE.md has it.
[[nodiscard]] std::string to_query(const QueryTree& tree);
// For other engines: {"term": w}, {"phrase": [w...]}, {"all": [...]}, {"any": [...]}, {"none":
// ...},
// {"near": [..., ...], "distance": n}.
[[nodiscard]] std::string to_json(const QueryTree& tree);

// Real texts, or made-up ones if the path is empty; at most `count`. They are without '#', so that
// no phrase is found inside of a hashtag.
[[nodiscard]] std::vector<std::string> posts_for_queries(const std::string& texts,
                                                         std::size_t count);

// Queries as analysts write them, of 5 to 30 words and phrases: a group that names the brand, one
// to three groups of what may be said about it, and in half of them words that must not be there;
// in half of them the first two groups must stand near each other.
//
// Nearly all brands have names that are rare (words in at most 1 of 2,500 posts, coined words,
// phrases of the posts with one word that is in at most 1 of 200), one in 25 is called by everyday
// words (in at most 1 of 200). The other groups are mixed: half of their words are in at most 1
// post of 200, a third in at most 1 of 20, the others in more; one in eight is a phrase. Every
// fourth post is a hit: far more than in a stream of posts. Where `names` are given, each query is
// about the next of them, under a few coined names as well.
[[nodiscard]] std::vector<QueryTree> made_queries(const std::vector<std::string>& posts,
                                                  std::size_t count, std::uint64_t seed,
                                                  const std::vector<std::string>& names = {});

[[nodiscard]] std::vector<rules::Brand> brands_of(std::span<const QueryTree> queries);
// Every different word or phrase of the queries as a brand with this one name.
[[nodiscard]] std::vector<rules::Brand> plain_terms_of(std::span<const QueryTree> queries);

}  // namespace vigie::bench
