// CHECK states an invariant of the program, in every build. It never validates input.
#pragma once

#include <cstdio>
#include <cstdlib>

namespace vigie {

[[noreturn]] inline void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: CHECK failed: %s\n", file, line, condition);
  std::abort();
}

}  // namespace vigie

#define CHECK(condition) \
  ((condition) ? static_cast<void>(0) : ::vigie::check_failed(#condition, __FILE__, __LINE__))
