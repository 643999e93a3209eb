// A compiled mapping in a form that people can read and compare.
#pragma once

#include <string>

#include "connectors/mapping_program.h"

namespace vigie::mapping {

[[nodiscard]] std::string dump(const Program& program);

}  // namespace vigie::mapping
