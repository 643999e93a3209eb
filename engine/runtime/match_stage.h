// Stage one: raw records to facts. A pure function of the record and the rules.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "engine/base/counters.h"
#include "engine/base/io.h"
#include "engine/runtime/partition_times.h"
#include "engine/runtime/post_scorer.h"
#include "engine/runtime/post_writer.h"
#include "engine/runtime/shadow_log.h"
#include "rules/post_words.h"
#include "rules/rules.h"

namespace vigie {

// One thread. Scratch memory is kept, so a warm stage allocates only what its facts need.
class MatchStage {
 public:
  struct Settings {
    std::uint32_t shards = 1;
    // A post observed later than this after it was written is backdated.
    Duration lateness = std::chrono::hours{1};
    KeySeed seed{};                                      // of the keys of posts and authors
    bool pseudonymise = true;                            // see PostWriter
    SentimentSource sentiment = SentimentSource::model;  // which of them KPIs count
  };

  // What one batch yields.
  struct Output {
    std::vector<Facts> facts;         // by shard: brand % shards
    std::vector<PostUpdate> updates;  // for every shard
    // Of each partition in the batch, the highest event time; in order of first appearance.
    struct Reached {
      PartitionId partition = 0;
      std::optional<EventTime> event_time;
    };
    std::vector<Reached> reached;
    // Rejected records, with the index of their record in the batch.
    std::vector<Reject> rejects;
  };

  // REQUIRES: decoder and counters outlive the stage.
  MatchStage(Decoder* decoder, std::shared_ptr<const rules::RuleSet> rules, Counters* counters,
             Settings settings);

  // Replaces *out with the facts of the batch's records from `first` on, and returns the place
  // behind the last: all of them, unless they hold more than kRunPostsMax posts. `detail` of a
  // reject is valid until the next call. REQUIRES: first <= batch.records.size().
  [[nodiscard]] std::size_t run(const Batch& batch, std::size_t first, Output* out);

  // Matches with these rules from now on; the costs counted so far are gone.
  void set_rules(std::shared_ptr<const rules::RuleSet> rules);

  // Of the rules in use, by place of the brand; valid until the next call.
  [[nodiscard]] std::span<const rules::RuleCost> costs() { return matcher_.costs(); }
  // Over all rules.
  [[nodiscard]] const ShadowLog& shadow() const { return shadow_; }

 private:
  void match_slice(const Batch& batch, Output* out);
  // Sets the time of a post that cannot be believed.
  void believe(const Record& record, Mention* mention);
  // Appends a fact for each brand that the post mentions; returns their number.
  std::size_t match(const Mention& mention, const Origin& origin, Output* out);
  // What the post at hand says of the brand of this hit, as KPIs count it.
  void tell_sentiment(const Mention& mention, std::size_t hit, Fact* fact) const;
  // Appends a fact about the post at hand; it is valid until the next call.
  Fact& add_fact(BrandId brand, const Fact& like, Output* out);
  void add_update(const Mention& mention, const Origin& origin, PostUpdate::Kind kind, Output* out);
  void count_mappings();
  void keep_rejects(Output* out);

  Decoder* decoder_;
  rules::Matcher matcher_;
  Counters* counters_;
  Settings settings_;
  PostWriter writer_;
  PostScorer scorer_;
  std::vector<MappingTotals*> mappings_;  // by number of the decoder's mapping
  MentionBatch slice_;
  rules::Hits hits_;
  rules::PostWords words_;
  std::uint64_t labels_lost_ = 0;  // not counted yet
  ShadowLog shadow_;
  PartitionTimes times_;
  std::uint32_t place_ = 0;  // of the mention at hand in the output
  Arena details_;
};

}  // namespace vigie
