// Reading posts from files for the commands that work on files.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "engine/base/counters.h"
#include "engine/base/event_time.h"
#include "engine/base/mention.h"
#include "engine/base/result.h"

namespace vigie {

// Counts what could not be used, showing the first few on stderr, and what was repaired.
class InputLog {
 public:
  void add(const std::string& file, std::int64_t offset, const Reject& reject);
  void add(const RepairCounts& repairs);
  // A line on stderr for what was rejected, and one for what was repaired, by reason.
  void summarise() const;

 private:
  std::array<std::uint64_t, kRejectReasons> rejects_{};
  std::array<std::uint64_t, kRepairs> repairs_{};
  std::uint64_t shown_ = 0;
};

// Calls `on_mention` for every post of the files (directories and "-" too), in order. A mention is
// valid during its call.
[[nodiscard]] Result<void> for_each_mention(std::span<const std::string> files, Duration future,
                                            const std::function<void(const Mention&)>& on_mention,
                                            InputLog* log);

}  // namespace vigie
