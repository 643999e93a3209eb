// Expressions and conditions over the slots that a walk left.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mapping_assign.h"
#include "connectors/mapping_capture.h"
#include "connectors/mapping_convert.h"
#include "connectors/mapping_plan.h"
#include "engine/base/limits.h"
#include "engine/base/mention.h"

namespace vigie::mapping {

// The slots of one item, and the frames around it: what pointers are relative to.
struct Frame {
  Slot* slots = nullptr;  // null: nothing is known there
  const Frame* around = nullptr;

  [[nodiscard]] bool has(const SlotSet& needs) const { return Frames::present(slots).meets(needs); }
};

// Which frame of a scope holds which text in one of its slots. Built once for each document that
// looks into it, so that joining n posts with n authors takes time linear in n.
class LookupIndex {
 public:
  struct Place {
    std::uint32_t hash = 0;
    std::uint32_t frame = 0;  // counted from 1; 0: free
  };

  // Whether it holds these frames of this document.
  [[nodiscard]] bool is_for(std::uint64_t document, std::size_t first, std::size_t size) const {
    return document_ == document && first_ == first && size_ == size;
  }
  void start(std::uint64_t document, std::size_t first, std::size_t size);
  // Remembers a frame, unless one before it has the same text. `text_of` says that of a frame.
  template <class TextOf>
  void add(std::string_view text, std::uint32_t frame, TextOf text_of) {
    Place* place = probe(text, text_of);
    if (place != nullptr && place->frame == 0) *place = {hash(text), frame + 1};
  }
  // The first frame with this text, or nothing.
  template <class TextOf>
  std::optional<std::uint32_t> find(std::string_view text, TextOf text_of) {
    const Place* place = probe(text, text_of);
    if (place == nullptr || place->frame == 0) return std::nullopt;
    return place->frame - 1;
  }
  void trim();

 private:
  // Ids that were made to collide are not found; they cost no more than others.
  static constexpr std::size_t kProbesMax = 64;

  static std::uint32_t hash(std::string_view text);
  template <class TextOf>
  Place* probe(std::string_view text, TextOf text_of) {
    const std::uint32_t hashed = hash(text);
    const std::size_t mask = table_.size() - 1;
    for (std::size_t i = 0; i < kProbesMax; ++i) {
      Place& place = table_[(hashed + i) & mask];
      if (place.frame == 0) return &place;
      if (place.hash == hashed && text_of(place.frame - 1) == text) return &place;
    }
    return nullptr;
  }

  std::uint64_t document_ = 0;
  std::size_t first_ = 0;
  std::size_t size_ = 0;
  std::vector<Place> table_;
};

// Where a value came from.
struct Source {
  std::string pointer;  // "/users/*/name" is in some element
  // Where it was of no use: what it held and what that is not ("count"). One that is passed over
  // for another alternative is no loss; it is told only where none is usable.
  std::string_view held;
  std::string_view lacks;
  bool is_passed = false;
};

// What evaluating needs from one document to the next.
struct EvaluateScratch {
  std::vector<LookupIndex> indexes;  // by their number in the plan
  std::vector<Value> values;         // parts of texts being joined; a stack
  std::uint64_t document = 0;        // counts them
  std::size_t budget_bytes = 0;      // of texts that may be made or looked through for it yet
};

// Cheap to make; one document. Everything it is given outlives it.
class Evaluator {
 public:
  Evaluator(const Plan& plan, Frames* frames, EvaluateScratch* scratch, MentionBatch* out)
      : plan_(plan),
        program_(plan.program),
        frames_(*frames),
        scratch_(*scratch),
        out_(*out),
        context_{&out->arena, &out->repairs} {}

  [[nodiscard]] const Plan& plan() const { return plan_; }

  [[nodiscard]] bool holds(const Condition& condition, const Frame& frame);

  struct Choice {
    Value value;
    bool used = false;
  };

  // What an expression yields. `target` is the field it is for, so that an alternative it cannot
  // use is passed over; nothing for a part of a text.
  [[nodiscard]] Value value(ExprId id, const Frame& frame, std::optional<Target> target) {
    const PlanExpr& plain = plan_.exprs[id];
    if (plain.is_slot) [[likely]]
      return at(Ref{plain.up, plain.slot, plain.pointer}, frame);
    return frame.has(plain.needs) ? composed(id, frame, target) : Value{};
  }
  // Whether an expression is nothing but alternatives, of which choose() takes one.
  [[nodiscard]] bool is_choice(ExprId id) const {
    return program_.exprs[id].kind == Expr::Kind::any && !plan_.exprs[id].is_refined;
  }
  // The first of the alternatives that use(Value) -> bool takes; else the first that is there,
  // which tells what is wrong with it.
  template <class Use>
  [[nodiscard]] Choice choose(ExprId id, const Frame& frame, std::optional<Target> target,
                              Use use) {
    Choice blamed;
    for (const ExprId part : program_.exprs[id].parts) {
      const std::size_t before = sources_size();
      const Value found = value(part, frame, target);
      if (!found.is_absent()) {
        if (!found.text.empty() && use(found)) return {found, true};
        if (blamed.value.is_absent()) blamed.value = found;
        if (target) pass_over(before, found, *target);
      }
      forget_sources(before);
    }
    return blamed;
  }

  // Calls on_element(Frame) for each element of a source of a list for which its condition holds;
  // false where there are more elements than are looked at.
  template <class OnElement>
  bool each(const ListExpr::Source& source, const Frame& frame, OnElement on_element) {
    std::size_t left = kVisitsMax;
    return visit(source, source.path, frame, &left, on_element);
  }

