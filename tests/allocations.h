// Counts what a test program allocates: link allocations.cc.
#pragma once

#include <cstddef>

namespace vigie {

// By operator new, since the program began. One thread.
extern std::size_t allocations;

}  // namespace vigie
