// The ports: all that runtime knows of the world outside. The connectors implement them,
// app/wire.cc chooses which. Each object is used by one thread at a time unless it says otherwise.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/clock.h"
#include "engine/base/fact.h"
#include "engine/base/mention.h"
#include "engine/base/result.h"
#include "engine/base/start_positions.h"

namespace vigie {

// A header of a Kafka record. Sources hand over those that say how the value is wrapped: `ce_*`,
// `content-type`.
struct Header {
  std::string_view name;  // lower case
  std::string_view value;
};

// One raw record. Its views live as long as the batch it came in, and kRecordPaddingBytes behind
// `value` can be read (their content is unspecified).
struct Record {
  std::string_view key;
  std::string_view value;
  bool tombstone = false;  // a null value: the post named by the key is deleted
  PartitionId partition = 0;
  std::int64_t offset = 0;               // Kafka offset, or byte offset of the line in its file
  std::optional<EventTime> recorded_at;  // when the log took it, where the log knows
  std::span<const Header> headers{};     // of kRecordHeadersMax at most; live as long as the rest
};

// What a source knows of a partition it owns, beside its records.
struct PartitionNews {
  PartitionId partition = 0;
  std::int64_t next_offset = 0;
  bool caught_up = false;  // nothing more to read at this moment
  std::int64_t lag = 0;    // records behind the end of the log, as far as known
};

// What Source::read yields. The caller owns it and passes it again, so its memory is used again;
// the records' bytes live in `storage` or in the source, and are valid until the next read.
struct Batch {
  std::vector<char> storage;
  std::vector<Record> records;      // per partition in offset order
  std::vector<PartitionNews> news;  // partitions touched by this batch or newly caught up
  // Set when ownership changed before these records; see FactBatch::Assignment.
  std::optional<FactBatch::Assignment> assignment;
  std::vector<PartitionId> begun_anew;  // before these records; see FactBatch
  bool ended = false;                   // nothing will ever follow

  void clear() {
    records.clear();
    news.clear();
    assignment.reset();
    begun_anew.clear();
    ended = false;
  }
};

// How a partition is called by people: topic (or file path) and number.
struct PartitionName {
  std::string topic;
  std::int32_t number = 0;
};

// Where everything read from a partition before `next_offset` has been dealt with.
struct Position {
  PartitionId partition = 0;
  std::int64_t next_offset = 0;
};

// Raw records, in batches, for one worker.
class Source {
 public:
  virtual ~Source() = default;

  // Fills the batch; returns with an empty one when nothing came before the deadline. Passing
  // faults (an unreachable broker) are retried inside, counted and logged; an error is final.
  // Before a partition is given away, calls `release` (see below) so that finished work is
  // committed first.
  [[nodiscard]] virtual Result<void> read(Batch* batch, Deadline deadline) = 0;

  // Remembers that the work before these positions is done; written out at the source's own pace,
  // and completely by close(). Positions of partitions no longer owned are ignored.
  virtual void commit(std::span<const Position> positions) = 0;

  // Commits what was remembered and leaves the group. Blocks until the deadline at most.
  virtual void close(Deadline deadline) = 0;

  // Any thread.
  [[nodiscard]] virtual PartitionName name(PartitionId partition) const = 0;
  // The other way round, so that state finds its partitions again: nothing for one that this source
  // cannot have, or whose records do not keep their offsets (standard input). Any thread.
  [[nodiscard]] virtual std::optional<PartitionId> id_of(const PartitionName& /*name*/) const {
    return std::nullopt;
  }

  // State is kept: where it has a position of a partition, reading begins there, whatever was
  // committed, and what cannot be read any more is told and counted. A source that cannot go back
  // begins where it always does. REQUIRES: called before the first read; `positions` outlive the
  // source.
  virtual void start_from(StartPositions* /*positions*/) {}

  // Called on the worker's thread from inside read() when partitions are about to be taken away:
  // returns the positions up to which work is done, waiting for work under way until the deadline.
  class Release {
   public:
    virtual ~Release() = default;
    virtual std::vector<Position> finish(Deadline deadline) = 0;
  };
  // REQUIRES: called before the first read; `release` outlives the source.
  virtual void on_release(Release* release) = 0;
};

// Raw records to mentions. One per worker: it holds parser scratch.
class Decoder {
 public:
  virtual ~Decoder() = default;

