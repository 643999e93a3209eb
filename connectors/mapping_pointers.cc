#include "connectors/mapping_pointers.h"

#include <algorithm>
#include <charconv>

#include "engine/base/text.h"

namespace vigie::mapping {
namespace {

std::optional<std::string> unescape(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    if (token[i] != '~') {
      out += token[i];
      continue;
    }
    ++i;
    if (i == token.size() || (token[i] != '0' && token[i] != '1')) return std::nullopt;
    out += token[i] == '0' ? '~' : '/';
  }
  return out;
}

// The place in an array that a token may mean: digits without a zero in front.
std::optional<std::uint32_t> index_of(std::string_view token) {
  if (token.size() > 1 && token.front() == '0') return std::nullopt;
  std::uint32_t index = 0;
  const char* first = token.data();
  const char* end = first + token.size();
  const auto read = std::from_chars(first, end, index);
  if (token.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return index;
}

bool goes(const Node& node, Through through) {
  return node.values == (through == Through::values) && node.parse == (through == Through::json);
}

}  // namespace

bool is_pointer(std::string_view text) {
  return text.empty() || text.front() == '/' || text.front() == '^';
}

std::expected<Pointer, std::string> parse_pointer(std::string_view text) {
  Pointer pointer;
  pointer.up = std::min(text.find_first_not_of('^'), text.size());
  std::string_view rest = text.substr(pointer.up);
  if (!rest.empty() && rest.front() != '/') {
    return std::unexpected(cat("a pointer begins with /, after any ^; write for example ",
                               text.substr(0, pointer.up), '/', rest));
  }
  while (!rest.empty()) {
    rest.remove_prefix(1);
    const std::string_view token = rest.substr(0, rest.find('/'));
    std::optional<std::string> key = unescape(token);
    if (!key) return std::unexpected("in a key '~' is written ~0 and '/' is written ~1");
    pointer.tokens.push_back(std::move(*key));
    rest.remove_prefix(token.size());
  }
  return pointer;
}

Tries::Tries(std::vector<Scope>* scopes) : scopes_(*scopes) {
  families_.emplace_back();
  add_scope(kNone, 0);
}

ScopeId Tries::add_scope(ScopeId around, std::size_t family) {
  const auto id = static_cast<ScopeId>(scopes_.size());
  Scope& scope = scopes_.emplace_back();
  scope.nodes.emplace_back();
  scope.around = around;
  family_of_.push_back(family);
  return id;
}

std::size_t Tries::depth(ScopeId scope) const {
  std::size_t depth = 0;
  while ((scope = scopes_[scope].around) != kNone) ++depth;
  return depth;
}

SlotId Tries::add_slot(Family* family) {
  ++size_;
  return family->next++;
}

NodeId Tries::child(ScopeId scope, NodeId parent, const std::string& token) {
  const std::vector<Node::Key>& keys = node(scope, parent).keys;
  const auto found = std::ranges::find(keys, token, &Node::Key::name);
  if (found != keys.end()) return found->node;
  const auto id = static_cast<NodeId>(scopes_[scope].nodes.size());
  scopes_[scope].nodes.emplace_back();
  node(scope, parent).keys.push_back({token, id});
  if (const std::optional<std::uint32_t> index = index_of(token)) {
    std::vector<Node::Element>& elements = node(scope, parent).elements;
    const auto behind = std::ranges::upper_bound(elements, *index, {}, &Node::Element::index);
    elements.insert(behind, {*index, id});
  }
  return id;
}

NodeId Tries::find_or_add(ScopeId scope, const Tokens& tokens) {
  NodeId at = 0;
  for (const std::string& token : tokens) at = child(scope, at, token);
  return at;
}

SlotId Tries::capture(const Place& place, const Tokens& tokens) {
  Family& family = families_[family_of_[place.front()]];
  const auto [found, is_new] = family.slots.try_emplace(tokens, kNone);
  if (is_new) found->second = add_slot(&family);
  for (const ScopeId scope : place) {
    node(scope, find_or_add(scope, tokens)).slot = found->second;
    scopes_[scope].slots = std::max<SlotId>(scopes_[scope].slots, found->second + 1);
  }
  return found->second;
}

// Steps to the items alone lead from the family of the document into it.
bool Tries::leads_to_items(const Node& node) const {
  return node.items != kNone && family_of_[node.items] == 0;
}

void Tries::set_items(ScopeId scope, NodeId id, const Opened& opened, Through through) {
  Node& to = node(scope, id);
  to.items = opened.scope;
  to.items_slot = opened.slot;
  to.values = through == Through::values;
  to.parse = through == Through::json;
  scopes_[scope].slots = std::max<SlotId>(scopes_[scope].slots, opened.slot + 1);
}

std::optional<Tries::Opened> Tries::open_step(ScopeId scope, const Tokens& tokens,
                                              Through through) {
  const NodeId at = find_or_add(scope, tokens);
  if (node(scope, at).items == kNone) {
    const Opened opened{add_slot(&families_[0]), add_scope(scope, 0)};
    set_items(scope, at, opened, through);
  }
  const Node& here = node(scope, at);
  if (!goes(here, through)) return std::nullopt;
  return Opened{here.items_slot, here.items};
}

Tries::Opened Tries::opened(const Place& place, const Tokens& tokens, Through through) {
  const auto [found, is_new] =
      families_[family_of_[place.front()]].opened.try_emplace({tokens, through}, Opened{});
  Opened& opened = found->second;
  if (is_new) {
    opened.slot = add_slot(&families_[family_of_[place.front()]]);
    families_.emplace_back();
    opened.scope = add_scope(place.front(), families_.size() - 1);
  }
  // Of several places the one with the most around it: there `^` leads as far as anywhere.
  ScopeId& around = scopes_[opened.scope].around;
  if (depth(place.front()) > depth(around)) around = place.front();
  return opened;
}

std::optional<Tries::Opened> Tries::open(const Place& place, const Tokens& tokens,
                                         Through through) {
  if (place.size() == 1) {
    const Node& there = node(place[0], find_or_add(place[0], tokens));
    if (leads_to_items(there)) {
      if (!goes(there, through)) return std::nullopt;
      return Opened{there.items_slot, there.items};
    }
  }
  const Opened found = opened(place, tokens, through);
  for (const ScopeId scope : place) {
    const NodeId at = find_or_add(scope, tokens);
    const Node& there = node(scope, at);
    if (there.items == kNone) {
      set_items(scope, at, found, through);
    } else if (there.items != found.scope && !leads_to_items(there)) {
      return std::nullopt;
    }
  }
  return found;
}

}  // namespace vigie::mapping
