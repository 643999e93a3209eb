// Why a brand was found in a post, or was not: the clauses of its query, each evaluated by itself.
#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/base/text.h"
#include "rules/matcher_scratch.h"
#include "rules/query_lexer.h"

namespace vigie::rules {
namespace {

constexpr std::size_t kGuardTermsShown = 8;

std::string_view sign_of(Sigil sigil) {
  switch (sigil) {
    case Sigil::none: return "";
    case Sigil::hashtag: return "#";
    case Sigil::handle: return "@";
    case Sigil::cashtag: return "$";
  }
  return "";
}

std::string text_of(const RuleSet& rules, const PlainTerm& term) {
  return cat(sign_of(term.sigil), std::string_view(rules.pool).substr(term.text, term.bytes));
}

std::string text_of(const RuleSet& rules, const CompiledTerm& term) {
  const std::string_view author = term.whole ? "author:" : "";
  switch (term.kind) {
    case CompiledTerm::Kind::raw: return cat("raw:\"", rules.surfaces[term.surface].raw, '"');
    case CompiledTerm::Kind::words: {
      std::string words = rules.pool.substr(term.text, term.bytes);
      if (term.sigil == Sigil::cashtag) std::ranges::replace(words, ' ', '.');
      return cat(author, sign_of(term.sigil), words);
    }
    case CompiledTerm::Kind::pattern:
    case CompiledTerm::Kind::author_pattern:
      return cat(author, sign_of(term.sigil), rules.patterns.text(term.id));
    case CompiledTerm::Kind::regex:
      return cat('/', rules.regexes.pattern(term.id), term.as_written ? "/" : "/i");
  }
  return {};
}

std::string either(const std::vector<std::string>& texts) {
  std::string out;
  for (std::size_t i = 0; i < std::min(texts.size(), kGuardTermsShown); ++i) {
    if (!out.empty()) out += " or ";
    out += texts[i];
  }
  if (texts.size() > kGuardTermsShown) out += cat(" or ", texts.size() - kGuardTermsShown, " more");
  return out.empty() ? "nothing" : out;
}

std::string guard_of(const RuleSet& rules, std::uint32_t number) {
  const Rule& rule = rules.rules[number];
  std::vector<std::string> texts;
  if (rule.plain) {
    for (std::uint32_t i = 0; i < rule.count; ++i) {
      texts.push_back(text_of(rules, rules.plain_terms[rule.first + i]));
    }
    return either(texts);
  }
  if (std::ranges::binary_search(rules.always, number)) return "every post";
  for (const std::uint32_t term : rules.notes_of(rule).guard) {
    texts.push_back(text_of(rules, rules.terms[term]));
  }
  return either(texts);
}

// What a post has instead of what was asked for, where that can be said in a word.
std::string found_instead(const Attribute& attribute, const Mention& mention) {
  const auto value = [](std::string_view name, std::string_view text) {
    return text.empty() ? cat("the post says nothing about its ", name)
                        : cat("its ", name, " is '", text, "'");
  };
  const auto number = [](std::string_view name, const Count& count) {
    return count ? cat("its number of ", name, " is ", *count)
                 : cat("its number of ", name, " is unknown");
  };
  switch (attribute.kind) {
    case Attribute::Kind::platform: return value("platform", mention.platform);
    case Attribute::Kind::language: return value("language", mention.lang);
    case Attribute::Kind::kind:
    case Attribute::Kind::original: return value("kind", to_text(mention.kind));
    case Attribute::Kind::site:
    case Attribute::Kind::url: return value("address", mention.url);
    case Attribute::Kind::country: return value("country", country_of(mention));
    case Attribute::Kind::channel: return value("channel", mention.channel.name);
    case Attribute::Kind::number: break;
    default: return {};
  }
  switch (attribute.number) {
    case Attribute::Number::followers: return number("followers", mention.author.followers);
    case Attribute::Number::views: return number("views", mention.metrics.views);
    case Attribute::Number::shares: return number("shares", mention.metrics.shares);
    case Attribute::Number::likes: return number("likes", mention.metrics.likes);
    case Attribute::Number::comments: return number("comments", mention.metrics.comments);
    case Attribute::Number::rating: break;
  }
  return mention.rating ? cat("its rating is ", mention.rating->value) : "it has no rating";
}

// The fields in whose parentheses the parts of a query stand, by the places of these.
std::map<std::uint32_t, std::string> fields_in(std::string_view query) {
  std::map<std::uint32_t, std::string> out;
  std::vector<std::string> open;
  std::string before;
  QueryLexer lexer(query);
  for (Lexeme lexeme = lexer.next(); lexeme.kind != Lexeme::Kind::end; lexeme = lexer.next()) {
    if (!open.empty() && !open.back().empty()) out.emplace(lexeme.first, open.back());
    if (lexeme.kind == Lexeme::Kind::broken) break;
    if (lexeme.kind == Lexeme::Kind::open) {
      open.push_back((open.empty() ? "" : open.back()) + std::exchange(before, {}));
    } else if (lexeme.kind == Lexeme::Kind::field) {
      before += cat(lexeme.text, ":");
      continue;
    } else if (lexeme.kind == Lexeme::Kind::close && !open.empty()) {
      open.pop_back();
    }
    before.clear();
  }
  return out;
}

// Remarks within quotes are none.
std::string without_remarks(std::string_view query) {
  std::string out;
  bool quoted = false;
  while (!query.empty()) {
    const std::size_t end = query.starts_with("<<<") && !quoted ? query.find(">>>") : 0;
    if (end == 0 || end == std::string_view::npos) {
      quoted = quoted != (query[0] == '"');
      out += query[0];
      query.remove_prefix(1);
    } else {
      query.remove_prefix(end + 3);
    }
  }
  return out;
}

class Explainer {
 public:
  Explainer(const RuleSet& rules, Evaluator* evaluator, const Mention& mention)
      : rules_(rules), evaluator_(evaluator), mention_(mention) {}

