// The entry that libFuzzer calls, once for each target.
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "tests/fuzz/targets.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  vigie::fuzz::VIGIE_FUZZ_TARGET({reinterpret_cast<const char*>(data), size});
  return 0;
}
