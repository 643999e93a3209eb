// The pointers of a mapping, and the tries that they become. Private to mapping_*.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <expected>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mapping_program.h"

namespace vigie::mapping {

// "^/a/b~1c" as {1, {"a", "b/c"}}.
struct Pointer {
  std::size_t up = 0;  // items outwards
  std::vector<std::string> tokens;
};

// A text that stands for a pointer where an expression is wanted.
[[nodiscard]] bool is_pointer(std::string_view text);
// Or what is wrong with it and what to write instead.
[[nodiscard]] std::expected<Pointer, std::string> parse_pointer(std::string_view text);

// What to go through at a pointer.
enum class Through : std::uint8_t {
  elements,  // of an array
  values,    // of an object
  json,      // what the string there holds
};

// Fills the scopes of a program. All that goes through the same pointer of a scope shares one scope
// of what is found there. Where items have a scope of their own its slots have the same numbers in
// that of the document, which may itself be the item.
class Tries {
 public:
  // Makes the scope of the document. `scopes` outlives the tries.
  explicit Tries(std::vector<Scope>* scopes);

  // The scope of items, within `around`. REQUIRES: made once, before any pointer of an item.
  ScopeId add_item_scope(ScopeId around);

  // The slot for what stands at the pointer.
  SlotId capture(ScopeId scope, const std::vector<std::string>& tokens);

  struct Opened {
    SlotId slot = kNone;  // says which frames
    ScopeId scope = kNone;
  };
  // The scope of what is found when going through what stands at the pointer; `into`, unless it is
  // kNone. Nothing when the mapping goes through it in another way already.
  std::optional<Opened> open(ScopeId scope, const std::vector<std::string>& tokens, Through through,
                             ScopeId into = kNone);
  // That scope lies on the way to the items: where there is such, the document is no item, so that
  // none of an item's own pointers leads there.
  void keep_for_items(ScopeId scope) { for_items_[scope] = true; }

  // Slots of all scopes; those that an item and the document have in common count once.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  ScopeId add_scope(ScopeId around);
  SlotId add_slot(ScopeId scope);
  // What an item goes through, in the scope of the document.
  Opened open_twin(const std::vector<std::string>& tokens, Through through);
  NodeId find_or_add(ScopeId scope, const std::vector<std::string>& tokens);
  NodeId child(ScopeId scope, NodeId node, const std::string& token);
  [[nodiscard]] static bool goes(const Node& node, Through through);
  Node& node(ScopeId scope, NodeId id) { return scopes_[scope].nodes[id]; }
  [[nodiscard]] bool has_twin(ScopeId scope) const { return scope == item_ && item_ != 0; }

  std::vector<Scope>& scopes_;
  std::vector<bool> for_items_;  // by scope
  ScopeId item_ = 0;
  std::size_t size_ = 0;
};

}  // namespace vigie::mapping
