// Reading posts from files for the commands that work on files.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <span>
#include <string>

#include "engine/app/commands.h"
#include "engine/app/output.h"
#include "engine/base/counters.h"
#include "engine/base/event_time.h"
#include "engine/base/mention.h"
#include "engine/base/result.h"

namespace vigie {

// Lines on stderr for what was rejected and what was repaired, by reason; none where there is none.
void print_counts(std::span<const std::uint64_t, kRejectReasons> rejects,
                  std::span<const std::uint64_t, kRepairs> repairs);

// A line on stderr for brands whose queries were given up, and in how many posts; none where there
// is none. By place of the brand.
void print_given_up(std::span<const std::string> brands, std::span<const std::uint64_t> posts);

// Counts what could not be used, showing the first few on stderr, and what was repaired.
class InputLog {
 public:
  void add(const std::string& file, std::int64_t offset, const Reject& reject);
  void add(const RepairCounts& repairs);
  void summarise() const { print_counts(rejects_, repairs_); }

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

// Writes the rest of the output, sums up what was read, complains of what went wrong, and says how
// the command ends.
[[nodiscard]] Exit finish(const Result<void>& read, const InputLog& log, Output* output);

}  // namespace vigie
