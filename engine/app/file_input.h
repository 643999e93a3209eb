// Reading posts from files for the commands that work on files.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <span>
#include <string>
#include <string_view>

#include "engine/app/commands.h"
#include "engine/app/mappings.h"
#include "engine/app/output.h"
#include "engine/base/counters.h"
#include "engine/base/event_time.h"
#include "engine/base/io.h"
#include "engine/base/mention.h"
#include "engine/base/result.h"

namespace vigie {

// Lines on stderr for what was rejected and what was repaired, by reason; none where there is none.
void print_counts(std::span<const std::uint64_t, kRejectReasons> rejects,
                  std::span<const std::uint64_t, kRepairs> repairs);

// A line on stderr where records were read as mention/1 and look like somebody else's: none of them
// gave a post, and fields were missing.
void suggest_auto(std::string_view mapping, std::uint64_t posts,
                  std::span<const std::uint64_t, kRejectReasons> rejects);

// A line on stderr for brands whose queries were given up, and in how many posts; none where there
// is none. By place of the brand.
void print_given_up(std::span<const std::string> brands, std::span<const std::uint64_t> posts);

// Counts what could not be used, showing the first few on stderr, and what was repaired.
class InputLog {
 public:
  void add(const std::string& file, std::int64_t offset, const Reject& reject);
  // Without showing it.
  void count(const Reject& reject) { ++rejects_[static_cast<std::size_t>(reject.reason)]; }
  void add(const RepairCounts& repairs);
  // `names` are those of the decoder, and outlive the log.
  void add(std::span<const std::string> names, std::span<const MappingCounts> counts);
  // Posts that the mapping of this name gave.
  void add_posts(std::string_view mapping, std::size_t count);
  void summarise() const;

 private:
  std::array<std::uint64_t, kRejectReasons> rejects_{};
  std::array<std::uint64_t, kRepairs> repairs_{};
  std::map<std::string, std::uint64_t> dropped_;  // by mapping
  std::uint64_t shown_ = 0;
  std::string mapping_;
  std::uint64_t posts_ = 0;
};

// Files with posts.
struct PostFiles {
  std::span<const std::string> paths;  // directories and "-" too
  MappingChoice mapping{};
  Duration future = EventTimeSettings{}.future;
};

// Calls `on_mention` for every post of the files, in order. A mention is valid during its call.
[[nodiscard]] Result<void> for_each_mention(const PostFiles& files,
                                            const std::function<void(const Mention&)>& on_mention,
                                            InputLog* log);

// The same record by record: calls `on_slice` with some that were decoded together.
struct DecodedSlice {
  const Source* source = nullptr;
  const Batch* batch = nullptr;
  const MentionBatch* mentions = nullptr;
};
[[nodiscard]] Result<void> for_each_slice(const PostFiles& files, Decoder* decoder,
                                          const std::function<void(const DecodedSlice&)>& on_slice,
                                          InputLog* log);

// Writes the rest of the output, sums up what was read, complains of what went wrong, and says how
// the command ends.
[[nodiscard]] Exit finish(const Result<void>& read, const InputLog& log, Output* output);

}  // namespace vigie
