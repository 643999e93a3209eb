// One item of a document, by the rules of its mapping: a mention, a reject or a drop.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/mapping_evaluate.h"
#include "connectors/mapping_reader.h"

namespace vigie::mapping {

// Lists and messages are gathered here before they go to the arena.
struct ItemScratch {
  std::vector<std::string_view> texts;
  std::vector<Handle> handles;
  std::vector<Media> media;
  std::vector<Source> sources;
  std::string detail;
  std::string way;  // to the elements that a pointer of a message is relative to
};

// Items of one document. Cheap to make; everything it is given outlives it.
class ItemMapper {
 public:
  ItemMapper(const Program& program, const Wrapped& wrapped, Evaluator* evaluator,
             ItemScratch* scratch, MentionBatch* out)
      : program_(program),
        wrapped_(wrapped),
        evaluator_(*evaluator),
        scratch_(*scratch),
        out_(*out) {}

  // The item at place `index` of a record. `trace` may be null.
  void map(const Frame& frame, std::uint32_t record, std::uint16_t index, MappingCounts* counts,
           Trace* trace);

 private:
  struct Refusal {
    RejectReason reason = RejectReason::unmapped;
    std::string_view detail;  // in the arena
  };

  [[nodiscard]] std::optional<Refusal> fill(const Rule& rule, const PlanRule& plan,
                                            const Frame& frame, Mention* mention);
  // *found: what is there.
  Got field(const Field& field, const Frame& frame, Mention* mention, Value* found);
  void list(const ListField& field, const Frame& frame, Mention* mention);
  // For each element that `take` (a function of source and frame) says is one.
  template <class Take>
  void elements(const ListExpr& list, const Frame& frame, Take take);
  void texts(const ListField& field, const Frame& frame, std::span<const std::string_view>* to);
  void handles(const ListField& field, const Frame& frame, std::span<const Handle>* to);
  void media(const ListField& field, const Frame& frame, std::span<const Media>* to);
  // A text of an element, or its id; counted where something is there but unusable.
  bool part(ExprId take, const Frame& frame, bool id, std::string_view* to);
  // The same for the part of an element that is called `name`, with the element's sources.
  struct Part {
    const ListField& field;
    const ListExpr::Source& source;
    std::size_t number = 0;  // of the element
  };
  bool named_part(const Part& of, std::size_t place, std::string_view name, const Frame& frame,
                  std::string_view* to);
  // Whether what this yields is no constant: constants alone make no element.
  [[nodiscard]] bool says_something(ExprId take) const {
    return take != kNone && program_.exprs[take].kind != Expr::Kind::constant;
  }

  [[nodiscard]] Refusal refusal(const Field& field, Got got, const Value& found);
  [[nodiscard]] Refusal missing(std::string_view what, std::string_view why);
  // Those of an expression, behind `way`, to the message; no more than *left.
  void add_pointers(ExprId id, std::size_t* left);
  void repaired(Repair repair, std::uint32_t count = 1) {
    out_.repairs[static_cast<std::size_t>(repair)] += count;
  }
  // What of the sources is of no use for `field`, and the value, where one was found.
  void trace(const std::string& field, std::optional<std::string_view> value);
  [[nodiscard]] std::size_t trace_lines() const {
    return trace_ == nullptr ? 0 : trace_->lines.size();
  }
  // What was found of an element that is none after all.
  void forget_trace(std::size_t lines);
  void trace_element(const Part& of, std::string_view name, std::optional<std::string_view> value);

  const Program& program_;
  const Wrapped& wrapped_;
  Evaluator& evaluator_;
  ItemScratch& scratch_;
  MentionBatch& out_;
  Trace* trace_ = nullptr;
};

}  // namespace vigie::mapping
