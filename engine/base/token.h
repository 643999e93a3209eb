// The words of a folded text, as matching cuts them and others read them.
#pragma once

#include <cstdint>

namespace vigie {

// A run of word bytes: folded bytes [begin, end). The hash depends on a seed of the process.
struct Token {
  std::uint32_t begin = 0;
  std::uint32_t end = 0;
  std::uint64_t hash = 0;
  friend bool operator==(const Token&, const Token&) = default;
};

}  // namespace vigie
