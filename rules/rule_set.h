// What compile() makes of the brands, and every Matcher reads.
#pragma once

#include <string>
#include <vector>

#include "rules/regex_guard.h"
#include "rules/rules.h"
#include "rules/token_index.h"
#include "rules/tokens.h"

namespace vigie::rules {

// Immutable after compile(). Not moved: the index looks into the pool.
class RuleSet {
 public:
  std::vector<std::string> names;
  std::vector<BrandId> ids;
  HashSeed seed;
  std::string pool;                     // the tokens of all terms, and padding
  std::vector<TokenIndex::Term> terms;  // what Guard::off evaluates
  TokenIndex index;                     // what Guard::on looks up
  RegexSet regexes;
};

}  // namespace vigie::rules
