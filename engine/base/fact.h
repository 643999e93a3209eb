// Facts: what stage one (match) tells stage two (aggregate). Plain values; they can be copied to
// another thread, machine or file.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/mention.h"
#include "engine/base/post_key.h"
#include "engine/base/short_name.h"

namespace vigie {

// The counters of a post, in the order of PostMetrics.
enum class Counter : std::uint8_t { likes, shares, comments, quotes, views, clicks, saves, reach };
inline constexpr std::size_t kCounters = 8;

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

// A text that a post brings along: a hashtag, the site of a link, a word. Its bytes lie in
// Facts::texts. The hash is the same for the same bytes as long as the state lives.
struct Label {
  std::uint64_t hash = 0;
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

// Consecutive labels in Facts::labels.
struct Labels {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
};

enum class Sentiment : std::uint8_t { unscored, negative, neutral, positive };
// Who said how a post sounds: our model, or whoever handed the post over.
enum class SentimentSource : std::uint8_t { model, given };
enum class MediaType : std::uint8_t { owned, paid, earned, shared };
// The words of metric labels.
[[nodiscard]] std::string_view to_text(Sentiment sentiment);
[[nodiscard]] std::string_view to_text(SentimentSource source);
[[nodiscard]] std::string_view to_text(MediaType type);

inline constexpr std::int64_t kUnknownCount = -1;
using CounterValues = std::array<std::int64_t, kCounters>;
[[nodiscard]] constexpr CounterValues unknown_counters() {
  CounterValues counters{};
  counters.fill(kUnknownCount);
  return counters;
}

// In the order of Counter. A count that is known may be below zero: an increment takes likes away.
[[nodiscard]] std::array<Count, kCounters> by_counter(const PostMetrics& metrics);
// The same as they stand: kUnknownCount for those that are not known.
[[nodiscard]] CounterValues counters_of(const PostMetrics& metrics);

// What all brands that a post mentions are told of it. Times are event times; counts that are not
// known are kUnknownCount; keys, labels and names that are not known are none, or empty.
struct FactPost {
  Origin origin;
  std::uint32_t place = 0;  // among the posts and updates of the batch; see PostUpdate
  EventTime event_time;
  EventTime told_at;  // when its counters, its text and its author were so
  Key128 key;
  Key128 author;
  Key128 parent;    // that it answers
  Key128 root;      // of its thread, or what it shares or quotes
  Key128 replaced;  // of which it is a new version under an id of its own
  CounterValues counters = unknown_counters();
  std::int64_t followers = kUnknownCount;
  std::int32_t author_age_days = -1;  // of the account, when the post was written; -1: not known
  float rating = 0;                   // 1 to 5; 0: none
  std::uint64_t signature = 0;        // simhash of its folded words; 0: too few words to tell
  ShortName platform;
  ShortName lang;
  ShortName country;
  Kind kind = Kind::post;
  Sentiment given = Sentiment::unscored;  // what whoever handed it over says of its text
  bool backdated = false;                 // observed long after it was written: counted apart
  bool edited = false;  // perhaps counted before; a PostUpdate of the same origin goes with it
  Label id;             // its address, or its id where it has none
  Label author_name;    // a pseudonym, where privacy asks for one
  Label channel;
  Labels hashtags;  // folded, without '#', each once
  Labels sites;     // of its links: hosts without "www.", each once
  Labels links;     // each once
  Labels words;     // folded words that may be terms: neither short nor common, each once
};

struct BrandList;  // see brand_list.h

// One brand and one post that concerns it. `post` is its place in Facts::posts; the bits are those
// of Facts::brands.
struct Fact {
  std::uint32_t post = 0;
  BrandId brand = 0;
  std::uint32_t campaigns = 0;  // bit i: takes part in the brand's campaign i
  std::uint32_t rejected = 0;   // bit i: breaks the guideline of campaign i
  std::uint32_t segments = 0;   // bit i: belongs to segment i
  // How what it says of the brand sounds, as KPIs count it; the score from -1 to 1, and how sure it
  // is, from 0 to 1. `language`: of the model that said so, as sentiment::Language; 0: it did not.
  Sentiment sentiment = Sentiment::unscored;
  SentimentSource source = SentimentSource::model;
  std::uint8_t language = 0;
  std::uint8_t crisis = 0;  // bit i: holds words of a crisis of sector i, see kCrisisSectors
  float score = 0;
  float confidence = 0;
  MediaType media = MediaType::shared;
  bool mention = true;      // false: it only answers for the brand
  bool owned = false;       // an account of the brand wrote it
  bool addressed = false;   // it answers the brand, or calls one of its accounts
  bool owned_link = false;  // it links to a site of the brand
  bool moderated = false;   // its platform, or a moderator, hides it
  bool recommends = false;  // it recommends the brand
  bool advises_against = false;
};

// What stage one makes of some records for one shard.
struct Facts {
  // What they were matched with; null: what is in use where they are applied.
  std::shared_ptr<const BrandList> brands;
  std::vector<FactPost> posts;  // per partition in the order of their origins
  std::vector<Fact> facts;      // in the order of their posts
  std::vector<Label> labels;
  std::vector<char> texts;

  [[nodiscard]] std::string_view text(const Label& label) const {
    return {texts.data() + label.first, label.count};
  }
  [[nodiscard]] std::span<const Label> of(const Labels& some) const {
    return {labels.data() + some.first, some.count};
  }
  void clear() {
    brands.reset();
    posts.clear();
    facts.clear();
    labels.clear();
    texts.clear();
  }
  // Heap memory.
  [[nodiscard]] std::size_t bytes() const {
    return posts.capacity() * sizeof(FactPost) + facts.capacity() * sizeof(Fact) +
           labels.capacity() * sizeof(Label) + texts.capacity();
  }
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
  // What a batch tells is to be taken in the order of these places, a post before the update of it.
  std::uint32_t place = 0;
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
  // How often the log of the partition has begun anew as far as the state knows: offsets of another
  // incarnation mean nothing. Only in what is saved.
  std::uint32_t incarnation = 0;
};

// What one worker tells one shard about one batch of records, or about a quiet moment.
struct FactBatch {
  std::uint32_t writer = 0;
  std::uint64_t sequence = 0;  // grows by one per batch of this writer
  Facts facts;
  std::vector<PostUpdate> updates;  // likewise; the same for every shard
  std::vector<Progress> progress;
  // Set when the writer's partitions changed: those it owns from now on. An empty optional inside
  // means "none for now, a new assignment will follow": the watermark waits for it.
  struct Assignment {
    std::optional<std::vector<PartitionId>> partitions;
  };
  std::optional<Assignment> assignment;
  // Partitions of the writer whose log was made anew, or cut, before this batch: offsets begin
  // again, and are no repeats of the former ones.
  std::vector<PartitionId> begun_anew;

  // Heap memory that the batch holds, for the queue's bound.
  [[nodiscard]] std::size_t bytes() const {
    return sizeof(FactBatch) + facts.bytes() + updates.capacity() * sizeof(PostUpdate) +
           progress.capacity() * sizeof(Progress);
  }
};

}  // namespace vigie
