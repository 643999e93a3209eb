// Evaluates the program of a rule against one post.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/mention.h"
#include "rules/places.h"
#include "rules/post_text.h"
#include "rules/rule_set.h"
#include "rules/rules.h"
#include "rules/surface.h"

namespace vigie::rules {

// Where a regex may match in a part, by what the guard has found there.
struct RegexPlace {
  std::uint32_t regex = 0;
  std::uint32_t part = 0;
  RegexSet::Within within;
  [[nodiscard]] std::pair<std::uint32_t, std::uint32_t> key() const { return {regex, part}; }
};

// One thread; scratch memory is used again. Between start() calls the post, its texts and what was
// found in them stay as they are.
class Evaluator {
 public:
  // `scan_all`: terms are looked for in every token, and the table is not used.
  Evaluator(const RuleSet* rules, bool scan_all) : rules_(rules), scan_all_(scan_all) {}

  // `regexes`: sorted by key(); what is not in it may be anywhere.
  void start(const Mention& mention, const PostText& text, TokenTable* tokens,
             std::span<const RegexPlace> regexes = {});

  enum class Verdict : std::uint8_t { no, yes, failed };  // failed: over its budget
  // REQUIRES: the rule has a program.
  Verdict evaluate(const Rule& rule);

  // Asks for what evaluate() will read first.
  void prefetch(const Rule& rule) const {
    const std::uint32_t* probe = rules_->probes.data() + rule.first;
    __builtin_prefetch(probe);
    __builtin_prefetch(probe + 16);
  }

  // Whether one operation holds by itself. Errors end as for evaluate(): see failed().
  bool holds(std::uint32_t op);
  // Appends the places of the terms below an operation that make it hold.
  void collect(std::uint32_t op, std::vector<Span>* spans);
  [[nodiscard]] bool failed() const { return failed_; }
  // Gives a query its budget again.
  void refill();

  // Appends the places of a plain term, found without the index.
  void find_plain(const PlainTerm& term, std::vector<Span>* spans);

 private:
  using Places = std::vector<Place>;

  [[nodiscard]] Span span_of(const Place& place) const;

  bool spend(std::size_t steps);
  // False: the rule cannot match; its program need not be looked at.
  [[nodiscard]] bool passes(const Rule& rule);
  [[nodiscard]] RegexSet::Within within(std::uint32_t regex, std::uint32_t part) const;
  // False: a term that must be there is not.
  [[nodiscard]] bool may_hold(const Op& op) const;
  // Whether the operation is a term of which some word is not in the post.
  [[nodiscard]] bool is_absent(const Op& op) const {
    return op.kind == Node::Kind::term && op.count != 0 && !scan_all_ &&
           !tokens_->may_have(op.low) && !tokens_->may_have(op.high);
  }
  // Replaces *out with the places of an operation in these fields, sorted and unique; all of them,
  // or where `one` is set one of them. A term, or what phrases, NEAR and OR make of terms.
  void find(std::uint32_t op, FieldMask fields, bool one, Places* out);
  void find_any(const Op& op, FieldMask fields, bool one, Places* out);
  void find_near(const Op& op, FieldMask fields, bool one, Places* out);
  void find_sequence(const Op& op, FieldMask fields, Places* out);
  void find_window(const Op& op, FieldMask fields, bool one, Places* out);
  bool extend_window(const Op& op, std::size_t first_side, bool one, Places* out);
  bool holds_count(const Op& op);

  void find_term(std::uint32_t term, FieldMask fields, bool one, Places* out);
  void find_words(const CompiledTerm& term, FieldMask fields, bool one, Places* out);
  // Appends the place of a hashtag where the token is these words, joined.
  void add_joined(std::string_view words, FieldMask fields, std::uint32_t part, std::uint32_t token,
                  Places* out) const;
  void scan_words(const CompiledTerm& term, FieldMask fields, Places* out);
  void scan_part(const CompiledTerm& term, std::uint32_t part, Places* out);
  void find_pattern(const CompiledTerm& term, FieldMask fields, bool one, Places* out);
  void find_author(const CompiledTerm& term, Places* out);
  void find_regex(std::uint32_t number, FieldMask fields, bool one, Places* out);
  void find_raw_signs(const CompiledTerm& term, FieldMask fields, bool one, Places* out);
  bool accepts(const CompiledTerm& term, FieldMask fields, std::uint32_t part, std::uint32_t first,
               std::uint32_t last);
  bool is_written(const CompiledTerm& term, std::uint32_t part, std::uint32_t first,
                  std::uint32_t last);
  [[nodiscard]] Place place_of_hashtag(std::uint32_t part, std::uint32_t token) const;
  [[nodiscard]] Place place_of(const CompiledTerm& term, std::uint32_t part, std::uint32_t first,
                               std::uint32_t last) const;
  [[nodiscard]] Place place_of_bytes(std::uint32_t part, std::uint32_t begin, std::uint32_t end,
                                     bool as_written) const;
  [[nodiscard]] Place joined(const Place& a, const Place& b) const;

  // Places in use by the calls that are open: memory that is used again.
  Places* lend();
  void give_back();
  class Loan {
   public:
    explicit Loan(Evaluator* of) : of_(of), places_(of->lend()) {}
    ~Loan() { of_->give_back(); }
    Loan(const Loan&) = delete;
    Loan& operator=(const Loan&) = delete;
    [[nodiscard]] Places* get() const { return places_; }

   private:
    Evaluator* of_;
    Places* places_;
  };

  const RuleSet* rules_;
  bool scan_all_;
  const Mention* mention_ = nullptr;
  const PostText* text_ = nullptr;
  TokenTable* tokens_ = nullptr;
  std::span<const RegexPlace> regexes_found_;
  std::uint32_t steps_left_ = 0;       // of the query
  std::uint32_t post_steps_left_ = 0;  // of all queries of this post
  bool failed_ = false;
  std::vector<std::unique_ptr<Places>> lent_;
  std::size_t lent_count_ = 0;
  std::vector<Place> chosen_;  // by find_window()
  std::vector<Stretch> matches_;
  // The regex that was tried last on this post, and all that it found.
  std::uint32_t regex_ = kNone;
  FieldMask regex_fields_ = 0;
  Places regex_places_;
  SurfaceScratch surface_;
};

}  // namespace vigie::rules
