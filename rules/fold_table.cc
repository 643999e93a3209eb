#include "rules/fold_table.h"

#include <cstdint>

namespace vigie::rules {

#include "rules/fold_table.inc"

}  // namespace vigie::rules
