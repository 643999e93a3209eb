// Hyperscan finding many names at once, as plain literals.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "bench/peers/occurring.h"

namespace vigie::bench {

class HyperscanNames {
 public:
  // The names as they stand in the texts, with what must surround them.
  explicit HyperscanNames(std::span<const std::string> names);
  ~HyperscanNames();

  // Replaces *names, sorted, each once.
  void find(std::string_view text, Occurring* names);
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigie::bench
