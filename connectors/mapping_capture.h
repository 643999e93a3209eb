// The walk over a document that leaves what a mapping asks for in slots.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "connectors/decode_index.h"
#include "connectors/decode_tokens.h"
#include "connectors/mapping_plan.h"
#include "engine/base/limits.h"
#include "engine/base/mention.h"

namespace vigie::mapping {

// The frames of every scope that one document filled. Memory is kept from one to the next.
class Frames {
 public:
  // Empty, but for one frame of the document. REQUIRES: the plan outlives what follows.
  void start(const Plan& plan);

  // One more frame of a scope, its slots absent. Null beyond kPostsPerRecordMax + 1 posts, and, so
  // that no post is lost for the lists of another, beyond kSlotsMax of all other scopes together.
  Slot* push(ScopeId scope);
  void pop(ScopeId scope) { --scopes_[scope].count; }

  [[nodiscard]] std::size_t count(ScopeId scope) const { return scopes_[scope].count; }
  [[nodiscard]] Slot* frame(ScopeId scope, std::size_t number) {
    OfScope& of = scopes_[scope];
    return of.slots.data() + number * of.stride + 1;
  }
  // Puts something into a slot of a frame.
  static void set(Slot* frame, SlotId id, const Slot& slot) {
    frame[id] = slot;
    if (slot.type == Slot::Type::null) return;
    // One word of the set, in place: it is read again at once, for the next slot.
    std::uint64_t bits = 0;
    char* word = reinterpret_cast<char*>(frame - 1) + SlotSet::word_of(id) * sizeof bits;
    std::memcpy(&bits, word, sizeof bits);
    bits |= SlotSet::bit_of(id);
    std::memcpy(word, &bits, sizeof bits);
  }
  // What a frame may hold beside nothing and null.
  [[nodiscard]] static SlotSet present(const Slot* frame) {
    return std::bit_cast<SlotSet>(frame[-1]);
  }
  [[nodiscard]] std::span<const Slot> document() const {
    return {scopes_[0].slots.data() + 1, scopes_[0].stride - 1};
  }
  void trim();

 private:
  // Hostile documents are made of elements of two bytes, each of which needs a frame: 64 MB.
  static constexpr std::size_t kSlotsMax = 4UL << 20;

  struct OfScope {
    std::vector<Slot> slots;  // more than are in use
    std::size_t count = 0;    // frames in use
    std::size_t stride = 2;   // a frame's SlotSet, in the place of one slot, and its slots
    bool for_items = false;
  };
  std::vector<OfScope> scopes_;
  std::size_t slots_left_ = 0;
};

// One document; cheap to make.
class Capture {
 public:
  // Indexes of the documents in strings, by how deep they are within each other.
  using Inner = std::array<std::unique_ptr<JsonIndex>, kEnvelopeDepthMax>;

  Capture(Plan* plan, Frames* frames, Inner* inner, DecodeSettings::Simd simd, MentionBatch* out)
      : plan_(*plan), frames_(*frames), inner_(*inner), simd_(simd), out_(*out) {}

  // Steps over the value at `token`, as JsonTokens does, and fills the frame of the document and
  // all others.
  JsonToken walk(JsonTokens* tokens, JsonToken token) {
    return value(tokens, plan_.scopes[0].nodes, 0, token, frames_.frame(0, 0));
  }

 private:
  using Nodes = std::vector<PlanNode>;

  JsonToken value(JsonTokens* tokens, Nodes& nodes, NodeId id, JsonToken token, Slot* frame) {
    PlanNode& node = nodes[id];
    if (node.items == kNone) [[likely]]
      return own(tokens, nodes, &node, token, frame);
    return items_and_own(tokens, nodes, &node, token, frame);
  }
  JsonToken own(JsonTokens* tokens, Nodes& nodes, PlanNode* node, JsonToken token, Slot* frame);
  [[gnu::noinline]] JsonToken items_and_own(JsonTokens* tokens, Nodes& nodes, PlanNode* node,
                                            JsonToken token, Slot* frame);
  JsonToken object(JsonTokens* tokens, Nodes& nodes, PlanNode* node, JsonToken token, Slot* frame);
  JsonToken array(JsonTokens* tokens, Nodes& nodes, PlanNode* node, JsonToken token, Slot* frame);
  [[gnu::noinline]] static JsonToken find_key(JsonTokens* tokens, NodeKeys* keys, JsonToken token,
                                              std::uint16_t* entry);

  JsonToken items(JsonTokens* tokens, const PlanNode& node, JsonToken token, Slot* frame);
  JsonToken elements(JsonTokens* tokens, const PlanNode& node, JsonToken token);
  struct Room {  // of one list
    std::size_t frames = 0;
    bool told = false;  // that there is none left
  };
  JsonToken element(JsonTokens* tokens, ScopeId scope, JsonToken token, Room* room);
  // *usable: whether the string holds JSON.
  JsonToken parsed(JsonTokens* tokens, const PlanNode& node, JsonToken token, Slot* frame,
                   bool* usable);
  bool parse(const PlanNode& node, std::string_view json);

  // Makes what a key meant absent again: it came a second time.
  [[gnu::noinline]] void forget(const Nodes& nodes, NodeId id, Slot* frame);
  void repaired(Repair repair) { ++out_.repairs[static_cast<std::size_t>(repair)]; }

  Plan& plan_;
  Frames& frames_;
  Inner& inner_;
  DecodeSettings::Simd simd_;
  MentionBatch& out_;
  std::size_t depth_ = 0;  // of documents in strings
};

}  // namespace vigie::mapping
