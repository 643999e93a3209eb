// Stage two: the state of the brands of one shard, as a pure state machine. It reads no clock, does
// no I/O and starts no thread: the same facts and watermarks give the same results, bit for bit.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/kpi_settings.h"
#include "engine/analysis/snapshot.h"
#include "engine/base/brand_list.h"
#include "engine/base/counters.h"
#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/io.h"
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
  KpiSettings kpis{};
  // How long a minute stays open for mentions that arrive out of order.
  Duration lateness = std::chrono::hours{1};
  // Hours with a mention, summed over brands and platforms, that are held at once.
  std::size_t hour_blocks_max = kHourBlocksMax;
};

// What happened to what was given to apply(). Of facts:
struct ApplyCounts {
  std::uint64_t applied = 0;   // a mention that is new, in a window
  std::uint64_t repeated = 0;  // at or below the brand's mark: dropped
  std::uint64_t duplicates =
      0;  // a post that the brand holds already: its counters were brought up to date
  std::uint64_t edited = 0;     // likewise, and it is counted as it is now
  std::uint64_t answers = 0;    // only answer for the brand
  std::uint64_t late = 0;       // its minute has closed: counted apart
  std::uint64_t backdated = 0;  // counted apart
  std::uint64_t overflow = 0;   // hour_blocks_max reached: dropped
  // Of updates, for each brand that holds what they are about:
  std::array<std::uint64_t, kUpdateKinds> updates{};  // received, by kind
  std::uint64_t updates_repeated = 0;  // at or below the mark of each brand that holds the post
  std::uint64_t updates_unknown = 0;   // no brand here holds the post: dropped
  std::uint64_t retracted = 0;         // mentions taken back: deleted, or edited away
  std::uint64_t forgotten = 0;  // posts that made room for others before their time was over: what
                                // is told of them from now on is dropped
};

// What is told in one batch, and how far event time has come with it.
struct ToldBatch {
  const Facts* facts = nullptr;  // not null
  std::span<const PostUpdate> updates;
  std::optional<EventTime> watermark;
};

// Owned by one shard thread. Memory: what brand_state.h keeps of a brand, from its first fact on;
// per post some 180 bytes (post_table.h), bounded by kPostsPerBrandMax and kPostsPerShardMax; per
// brand and platform 264 bytes for each hour that saw a mention and is still open or in a window
// (two days), bounded by hour_blocks_max. A brand that is not watched any more keeps what it has;
// it goes the way of all that is old.
class Aggregator {
 public:
  // The brand with place i in `brands` has BrandId i; a shard may own only some of them.
  Aggregator(std::vector<std::string> brands, AggregatorSettings settings);
  ~Aggregator();
  Aggregator(Aggregator&&) noexcept;
  Aggregator& operator=(Aggregator&&) noexcept;

  // Folds in facts, and what is told of posts, in the order of their places. What has an origin at
  // or below the highest one folded into a brand, of its partition, is a repeat for that brand and
  // changes nothing there.
  // REQUIRES: each fact's brand has a name. It need not be watched any more.
  ApplyCounts apply(const Facts& facts, std::span<const PostUpdate> updates);
  // Several batches at once: the same, to the last bit, as apply() and advance() of one after the
  // other, in less time the more there are. They are gone through brand by brand, and what a brand
  // keeps, some 100 KB, comes into the cache once for all its facts.
  ApplyCounts apply(std::span<const ToldBatch> batches, std::vector<ClosedMinute>* closed);

  // The log of the partition was made anew: its offsets begin again in this incarnation, a higher
  // one than before. Before load() too, for what the state says of the partition.
  void begin_anew(PartitionId partition, std::uint32_t incarnation);
  // Of the log of the partition, as far as was told.
  [[nodiscard]] std::uint32_t incarnation(PartitionId partition) const;

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

  // --- Saving ------------------------------------------------------------------------------------
  // A brand's records are complete in themselves: its numbers with its marks. So brands may be
  // saved at different moments, and loaded and fed again from the oldest of them.

  // Brands that have changed since they were last saved.
  [[nodiscard]] std::vector<BrandId> unsaved() const;
  // Appends the records of what changed of the brand; it counts as saved from now on. Takes some
  // milliseconds for the largest.
  void save(BrandId brand, std::vector<StateRecord>* out);
  // Appends the record of the shard itself. It goes with brands that are saved later: facts that
  // are read again between the two would be late under a later watermark than they were.
  void save_shard(std::uint32_t shard, std::vector<StateRecord>* out) const;
  // Takes over one record that save() wrote, of a brand that is named in `brands`, or of a shard;
  // the partitions in it get the ids that `partitions` has for them, and are forgotten without.
  // REQUIRES: nothing was applied yet. Errors: corrupt, what is wrong with it; the state is not to
  // be used then.
  [[nodiscard]] Result<void> load(std::string_view key, std::string_view value,
                                  const std::map<PartitionId, PartitionId>& partitions);
  // After the last load(): joins what belongs together.
  [[nodiscard]] Result<void> loaded();

  // Heap memory of all brands.
  [[nodiscard]] std::size_t memory_bytes() const;

  // Computes the KPIs of the next watched brand for which they are behind, one after the other;
  // false when there is none. A large brand takes some milliseconds.
  bool compute_next_kpis();
  // Those of all.
  void compute_kpis();

  // The present state of the watched brands of a shard, those whose id % shards == shard.
  // Its KPIs are those computed last.
  [[nodiscard]] Snapshot snapshot(std::uint32_t shard, std::uint32_t shards) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace vigie
