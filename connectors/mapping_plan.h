// What a reader works out about a program, once: key tables, bounds, and what need not be evaluated
// because what it is made of is not there.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <vector>

#include "connectors/decode.h"
#include "connectors/mapping_keys.h"
#include "connectors/mapping_program.h"
#include "engine/base/arena.h"
#include "engine/base/mention.h"

namespace vigie::mapping {

// Slots of a frame: those that hold something, or those without which an expression yields nothing.
// Most of what a mapping asks for is not in any one post; one look at two such sets tells.
// 128 slots and more share bits, so something may seem to be there that is not; it costs time only.
class SlotSet {
 public:
  // Meets every set of a frame: what needs no slot, or one of another frame.
  static constexpr SlotSet always() {
    SlotSet set;
    set.words_[1] = std::uint64_t{1} << 63;
    return set;
  }
  static constexpr std::size_t word_of(SlotId slot) { return slot / 64 % 2; }
  static constexpr std::uint64_t bit_of(SlotId slot) { return std::uint64_t{1} << (slot % 64); }
  void add(SlotId slot) { words_[word_of(slot)] |= bit_of(slot); }
  void add(const SlotSet& other) {
    words_[0] |= other.words_[0];
    words_[1] |= other.words_[1];
  }
  [[nodiscard]] bool meets(const SlotSet& other) const {
    return ((words_[0] & other.words_[0]) | (words_[1] & other.words_[1])) != 0;
  }

 private:
  std::array<std::uint64_t, 2> words_{};
};
static_assert(sizeof(SlotSet) == sizeof(Slot));

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
  std::size_t slots = 1;  // of one frame
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
  SlotSet needs;  // of these one must be there for it to yield anything
};

struct PlanRule {
  SlotSet needs;  // for its condition to hold
  struct PlanField {
    SlotSet needs;
    bool is_constant = false;  // it is in `mention`
  };
  std::vector<PlanField> fields;  // by place in the rule
  std::vector<SlotSet> lists;
  Mention mention;              // what all mentions of the rule begin as
  std::uint64_t constants = 0;  // a bit for each target that is in it
};

// One per reader and program: its key tables learn.
struct Plan {
  // Without vector instructions nothing is left out either: the twin to test against.
  // REQUIRES: the program outlives this.
  Plan(const Program& of, DecodeSettings::Simd simd);
  Plan(const Plan&) = delete;
  Plan& operator=(const Plan&) = delete;

  const Program& program;
  std::vector<PlanScope> scopes;
  std::vector<PlanExpr> exprs;
  std::vector<PlanRule> rules;
  Arena texts;  // of their mentions
  // By expression, for look-ups: the number of the index it uses. Those that look into the same
  // frames by the same slot share one.
  std::vector<std::uint16_t> index_of;
  std::size_t indexes = 0;

 private:
  void leave_out_nothing();
};

}  // namespace vigie::mapping