  // Appends to `out` the mentions and rejects of records [first, first + count) of the batch, in
  // order, and returns how many it has dealt with: all of them, or at least one and no more than
  // fill `out`, as a record may hold, or unfold to, very much. A record may hold many posts: each
  // is mapped (a mention), dropped on purpose (counted in out->mappings) or rejected. Of a record
  // that cannot be read there is exactly one reject. Never fails as a whole. REQUIRES: first +
  // count <= batch.records.size().
  virtual std::size_t decode(const Batch& batch, std::size_t first, std::size_t count,
                             MentionBatch* out) = 0;

  // The names of the mappings that MentionBatch::mappings counts, by number; they never change.
  [[nodiscard]] virtual std::span<const std::string> mappings() const { return {}; }
};

// Facts from workers to shards. publish() is for workers, take() for shards, applied() for shards
// or for the one thread that saves their state; thread-safe for one thread per writer, one per
// shard and that one.
class FactLink {
 public:
  virtual ~FactLink() = default;

  // Hands the batch to a shard, or says `closed`, or `unreachable` when there was no room before
  // the deadline; the batch is moved from only on success.
  [[nodiscard]] virtual Result<void> publish(std::uint32_t shard, FactBatch&& batch,
                                             Deadline deadline) = 0;

  // The next batch for this shard: true with a batch; false when none came before the deadline;
  // `closed` once the link is closed and drained.
  [[nodiscard]] virtual Result<bool> take(std::uint32_t shard, FactBatch* batch,
                                          Deadline deadline) = 0;

  // The shard is done with all batches of this writer up to `sequence`: what they told is saved, or
  // is not to be saved.
  virtual void applied(std::uint32_t shard, std::uint32_t writer, std::uint64_t sequence) = 0;

  // The highest sequence of this writer that every shard is done with; 0 before the first.
  [[nodiscard]] virtual std::uint64_t applied_everywhere(std::uint32_t writer) const = 0;

  virtual void close() = 0;

  // Bytes waiting for this shard, and the bound.
  struct Use {
    std::size_t bytes = 0;
    std::size_t bytes_max = 0;
  };
  [[nodiscard]] virtual Use use(std::uint32_t shard) const = 0;
};

// A piece of saved state. Keys are "meta", "shard/N", "brand/NAME" and "brand/NAME/posts/PAGE"
// (NAME with '%' and '/' as %25 and %2F); what the values mean is told by engine/analysis/state.md.
struct StateRecord {
  std::string key;
  std::optional<std::string> value;  // none: the key is gone
};

// Where state outlives the process. One thread at a time.
class StateStore {
 public:
  virtual ~StateStore() = default;

  // Hands over every record, in the order of keys; the views last as long as the call. Errors:
  // those of `take`, and of a store that cannot be read: corrupt, of another format, not ours.
  using Take = std::function<Result<void>(std::string_view key, std::string_view value)>;
  [[nodiscard]] virtual Result<void> load(const Take& take) = 0;

  // All of the records or none; durable when it returns. Errors: full, read-only, broken: nothing
  // was written.
  [[nodiscard]] virtual Result<void> save(std::span<const StateRecord> records) = 0;

  // What it takes of the disk; 0 where that is not known.
  [[nodiscard]] virtual std::uint64_t bytes() const { return 0; }
};

// A record that could not be used, or not all of it, with all that is needed to find and replay it.
// There is one for a record, whatever the number of its posts.
struct DeadLetter {
  std::string_view key;
  std::string_view raw;  // cut at kDeadLetterBytesMax
  RejectReason reason = RejectReason::not_json;
  std::string_view detail;
  std::string source_topic;
  std::int32_t partition = 0;
  std::int64_t offset = 0;
  std::optional<EventTime> timestamp;
  // Which posts of the record are meant, rising, where it holds several; empty: all of it. See
  // Reject::index. `reason`, `detail` and `mapping` are those of the first.
  std::vector<std::uint16_t> indexes{};
  std::string_view mapping{};         // that was tried; may be empty
  bool cut = false;                   // `raw` lacks its end: it cannot be replayed
  std::span<const Header> headers{};  // of the record: they say how `raw` is wrapped
};

// Takes rejected records. Thread-safe: the workers share one.
class DeadLetterSink {
 public:
  virtual ~DeadLetterSink() = default;
  // Returns once the letters are durable, or with the error that stopped them.
  [[nodiscard]] virtual Result<void> put(std::span<const DeadLetter> letters) = 0;
};

}  // namespace vigie
