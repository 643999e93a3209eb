// The canonical record `mention/1`: one post as every connector hands it over. The wire form is
// described in connectors/mention.md.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/counters.h"
#include "engine/base/event_time.h"

namespace vigie {

// What a record says of a post (on the wire: upsert, delete, metrics, increment, delete_author).
enum class Op : std::uint8_t {
  upsert,         // it is new, or edited
  remove,         // it is gone
  metrics,        // its counters now
  increment,      // what to add to its counters: one like came
  remove_author,  // everything that its author wrote is gone
};

inline constexpr std::size_t kOps = 5;

enum class Kind : std::uint8_t { post, reply, repost, quote, comment, review, article, message };

// The words of the wire form.
[[nodiscard]] std::string_view to_text(Op op);
[[nodiscard]] std::string_view to_text(Kind kind);
[[nodiscard]] std::optional<Op> parse_op(std::string_view text);
[[nodiscard]] std::optional<Kind> parse_kind(std::string_view text);

// In the whole record an absent optional, and an empty view, mean "unknown": never zero.
using Count = std::optional<std::int64_t>;

struct Author {
  std::string_view id;
  std::string_view handle;
  std::string_view name;
  std::string_view country;
  Count followers;
  Count following;
  std::optional<bool> verified;
  std::optional<bool> bot;
  std::optional<EventTime> created_at;
};

struct PostMetrics {
  Count likes, shares, comments, quotes, views, clicks, saves, reach;
  std::optional<EventTime> as_of;
};

struct Handle {
  std::string_view id;
  std::string_view handle;
};

struct Media {
  std::string_view type;
  std::string_view url;
  std::string_view alt;
};

struct Rating {
  double value = 0;
  std::optional<double> max;
};

struct Geo {
  std::string_view country;
  std::string_view region;
  std::string_view city;
  std::optional<double> lat;
  std::optional<double> lon;
};

struct GivenSentiment {  // what an upstream vendor said; kept apart from our own
  std::string_view label;
  std::optional<double> score;
  std::string_view source;
};

struct Channel {
  std::string_view id;
  std::string_view name;
};

// All views point into the batch the mention was decoded from or into the arena of its
// MentionBatch, and are valid as long as both. They hold valid UTF-8.
struct Mention {
  Op op = Op::upsert;
  Kind kind = Kind::post;
  std::uint16_t index = 0;   // its place among the mentions of its record
  std::uint32_t record = 0;  // index of that in the batch
  std::string_view id;
  std::string_view platform;  // lower case
  std::string_view text;
  std::string_view title;
  EventTime created_at;
  std::optional<EventTime> edited_at;
  std::optional<EventTime> observed_at;
  std::string_view lang;  // BCP-47 primary subtag, lower case; empty or "und" when unknown
  std::string_view url;
  Author author;
  std::string_view parent_id, root_id, shared_id, quoted_id, parent_author_id;
  std::string_view replaces_id;  // the post of which this is a new version under an id of its own
  std::string_view shared_text;
  std::span<const std::string_view> hashtags;  // as given, with or without '#'
  std::span<const Handle> mentions;
  std::span<const std::string_view> urls;
  std::span<const Media> media;
  PostMetrics metrics;
  std::optional<Rating> rating;
  std::optional<Geo> geo;
  std::optional<GivenSentiment> sentiment;
  Channel channel;
  std::string_view visibility;
  std::optional<bool> sensitive;
  std::string_view ext;  // raw JSON of one object
};

// As it is written: of the place where the post was written, else that of its author.
[[nodiscard]] std::string_view country_of(const Mention& mention);

// A record, or one post of a record that holds several, that could not be used, and why. `detail`
// is a literal or lives in the arena.
struct Reject {
  std::uint32_t record = 0;
  RejectReason reason = RejectReason::not_json;
  std::string_view detail;
  // Its place among the posts of the record, counting those that were mapped, dropped and rejected;
  // nothing when the record as a whole is refused.
  std::optional<std::uint16_t> index{};
  std::string_view mapping{};  // the mapping that was tried; lives as long as the decoder
};

// What became of the posts that one mapping was applied to.
struct MappingCounts {
  std::uint32_t mapped = 0;
  std::uint32_t dropped = 0;   // the mapping says that they are no posts
  std::uint32_t rejected = 0;  // sent to the dead letters
};

// What decoding a slice of a batch yields. Owned by one worker and used again for each slice.
struct MentionBatch {
  std::vector<Mention> mentions;
  std::vector<Reject> rejects;
  RepairCounts repairs{};
  std::vector<MappingCounts> mappings;  // by number of the mapping; see Decoder::mappings()
  Arena arena;

  void clear() {
    mentions.clear();
    rejects.clear();
    repairs = {};
    mappings.assign(mappings.size(), {});
    arena.reset();
  }
};

}  // namespace vigie
