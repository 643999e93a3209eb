// Without which slots of its frame an expression yields nothing, counts nothing and leaves no
// trace: where none of them is there it need not be evaluated.
#pragma once

#include "connectors/mapping_plan.h"
#include "connectors/mapping_program.h"

namespace vigie::mapping {

[[nodiscard]] SlotSet needs_of(const Program& program, const Expr& expr);
[[nodiscard]] SlotSet needs_of(const Program& program, const ListExpr& list);
// Of a condition: for it to hold.
[[nodiscard]] SlotSet needs_of(const Condition& condition);

}  // namespace vigie::mapping
