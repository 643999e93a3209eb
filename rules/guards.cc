// What wakes a rule, and what must be there besides: the part of lowering that weighs terms.
#include <algorithm>
#include <array>
#include <set>
#include <span>
#include <utility>

#include "rules/common_words.h"
#include "rules/lower.h"

namespace vigie::rules {
namespace {

// In what part of the posts a word is. Rough: it only has to tell rare words from common ones.
double part_with_word(std::string_view word) {
  switch (frequency_of(word)) {
    case Frequency::very_common: return 0.3;
    case Frequency::everyday: return 0.02;
    case Frequency::rare: break;
  }
  constexpr std::array kByLength{0.05, 0.05, 0.03, 0.02, 0.01, 0.004, 0.002, 0.001};
  return kByLength[std::min(word.size(), kByLength.size() - 1)];
}

double part_with_words(std::string_view words) {
  double part = 1;
  std::size_t count = 0;
  while (!words.empty()) {
    const std::string_view word = words.substr(0, words.find(' '));
    part = std::min(part, part_with_word(word));
    words.remove_prefix(std::min(words.size(), word.size() + 1));
    ++count;
  }
  for (; count > 1; --count) part /= 10;
  return part;
}

}  // namespace

// In what part of the posts the term is, or nothing where it cannot wake a rule.
std::optional<double> Lowering::part_with(std::uint32_t number) const {
  const CompiledTerm& term = rules_->terms[number];
  const double rarer = term.sigil == Sigil::none ? 1 : 0.05;
  switch (term.kind) {
    case CompiledTerm::Kind::words:
      if (term.whole) return 1e-4;
      return rarer * part_with_words(std::string_view(rules_->pool).substr(term.text, term.bytes));
    case CompiledTerm::Kind::raw:
      if (term.bytes == 0) return std::nullopt;
      return part_with_words(std::string_view(rules_->pool).substr(term.text, term.bytes));
    case CompiledTerm::Kind::pattern: {
      const PendingPattern& pattern = patterns_[term.id];
      if (pattern.typo) return 0.003;
      if (!PatternIndex::has_anchor(pattern.text)) return std::nullopt;
      return rarer * (pattern.text.find_first_of("*?") >= 4 ? 0.01 : 0.05);
    }
    case CompiledTerm::Kind::author_pattern: return std::nullopt;
    case CompiledTerm::Kind::regex:
      if (regex_expensive_[term.id]) return std::nullopt;
      return 0.02;
  }
  return std::nullopt;
}

// The part of the posts in which a guard of the operation is; nothing where it has none. The
// children of an operation may be those of many others, which AND beside NEAR makes: they are
// weighed once.
std::optional<double> Lowering::guarded_part(const Op& op) {
  if (op.kind == Node::Kind::none || op.kind == Node::Kind::attribute) return std::nullopt;
  if (op.kind == Node::Kind::term) return part_with(op.first);
  if (op.count == 0) return 0;
  const auto [known, added] = parts_.try_emplace(op.first);
  if (!added) return known->second;
  std::optional<double> part;
  if (op.kind == Node::Kind::any) {
    part = 0;
    for (std::uint32_t i = 0; i < op.count && part; ++i) {
      const std::optional<double> one = guarded_part(rules_->ops[op.first + i]);
      part = one ? std::optional(*part + *one) : std::nullopt;
    }
  } else if (const std::optional<std::uint32_t> child = rarest(op)) {
    part = guarded_part(rules_->ops[*child]);
  }
  parts_[op.first] = part;
  return part;
}

// The child whose guard is in the fewest posts, where one has a guard.
std::optional<std::uint32_t> Lowering::rarest(const Op& op) {
  std::optional<std::uint32_t> best;
  double least = 0;
  for (std::uint32_t i = op.first; i < op.first + op.count; ++i) {
    const std::optional<double> part = guarded_part(rules_->ops[i]);
    if (!part || (best && *part >= least)) continue;
    best = i;
    least = *part;
  }
  return best;
}

// Appends the terms of the guard. REQUIRES: guarded_part() is something. `*taken`: the children
// whose terms are there already.
void Lowering::append_guard(const Op& op, std::set<std::uint32_t>* taken,
                            std::vector<std::uint32_t>* terms) {
  if (op.kind == Node::Kind::term) return terms->push_back(op.first);
  if (op.count == 0 || !taken->insert(op.first).second) return;
  if (op.kind != Node::Kind::any) return append_guard(rules_->ops[*rarest(op)], taken, terms);
  for (std::uint32_t i = 0; i < op.count; ++i) {
    append_guard(rules_->ops[op.first + i], taken, terms);
  }
}

// Nanoseconds, roughly: of a term that is looked up, of one that is tried on every word, and of a
// regex on a post of 254 bytes.
double Lowering::cost_of(const Op& op) {
  double cost = 10;
  if (op.kind == Node::Kind::term) {
    const CompiledTerm::Kind kind = rules_->terms[op.first].kind;
    if (kind == CompiledTerm::Kind::pattern) cost += 150;
    if (kind == CompiledTerm::Kind::regex) cost += 400;
    return cost;
  }
  if (op.kind == Node::Kind::attribute || op.count == 0) return cost;
  const auto [known, added] = costs_.try_emplace(op.first);
  if (!added) return known->second;
  for (std::uint32_t i = 0; i < op.count; ++i) cost += cost_of(rules_->ops[op.first + i]);
  costs_[op.first] = cost;
  return cost;
}

// The hashes of a group of terms of which one must be there, or nothing where it has other terms.
std::vector<std::uint32_t> Lowering::hashes_of(const Op& op) const {
  std::vector<std::uint32_t> hashes;
  if (op.kind == Node::Kind::term && op.count != 0) {
    hashes.push_back(op.low);
    if (op.high != op.low) hashes.push_back(op.high);
  }
  if (op.kind != Node::Kind::any) return hashes;
  for (std::uint32_t i = 0; i < op.count; ++i) {
    const std::vector<std::uint32_t> one = hashes_of(rules_->ops[op.first + i]);
    if (one.empty() || hashes.size() > kProbeHashesMax) return {};
    hashes.insert(hashes.end(), one.begin(), one.end());
  }
  return hashes;
}

void Lowering::find_groups(const Op& op, std::vector<Group>* groups) {
  switch (op.kind) {
    case Node::Kind::term:
    case Node::Kind::any: {
      std::vector<std::uint32_t> hashes = hashes_of(op);
      if (hashes.empty() || hashes.size() > kProbeHashesMax) return;
      groups->push_back({guarded_part(op).value_or(1), std::move(hashes)});
      return;
    }
    case Node::Kind::all:
    case Node::Kind::near:
    case Node::Kind::window:
    case Node::Kind::sequence:
    case Node::Kind::count:
      for (std::uint32_t i = 0; i < op.count; ++i) find_groups(rules_->ops[op.first + i], groups);
      return;
    case Node::Kind::none:
    case Node::Kind::attribute: return;
  }
}

// What the guard says already is left out: it is there when a rule is woken.
void Lowering::add_probe(const Rule& rule, std::span<const std::uint32_t> guard) {
  constexpr std::size_t kGroupsMax = 16;
  std::vector<std::uint32_t> known;
  for (const std::uint32_t term : guard) {
    known.push_back(static_cast<std::uint32_t>(rules_->terms[term].hash));
    known.push_back(static_cast<std::uint32_t>(rules_->terms[term].joined));
  }
  std::vector<Group> groups;
  find_groups(rules_->ops[rule.count], &groups);
  std::erase_if(groups, [&](const Group& group) {
    return std::ranges::all_of(group.hashes, [&](std::uint32_t hash) {
      return std::ranges::find(known, hash) != known.end();
    });
  });
  std::ranges::stable_sort(groups, {}, &Group::part);
  groups.resize(std::min(groups.size(), kGroupsMax));
  std::vector<std::uint32_t>& probes = rules_->probes;
  probes.push_back(static_cast<std::uint32_t>(rules_->notes.size() - 1));
  probes.push_back(static_cast<std::uint32_t>(groups.size()));
  for (const Group& group : groups) {
    probes.push_back(static_cast<std::uint32_t>(group.hashes.size()));
    probes.insert(probes.end(), group.hashes.begin(), group.hashes.end());
  }
}

}  // namespace vigie::rules
