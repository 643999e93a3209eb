// How a post sounds where it speaks of each brand that it mentions. It reads the text as matching
// has folded and cut it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "engine/analysis/sentiment/clause.h"
#include "engine/analysis/sentiment/sentiment.h"
#include "engine/base/mention.h"
#include "rules/rules.h"

namespace vigie {

// Of one brand.
struct BrandScore {
  sentiment::Score score;
  sentiment::Language language = sentiment::Language::none;  // of the text
  // The clauses that were scored, in PostScorer::clauses(); none: the whole text.
  std::uint32_t first_clause = 0;
  std::uint32_t clause_count = 0;
};

// A post with one brand is scored as a whole: its title and text, or what it shares where it says
// nothing itself. Where several brands stand in different clauses, each is scored by its own: the
// mean of the probabilities of its clauses. One thread; memory is used again: once warm it
// allocates nothing.
class PostScorer {
 public:
  // Scores the post that matcher->match() was last given, with these hits; both are to be alive.
  void score(const Mention& mention, rules::Matcher* matcher, const rules::Hits& hits);

  // By place of the hit; valid until the next score().
  [[nodiscard]] std::span<const BrandScore> scores() const { return scores_; }
  [[nodiscard]] std::span<const rules::Span> clauses(const BrandScore& of) const {
    return std::span(spans_).subspan(of.first_clause, of.clause_count);
  }
  // The fields that the whole text is made of.
  [[nodiscard]] std::span<const rules::Span> whole() const { return whole_; }

 private:
  // A token at which a hit begins.
  struct Place {
    std::uint32_t token = 0;
    std::uint32_t hit = 0;
  };

  void read(rules::Matcher* matcher);
  void read_joined(const rules::FieldText& title, const rules::FieldText& text);
  // The clauses of all hits; false where they are all the same, or nobody can tell.
  bool find_clauses(rules::Matcher* matcher, const rules::Hits& hits, sentiment::Language language);
  void find_places(rules::Matcher* matcher, const rules::Hits& hits);
  void score_clauses(rules::Matcher* matcher, sentiment::Language language, BrandScore* out);
  [[nodiscard]] sentiment::Score score_clause(rules::Matcher* matcher, sentiment::Clause clause,
                                              sentiment::Language language);
  // The field in which the tokens of the clause lie, and their places there.
  [[nodiscard]] std::pair<rules::Field, sentiment::Clause> in_field(sentiment::Clause clause) const;

  sentiment::Scorer scorer_;
  sentiment::Text text_;
  rules::Field field_ = rules::Field::text;  // the only one; the last where there are two
  std::uint32_t title_tokens_ = 0;           // before it
  std::vector<BrandScore> scores_;
  std::vector<rules::Span> spans_;
  std::vector<rules::Span> whole_;

  // Scratch.
  std::string original_;
  std::string folded_;
  std::vector<Token> tokens_;
  std::vector<Place> places_;
  std::vector<std::uint32_t> others_;
  // The clauses of a hit, by hit; each scored once.
  struct HitClauses {
    std::uint32_t first = 0;
    std::uint32_t count = 0;
  };
  std::vector<HitClauses> of_hits_;
  std::vector<sentiment::Clause> clauses_;
  std::vector<std::pair<sentiment::Clause, sentiment::Score>> scored_;
};

}  // namespace vigie
