// Random posts, and what is told of them, as stage one would tell a shard: for the tests of a
// brand's state.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/fact.h"

namespace vigie {

inline constexpr std::uint64_t kNoPost = ~std::uint64_t{0};

// One record: facts of some brands, or an update, or both.
struct StreamOp {
  FactPost post;
  std::vector<Fact> facts;  // `post` is not set
  std::string id;
  std::vector<std::string> hashtags;
  std::optional<PostUpdate> update;
  std::optional<EventTime> watermark;  // comes behind it

  [[nodiscard]] const Origin& origin() const { return update ? update->origin : post.origin; }
};

[[nodiscard]] Key128 stream_post(std::uint64_t number);
[[nodiscard]] Key128 stream_author(std::uint64_t number);

// The same for the same seed.
class StateStream {
 public:
  struct Settings {
    std::uint32_t brands = 3;
    std::uint32_t partitions = 2;
    std::uint64_t posts = 80;  // so many different ones
    std::uint64_t authors = 9;
    std::int64_t step_seconds = 60;  // at most, between two records
  };
  StateStream(std::uint32_t seed, EventTime start, Settings settings)
      : random_(seed), now_(start), settings_(settings) {}

  [[nodiscard]] std::vector<StreamOp> take(std::size_t count);
  [[nodiscard]] std::uint64_t below(std::uint64_t n) { return random_() % n; }

 private:
  [[nodiscard]] bool chance(std::uint64_t of_hundred) { return below(100) < of_hundred; }
  [[nodiscard]] StreamOp next();
  [[nodiscard]] Origin next_origin();
  void write_post(StreamOp* op, std::uint64_t number);
  void write_facts(StreamOp* op);
  void write_update(StreamOp* op, PostUpdate::Kind kind, std::uint64_t number);
  [[nodiscard]] EventTime time_of(std::uint64_t number);
  [[nodiscard]] CounterValues counters();

  std::mt19937 random_;
  EventTime now_;
  Settings settings_;
  std::vector<std::int64_t> offsets_;
  std::map<std::uint64_t, EventTime> times_;
  std::map<std::uint64_t, std::uint64_t> renamed_;  // posts under a new id
  std::uint64_t next_name_ = 1'000'000;
};

// The records as one batch of facts and updates.
struct StreamBatch {
  Facts facts;
  std::vector<PostUpdate> updates;
  void add(const StreamOp& op);
};

}  // namespace vigie
