// What the engine counts about itself. Workers and shards add once per batch; the server reads.
// Closed lists: every one of these words is a metric label.
#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

namespace vigie {

// Why a record was refused and sent to the dead letters.
enum class RejectReason : std::uint8_t {
  empty,           // no bytes, or white space only
  too_large,       // above kRecordBytesMax
  not_json,        // malformed, truncated, or followed by something else
  not_an_object,   // valid JSON of another type
  too_deep,        // nested deeper than kJsonDepthMax
  missing_field,   // a required field is absent or null
  wrong_type,      // a known field holds a value of another JSON type
  bad_value,       // the right type, but no value this field may have
  bad_time,        // unreadable, or outside of [kEventTimeMin, kEventTimeMax)
  bad_envelope,    // what is wrapped around the post is broken, or wrapped too deep
  unmapped,        // no mapping knows what this is
  too_many_posts,  // more than kPostsPerRecordMax
};
inline constexpr std::size_t kRejectReasons = 12;
[[nodiscard]] std::string_view to_text(RejectReason reason);

// What was mended in a record that was used.
enum class Repair : std::uint8_t {
  invalid_utf8,    // replaced by U+FFFD
  lone_surrogate,  // an escape \uD800 to \uDFFF without its other half, replaced by U+FFFD
  duplicate_key,   // the last one counts
  dropped_value,   // an optional field held something unusable and was taken as unknown
  long_list,       // elements beyond kListItemsMax were dropped
  large_ext,       // `ext` above kExtBytesMax was dropped
  future_time,     // created_at lay too far after observed_at and was set to it
};
inline constexpr std::size_t kRepairs = 7;
[[nodiscard]] std::string_view to_text(Repair repair);
using RepairCounts = std::array<std::uint32_t, kRepairs>;

inline constexpr std::size_t kUpdateKinds = 5;  // of PostUpdate, see fact.h

// What became of rejects; see ErrorSettings.
enum class RejectAction : std::uint8_t {
  dead_letter,  // handed to the dead letters
  none,         // counted only: there are no dead letters
  drop,         // counted only: by policy
  fail,         // the engine stops: by policy
};
inline constexpr std::size_t kRejectActions = 4;
[[nodiscard]] std::string_view to_text(RejectAction action);

// What became of the posts of one mapping.
struct MappingTotals {
  std::string name;
  std::atomic<std::uint64_t> mapped{};
  std::atomic<std::uint64_t> dropped{};
  std::atomic<std::uint64_t> rejected{};
};

// Every counter only grows. Relaxed order: each is right by itself, no two are read together.
struct Counters {
  using Value = std::atomic<std::uint64_t>;

  Value records{};       // read from sources
  Value record_bytes{};  // their payload
  Value mentions{};      // decoded posts
  Value deletes{};       // decoded op=delete and tombstones
  Value metrics_updates{};
  Value increments{};
  Value author_deletes{};
  Value matched{};      // posts that matched at least one brand
  Value hits{};         // brands matched, summed over posts
  Value labels_lost{};  // words, hashtags and links of these beyond the bounds, or cut
  std::array<Value, kRejectReasons> rejects{};
  std::array<Value, kRepairs> repairs{};
  Value dead_letters{};          // written
  Value dead_letter_failures{};  // could not be written
  std::array<Value, kRejectActions> reject_actions{};
  Value facts_applied{};       // new, and in a window
  Value facts_repeated{};      // dropped: already applied
  Value facts_duplicate{};     // of a post that the brand holds: only its counters were used
  Value facts_answers{};       // of the brand: only counted as answers
  Value facts_late{};          // dropped: after the window had closed
  Value facts_backdated{};     // counted apart: observed long after it was written
  Value facts_overflow{};      // dropped: kHourBlocksMax
  Value mentions_edited{};     // counted as they are now
  Value mentions_retracted{};  // taken back: deleted, or edited away
  Value posts_forgotten{};     // made room before their time: kPostsPerBrandMax, kPostsPerShardMax
  // Updates of posts, once for each shard, and those of them that changed nothing there.
  std::array<Value, kUpdateKinds> updates{};
  Value updates_repeated{};  // already applied
  Value updates_unknown{};   // the shard holds no such post
  Value rebalances{};
  Value source_errors{};
  Value logs_begun_anew{};  // partitions made anew, or cut: they are counted from their start
  Value stale_records{};    // dropped after a rebalance: not owned, or already read
  Value commits{};
  Value commit_failures{};
  Value queue_full{};  // times a worker waited for a shard
  Value saves{};       // of state: transactions that are durable
  Value save_failures{};
  Value save_microseconds{};  // of both
  Value saved_bytes{};
  Value gap_records{};  // that the group has committed and the state does not hold: not counted

  // By mapping, in the order of mapping(). Once workers and server run, the list does not change.
  std::deque<MappingTotals> mappings;

  // The totals of this name, made when they are not there.
  MappingTotals* mapping(std::string_view name) {
    for (MappingTotals& totals : mappings) {
      if (totals.name == name) return &totals;
    }
    MappingTotals& totals = mappings.emplace_back();
    totals.name = name;
    return &totals;
  }

  static void add(Value& counter, std::uint64_t count) {
    if (count != 0) counter.fetch_add(count, std::memory_order_relaxed);
  }
  void add(const RepairCounts& counts) {
    for (std::size_t i = 0; i < kRepairs; ++i) add(repairs[i], counts[i]);
  }
};

}  // namespace vigie
