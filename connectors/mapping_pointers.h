// The pointers of a mapping, and the tries that they become. Private to mapping_*.cc.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <expected>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
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

// The scopes that a pointer may be relative to: there are several where several paths lead to
// items, any of which may be the one at hand. The deepest is the first.
using Place = std::vector<ScopeId>;

// Fills the scopes of a program. All that goes through the same pointer of a scope shares one scope
// of what is found there. The document, the items and what lies between them are a *family*: a
// pointer has the same slot in each of its scopes, so that an expression needs not know which one
// it is evaluated in. Every other scope is a family of its own.
class Tries {
 public:
  // Makes the scope of the document. `scopes` outlives the tries.
  explicit Tries(std::vector<Scope>* scopes);

  // The slot for what stands at the pointer.
  SlotId capture(const Place& place, const std::vector<std::string>& tokens);

  struct Opened {
    SlotId slot = kNone;  // says which frames
    ScopeId scope = kNone;
  };
  // The scope of what is found when going through what stands at the pointer. Nothing when the
  // mapping goes through it in another way already.
  std::optional<Opened> open(const Place& place, const std::vector<std::string>& tokens,
                             Through through);
  // The same for a step to the items: the scope belongs to the family of the document. Where such a
  // step leads on from an item, none of the item's own pointers goes through the same.
  // REQUIRES: all steps are opened before anything else.
  std::optional<Opened> open_step(ScopeId scope, const std::vector<std::string>& tokens,
                                  Through through);

  // Scopes around it.
  [[nodiscard]] std::size_t depth(ScopeId scope) const;

  // Slots of all families.
  [[nodiscard]] std::size_t size() const { return size_; }

 private:
  using Tokens = std::vector<std::string>;
  struct Family {
    std::map<Tokens, SlotId> slots;
    std::map<std::pair<Tokens, Through>, Opened> opened;
    SlotId next = 0;
  };

  ScopeId add_scope(ScopeId around, std::size_t family);
  SlotId add_slot(Family* family);
  Opened opened(const Place& place, const Tokens& tokens, Through through);
  NodeId find_or_add(ScopeId scope, const Tokens& tokens);
  NodeId child(ScopeId scope, NodeId node, const std::string& token);
  Node& node(ScopeId scope, NodeId id) { return scopes_[scope].nodes[id]; }
  void set_items(ScopeId scope, NodeId id, const Opened& opened, Through through);
  [[nodiscard]] bool leads_to_items(const Node& node) const;

  std::vector<Scope>& scopes_;
  std::deque<Family> families_;         // the document's is the first
  std::vector<std::size_t> family_of_;  // by scope
  std::size_t size_ = 0;
};

}  // namespace vigie::mapping
