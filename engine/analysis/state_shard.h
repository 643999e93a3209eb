// What the record of a shard tells of the input: how far it had been read. Beside it lie the fields
// that Aggregator::save_shard() writes.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/result.h"

namespace vigie {

struct ShardInput {
  std::optional<EventTime> watermark;
  std::vector<Progress> progress;  // of the partitions that were read here; `idle` is not set
};

// Adds the progress to the value of a shard's record.
void append_progress(std::span<const Progress> progress, std::string* value);

// Errors: corrupt.
[[nodiscard]] Result<ShardInput> load_shard_input(std::string_view key, std::string_view value);

// "shard/7".
[[nodiscard]] std::string shard_key(std::uint32_t shard);
[[nodiscard]] std::optional<std::uint32_t> shard_of_key(std::string_view key);
// "brand/NAME".
[[nodiscard]] std::string brand_key(std::string_view name);
// The number of the page of posts that a record of a brand is; nothing for its other record.
[[nodiscard]] std::optional<std::uint64_t> page_of_key(std::string_view key);
// The name of the brand that a record is of, by its key; nothing for another record.
[[nodiscard]] std::optional<std::string> brand_of_key(std::string_view key);

}  // namespace vigie