  Clause of_rule(std::uint32_t number) {
    const Rule& rule = rules_.rules[number];
    if (!rule.plain) {
      source_ = rules_.notes_of(rule).source;
      fields_ = fields_in(source_);
      return of_op(rule.count, false);
    }
    Clause out;
    for (std::uint32_t i = 0; i < rule.count; ++i) {
      const PlainTerm& term = rules_.plain_terms[rule.first + i];
      Clause& part = out.parts.emplace_back();
      part.text = text_of(rules_, term);
      evaluator_->find_plain(term, &part.spans);
      part.matched = !part.spans.empty();
      out.matched = out.matched || part.matched;
    }
    if (out.parts.size() == 1) {
      Clause only = std::move(out.parts[0]);
      return only;
    }
    out.text = "any of its terms";
    return out;
  }

 private:
  [[nodiscard]] std::string written(std::uint32_t index) const {
    const Op& op = rules_.ops[index];
    const OpSource& source = rules_.sources[index];
    if (source.count != 0) {
      const std::string text = without_remarks(source_.substr(source.first, source.count));
      const bool leaf = op.kind == Node::Kind::term || op.kind == Node::Kind::attribute;
      const auto field = fields_.find(source.first);
      return leaf && field != fields_.end() ? field->second + text : text;
    }
    switch (op.kind) {
      case Node::Kind::term: return text_of(rules_, rules_.terms[op.first]);
      case Node::Kind::none: return "none of its exclusions";
      case Node::Kind::all: return "one of its terms and none of its exclusions";
      default: return "any of its terms";
    }
  }

  Clause of_op(std::uint32_t index, bool negative) {
    const Op& op = rules_.ops[index];
    Clause out;
    out.text = written(index);
    out.negative = negative;
    evaluator_->refill();
    out.matched = evaluator_->holds(index);
    const bool has_parts = op.kind != Node::Kind::term && op.kind != Node::Kind::attribute;
    if (op.kind == Node::Kind::attribute && !out.matched) {
      out.reason = found_instead(rules_.attributes[op.first], mention_);
    }
    if (out.matched && op.kind != Node::Kind::none) evaluator_->collect(index, &out.spans);
    std::ranges::sort(out.spans);
    const auto repeated = std::ranges::unique(out.spans);
    out.spans.erase(repeated.begin(), repeated.end());
    if (!has_parts) return out;
    std::vector<std::uint32_t> children(op.count);
    std::iota(children.begin(), children.end(), op.first);
    std::ranges::stable_sort(children, {},
                             [&](std::uint32_t child) { return rules_.sources[child].first; });
    for (const std::uint32_t child : children) {
      out.parts.push_back(of_op(child, negative != (op.kind == Node::Kind::none)));
    }
    return out;
  }

