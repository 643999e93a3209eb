// Reading saved state back, when the process starts.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "engine/analysis/state_meta.h"
#include "engine/analysis/state_shard.h"
#include "engine/base/brand_list.h"
#include "engine/base/io.h"
#include "engine/runtime/shard.h"

namespace vigie {

// What must be known of it before rules and workers are made: a first look, at the keys and the
// smallest records only.
struct SavedState {
  bool fresh = true;  // the store is empty: `meta` is to be filled in
  StateMeta meta;
  std::vector<std::string> brands;  // of which there are records
  struct Shard {
    std::uint32_t number = 0;
    ShardInput input;
  };
  std::vector<Shard> shards;  // of the process that wrote it
};

// Errors: those of the store and of load_meta(); corrupt, where there are records without a meta.
[[nodiscard]] Result<SavedState> look_at_state(StateStore* store);

// How the partitions of the state are called by this process: nothing for one that it does not
// read. Ids are those of a configuration, and the next one may number them in another way.
struct PartitionsFound {
  std::map<PartitionId, PartitionId> ids;               // by saved id
  std::map<PartitionId, std::uint32_t> incarnations{};  // by the id of now
  bool renumbered = false;  // some have another id now, or none: what is saved is to be rewritten
};
// The ids that the sources have for a name.
using FindPartition = std::function<std::vector<PartitionId>(const PartitionName&)>;
// Errors: config, for a name that two sources have.
[[nodiscard]] Result<PartitionsFound> find_partitions(const StateMeta& meta,
                                                      const FindPartition& find);

// Where the input is to be gone on with, in the ids of this process: what every shard has saved,
// and the lowest watermark among theirs.
struct SavedInput {
  std::optional<EventTime> watermark;
  std::optional<std::uint32_t> lowest;  // the shard whose it is
  std::vector<Progress> progress;
};
[[nodiscard]] SavedInput join_inputs(std::span<const SavedState::Shard> shards,
                                     const PartitionsFound& partitions);

// Hands every record to the shard that owns its brand now: their number may have changed. A brand
// that is not named in `brands` is left alone.
// Errors: those of the store, and of Aggregator::load.
[[nodiscard]] Result<void> load_state(StateStore* store, const BrandList& brands,
                                      const SavedInput& input, const PartitionsFound& partitions,
                                      std::span<const std::unique_ptr<Shard>> shards);

}  // namespace vigie