  // The frames of items, of which `holder` is around; none where there are no items.
  struct Items {
    const Slot* slot = nullptr;
    const Frame* holder = nullptr;
    [[nodiscard]] std::size_t size() const { return slot == nullptr ? 0 : slot->size; }
  };
  [[nodiscard]] static Items items(const Ref& ref, const Frame& frame);
  [[nodiscard]] Frame item(const Items& items, std::size_t number) {
    return {frames_.frame(items.slot->scope, items.slot->first_frame + number), items.holder};
  }

  [[nodiscard]] const ConvertContext& context() const { return context_; }

  // Where not null, gets where values came from, and what was there but of no use.
  std::vector<Source>* sources = nullptr;
  // Says of the sources how a field did with their value: where it is bad they are of no use, and
  // so is what was passed over for it; else nothing was lost by that.
  void judge(bool is_bad, const Value& value, std::string_view lacks);
  // Puts what was gone through in front of the sources from `before` on.
  void add_way(const Ref& through, std::size_t before);

 private:
  // Elements looked at for one list: `when` may hold for none of them.
  static constexpr std::size_t kVisitsMax = 4 * kListItemsMax;
  // Up to this many frames, looking at each is faster than an index.
  static constexpr std::size_t kUnindexedMax = 8;

  // Whether it got to the end.
  template <class OnElement>
  bool visit(const ListExpr::Source& source, std::span<const Ref> path, const Frame& frame,
             std::size_t* left, OnElement& on_element) {
    if (path.empty()) {
      if (holds(source.when, frame)) on_element(frame);
      return true;
    }
    const Items found = items(path.front(), frame);
    for (std::size_t i = 0; i < found.size(); ++i) {
      if (*left == 0) return false;
      --*left;
      if (!visit(source, path.subspan(1), item(found, i), left, on_element)) return false;
    }
    return true;
  }

  [[nodiscard]] static const Frame* outwards(const Ref& ref, const Frame& frame) {
    const Frame* at = &frame;
    for (std::uint8_t up = 0; up < ref.up && at != nullptr; ++up) at = at->around;
    return at;
  }
  [[nodiscard]] static Slot* slot(const Ref& ref, const Frame& frame) {
    const Frame* at = outwards(ref, frame);
    return at == nullptr || at->slots == nullptr ? nullptr : at->slots + ref.slot;
  }
  // What a slot holds as text; null when that is no scalar.
  [[nodiscard]] std::optional<std::string_view> scalar(Slot* slot);
  [[nodiscard]] std::string_view meaning(Slot* slot) {
    if (slot->escaped) [[unlikely]]
      unescape_once(slot);
    return {slot->first, slot->size};
  }
  void unescape_once(Slot* slot);
  [[nodiscard]] bool passes(const Test& test, const Frame& frame);
  [[nodiscard]] bool is_one_of(const Test& test, Slot* slot);
  [[nodiscard]] bool is_same(Slot* left, Slot* right);
  [[nodiscard]] bool are_equal(std::string_view left, std::string_view right) {
    return left.size() == right.size() && spend(left.size()) && left == right;
  }

  Value bare(ExprId id, const Expr& expr, const Frame& frame, std::optional<Target> target);
  // `before`: where the sources of the value begin.
  Value refined(const Expr& expr, Value value, const Frame& frame, std::size_t before);
  [[nodiscard]] bool means_nothing(const Expr& expr, const Value& value, const Frame& frame);
  Value at(const Ref& ref, const Frame& frame) {
    // By type of slot; what is `absent` here is nothing.
    static constexpr std::array<Value::Type, 8> kTypes{
        Value::Type::absent,  Value::Type::absent, Value::Type::string, Value::Type::number,
        Value::Type::boolean, Value::Type::json,   Value::Type::json,   Value::Type::absent};
    Slot* found = slot(ref, frame);
    if (found == nullptr) return {};
    const Value::Type type = kTypes[static_cast<std::size_t>(found->type)];
    if (type == Value::Type::absent) return {};
    if (sources != nullptr) [[unlikely]]
      add_source(ref);
    return {type, meaning(found)};
  }
  void add_source(const Ref& ref);
  Value composed(ExprId id, const Frame& frame, std::optional<Target> target);
  Value any(ExprId id, const Frame& frame, std::optional<Target> target);
  Value joined(const Expr& expr, const Frame& frame);
  Value first(const Expr& expr, const Frame& frame, std::optional<Target> target);
  Value lookup(ExprId id, const Frame& frame, std::optional<Target> target);
  std::optional<std::size_t> find(ExprId id, const Items& in, std::string_view key);
  Value facet(const Expr& expr, const Frame& frame);
  void repaired(Repair repair) { ++out_.repairs[static_cast<std::size_t>(repair)]; }
  // Whether a text of this size may be made, or looked through.
  [[nodiscard]] bool spend(std::size_t bytes);
  // Of what was not used after all; what was of no use stays.
  void forget_sources(std::size_t before) {
    if (sources != nullptr) [[unlikely]]
      forget_used(before);
  }
  void forget_used(std::size_t before);
  void pass_over(std::size_t before, const Value& value, Target target) {
    if (sources != nullptr && !value.text.empty()) [[unlikely]]
      blame(before, value, wanted(target), true);
  }
  // Those from `before` on are of no use.
  void blame(std::size_t before, const Value& value, std::string_view lacks, bool is_passed);
  void convert_and_tell(const Conversion& conversion, std::size_t before, Value* value);
  [[nodiscard]] std::size_t sources_size() const {
    return sources == nullptr ? 0 : sources->size();
  }

  const Plan& plan_;
  const Program& program_;
  Frames& frames_;
  EvaluateScratch& scratch_;
  MentionBatch& out_;
  ConvertContext context_;
};

}  // namespace vigie::mapping
