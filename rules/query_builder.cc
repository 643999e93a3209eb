#include "rules/query_builder.h"

#include <algorithm>
#include <array>
#include <tuple>
#include <utility>

#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "rules/owned_index.h"
#include "rules/query_words.h"

namespace vigie::rules {
namespace {

constexpr std::size_t kTreeDepthMax = 4 * kQueryDepthMax;  // of nodes, not of parentheses
constexpr std::string_view kCircle = "shared queries call each other in a circle: ";
constexpr std::string_view kNotValid = "the shared query ";
constexpr std::size_t kFaultsMax = 20;  // of one query

std::string lower_ascii(std::string_view text) {
  std::string out(text);
  for (char& c : out) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c | 0x20) : c;
  return out;
}

// Names that are near to one that is not there.
template <class Map>
std::string unknown_name(std::string_view what, std::string_view name, const Map* known) {
  std::vector<std::string_view> names;
  if (known != nullptr) {
    for (const auto& [key, value] : *known) names.push_back(key);
  }
  const std::string_view near = closest(name, names.data(), names.size());
  if (!near.empty()) return cat("there is no ", what, " '", name, "'; did you mean '", near, "'?");
  return cat("there is no ", what, " '", name, "'");
}

// A word of its own for each part of a phrase that white space separates.
std::vector<Term> apart(std::span<const Term> terms) {
  std::vector<Term> out;
  for (const Term& term : terms) {
    std::string_view rest = term.text;
    while (term.kind == Term::Kind::words && rest.find(' ') != std::string_view::npos) {
      Term& one = out.emplace_back(term);
      one.text = rest.substr(0, rest.find(' '));
      rest.remove_prefix(one.text.size() + 1);
    }
    out.emplace_back(term).text = rest;
  }
  std::erase_if(out, [](const Term& term) {
    return term.kind == Term::Kind::words && folded_words(term.text).empty();
  });
  return out;
}

}  // namespace

QueryBuilder::QueryBuilder(std::string_view text, const QueryContext& context,
                           std::vector<QueryFault>* faults)
    : context_(context), faults_(faults) {
  query_.source = text.substr(0, kQueryBytesMax);
}

void QueryBuilder::report(Finding::Severity severity, std::uint32_t first, std::uint32_t count,
                          std::string message) {
  if (faults_->size() >= kFaultsMax && severity == Finding::Severity::warning) return;
  faults_->push_back({severity, first, count, std::move(message)});
}

void QueryBuilder::error(std::uint32_t first, std::uint32_t count, std::string message) {
  report(Finding::Severity::error, first, count, std::move(message));
}

void QueryBuilder::warn(std::uint32_t first, std::uint32_t count, std::string message) {
  if (!place_) report(Finding::Severity::warning, first, count, std::move(message));
}

NodeIndex QueryBuilder::add(Node node) {
  Traits traits;
  for (const NodeIndex child : node.children) {
    const Traits& its = traits_[child];
    traits.depth = std::max(traits.depth, static_cast<std::uint16_t>(its.depth + 1));
    traits.has_none = traits.has_none || its.has_none;
    traits.has_all = traits.has_all || its.has_all;
    traits.has_other = traits.has_other || its.has_other;
  }
  traits.has_none = traits.has_none || node.kind == Node::Kind::none;
  traits.has_all = traits.has_all || node.kind == Node::Kind::all;
  traits.has_other =
      traits.has_other || node.kind == Node::Kind::attribute || node.kind == Node::Kind::count;
  if (place_) {
    node.first = place_->first;
    node.count = place_->count;
  }
  const bool deep = traits.depth > kTreeDepthMax;
  if ((deep || query_.nodes.size() == kQueryNodesMax) && !std::exchange(full_, true)) {
    error(node.first, std::max<std::uint32_t>(node.count, 1),
          deep ? cat("this goes more than ", kTreeDepthMax, " deep; use fewer NEAR in a row")
               : cat("with its lists and shared queries this has more than ", kQueryNodesMax,
                     " parts; split the query"));
  }
  if (full_ && !query_.nodes.empty()) return 0;
  query_.nodes.push_back(std::move(node));
  traits_.push_back(traits);
  return static_cast<NodeIndex>(query_.nodes.size() - 1);
}