  const RuleSet& rules_;
  Evaluator* evaluator_;
  const Mention& mention_;
  std::string source_;
  std::map<std::uint32_t, std::string> fields_;  // "author:" of what stands in author:( )
};

// The text of the smallest clause from which the outcome follows.
std::string_view deciding(const Clause& clause) {
  const bool is_not = clause.parts.size() == 1 && clause.parts[0].negative != clause.negative;
  if (is_not) return clause.matched ? clause.text : deciding(clause.parts[0]);
  const auto matched = [](const Clause& part) { return part.matched; };
  const bool every = std::ranges::all_of(clause.parts, matched);
  const bool any = std::ranges::any_of(clause.parts, matched);
  if (clause.parts.empty() || every || !any) return clause.text;
  // One side of an OR that holds, or of an AND that does not.
  return deciding(*std::ranges::find(clause.parts, clause.matched, &Clause::matched));
}

}  // namespace

std::vector<Explanation> Matcher::explain(const Mention& mention,
                                          std::optional<std::uint32_t> brand) {
  Scratch& scratch = *scratch_;
  const RuleSet& rules = *scratch.rules;
  Hits hits;
  scratch.read(mention, true);
  const auto start = [&] {
    scratch.evaluator.start(mention, *scratch.text, &scratch.tokens);
    scratch.tokens.finish(*scratch.text);
  };
  start();
  scratch.evaluate();
  scratch.collect(&hits);
  Explainer explainer(rules, &scratch.evaluator, mention);
  std::vector<std::string> segments;
  for (std::size_t i = 0; i < rules.segments; ++i) {
    if ((hits.segments >> i & 1) != 0) segments.push_back(rules.questions->names[i]);
  }
  std::vector<std::string> crises;
  for (std::uint32_t i = rules.first_crisis; i < rules.end_crisis; ++i) {
    if ((hits.crises >> (i - rules.first_crisis) & 1) != 0) {
      crises.push_back(rules.questions->names[i]);
    }
  }
  std::vector<Explanation> out;
  for (std::uint32_t place = 0; place < rules.names.size(); ++place) {
    if (brand && *brand != place) continue;
    // Each has the budget of a post: of many brands the last would find none left.
    start();
    Explanation& one = out.emplace_back();
    one.brand = place;
    const auto hit = std::ranges::find(hits.hits, rules.ids[place], &Hit::brand);
    one.matched = hit != hits.hits.end();
    if (one.matched) {
      one.media = hit->media;
      one.addressed = hit->addressed;
      one.segments = segments;
      one.crises = crises;
    }
    for (std::uint32_t i = rules.rules_of(place); i < rules.rules_of(place + 1); ++i) {
      const Rule& rule = rules.rules[i];
      const bool plain = std::ranges::find(scratch.occurrences, i, &Scratch::Occurrence::rule) !=
                         scratch.occurrences.end();
      one.woken = one.woken || plain || std::ranges::find(scratch.woken, i) != scratch.woken.end();
      one.failed = one.failed || std::ranges::find(scratch.failed, i) != scratch.failed.end();
      if (rule.role == Rule::Role::query) {
        one.guard = guard_of(rules, i);
        one.query = explainer.of_rule(i);
        one.decided_by = deciding(one.query);
      }
      if (rule.role == Rule::Role::shadow) one.shadow = explainer.of_rule(i);
      if (rule.role != Rule::Role::campaign || !one.matched) continue;
      const std::string& name = rules.campaigns[rules.first_campaign[place] + rule.item].name;
      if ((hit->campaigns >> rule.item & 1) != 0) one.campaigns.push_back(name);
      if ((hit->rejected >> rule.item & 1) != 0) one.rejected.push_back(name);
    }
  }
  return out;
}

std::vector<SeenToken> Matcher::seen() const {
  const Scratch& scratch = *scratch_;
  auto& first_words = scratch_->first_words;
  if (first_words.empty()) {
    for (const CompiledTerm& term : scratch.rules->terms) {
      if (term.bytes != 0) first_words.insert(term.hash);
    }
  }
  std::vector<SeenToken> out;
  for (std::uint32_t part = 0; part < scratch.text->size(); ++part) {
    const TextPart& text = (*scratch.text)[part];
    if (text.parent != kNoPart) continue;
    for (std::uint32_t i = 0; i < text.all().size(); ++i) {
      out.push_back({scratch.text->span(part, i, i, false), std::string(text.word(i)),
                     first_words.contains(text.all()[i].hash) ||
                         scratch.rules->index.begins_term(text.folded, text.all()[i])});
    }
  }
  return out;
}

std::vector<CostEstimate> estimate_costs(const RuleSet& rules) {
  constexpr double kPlainNanoseconds = 30;  // what finding a plain term costs
  std::vector<CostEstimate> out(rules.names.size());
  for (std::uint32_t place = 0; place < rules.names.size(); ++place) {
    CostEstimate& cost = out[place];
    for (std::uint32_t i = rules.rules_of(place); i < rules.rules_of(place + 1); ++i) {
      const Rule& rule = rules.rules[i];
      if (rule.role == Rule::Role::query) cost.guard = guard_of(rules, i);
      if (rule.role == Rule::Role::guideline) continue;
      const double woken = rule.plain ? 0.001 * rule.count : rules.notes_of(rule).woken;
      const double each = rule.plain ? kPlainNanoseconds : rules.notes_of(rule).cost;
      cost.woken_per_1000 += 1000 * std::min(woken, 1.0);
      cost.nanoseconds += std::min(woken, 1.0) * each;
    }
  }
  return out;
}

}  // namespace vigie::rules
