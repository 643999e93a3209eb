// Saved state for people: what is in it, and its records as JSON.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/state_meta.h"
#include "engine/base/event_time.h"
#include "engine/base/result.h"

namespace vigie {

// Given every record of a store, tells what they hold all together. One thread.
class StateReport {
 public:
  struct Brand {
    std::uint64_t records = 0;
    std::uint64_t bytes = 0;
    std::uint64_t posts = 0;    // that are kept
    std::int64_t mentions = 0;  // of the hours that are kept
    std::uint64_t authors = 0;  // that are kept
  };
  struct Position {
    PartitionId partition = 0;
    std::string topic;  // empty where the state does not say
    std::int32_t number = 0;
    std::int64_t next_offset = 0;         // the lowest over the shards
    std::optional<EventTime> event_time;  // the highest seen
  };

  // Errors: refused, of a newer version; corrupt, where it is not what its key says.
  [[nodiscard]] Result<void> add(std::string_view key, std::string_view value);

  // Errors: corrupt, where there are records and none of them is the meta record.
  [[nodiscard]] Result<void> complete() const;

  [[nodiscard]] const StateMeta& meta() const { return meta_; }
  [[nodiscard]] std::uint64_t records() const { return records_; }
  [[nodiscard]] std::uint64_t bytes() const { return bytes_; }  // of keys and values
  [[nodiscard]] std::size_t shards() const { return shards_; }
  // The lowest of the shards'.
  [[nodiscard]] std::optional<EventTime> watermark() const { return watermark_; }
  [[nodiscard]] const std::map<std::string, Brand>& brands() const { return brands_; }  // by name
  [[nodiscard]] std::vector<Position> positions() const;  // by topic and number

 private:
  [[nodiscard]] Result<void> add_shard(std::string_view key, std::string_view value);
  [[nodiscard]] Result<void> add_brand(std::string_view key, std::string_view value);

  StateMeta meta_;
  bool has_meta_ = false;
  std::uint64_t records_ = 0;
  std::uint64_t bytes_ = 0;
  std::size_t shards_ = 0;
  std::optional<EventTime> watermark_;
  std::map<std::string, Brand> brands_;
  std::map<PartitionId, Position> positions_;
};

// Appends {"key":...,"message":...,"value":{...}}: the message of state.proto as protobuf writes it
// in JSON, bytes in base64, but for the seed of the keys, which is left out: with it, whoever holds
// an author's id could find what is kept of them. Errors: corrupt.
[[nodiscard]] Result<void> append_state_json(std::string_view key, std::string_view value,
                                             std::string* out);

}  // namespace vigie
