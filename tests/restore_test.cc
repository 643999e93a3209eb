// The first look at saved state, when the process starts.
#include "engine/runtime/restore.h"

#include <doctest/doctest.h>

#include <map>
#include <string>
#include <vector>

#include "engine/analysis/state_meta.h"

namespace vigie {
namespace {

// Records in the order of their keys.
class MemoryStore final : public StateStore {
 public:
  std::map<std::string, std::string> records;

  Result<void> load(const Take& take) override {
    for (const auto& [key, value] : records) {
      if (Result<void> taken = take(key, value); !taken) return taken;
    }
    return {};
  }
  Result<void> save(std::span<const StateRecord> /*records*/) override { return {}; }
};

TEST_CASE("each brand is named once, also where the records of others stand between its own") {
  MemoryStore store;
  for (const char* key : {"brand/A", "brand/A b", "brand/A/posts/0", "brand/A b/posts/0",
                          "brand/A/posts/1", "brand/50%25%2F50"}) {
    store.records[key] = "";
  }
  store.records["meta"] = save_meta({.written_by = "0.1.0"}).value.value();
  const Result<SavedState> saved = look_at_state(&store);
  REQUIRE(saved);
  CHECK(saved->brands == std::vector<std::string>{"50%/50", "A", "A b"});
}

TEST_CASE("records without the meta record are told") {
  MemoryStore store;
  store.records["brand/A"] = "";
  const Result<SavedState> saved = look_at_state(&store);
  REQUIRE(!saved);
  CHECK(saved.error().kind == ErrorKind::corrupt);
}

TEST_CASE("of a log that was made anew a shard that did not hear of it has read nothing") {
  const SavedState::Shard heard{.number = 0,
                                .input = {.watermark = {},
                                          .progress = {{.partition = 7,
                                                        .next_offset = 20,
                                                        .event_time = {},
                                                        .idle = {},
                                                        .incarnation = 1}}}};
  SavedState::Shard deaf = heard;
  deaf.number = 1;
  deaf.input.progress[0].next_offset = 500;
  deaf.input.progress[0].incarnation = 0;
  const StateMeta meta{.written_by = "0.1.0", .partitions = {{7, {"posts", 0}, 1}}};
  const auto saved = load_meta(*save_meta(meta).value);
  REQUIRE(saved);
  const auto partitions =
      find_partitions(*saved, [](const PartitionName&) { return std::vector<PartitionId>{7}; });
  REQUIRE(partitions);
  const auto next_offset = [&](const std::vector<SavedState::Shard>& shards) {
    const SavedInput input = join_inputs(shards, *partitions);
    CHECK(input.progress.at(0).incarnation == 1);
    return input.progress.at(0).next_offset;
  };
  CHECK(next_offset({heard}) == 20);
  CHECK(next_offset({heard, deaf}) == 0);
  CHECK(next_offset({deaf, heard}) == 0);
}

}  // namespace
}  // namespace vigie
