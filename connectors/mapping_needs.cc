#include "connectors/mapping_needs.h"

#include <algorithm>

namespace vigie::mapping {
namespace {

SlotSet needs_of(const Ref& ref) {
  if (ref.up != 0) return SlotSet::always();
  SlotSet needs;
  needs.add(ref.slot);
  return needs;
}

bool asks_for_something(const Test& test) {
  return test.kind != Test::Kind::none_of && test.kind != Test::Kind::not_same &&
         test.kind != Test::Kind::absent;
}

// All that a condition looks at: a string that is looked at is unescaped, and what was wrong with
// it is counted.
SlotSet looks_at(const Condition& condition) {
  SlotSet slots;
  for (const AllOf& all : condition) {
    for (const Test& test : all) {
      slots.add(needs_of(test.value));
      if (test.other.slot != kNone) slots.add(needs_of(test.other));
    }
  }
  return slots;
}

bool may_hold_of_nothing(const Condition& condition) {
  return condition.empty() || std::ranges::any_of(condition, [](const AllOf& all) {
           return std::ranges::none_of(all, asks_for_something);
         });
}

// Of what is taken only where a condition holds.
SlotSet needs_of_case(const Condition& condition, const SlotSet& taken) {
  SlotSet needs = looks_at(condition);
  if (may_hold_of_nothing(condition)) needs.add(taken);
  return needs;
}

SlotSet needs_of(const Program& program, ExprId id) {
  return id == kNone ? SlotSet{} : needs_of(program, program.exprs[id]);
}

SlotSet needs_of_cases(const Program& program, const Expr& expr) {
  SlotSet needs;
  for (std::size_t i = 0; i < expr.parts.size(); ++i) {
    const SlotSet part = needs_of(program, expr.parts[i]);
    needs.add(i < expr.conditions.size() ? needs_of_case(expr.conditions[i], part) : part);
  }
  return needs;
}

}  // namespace

SlotSet needs_of(const Program& program, const Expr& expr) {
  switch (expr.kind) {
    case Expr::Kind::at:
    case Expr::Kind::first:
    case Expr::Kind::lookup: return needs_of(expr.value);
    case Expr::Kind::constant: return SlotSet::always();
    case Expr::Kind::cases: return needs_of_cases(program, expr);
    // Parts are read in turn until one is absent, so it is the first that decides whether any is.
    case Expr::Kind::fill:
      for (const ExprId part : expr.parts) {
        if (program.exprs[part].kind != Expr::Kind::constant) return needs_of(program, part);
      }
      return SlotSet::always();
    case Expr::Kind::any:
    case Expr::Kind::concat:
    case Expr::Kind::facet: break;
  }
  SlotSet needs;
  for (const ExprId part : expr.parts) needs.add(needs_of(program, part));
  return needs;
}

SlotSet needs_of(const Program& program, const ListExpr& list) {
  SlotSet needs;
  for (const ListExpr::Source& source : list.sources) {
    if (!source.path.empty()) {
      needs.add(needs_of(source.path.front()));
      continue;
    }
    SlotSet taken;
    for (const ExprId take : source.take) taken.add(needs_of(program, take));
    needs.add(needs_of_case(source.when, taken));
  }
  return needs;
}

SlotSet needs_of(const Condition& condition) { return needs_of_case(condition, SlotSet::always()); }

}  // namespace vigie::mapping
