// The automaton of Aho and Corasick with its failure links resolved: one look at a table for every
// byte of a text.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bench/peers/occurring.h"

namespace vigie::bench {

class DenseAhoCorasick {
 public:
  // The names as they stand in the texts, with what must surround them.
  explicit DenseAhoCorasick(std::span<const std::string> names);

  // Replaces *names, sorted, each once.
  void find(std::string_view text, Occurring* names) const;
  [[nodiscard]] std::size_t memory_bytes() const;

 private:
  using StateId = std::uint32_t;
  static constexpr std::uint32_t kNone = 0xFFFFFFFF;
  // Entries of the table are moved up by one bit: the lowest one says that names end there.
  static constexpr std::uint32_t kEnds = 1;

  struct Output {
    std::uint32_t name = 0;
    std::uint32_t next = kNone;  // another name that ends there
  };

  void number_classes(std::span<const std::string> names);
  StateId add_state();
  void add_name(std::string_view name, std::uint32_t number);
  void resolve_failures();
  [[nodiscard]] std::uint32_t& entry(StateId state, std::size_t byte_class) {
    return next_[state * class_count_ + byte_class];
  }

  std::array<std::uint8_t, 256> class_of_{};  // 0: a byte of no name
  std::size_t class_count_ = 1;
  std::vector<std::uint32_t> next_;          // by state and class
  std::vector<std::uint32_t> first_output_;  // by state
  std::vector<Output> outputs_;
};

}  // namespace vigie::bench
