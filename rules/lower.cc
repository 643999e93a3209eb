#include "rules/lower.h"

#include <algorithm>
#include <numeric>

#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "rules/query_words.h"
#include "rules/surface.h"

namespace vigie::rules {
namespace {

// How costly an operation is to evaluate: what is cheap is tried first.
int cost_class(const Op& op, std::span<const CompiledTerm> terms) {
  switch (op.kind) {
    case Node::Kind::attribute: return 0;
    case Node::Kind::term:
      switch (terms[op.first].kind) {
        case CompiledTerm::Kind::words:
        case CompiledTerm::Kind::raw: return 1;
        case CompiledTerm::Kind::pattern:
        case CompiledTerm::Kind::author_pattern: return 3;
        case CompiledTerm::Kind::regex: return 5;
      }
      return 1;
    case Node::Kind::all:
    case Node::Kind::any: return 1;
    case Node::Kind::none: return 2;
    case Node::Kind::near:
    case Node::Kind::window:
    case Node::Kind::sequence:
    case Node::Kind::count: return 4;
  }
  return 5;
}

FieldMask fields_of(const Term& term) {
  switch (term.scope) {
    case Scope::anywhere: return term.kind == Term::Kind::raw ? kTextFields : kAnyField;
    case Scope::title: return mask_of(Field::title);
    case Scope::author: return mask_of(Field::author);
  }
  return kAnyField;
}

}  // namespace

std::optional<Lowering::Pooled> Lowering::pool(std::string_view text) {
  fold_scalar(text, &folded_);
  tokenise_scalar(folded_, rules_->seed, &tokens_);
  if (tokens_.all().empty()) return std::nullopt;
  Pooled out;
  out.text = static_cast<std::uint32_t>(rules_->pool.size());
  for (const Token& token : tokens_.all()) {
    if (rules_->pool.size() != out.text) rules_->pool.push_back(' ');
    rules_->pool.append(folded_.view().substr(token.begin, token.end - token.begin));
  }
  out.bytes = static_cast<std::uint16_t>(rules_->pool.size() - out.text);
  out.is_phrase = tokens_.all().size() > 1;
  return out;
}

void Lowering::index(const Pooled& term, const Posting& posting, bool in_hashtags) {
  TokenIndex::Term one;
  one.text = term.text;
  one.bytes = term.bytes;
  one.in_hashtags = in_hashtags;
  one.posting = posting;
  index_terms_.push_back(one);
  rules_->looks_into_hashtags = rules_->looks_into_hashtags || in_hashtags;
  rules_->looks_at_tokens = true;
}

std::uint64_t Lowering::hash_of(std::string_view word) const {
  std::string padded(word);
  padded.append(kShortTokenBytes, '\0');
  return token_hash(padded.data(), word.size(), rules_->seed);
}

// Words, a raw text, or nothing that could be found by its words.
void Lowering::add_words(const Term& term, CompiledTerm* out) {
  const std::optional<Pooled> pooled = pool(term.text);
  if (!pooled) {
    CHECK(term.kind == Term::Kind::raw);  // the parser refuses the others
    return;
  }
  out->text = pooled->text;
  out->bytes = pooled->bytes;
  out->in_hashtags = pooled->is_phrase && term.kind == Term::Kind::words &&
                     term.sigil == Sigil::none && term.scope == Scope::anywhere &&
                     !term.match_case && !term.match_accents && !term.no_hashtag;
  rules_->looks_into_hashtags = rules_->looks_into_hashtags || out->in_hashtags;
  std::string words = rules_->pool.substr(out->text, out->bytes);
  out->hash = hash_of(std::string_view(words).substr(0, words.find(' ')));
  std::erase(words, ' ');
  out->joined = out->in_hashtags ? hash_of(words) : out->hash;
}

void Lowering::add_pattern(const Term& term, CompiledTerm* out) {
  FoldedText folded;
  fold_scalar(term.text, &folded);
  std::string text(folded.view());
  if (term.scope == Scope::author) {
    out->kind = CompiledTerm::Kind::author_pattern;
  } else {
    std::erase(text, ' ');  // around characters that are words of their own
  }
  const bool typo = term.kind == Term::Kind::typo;
  if (typo) text = folded_words(term.text);
  const auto [known, added] =
      pattern_numbers_.try_emplace({text, typo}, static_cast<std::uint32_t>(patterns_.size()));
  if (added) patterns_.push_back({text, typo, false, 0, {}});
  out->id = known->second;
}

void Lowering::add_regex(const Term& term, CompiledTerm* out) {
  out->as_written = !term.fold_text;
  const auto [known, added] = regex_numbers_.try_emplace({term.text, out->as_written}, 0);
  if (added) {
    const auto on = term.fold_text ? RegexSet::On::folded : RegexSet::On::written;
    const Result<RegexSet::Added> regex = rules_->regexes.add(term.text, on);
    CHECK(regex.has_value());  // checked by the parser
    known->second = regex->regex;
    regex_expensive_.push_back(regex->expensive);
    rules_->regex_rules.emplace_back();
  }
  out->id = known->second;
}

// The forms that the words of a term must have where its writing counts.
void Lowering::add_surface(const Term& term, CompiledTerm* out) {
  if (!term.match_case && !term.match_accents && term.kind != Term::Kind::raw) return;
  Surface surface;
  surface.match_case = term.match_case;
  surface.match_accents = term.match_accents;
  const SurfaceForm form{term.match_case, term.match_accents};
  SurfaceScratch scratch;
  if (term.kind == Term::Kind::raw) {
    surface.raw = term.text;
    fold_scalar(term.text, &folded_);
    tokenise_scalar(folded_, rules_->seed, &tokens_);
    if (!tokens_.all().empty()) {
      const Token& first = tokens_.all()[0];
      surface.raw_before = folded_.original(term.text, first.begin, first.end).first;
    }
  } else if (term.kind == Term::Kind::pattern) {
    surface.forms.emplace_back(written_form(term.text, form, &scratch));
  } else if (term.kind == Term::Kind::words) {
    fold_scalar(term.text, &folded_);
    tokenise_scalar(folded_, rules_->seed, &tokens_);
    for (const Token& token : tokens_.all()) {
      const Stretch at = folded_.original(term.text, token.begin, token.end);
      surface.forms.emplace_back(
          written_form(std::string_view(term.text).substr(at.first, at.count), form, &scratch));
    }
  }
  out->surface = static_cast<std::uint32_t>(rules_->surfaces.size());
  rules_->surfaces.push_back(std::move(surface));
}

std::uint32_t Lowering::add_term(const Query& query, const Node& node) {
  const Term& term = query.terms[node.index];
  CompiledTerm out;
  out.sigil = term.sigil;
  out.fields = fields_of(term);
  out.no_hashtag = term.no_hashtag;
  out.whole = term.scope == Scope::author;
  rules_->looks_at_authors = rules_->looks_at_authors || out.whole;
  rules_->looks_at_tokens = rules_->looks_at_tokens || term.kind != Term::Kind::regex;
  switch (term.kind) {
    case Term::Kind::words: add_words(term, &out); break;
    case Term::Kind::pattern:
    case Term::Kind::typo:
      out.kind = CompiledTerm::Kind::pattern;
      add_pattern(term, &out);
      break;
    case Term::Kind::regex:
      out.kind = CompiledTerm::Kind::regex;
      add_regex(term, &out);
      break;
    case Term::Kind::raw:
      out.kind = CompiledTerm::Kind::raw;
      add_words(term, &out);
      break;
  }
  add_surface(term, &out);
  rules_->terms.push_back(out);
  return static_cast<std::uint32_t>(rules_->terms.size() - 1);
}

// Of an AND, what holds most seldom comes first; of an OR, what holds most often.
void Lowering::sort_children(const Op& parent) {
  struct Child {
    int cost = 0;
    double order = 0;
    Op op;
    OpSource source;
  };
  std::vector<Child> children;
  for (std::uint32_t i = parent.first; i < parent.first + parent.count; ++i) {
    const double part = guarded_part(rules_->ops[i]).value_or(1);
    children.push_back({cost_class(rules_->ops[i], rules_->terms),
                        parent.kind == Node::Kind::all ? part : -part, rules_->ops[i],
                        rules_->sources[i]});
  }
  std::ranges::stable_sort(children, {},
                           [](const Child& child) { return std::pair(child.cost, child.order); });
  for (std::uint32_t i = 0; i < parent.count; ++i) {
    rules_->ops[parent.first + i] = children[i].op;
    rules_->sources[parent.first + i] = children[i].source;
  }
}

// A node with several parents is lowered once: its children are shared.
void Lowering::lower(const Query& query, NodeIndex index, std::uint32_t at) {
  const Node& node = query.at(index);
  rules_->sources[at] = {node.first, node.count};
  if (const auto known = lowered_.find(index); known != lowered_.end()) {
    rules_->ops[at] = known->second;
    return;
  }
  Op op;
  op.kind = node.kind;
  op.in_order = node.in_order;
  op.distance = static_cast<std::uint16_t>(node.distance);
  op.low = node.low;
  op.high = node.high;
  if (node.kind == Node::Kind::term) {
    op.first = add_term(query, node);
    const CompiledTerm& term = rules_->terms[op.first];
    op.count = term.bytes != 0 ? 1 : 0;
    op.low = static_cast<std::uint32_t>(term.hash);
    op.high = static_cast<std::uint32_t>(term.joined);
  } else if (node.kind == Node::Kind::attribute) {
    op.first = static_cast<std::uint32_t>(rules_->attributes.size());
    rules_->attributes.push_back(query.attributes[node.index]);
  } else {
    const bool measures = node.kind == Node::Kind::near || node.kind == Node::Kind::sequence ||
                          node.kind == Node::Kind::window;
    rules_->looks_at_tokens = rules_->looks_at_tokens || measures;
    op.first = static_cast<std::uint32_t>(rules_->ops.size());
    op.count = static_cast<std::uint32_t>(node.children.size());
    rules_->ops.resize(rules_->ops.size() + op.count);
    rules_->sources.resize(rules_->ops.size());
    for (std::uint32_t i = 0; i < op.count; ++i) lower(query, node.children[i], op.first + i);
    if (node.kind == Node::Kind::all || node.kind == Node::Kind::any) sort_children(op);
  }
  rules_->ops[at] = op;
  lowered_[index] = op;
}

void Lowering::wake(std::uint32_t number, std::uint32_t rule) {
  const CompiledTerm& term = rules_->terms[number];
  switch (term.kind) {
    case CompiledTerm::Kind::words:
    case CompiledTerm::Kind::raw: {
      Posting posting;
      posting.rule = rule;
      posting.sigil = term.sigil;
      posting.wakes = true;
      posting.author = term.whole;
      const bool is_phrase = term.in_hashtags;
      return index({term.text, static_cast<std::uint16_t>(term.bytes), is_phrase}, posting,
                   is_phrase);
    }
    case CompiledTerm::Kind::pattern:
    case CompiledTerm::Kind::author_pattern:
      patterns_[term.id].wakes = true;
      patterns_[term.id].rules.push_back(rule);
      return;
    case CompiledTerm::Kind::regex:
      rules_->regexes.look_for(term.id);
      rules_->regex_rules[term.id].push_back(rule);
      return;
  }
}

void Lowering::add_program(const Query& query, Rule rule, bool wakes,
                           std::vector<LoweringFault>* warnings) {
  lowered_.clear();
  parts_.clear();
  costs_.clear();
  const auto number = static_cast<std::uint32_t>(rules_->rules.size());
  rule.first = static_cast<std::uint32_t>(rules_->probes.size());
  rule.count = static_cast<std::uint32_t>(rules_->ops.size());
  rules_->ops.emplace_back();
  rules_->sources.emplace_back();
  lower(query, query.root, rule.count);
  RuleNotes& notes = rules_->notes.emplace_back();
  notes.source = query.source;
  const Op& root = rules_->ops[rule.count];
  notes.cost = cost_of(root);
  rules_->rules.push_back(rule);
  const std::optional<double> part = wakes ? guarded_part(root) : std::nullopt;
  if (part) {
    std::set<std::uint32_t> taken;
    append_guard(root, &taken, &notes.guard);
    for (const std::uint32_t term : notes.guard) wake(term, number);
    notes.woken = std::min(*part, 1.0);
  } else if (wakes) {
    rules_->always.push_back(number);
    warnings->push_back({query.root,
                         "it is evaluated for every post, which is expensive: no word in it must "
                         "be there; add one with AND"});
  }
  add_probe(rule, notes.guard);
}

void Lowering::finish() {
  RuleSet& rules = *rules_;
  const std::size_t bytes = rules.pool.size();
  rules.pool.append(kFoldPaddingBytes, '\0');
  rules.pool.shrink_to_fit();
  rules.index =
      TokenIndex::build(std::string_view(rules.pool).substr(0, bytes), index_terms_, rules.seed);
  for (PendingPattern& pattern : patterns_) {
    pattern.number = pattern.typo ? rules.patterns.add_typo(pattern.text, pattern.wakes)
                                  : rules.patterns.add_wildcard(pattern.text, pattern.wakes);
    rules.pattern_rules.push_back(std::move(pattern.rules));
  }
  rules.patterns.finish();
  rules.regexes.finish();
  for (CompiledTerm& term : rules.terms) {
    const bool pattern =
        term.kind == CompiledTerm::Kind::pattern || term.kind == CompiledTerm::Kind::author_pattern;
    if (pattern) term.id = patterns_[term.id].number;
  }
}

}  // namespace vigie::rules
