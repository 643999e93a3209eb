// Facts: what stage one (match) tells stage two (aggregate). Plain values; they can be copied to
// another thread, machine or file.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/mention.h"
#include "engine/base/post_key.h"
#include "engine/base/short_name.h"

namespace vigie {

// One partition of one topic, or one file, numbered by its source: stable for one configuration.
using PartitionId = std::uint32_t;
// Stands for the name of a brand as long as the process lives; see brand_list.h.
using BrandId = std::uint32_t;

// Where in the raw input a fact comes from. Within a partition it only grows.
struct Origin {
  PartitionId partition = 0;
  std::int64_t offset = 0;
  std::uint16_t index = 0;  // which mention of that record
};

// One brand was mentioned once.
struct Fact {
  Origin origin;
  EventTime event_time;
  BrandId brand = 0;
  bool backdated = false;  // observed long after it was written: counted apart
  bool edited = false;     // perhaps counted before; a PostUpdate of the same origin goes with it
  ShortName platform;
  Key128 post{};
  Key128 author{};    // none where it is not known
  Key128 replaced{};  // the post of which this is a new version; none unless its id is another one
};

// What is told of a post, or of all that an author wrote, and concerns whoever holds it: it goes to
// every shard, and is dropped where the post is unknown.
struct PostUpdate {
  enum class Kind : std::uint8_t {
    remove,
    remove_author,
    metrics,    // its counters now
    increment,  // what to add to them
    edit,       // it has changed: brands without a fact of this origin do not match it any more
  };
  Origin origin;
  Kind kind = Kind::remove;
  Key128 key;           // of the post, before the edit; of the author for remove_author
  PostMetrics metrics;  // for metrics and increment; `as_of` is set for all, where it is known
};
// "delete", "delete_author", "metrics", "increment", "edit": a metric label.
[[nodiscard]] std::string_view to_text(PostUpdate::Kind kind);

// How far a partition has been read.
struct Progress {
  PartitionId partition = 0;
  std::int64_t next_offset = 0;
  // Highest event time seen; nothing before the first mention.
  std::optional<EventTime> event_time;
  // Set when the partition is caught up and nothing has come for a while: it then no longer holds
  // the watermark back. How long nothing has come.
  std::optional<Duration> idle;
};

// What one worker tells one shard about one batch of records, or about a quiet moment.
struct FactBatch {
  std::uint32_t writer = 0;
  std::uint64_t sequence = 0;       // grows by one per batch of this writer
  std::vector<Fact> facts;          // per partition in the order of their origins
  std::vector<PostUpdate> updates;  // likewise; the same for every shard
  std::vector<Progress> progress;
  // Set when the writer's partitions changed: those it owns from now on. An empty optional inside
  // means "none for now, a new assignment will follow": the watermark waits for it.
  struct Assignment {
    std::optional<std::vector<PartitionId>> partitions;
  };
  std::optional<Assignment> assignment;

  // Heap memory that the batch holds, for the queue's bound.
  [[nodiscard]] std::size_t bytes() const {
    return sizeof(FactBatch) + facts.capacity() * sizeof(Fact) +
           updates.capacity() * sizeof(PostUpdate) + progress.capacity() * sizeof(Progress);
  }
};

}  // namespace vigie