NodeIndex QueryBuilder::join(Node::Kind kind, std::vector<NodeIndex> sides) {
  if (sides.size() == 1) return sides[0];
  Node node;
  node.kind = kind;
  std::uint32_t end = 0;
  node.first = UINT32_MAX;
  for (const NodeIndex side : sides) {
    node.first = std::min(node.first, query_.at(side).first);
    end = std::max(end, query_.at(side).first + query_.at(side).count);
  }
  node.count = end - std::min(end, node.first);
  node.children = std::move(sides);
  return add(std::move(node));
}

NodeIndex QueryBuilder::made(Node::Kind kind, std::vector<NodeIndex> children, std::uint32_t first,
                             std::uint32_t count) {
  Node node;
  node.kind = kind;
  node.children = std::move(children);
  node.first = first;
  node.count = count;
  node.made = true;
  return add(std::move(node));
}

void QueryBuilder::place(NodeIndex node, std::uint32_t first, std::uint32_t count) {
  if (place_ || full_) return;
  query_.nodes[node].first = first;
  query_.nodes[node].count = count;
}

NodeIndex QueryBuilder::negate(NodeIndex child, std::uint32_t first, std::uint32_t count) {
  Node node;
  node.kind = Node::Kind::none;
  node.children = {child};
  node.first = first;
  node.count = count;
  return add(std::move(node));
}

// `split` is a node with AND in it: each of its parts is joined to the other side.
Result<NodeIndex> QueryBuilder::distribute(NodeIndex split, NodeIndex other, bool split_is_left,
                                           std::uint32_t distance, bool in_order) {
  const std::vector<NodeIndex> parts = query_.at(split).children;
  const Node::Kind kind = query_.at(split).kind;
  if (kind != Node::Kind::all && kind != Node::Kind::any) {
    return fail(ErrorKind::config, "NEAR takes words, phrases and OR of them on both sides");
  }
  std::vector<NodeIndex> sides;
  for (const NodeIndex part : parts) {
    auto side = split_is_left ? near(part, other, distance, in_order)
                              : near(other, part, distance, in_order);
    if (!side) return side;
    sides.push_back(*side);
  }
  return join(kind, std::move(sides));
}

Result<NodeIndex> QueryBuilder::near(NodeIndex left, NodeIndex right, std::uint32_t distance,
                                     bool in_order) {
  for (const NodeIndex side : {left, right}) {
    if (!traits_[side].has_none && !traits_[side].has_other) continue;
    return fail(ErrorKind::config,
                "NEAR takes words, phrases and OR of them on both sides; write NOT, COUNT and "
                "fields outside of it");
  }
  if (traits_[left].has_all) return distribute(left, right, true, distance, in_order);
  if (traits_[right].has_all) return distribute(right, left, false, distance, in_order);
  const NodeIndex index = join(Node::Kind::near, {left, right});
  query_.nodes[index].distance = distance;
  query_.nodes[index].in_order = in_order;
  return index;
}

NodeIndex QueryBuilder::count(NodeIndex child, std::uint32_t low, std::uint32_t high,
                              std::uint32_t first, std::uint32_t bytes) {
  Node node;
  node.kind = Node::Kind::count;
  node.children = {child};
  node.low = low;
  node.high = high;
  node.first = first;
  node.count = bytes;
  return add(std::move(node));
}

NodeIndex QueryBuilder::term(Term term, std::uint32_t first, std::uint32_t count) {
  Node node;
  node.kind = Node::Kind::term;
  node.index = static_cast<std::uint32_t>(query_.terms.size());
  node.first = first;
  node.count = count;
  if (!full_) query_.terms.push_back(std::move(term));
  return add(std::move(node));
}

NodeIndex QueryBuilder::phrase(std::span<const Term> terms, std::optional<std::uint32_t> tilde,
                               std::uint32_t first, std::uint32_t count) {
  const std::vector<Term> parts =
      tilde ? apart(terms) : std::vector<Term>(terms.begin(), terms.end());
  std::vector<NodeIndex> children;
  children.reserve(parts.size());
  for (const Term& part : parts) children.push_back(term(part, first, count));
  if (children.size() == 1) return children[0];
  Node node;
  node.kind = tilde ? Node::Kind::window : Node::Kind::sequence;
  node.distance = tilde.value_or(0);
  node.children = std::move(children);
  node.first = first;
  node.count = count;
  return add(std::move(node));
}

bool QueryBuilder::is_positional(NodeIndex node) const {
  const Traits& traits = traits_[node];
  return !traits.has_none && !traits.has_all && !traits.has_other;
}

