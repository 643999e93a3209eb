// One query on one post, asked in three ways: Matcher with its guard, Matcher without it, and the
// naive evaluator. A pair on which they disagree is made smaller before it is told.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/query.h"
#include "rules/rules.h"
#include "tests/rules_naive.h"
#include "tests/rules_posts.h"

namespace vigie::rules::oracle {

// Queries compiled as brands, one each, and made ready for the naive evaluator.
struct Watched {
  std::vector<Brand> brands;
  std::vector<std::unique_ptr<const Query>> queries;
  std::vector<naive::Rule> plain;
  std::shared_ptr<const RuleSet> rules;
  std::string fault;  // what is wrong with a query; empty: nothing
};

// Whether a post mentions every watched brand because it calls their account. Theirs are handles
// only.
[[nodiscard]] bool is_addressed(const Mention& mention);

[[nodiscard]] Watched watch(const std::vector<std::string>& queries, const Library& library,
                            std::uint64_t seed);

// What each of the three says of the pair, or nothing where they agree.
[[nodiscard]] std::string disagreement(const std::string& query, const rules_posts::Post& post,
                                       const Library& library);

// The pair and the disagreement, without the words and clauses that it does not need.
[[nodiscard]] std::string told_small(std::string query, rules_posts::Post post,
                                     const Library& library);

}  // namespace vigie::rules::oracle
