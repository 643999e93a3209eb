// What compile() makes of the brands, and every Matcher reads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "rules/owned_index.h"
#include "rules/pattern_index.h"
#include "rules/program.h"
#include "rules/regex_guard.h"
#include "rules/rules.h"
#include "rules/token_index.h"
#include "rules/tokens.h"

namespace vigie::rules {

// What is kept for people: explanations and estimates.
struct RuleNotes {
  std::string source;                // of the query
  std::vector<std::uint32_t> guard;  // terms that wake it; none: every post does
  double woken = 1;                  // estimated part of the posts
  double cost = 0;                   // estimated nanoseconds of one evaluation
};

struct CampaignNotes {
  std::string name;
  std::optional<EventTime> start;
  std::optional<EventTime> end;
  std::uint32_t guideline = kNone;  // a rule
};

// Immutable after compile(). Not moved: the index looks into the pool.
class RuleSet {
 public:
  std::vector<std::string> names;
  std::vector<BrandId> ids;
  HashSeed seed;
  std::string pool;  // the tokens of all terms, and padding
  std::vector<Rule> rules;
  // Of each brand, and one more: the end of the last; empty where each brand has just one.
  std::vector<std::uint32_t> first_rule;
  std::vector<PlainTerm> plain_terms;
  std::vector<std::uint32_t> probes;
  std::vector<Op> ops;
  std::vector<OpSource> sources;  // of each op
  std::vector<CompiledTerm> terms;
  std::vector<Surface> surfaces;
  std::vector<Attribute> attributes;
  std::vector<std::uint32_t> always;  // rules that every post wakes
  std::vector<RuleNotes> notes;
  std::vector<CampaignNotes> campaigns;       // of all brands, in their order
  std::vector<std::uint32_t> first_campaign;  // of each brand, and one more; empty without any
  OwnedIndex owned;
  // What is asked of posts with hits, each question a brand of these rules; null: nothing. Apart
  // from the others, so that its patterns are not looked for in every post.
  std::shared_ptr<const RuleSet> questions;
  std::size_t segments = 0;        // of the questions, the first
  std::uint32_t first_crisis = 0;  // of the questions, those by sector
  std::uint32_t end_crisis = 0;
  std::uint32_t recommend = kNone;  // place of the question
  std::uint32_t advise_against = kNone;
  TokenIndex index;  // what Guard::on looks up
  PatternIndex patterns;
  RegexSet regexes;
  std::vector<std::vector<std::uint32_t>> pattern_rules;  // of each pattern: those that it wakes
  std::vector<std::vector<std::uint32_t>> regex_rules;
  bool looks_at_tokens = false;  // false: there are regexes only
  bool looks_at_authors = false;
  bool looks_into_hashtags = false;  // some phrase may stand there

  // REQUIRES: the rule has a program.
  [[nodiscard]] const RuleNotes& notes_of(const Rule& rule) const {
    return notes[probes[rule.first]];
  }
  // The rules of a brand are those from here up to those of the next one.
  [[nodiscard]] std::uint32_t rules_of(std::uint32_t brand) const {
    return first_rule.empty() ? brand : first_rule[brand];
  }
};

}  // namespace vigie::rules
