// What a Matcher holds. Private to matcher.cc and explain.cc.
#pragma once

#include <cstdint>
#include <memory>
#include <unordered_set>
#include <vector>

#include "rules/evaluator.h"
#include "rules/places.h"
#include "rules/post_text.h"
#include "rules/rule_set.h"
#include "rules/rules.h"

namespace vigie::rules {

struct Matcher::Scratch {
  Scratch(std::shared_ptr<const RuleSet> with, Guard how, Nanoseconds clock);

  std::shared_ptr<const RuleSet> rules;
  Guard guard;
  Nanoseconds nanoseconds;
  Evaluator evaluator;
  std::vector<RuleCost> costs;  // by place of the brand; without what `states` counts
  std::uint32_t evaluations = 0;

  // The post at hand.
  const Mention* mention = nullptr;
  PostText own_text;
  const PostText* text = &own_text;  // or that of whoever asks a question
  PostText::Wanted read_with;        // what it was read for
  TokenTable tokens;                 // filled where a program is evaluated
  std::vector<std::uint32_t> woken;  // rules to evaluate, each once
  // What is touched of a rule whenever it is woken stands together.
  struct RuleState {
    std::uint32_t round = 0;      // in which it was woken last
    std::uint32_t evaluated = 0;  // since the last count_evaluated()
  };
  std::vector<RuleState> states;
  std::uint32_t round = 0;
  std::vector<std::uint32_t> matched;  // rules with a program that hold

  // A plain term of a rule that stands somewhere in the post.
  struct Occurrence {
    std::uint32_t rule = 0;
    Span span;
  };
  std::vector<Occurrence> occurrences;
  std::vector<std::uint32_t> failed;  // rules over their budget
  OwnedFound owned;
  std::unique_ptr<Scratch> questions;  // null where nothing is asked
  Hits answers;                        // to the questions
  // Hashes of the first words of all terms, for explanations; filled when it is first asked for.
  std::unordered_set<std::uint64_t> first_words;

  // Finds the terms of the post, and the rules that they wake. `all_tokens`: also where no rule
  // looks at tokens.
  void read(const Mention& post, bool all_tokens = false);
  // The same of a post that another one, under the same seed, has read already, for `with`: its
  // text is borrowed where that is enough. It stays as it is until the next post.
  void read(const Mention& post, const PostText& of_other, const PostText::Wanted& with);
  // What follows from it: adds to the hits.
  void decide(Hits* hits);
  // Evaluates the rules that were woken.
  void evaluate();
  // What the rules that hold make of the post.
  void collect(Hits* hits);
  // Where there are regexes only, finding hits needs no tokens.
  void need_tokens();

  // Brings the costs up to date.
  void count_evaluated();

  [[nodiscard]] bool takes_part(std::uint32_t campaign) const;
  // Whether no brand has to be looked at.
  [[nodiscard]] bool is_quiet() const {
    return woken.empty() && occurrences.empty() && owned.wrote.empty() && owned.addressed.empty();
  }

 private:
  [[nodiscard]] PostText::Wanted wanted() const;
  void read_own(const Mention& post, const PostText::Wanted& with);
  void look(const Mention& post);
  void scan(std::uint32_t part);
  void scan_hashtags();
  void take_joined(const Token& word, std::uint32_t part, PostText::Hashtag hashtag);
  void scan_patterns(std::uint32_t part);
  void scan_regexes(std::uint32_t part);
  void take(const Found& found, std::uint32_t part, bool joined);
  void take(const Posting& posting, const Found& found, std::uint32_t part, bool joined);
  void wake(std::uint32_t rule);
  void wake_all();
  void evaluate_rule(std::uint32_t rule);
  bool breaks_guideline(std::uint32_t rule);
  std::size_t collect_brand(std::uint32_t brand, std::size_t occurrence, std::size_t match,
                            Hits* hits);
  // What is known of a post with hits beside what its text says.
  void tell_media(Hits* hits);
  void collect_answers(Hits* hits);
  void ask_questions(Hits* hits);

  std::vector<Found> found_;
  std::vector<TokenIndex::NodeId> joined_;
  std::vector<std::uint32_t> patterns_;
  RegexSet::Scratch regex_;
  std::vector<RegexPlace> regex_places_;
  std::vector<Span> spans_;
};

}  // namespace vigie::rules
