// The minutes of all brands of a shard: which are open, closed, and kept for the windows.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <vector>

#include "engine/analysis/aggregator.h"
#include "engine/analysis/brand_state.h"
#include "engine/analysis/series.h"

namespace vigie {

namespace pb {
class Brand;
class Brand_Minutes;  // NOLINT(readability-identifier-naming): as protoc names it
class Shard;
}  // namespace pb

// Mentions by minute and platform lie in the Series of a brand; this has what they share: the
// blocks, and which of them belong to an hour. One thread.
class Minutes {
 public:
  Minutes(Duration lateness, std::size_t hour_blocks_max)
      : lateness_(lateness), pool_(hour_blocks_max) {}

  // How far event time has come.
  struct Clock {
    std::optional<EventTime> watermark;
    Minute closed_until = kNoMinute;  // this minute and later ones are open
    Minute kept_from = kNoMinute;     // hours that end before are gone
  };
  [[nodiscard]] const Clock& clock() const { return clock_; }
  // What the clock will be when advance() has moved event time on from there.
  [[nodiscard]] Clock after(const Clock& clock, EventTime watermark) const;
  // Until it is set back, facts are counted as if event time had come so far. What has closed or is
  // old stays until advance(), but is told, and taken, as if it had gone.
  void set_clock(const Clock& clock) { clock_ = clock; }

  // A minute that has closed is not counted any more.
  [[nodiscard]] bool is_closed(const BrandState& brand, Minute minute) const {
    return minute < clock_.closed_until || minute < brand.closed_until;
  }
  // Counts one mention; which of the brand's series it is in, or nothing when there is no room.
  std::optional<std::uint8_t> count(BrandId id, BrandState* brand, const ShortName& platform,
                                    Minute minute);
  // Takes a mention out of the windows again, where its minute is kept.
  void take_back(BrandState* brand, std::uint8_t series, Minute minute);
  // Counts it again; false where its minute is not kept.
  bool put_back(BrandId id, BrandState* brand, std::uint8_t series, Minute minute);

  // The brand with this id, which has mentions.
  using BrandOf = std::function<BrandState&(BrandId)>;
  // See Aggregator::advance.
  void advance(EventTime watermark, const BrandOf& brand, std::vector<ClosedMinute>* closed);
  void close_all(const BrandOf& brand, std::vector<ClosedMinute>* closed);

  [[nodiscard]] const std::optional<EventTime>& watermark() const { return clock_.watermark; }
  // The first minute of a brand that is watched from now on. Partitions that run ahead of the
  // watermark are counted from where they are.
  [[nodiscard]] Minute next_minute() const;
  // The windows of a series; and whether counting, which began for the brand with `since`, covers
  // those before them.
  void add_windows(const Series& series, AllWindows* windows) const;
  void mark_whole(Minute since, AllWindows* windows) const;
  // The first hour of which counts are whole for such a brand.
  [[nodiscard]] Hour whole_hours_from(Minute since) const {
    return hour_of(std::max(since_, since) + kMinutesPerHour - 1);
  }

  [[nodiscard]] Minute closed_until() const { return clock_.closed_until; }
  // True when so many mentions find a block, whatever their hours are.
  [[nodiscard]] bool has_room(std::size_t blocks) const { return pool_.has_room(blocks); }
  [[nodiscard]] const BlockPool& pool() const { return pool_; }
  [[nodiscard]] std::size_t memory_bytes() const;
  // Of what it has for all brands, and of the minutes of one.
  void save(pb::Shard* out) const;
  void load(const pb::Shard& in);
  void save(const BrandState& brand, pb::Brand* out) const;
  // False where it holds what no save() wrote.
  [[nodiscard]] bool load(BrandId id, const pb::Brand& in, BrandState* brand);

 private:
  // One block of an hour, and whose it is.
  struct HourEntry {
    BrandId brand;
    std::uint32_t series;
    BlockId block;
  };
  // All blocks of one hour.
  struct HourIndex {
    std::vector<HourEntry> entries;
    std::size_t sorted = 0;  // how many entries at the front are in order of brand and platform
  };

  [[nodiscard]] bool count_in_new_block(BrandId id, BrandState* brand, const ShortName& platform,
                                        Minute minute);
  [[nodiscard]] bool add_block(BrandId id, BrandState* brand, std::size_t series, Hour hour);
  [[nodiscard]] bool load_hours(BrandId id, const pb::Brand_Minutes& from, BrandState* brand,
                                std::size_t series);
  void close_before(Minute end, const BrandOf& brand, std::vector<ClosedMinute>* closed);
  void append_closed(Hour hour, HourIndex* index, Minute end, const BrandOf& brand,
                     std::vector<ClosedMinute>* closed);
  // Minutes before are in no window any more.
  [[nodiscard]] static Minute first_needed(const Clock& clock);
  void drop_old_hours(const BrandOf& brand);

  Duration lateness_;
  BlockPool pool_;
  std::map<Hour, HourIndex> hours_;  // every block in use
  Clock clock_;
  Minute since_ = kNoMinute;        // the minute of the first watermark: counts are whole from here
  Minute last_minute_ = kNoMinute;  // the latest one that was counted
};

}  // namespace vigie
