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
  const char* end = token.data() + token.size();
  const auto read = std::from_chars(token.data(), end, index);
  if (token.empty() || read.ec != std::errc{} || read.ptr != end) return std::nullopt;
  return index;
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

Tries::Tries(std::vector<Scope>* scopes) : scopes_(*scopes) { add_scope(kNone); }

ScopeId Tries::add_scope(ScopeId around) {
  const auto id = static_cast<ScopeId>(scopes_.size());
  Scope& scope = scopes_.emplace_back();
  scope.nodes.emplace_back();
  scope.around = around;
  for_items_.push_back(false);
  return id;
}

ScopeId Tries::add_item_scope(ScopeId around) {
  item_ = add_scope(around);
  keep_for_items(item_);
  return item_;
}

SlotId Tries::add_slot(ScopeId scope) {
  ++size_;
  return scopes_[scope].slots++;
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

NodeId Tries::find_or_add(ScopeId scope, const std::vector<std::string>& tokens) {
  NodeId at = 0;
  for (const std::string& token : tokens) at = child(scope, at, token);
  return at;
}

SlotId Tries::capture(ScopeId scope, const std::vector<std::string>& tokens) {
  const NodeId at = find_or_add(scope, tokens);
  if (node(scope, at).slot == kNone) {
    const SlotId slot = has_twin(scope) ? capture(0, tokens) : add_slot(scope);
    node(scope, at).slot = slot;
    scopes_[scope].slots = std::max<SlotId>(scopes_[scope].slots, slot + 1);
  }
  return node(scope, at).slot;
}

bool Tries::goes(const Node& node, Through through) {
  return node.values == (through == Through::values) && node.parse == (through == Through::json);
}

std::optional<Tries::Opened> Tries::open(ScopeId scope, const std::vector<std::string>& tokens,
                                         Through through, ScopeId into) {
  const NodeId at = find_or_add(scope, tokens);
  if (node(scope, at).items == kNone) {
    const Opened opened = has_twin(scope)
                              ? open_twin(tokens, through)
                              : Opened{add_slot(scope), into != kNone ? into : add_scope(scope)};
    Node& here = node(scope, at);
    here.items = opened.scope;
    here.items_slot = opened.slot;
    here.values = through == Through::values;
    here.parse = through == Through::json;
    scopes_[scope].slots = std::max<SlotId>(scopes_[scope].slots, opened.slot + 1);
  }
  const Node& here = node(scope, at);
  if (!goes(here, through) || (into != kNone && here.items != into)) return std::nullopt;
  return Opened{here.items_slot, here.items};
}

Tries::Opened Tries::open_twin(const std::vector<std::string>& tokens, Through through) {
  const NodeId twin = find_or_add(0, tokens);
  const ScopeId there = node(0, twin).items;
  if (there == kNone) return *open(0, tokens, through, add_scope(item_));
  // What leads to the items leads nowhere where the document is the item.
  if (for_items_[there] || !goes(node(0, twin), through)) {
    return {add_slot(0), add_scope(item_)};
  }
  scopes_[there].around = item_;  // whose slots are the document's, too
  return {node(0, twin).items_slot, there};
}

}  // namespace vigie::mapping
