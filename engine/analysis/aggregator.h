// Stage two: the state of the brands of one shard, as a pure state machine. It reads no clock, does
// no I/O and starts no thread: the same facts and watermarks give the same results, bit for bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "engine/analysis/snapshot.h"
#include "engine/base/brand_list.h"
#include "engine/base/counters.h"
#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/limits.h"
#include "engine/base/short_name.h"

namespace vigie {

// One closed minute of one brand on one platform that saw mentions.
struct ClosedMinute {
  EventTime minute;  // its start
  BrandId brand = 0;
  ShortName platform;
  std::uint32_t mentions = 0;
};

struct AggregatorSettings {
  // How long a minute stays open for mentions that arrive out of order.
  Duration lateness = std::chrono::hours{1};
  // Hours with a mention, summed over brands and platforms, that are held at once.
  std::size_t hour_blocks_max = kHourBlocksMax;
};

// What happened to the facts given to apply().
struct ApplyCounts {
  std::uint64_t applied = 0;    // in a window
  std::uint64_t repeated = 0;   // at or below the brand's position: dropped
  std::uint64_t late = 0;       // its minute has closed: counted apart
  std::uint64_t backdated = 0;  // counted apart
  std::uint64_t overflow = 0;   // hour_blocks_max reached: dropped
};

// What happened to the updates given to apply().
struct UpdateCounts {
  std::array<std::uint64_t, kUpdateKinds> received{};  // by kind, repeats not counted
  std::uint64_t repeated = 0;                          // at or below the shard's position: dropped
  std::uint64_t unknown = 0;                           // no brand here holds the post: dropped
};

// Owned by one shard thread. Memory: per brand and platform 264 bytes for each hour that saw a
// mention and is still open or in a window (two days), bounded by hour_blocks_max; per brand 16
// bytes for each partition, and 16 more for the shard. A brand that is not watched any more keeps
// its totals; its hours go the way of all hours.
class Aggregator {
 public:
  // The brand with place i in `brands` has BrandId i; a shard may own only some of them.
  Aggregator(std::vector<std::string> brands, AggregatorSettings settings);
  ~Aggregator();
  Aggregator(Aggregator&&) noexcept;
  Aggregator& operator=(Aggregator&&) noexcept;

  // Folds facts in. A fact whose origin is at or below the highest one applied for its brand and
  // partition is a repeat and changes nothing.
  // REQUIRES: each fact's brand has a name. It need not be watched any more.
  ApplyCounts apply(std::span<const Fact> facts);

  // Takes what is told of posts. An update whose origin is at or below the highest one taken of its
  // partition is a repeat and changes nothing. No table of posts is kept yet, so that every post is
  // unknown.
  UpdateCounts apply(std::span<const PostUpdate> updates);

  // Moves event time on; an earlier watermark than the present one changes nothing. Minutes that
  // end at or before watermark - lateness close, once each; those with mentions are appended to
  // `closed` (when not null) in order of minute, brand, platform.
  void advance(EventTime watermark, std::vector<ClosedMinute>* closed);

  // Closes every open minute: the end of a replay.
  void close_all(std::vector<ClosedMinute>* closed);

  // From now on these brands are watched. One that was watched before finds its state again; of a
  // new one, or one that comes back, windows that began before now are not whole.
  // REQUIRES: `brands` follows the list before it, see BrandList.
  void set_brands(std::shared_ptr<const BrandList> brands);

  // The present state of the watched brands of a shard, those whose id % shards == shard.
  [[nodiscard]] Snapshot snapshot(std::uint32_t shard, std::uint32_t shards) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigie
