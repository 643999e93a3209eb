#include "connectors/mapping_plan.h"

#include <algorithm>
#include <map>
#include <span>
#include <utility>

#include "connectors/mapping_assign.h"
#include "connectors/mapping_needs.h"
#include "engine/base/limits.h"

namespace vigie::mapping {
namespace {

// Follows the expressions of a program to see what each scope is for.
class Uses {
 public:
  explicit Uses(Plan* plan) : plan_(*plan), program_(plan->program) {}

  void follow() {
    for (const auto& path : program_.items) {
      follow_path(0, path, kPostsPerRecordMax + 1);
      for (std::size_t i = 1; i <= path.size(); ++i) {
        const ScopeId scope = follow_path(0, std::span(path).first(i), 0);
        if (scope != kNone) plan_.scopes[scope].for_items = true;
      }
    }
    for (const Rule& rule : program_.rules) {
      for (const Field& field : rule.fields) follow_expr(program_.item, field.expr);
      for (const ListField& field : rule.lists) {
        for (const ListExpr::Source& source : field.list.sources) {
          const ScopeId scope = follow_path(program_.item, source.path, kListItemsMax);
          for (const ExprId take : source.take) follow_expr(scope, take);
        }
      }
    }
  }

 private:
  // The scope of the items that a reference names; none when there are no such.
  [[nodiscard]] ScopeId scope_of(ScopeId at, const Ref& ref) const {
    for (std::uint8_t up = 0; up < ref.up && at != kNone; ++up) at = program_.scopes[at].around;
    if (at == kNone) return kNone;
    for (const Node& node : program_.scopes[at].nodes) {
      if (node.items_slot == ref.slot) return node.items;
    }
    return kNone;
  }
  void allow(ScopeId scope, std::size_t frames) {
    if (scope == kNone) return;
    std::size_t& most = plan_.scopes[scope].frames_max;
    most = std::max(most, frames);
  }
  ScopeId follow_path(ScopeId at, std::span<const Ref> path, std::size_t frames) {
    for (const Ref& ref : path) {
      if (at != kNone) at = scope_of(at, ref);
      allow(at, frames);
    }
    return at;
  }
  void follow_expr(ScopeId at, ExprId id) {
    if (id == kNone || at == kNone) return;
    const Expr& expr = program_.exprs[id];
    const bool lookup = expr.kind == Expr::Kind::lookup;
    for (std::size_t i = 0; i < expr.parts.size(); ++i) {
      ScopeId scope = at;
      if (i == 0 && (lookup || expr.kind == Expr::Kind::first)) {
        scope = scope_of(at, expr.value);
        allow(scope, lookup ? kPostsPerRecordMax : kListItemsMax);
        if (lookup) plan_.index_of[id] = index(scope, expr.by);
      }
      follow_expr(scope, expr.parts[i]);
    }
  }
  std::uint16_t index(ScopeId scope, SlotId by) {
    const auto [at, is_new] =
        indexes_.try_emplace({scope, by}, static_cast<std::uint16_t>(plan_.indexes));
    if (is_new) ++plan_.indexes;
    return at->second;
  }

  Plan& plan_;
  const Program& program_;
  std::map<std::pair<ScopeId, SlotId>, std::uint16_t> indexes_;
};

// Puts a constant where it belongs, once for all mentions; whether it is one that can be.
bool assign_constant(const Program& program, const Field& field, Arena* texts, Mention* to) {
  const Expr& expr = program.exprs[field.expr];
  if (expr.kind != Expr::Kind::constant || !expr.convert.empty() || !expr.unless.empty() ||
      !expr.unless_equal.empty() || field.target == Target::rating_max) {
    return false;  // a maximum alone says nothing
  }
  RepairCounts repairs{};
  const Value value{Value::Type::string, program.texts[expr.text]};
  return assign(field.target, value, {texts, &repairs}, to) == Got::value &&
         repairs == RepairCounts{};
}

PlanRule plan_rule(const Program& program, const Rule& rule, Arena* texts) {
  PlanRule plan;
  plan.needs = needs_of(rule.when);
  plan.mention.op = rule.op;
  for (const Field& field : rule.fields) {
    const bool is_constant = assign_constant(program, field, texts, &plan.mention);
    if (is_constant) plan.constants |= std::uint64_t{1} << std::to_underlying(field.target);
    plan.fields.push_back({needs_of(program, program.exprs[field.expr]), is_constant});
  }
  for (const ListField& field : rule.lists) plan.lists.push_back(needs_of(program, field.list));
  return plan;
}

}  // namespace

Plan::Plan(const Program& of, DecodeSettings::Simd simd)
    : program(of), index_of(of.exprs.size(), kNone) {
  scopes.reserve(of.scopes.size());
  for (const Scope& scope : of.scopes) {
    PlanScope& to = scopes.emplace_back();
    to.slots = std::max<std::size_t>(scope.slots, 1);
    to.nodes.reserve(scope.nodes.size());
    for (const Node& node : scope.nodes) to.nodes.emplace_back(node);
  }
  exprs.reserve(of.exprs.size());
  for (const Expr& expr : of.exprs) {
    const bool is_refined =
        !expr.unless.empty() || !expr.unless_equal.empty() || !expr.convert.empty();
    const bool is_slot = expr.kind == Expr::Kind::at && !is_refined;
    exprs.push_back({is_slot, is_refined, expr.value.up, expr.value.slot, expr.value.pointer,
                     needs_of(of, expr)});
  }
  for (const Rule& rule : of.rules) rules.push_back(plan_rule(of, rule, &texts));
  Uses(this).follow();
  for (PlanScope& scope : scopes) scope.frames_max = std::max(scope.frames_max, kListItemsMax);
  if (simd == DecodeSettings::Simd::none) leave_out_nothing();
}

void Plan::leave_out_nothing() {
  for (PlanExpr& expr : exprs) expr.needs = SlotSet::always();
  for (PlanRule& rule : rules) {
    rule.needs = SlotSet::always();
    for (PlanRule::PlanField& field : rule.fields) field.needs = SlotSet::always();
    for (SlotSet& list : rule.lists) list = SlotSet::always();
  }
}

}  // namespace vigie::mapping