Result<NodeIndex> QueryBuilder::attribute(const QueryField& field, std::string_view value,
                                          std::uint32_t first, std::uint32_t count) {
  Result<Attribute> attribute = attribute_of(field, value);
  if (!attribute) return std::unexpected(attribute.error());
  Node node;
  node.kind = Node::Kind::attribute;
  node.index = static_cast<std::uint32_t>(query_.attributes.size());
  node.first = first;
  node.count = count;
  if (!full_) query_.attributes.push_back(std::move(*attribute));
  return add(std::move(node));
}

Result<NodeIndex> QueryBuilder::field_value(const QueryField& field, std::string_view value,
                                            std::uint32_t first, std::uint32_t count) {
  const auto both = [&](std::string_view one, std::string_view one_value, std::string_view other,
                        Node::Kind kind) -> Result<NodeIndex> {
    auto left = attribute(*find_field(one), one_value, first, count);
    auto right = attribute(*find_field(other), value, first, count);
    if (!left || !right) return left ? right : left;
    return made(kind, {*left, *right}, first, count);
  };
  switch (field.use) {
    case FieldUse::media: return media(value, first, count);
    case FieldUse::list: return listed(value, false, first, count);
    case FieldUse::group: return listed(value, true, first, count);
    case FieldUse::reposts_of: return both("is", "repost", "to", Node::Kind::all);
    case FieldUse::any_url: return both("url", value, "links", Node::Kind::any);
    case FieldUse::attribute:
    case FieldUse::scope:
    case FieldUse::accents:
    case FieldUse::no_hashtag:
    case FieldUse::raw:
    case FieldUse::sigil: break;
  }
  return attribute(field, value, first, count);
}

// Accounts and sites of the brand; nothing at all where it has none.
NodeIndex QueryBuilder::owned(std::uint32_t first, std::uint32_t count) {
  std::vector<NodeIndex> sides;
  const Owned none;
  const Owned& owned = context_.owned != nullptr ? *context_.owned : none;
  for (const std::string& account : owned.accounts) {
    // Compilation refuses these, and goes on to look at the query.
    if (account.size() > kTermBytesMax || folded_words(account).empty()) continue;
    Term term;
    term.scope = Scope::author;
    term.text = account;
    sides.push_back(this->term(std::move(term), first, count));
  }
  for (const std::string& domain : owned.domains) {
    if (auto site = attribute(*find_field("site"), domain, first, count)) sides.push_back(*site);
  }
  return made(Node::Kind::any, std::move(sides), first, count);
}

NodeIndex QueryBuilder::paid(std::uint32_t first, std::uint32_t count) {
  std::vector<NodeIndex> sides;
  for (const std::string_view marker : ad_markers()) {
    Term term;
    term.sigil = Sigil::hashtag;
    term.text = marker;
    sides.push_back(this->term(std::move(term), first, count));
  }
  return made(Node::Kind::any, std::move(sides), first, count);
}

NodeIndex QueryBuilder::kinds(std::span<const vigie::Kind> kinds, std::uint32_t first,
                              std::uint32_t count) {
  std::vector<NodeIndex> sides;
  for (const vigie::Kind kind : kinds) {
    if (auto one = attribute(*find_field("engagementType"), to_text(kind), first, count)) {
      sides.push_back(*one);
    }
  }
  return made(Node::Kind::any, std::move(sides), first, count);
}

Result<NodeIndex> QueryBuilder::media(std::string_view value, std::uint32_t first,
                                      std::uint32_t count) {
  constexpr std::array<std::string_view, 4> kTypes{"owned", "paid", "earned", "shared"};
  const auto type = std::ranges::find(kTypes, lower_ascii(value));
  if (type == kTypes.end()) {
    return fail(ErrorKind::config,
                cat("'", value, "' is no media type; write owned, paid, earned or shared"));
  }
  value = *type;
  const bool known = context_.owned == nullptr || !context_.owned->accounts.empty() ||
                     !context_.owned->domains.empty();
  if (value == "owned") {
    if (!known)
      warn(first, count, "never true: the brand has no accounts or domains under 'owned'");
    return owned(first, count);
  }
  const auto without = [&](NodeIndex child) {
    return made(Node::Kind::none, {child}, first, count);
  };
  std::vector<NodeIndex> sides{without(owned(first, count))};
  const NodeIndex ads = paid(first, count);
  sides.push_back(value == "paid" ? ads : without(ads));
  if (value == "earned") sides.push_back(kinds(kPressKinds, first, count));
  if (value == "shared") sides.push_back(without(kinds(kPressKinds, first, count)));
  return made(Node::Kind::all, std::move(sides), first, count);
}

