// How a shard saves its brands: in rounds of small steps between two batches of facts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "engine/analysis/aggregator.h"
#include "engine/base/clock.h"
#include "engine/base/fact.h"
#include "engine/runtime/checkpointer.h"
#include "engine/runtime/watermark.h"

namespace vigie {

// A round begins by noting how far every writer's facts are folded and how far event time has come;
// then the brands that have changed are saved, as many at a time as a step allows; then all of
// it goes to the checkpointer as one transaction. Brands are saved at different moments of the
// round, each with its own marks: what was folded after the beginning and is in some of them
// already is read again after a crash, and is a repeat for those. The watermark is the one of the
// beginning, as facts that are read again would be late under a later one.
//
// Owned by the shard, and used by its thread alone. Facts wait for one step at most, which is
// a step's time and the saving of one brand.
class ShardSaver {
 public:
  struct Place {
    std::uint32_t shard = 0;
    std::uint32_t shards = 1;
    std::uint32_t writers = 1;
  };
  // `checkpointer` outlives this.
  ShardSaver(const Place& place, Checkpointer* checkpointer);

  // The brands of the shard that have changed. The aggregator knows those of others by name.
  [[nodiscard]] std::vector<BrandId> unsaved(const Aggregator& aggregator) const;

  // The batch was folded.
  void folded(const FactBatch& batch);

  // Goes on with the round for so long, or begins one when it is time. True when there is more to
  // do at once.
  bool step(Aggregator* aggregator, const WatermarkTracker& watermark, Clock::duration most);

  // Saves all that is here and waits until it is durable, or saving has failed.
  void finish(Aggregator* aggregator, const WatermarkTracker& watermark);

 private:
  [[nodiscard]] bool is_due() const;
  [[nodiscard]] bool is_wished() const;
  void begin(const Aggregator& aggregator, const WatermarkTracker& watermark);
  void save_some(Aggregator* aggregator, Deadline until);
  void hand_over(const Aggregator& aggregator);
  void take_answer(Deadline deadline);

  const Place place_;
  Checkpointer* checkpointer_;
  // The highest sequence of each writer: folded, and covered by the round that began last.
  std::vector<std::uint64_t> folded_;
  std::vector<std::uint64_t> covered_;
  std::map<PartitionId, std::uint32_t> readers_;  // who read a partition last
  std::size_t folded_bytes_ = 0;                  // since a round began
  Deadline last_begin_;
  SaveRound round_;
  std::vector<BrandId> to_save_;  // of the round; the next one last
  bool saving_ = false;           // a round is being gathered
  bool waiting_ = false;          // for the answer to the one before
};

}  // namespace vigie
