// RE2::Set finding many names at once.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "bench/peers/occurring.h"

namespace vigie::bench {

class Re2SetNames {
 public:
  // Null when RE2 refuses to compile within `memory_bytes`: its own default is too little for some
  // thousand names. The names are as they stand in the texts, with what must surround them.
  static std::unique_ptr<Re2SetNames> compile(std::span<const std::string> names,
                                              std::int64_t memory_bytes);
  ~Re2SetNames();

  // Replaces *names, sorted, each once. Much slower on texts whose states it has not met yet.
  void find(std::string_view text, Occurring* names);

 private:
  struct State;
  explicit Re2SetNames(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace vigie::bench