Result<NodeIndex> QueryBuilder::listed(std::string_view name, bool authors, std::uint32_t first,
                                       std::uint32_t count) {
  const Library empty;
  const Library& library = context_.library != nullptr ? *context_.library : empty;
  const auto& lists = authors ? library.author_groups : library.lists;
  const auto found = lists.find(name);
  const std::string_view what = authors ? "author group" : "list";
  if (found == lists.end()) return fail(ErrorKind::config, unknown_name(what, name, &lists));
  std::vector<NodeIndex> sides;
  for (const std::string& item : found->second) {
    TermForm form;
    form.quoted = true;
    if (authors) form.like.scope = Scope::author;
    const std::string_view text = item;
    auto terms = cut_term(authors && text.starts_with('@') ? text.substr(1) : text, form);
    if (!terms) {
      return fail(ErrorKind::config,
                  cat("the ", what, " '", name, "' holds '", item, "': ", terms.error().message));
    }
    sides.push_back(phrase(*terms, std::nullopt, first, count));
  }
  return made(Node::Kind::any, std::move(sides), first, count);
}

Result<NodeIndex> QueryBuilder::call(std::string_view name, std::uint32_t first,
                                     std::uint32_t count) {
  const auto* queries = context_.library != nullptr ? &context_.library->queries : nullptr;
  const bool known = queries != nullptr && queries->contains(name);
  if (!known) return fail(ErrorKind::config, unknown_name("shared query", name, queries));
  const auto& [key, text] = *queries->find(name);
  if (calls_.size() == kQueryDepthMax) {
    return fail(ErrorKind::config,
                cat("shared queries call each other more than ", kQueryDepthMax, " deep"));
  }
  if (std::ranges::find(calls_, std::string_view(key)) != calls_.end()) {
    std::string circle;
    for (const std::string_view open : calls_) circle += cat(open, " > ");
    return fail(ErrorKind::config, cat(kCircle, circle, key, "; take one of these calls out"));
  }
  calls_.emplace_back(key);
  const bool outermost = !place_.has_value();
  if (outermost) place_ = Node{.children = {}, .first = first, .count = count};
  std::vector<QueryFault> inside;
  std::vector<QueryFault>* const outside = std::exchange(faults_, &inside);
  const std::optional<NodeIndex> root = parse_into(text, this);
  faults_ = outside;
  if (outermost) place_.reset();
  calls_.pop_back();
  if (root && inside.empty()) return *root;
  // What is wrong with it stands where it is written; a circle has no such place.
  std::string wrong = inside.empty() ? "it is empty" : inside.front().message;
  if (wrong.starts_with(kCircle) || wrong.starts_with(kNotValid) || full_) {
    return fail(ErrorKind::config, std::move(wrong));
  }
  return fail(ErrorKind::config, cat(kNotValid, "'", key, "' is not valid: ", wrong));
}

// Whether the node can make a post match; reports it where it cannot but would have to.
bool QueryBuilder::check_positive_side(NodeIndex index) {
  const Node& node = query_.at(index);
  if (node.made) return true;
  switch (node.kind) {
    case Node::Kind::none: {
      const Node& child = query_.at(node.children[0]);
      if (child.kind == Node::Kind::none && !child.made) {
        error(node.first, node.count, "NOT of a NOT; leave both out");
        return true;
      }
      std::ignore = check_positive_side(node.children[0]);
      return false;
    }
    case Node::Kind::all: {
      bool positive = false;
      for (const NodeIndex child : node.children) positive = check_positive_side(child) || positive;
      return positive;
    }
    case Node::Kind::any:
      for (const NodeIndex child : node.children) check_positive(child);
      return true;
    case Node::Kind::near:
    case Node::Kind::window:
    case Node::Kind::sequence:
    case Node::Kind::count:
    case Node::Kind::term:
    case Node::Kind::attribute: return true;
  }
  return true;
}

void QueryBuilder::check_positive(NodeIndex root) {
  if (check_positive_side(root)) return;
  const Node& node = query_.at(root);
  error(node.first, node.count,
        "NOT needs something beside it that must be there; write a term, such as orange NOT juice");
}

Query QueryBuilder::take(NodeIndex root) {
  query_.root = root;
  return std::move(query_);
}

}  // namespace vigie::rules
