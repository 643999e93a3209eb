#include "engine/runtime/restore.h"

#include <algorithm>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "engine/base/text.h"

namespace vigie {

Result<SavedState> look_at_state(StateStore* store) {
  SavedState state;
  bool meta_found = false;
  const auto look = [&](std::string_view key, std::string_view value) -> Result<void> {
    state.fresh = false;
    if (auto brand = brand_of_key(key); brand) {
      // Its own record has one '/'; between it and those of its posts others may stand: "A" < "A b"
      // < "A/posts/0".
      if (key.find('/') == key.rfind('/')) state.brands.push_back(std::move(*brand));
    } else if (key == kMetaKey) {
      Result<StateMeta> meta = load_meta(value);
      if (!meta) return std::unexpected(std::move(meta.error()));
      state.meta = std::move(*meta);
      meta_found = true;
    } else if (const auto shard = shard_of_key(key); shard) {
      Result<ShardInput> input = load_shard_input(key, value);
      if (!input) return std::unexpected(std::move(input.error()));
      state.shards.push_back({*shard, std::move(*input)});
    }
    return {};
  };
  if (Result<void> looked = store->load(look); !looked) {
    return std::unexpected(std::move(looked.error()));
  }
  if (!state.fresh && !meta_found) {
    return fail(ErrorKind::corrupt,
                "state: the record 'meta' is missing; restore the directory from a copy, or move "
                "it away to begin anew: nothing was changed");
  }
  return state;
}

Result<PartitionsFound> find_partitions(const StateMeta& meta, const FindPartition& find) {
  PartitionsFound found;
  for (const auto& [id, name, incarnation] : meta.partitions) {
    const std::vector<PartitionId> ids = find(name);
    if (std::ranges::find(ids, id) != ids.end()) {
      found.ids[id] = id;
      found.incarnations[id] = incarnation;
      continue;
    }
    found.renumbered = true;
    if (ids.empty()) continue;
    if (ids.front() != ids.back()) {
      return fail(ErrorKind::config,
                  cat("two sources have a topic '", name.topic,
                      "', and the state cannot tell which of them it has read; begin with a new "
                      "state.path, or write the sources in the former order"),
                  "sources");
    }
    found.ids[id] = ids.front();
    found.incarnations[ids.front()] = incarnation;
  }
  return found;
}

SavedInput join_inputs(std::span<const SavedState::Shard> shards,
                       const PartitionsFound& partitions) {
  SavedInput joined;
  std::map<PartitionId, std::pair<Progress, std::size_t>> lowest;  // and in how many shards
  bool whole = !shards.empty();
  for (const auto& [number, input] : shards) {
    whole = whole && input.watermark;
    if (input.watermark && (!joined.watermark || *input.watermark < *joined.watermark)) {
      joined.watermark = input.watermark;
      joined.lowest = number;
    }
    for (Progress progress : input.progress) {
      const auto id = partitions.ids.find(progress.partition);
      if (id == partitions.ids.end()) continue;
      progress.partition = id->second;
      const auto incarnation = partitions.incarnations.find(id->second);
      if (incarnation != partitions.incarnations.end() &&
          incarnation->second != progress.incarnation) {
        progress.incarnation = incarnation->second;
        progress.next_offset = 0;  // of the log of now the shard has read nothing
      }
      auto& [known, count] = lowest.try_emplace(id->second, progress, 0).first->second;
      if (++count == 1) continue;
      known.next_offset = std::min(known.next_offset, progress.next_offset);
      known.event_time = std::min(known.event_time, progress.event_time);  // none is the lowest
    }
  }
  // A shard that has saved none yet would miss what lies before another's.
  if (!whole) {
    joined.watermark.reset();
    joined.lowest.reset();
  }
  for (const auto& [id, of] : lowest) {
    if (of.second == shards.size()) joined.progress.push_back(of.first);
  }
  return joined;
}

Result<void> load_state(StateStore* store, const BrandList& brands, const SavedInput& input,
                        const PartitionsFound& partitions,
                        std::span<const std::unique_ptr<Shard>> shards) {
  std::unordered_map<std::string_view, BrandId> ids;
  for (BrandId id = 0; id < brands.names.size(); ++id) ids.emplace(brands.names[id], id);
  const std::string lowest = input.lowest ? shard_key(*input.lowest) : "";
  for (const auto& shard : shards) shard->expect(partitions.incarnations);
  const auto take = [&](std::string_view key, std::string_view value) -> Result<void> {
    if (const auto brand = brand_of_key(key); brand) {
      const auto id = ids.find(*brand);
      if (id == ids.end()) return {};
      return shards[id->second % shards.size()]->load(key, value, partitions.ids);
    }
    if (key != lowest) return {};
    for (const auto& shard : shards) {
      if (Result<void> loaded = shard->load(key, value, partitions.ids); !loaded) return loaded;
    }
    return {};
  };
  if (Result<void> loaded = store->load(take); !loaded) return loaded;
  for (const auto& shard : shards) {
    if (auto restored = shard->restored(input.watermark, input.progress); !restored) {
      return restored;
    }
  }
  return {};
}

}  // namespace vigie
