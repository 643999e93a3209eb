// What a reader works out about a program, once: key tables and bounds.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "connectors/mapping_keys.h"
#include "connectors/mapping_program.h"

namespace vigie::mapping {

struct PlanNode {
  explicit PlanNode(const Node& from)
      : slot(from.slot),
        items(from.items),
        items_slot(from.items_slot),
        values(from.values),
        parse(from.parse),
        names(from.keys),
        keys(from.keys),
        elements(from.elements) {}

  // Whether it needs to be walked for itself, beside its items.
  [[nodiscard]] bool has_own() const { return slot != kNone || !keys.empty() || !elements.empty(); }

  SlotId slot;
  ScopeId items;
  SlotId items_slot;
  bool values;
  bool parse;
  const std::vector<Node::Key>& names;
  NodeKeys keys;
  const std::vector<Node::Element>& elements;
};

struct PlanScope {
  std::vector<PlanNode> nodes;
  std::size_t stride = 1;  // slots of one frame
  // Frames for the elements of one array, by what they are for; the rest is not looked at.
  std::size_t frames_max = 0;
  // Posts, or on the way to them: an array in a string is gone through.
  bool for_items = false;
};

// Most expressions are one slot and nothing else; what those need, in a few bytes.
struct PlanExpr {
  bool is_slot = false;
  bool is_refined = false;  // by `unless` or `as`
  std::uint8_t up = 0;
  SlotId slot = kNone;
  std::uint16_t pointer = kNone;
};

// One per reader and program: its key tables learn.
struct Plan {
  // REQUIRES: the program outlives this.
  explicit Plan(const Program& of);

  const Program& program;
  std::vector<PlanScope> scopes;
  std::vector<PlanExpr> exprs;
  // By expression, for look-ups: the number of the index it uses. Those that look into the same
  // frames by the same slot share one.
  std::vector<std::uint16_t> index_of;
  std::size_t indexes = 0;
};

}  // namespace vigie::mapping
