// The minutes of one brand on one platform: blocks of one hour, only for hours that saw a mention.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/analysis/snapshot.h"
#include "engine/base/event_time.h"
#include "engine/base/short_name.h"

namespace vigie {

using Minute = std::int64_t;  // since 1970
using Hour = std::int32_t;    // since 1970

inline constexpr int kMinutesPerHour = 60;
// Before every event time; its hour can still be told.
inline constexpr Minute kNoMinute = Minute{std::numeric_limits<Hour>::min()} * kMinutesPerHour;

[[nodiscard]] inline Minute minute_of(EventTime time) {
  return std::chrono::floor<std::chrono::minutes>(time.time_since_epoch()).count();
}
[[nodiscard]] constexpr Minute first_minute(Hour hour) { return Minute{hour} * kMinutesPerHour; }
// The hour that holds the minute, also before 1970.
[[nodiscard]] inline Hour hour_of(Minute minute) {
  const Minute hour = minute / kMinutesPerHour;
  return static_cast<Hour>(minute < hour * kMinutesPerHour ? hour - 1 : hour);
}

// Mentions in each minute of an hour.
using HourBlock = std::array<std::uint32_t, kMinutesPerHour>;
using BlockId = std::uint32_t;

// The blocks of all series of an aggregator. A block stays where it is until it is given back, and
// is then used again.
class BlockPool {
 public:
  explicit BlockPool(std::size_t blocks_max) : blocks_max_(blocks_max) {}

  // A block of zeros, or nothing when blocks_max are in use.
  [[nodiscard]] std::optional<BlockId> take();
  void give_back(BlockId id) { free_.push_back(id); }
  [[nodiscard]] bool has_room(std::size_t blocks) const {
    return made_ - free_.size() + blocks <= blocks_max_;
  }

  [[nodiscard]] HourBlock& operator[](BlockId id) {
    return chunks_[id / kChunkBlocks][id % kChunkBlocks];
  }
  [[nodiscard]] const HourBlock& operator[](BlockId id) const {
    return chunks_[id / kChunkBlocks][id % kChunkBlocks];
  }

  [[nodiscard]] std::size_t memory_bytes() const {
    return chunks_.size() * kChunkBlocks * sizeof(HourBlock) + free_.capacity() * sizeof(BlockId);
  }

 private:
  static constexpr std::size_t kChunkBlocks = 256;

  std::size_t blocks_max_;
  std::size_t made_ = 0;
  std::vector<std::unique_ptr<HourBlock[]>> chunks_;
  std::vector<BlockId> free_;
};

// Owned by the aggregator's thread.
class Series {
 public:
  explicit Series(ShortName platform) : platform_(platform) {}

  [[nodiscard]] const ShortName& platform() const { return platform_; }
  [[nodiscard]] std::uint64_t mentions() const { return mentions_; }

  // Counts one mention. False when the hour has no block yet.
  [[nodiscard]] bool count(Minute minute, BlockPool* pool) {
    const Hour hour = hour_of(minute);
    if (last_ >= hours_.size() || hours_[last_].hour != hour) {
      last_ = find(hour);
      if (last_ == hours_.size() || hours_[last_].hour != hour) return false;
    }
    HourTotal& total = hours_[last_];
    ++(*pool)[total.block][static_cast<std::size_t>(minute - first_minute(hour))];
    ++total.mentions;
    ++mentions_;
    return true;
  }

  // Takes back one mention of the windows, and counts it there again: the mentions since the start
  // stay. False when its hour has no block, or the minute no mention.
  bool take_back(Minute minute, BlockPool* pool);
  bool put_back(Minute minute, BlockPool* pool);

  // REQUIRES: the hour has no block yet.
  void add_hour(Hour hour, BlockId block);
  // Forgets the hour; its block goes back to the pool. REQUIRES: the hour has a block.
  void drop_hour(Hour hour, BlockPool* pool);

  // Adds the mentions of all windows that end with minute `last`, that minute included.
  void add_windows(Minute last, const BlockPool& pool, AllWindows* windows) const;

  struct HourTotal {
    Hour hour;
    BlockId block;
    std::uint32_t mentions;
  };
  [[nodiscard]] std::span<const HourTotal> hours() const { return hours_; }
  [[nodiscard]] std::size_t memory_bytes() const { return hours_.capacity() * sizeof(HourTotal); }
  // Takes over what was saved: the mentions since the start, and those of an hour that has a block.
  void set_mentions(std::uint64_t mentions) { mentions_ = mentions; }
  void set_minutes(Hour hour, const HourBlock& minutes, BlockPool* pool);

 private:
  // Index of the first hour at or after `hour`; nearly always at or behind the last one.
  [[nodiscard]] std::size_t find(Hour hour) const;
  // What is counted of the hour; null where it has no block.
  [[nodiscard]] HourTotal* total_of(Hour hour);

  ShortName platform_;
  std::uint64_t mentions_ = 0;    // since the start
  std::size_t last_ = 0;          // index of the hour counted last
  std::vector<HourTotal> hours_;  // sorted by hour
};

}  // namespace vigie
