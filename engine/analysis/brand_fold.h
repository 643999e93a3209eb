// Folding one fact, or what is told of one post, into the state of one brand.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/analysis/aggregator.h"
#include "engine/analysis/brand_state.h"
#include "engine/analysis/minutes.h"
#include "engine/analysis/periods.h"
#include "engine/analysis/post_sums.h"
#include "engine/analysis/post_table.h"

namespace vigie {

// All that a post adds to the brand's sums follows from its PostState: whatever happens to it, what
// it added before is replaced by what it adds now. One thread.
class BrandFold {
 public:
  // All outlive this.
  BrandFold(const KpiSettings* settings, Minutes* minutes, PostTable* posts)
      : settings_(settings), minutes_(minutes), posts_(posts) {}

  // REQUIRES: the brand's mark was moved to the fact's origin; the fact is one of `facts`.
  void fold(BrandId id, BrandState* brand, const Facts& facts, const Fact& fact,
            ApplyCounts* counts);
  // REQUIRES: the brand's mark was moved to the update's origin, and it holds the post that the
  // update is about.
  void update(BrandState* brand, PostPlace place, const PostUpdate& update, ApplyCounts* counts);

  // Asks for what fold() of a fact will touch, step by step: each step looks at what the one before
  // asked for.
  enum class Ahead : std::uint8_t { fact, post, texts, brand, tables, rows };
  static constexpr std::array kAhead{std::pair{Ahead::fact, 20},  std::pair{Ahead::post, 16},
                                     std::pair{Ahead::texts, 12}, std::pair{Ahead::brand, 8},
                                     std::pair{Ahead::tables, 5}, std::pair{Ahead::rows, 2}};
  struct Next {
    BrandId id = 0;
    const BrandState* brand = nullptr;  // null where nothing is kept of it
    const Facts* facts = nullptr;
    const Fact* fact = nullptr;
    bool is_first = false;  // of its brand
  };
  void prefetch(Ahead step, const Next& next) const;

  // Adds to the brand's sums what has not been added yet: before they are looked at, and before its
  // posts leave the table.
  void sum_up(BrandId id, BrandState* brand);

  // Forgets what the author did for the brand, his posts apart. True when there was something.
  bool erase_author(BrandState* brand, const Key128& author);
  // From now on these are what the bits of Fact::campaigns stand for. REQUIRES: kCampaignsMax at
  // most.
  void set_campaigns(BrandId id, BrandState* brand, std::span<const CampaignPlan> plans);
  // Bits of `brand`, by place of the campaign in `plans`, which are former ones; kNoCampaign where
  // there is none left. It keeps their names.
  [[nodiscard]] static std::vector<std::uint8_t> campaign_bits(BrandState* brand,
                                                               std::span<const CampaignPlan> plans);
  // From now on these are what the bits of Fact::segments stand for; they outlive their use.
  void set_segments(std::span<const std::string> names) { segments_ = names; }
  // Likewise of Fact::crisis.
  void set_crises(std::span<const std::string> names) { crises_ = names; }
  // Drops what is too old to be shown, as of this watermark. Does nothing twice in the same hour.
  void keep_up(BrandId id, BrandState* brand, EventTime watermark);

 private:
  // One fact of one brand, with what it is about.
  struct Told {
    BrandId id;
    BrandState* brand;
    const Facts* facts;
    const Fact* fact;
    const FactPost* post;
  };

  void prefetch_texts(BrandId id, const Facts& facts, const FactPost& post) const;
  void fold_known(const Told& told, PostPlace place, ApplyCounts* counts);
  // The place is the next one, or that of a post which has only answered for the brand until now.
  void fold_new(const Told& told, PostPlace place, ApplyCounts* counts);
  // What follows from the fact alone, beside the keys, the time and the counters.
  void describe(const Told& told, PostState* row);
  void choose_slices(const Told& told, PostState* row);
  // The row at its place; whose keys and time are told once.
  [[nodiscard]] PostState begin_row(const Told& told, PostPlace place) const;
  void keep(const Told& told, PostPlace place, const PostState& row);

  // Replaces the row and all that follows from it.
  void commit(BrandState* brand, PostPlace place, PostState after);
  // Takes the post out of its group, campaigns, cascade and minute, or puts it in again.
  void leave(BrandState* brand, PostPlace place, const PostState& row);
  void come_back(BrandId id, BrandState* brand, PostState* row);
  static void join_group(BrandState* brand, PostState* row);
  // Where it was the first of its group, the next that came after it is that.
  void leave_group(BrandState* brand, PostPlace place, const PostState& row);
  [[nodiscard]] std::optional<PostPlace> find_heir(PostPlace first, std::uint64_t group) const;
  void count_campaigns(BrandState* brand, const PostState& row, int by);
  // Counts what the model called it, or no longer.
  static void count_called(BrandState* brand, const PostState& row, int by);
  // Adds the changes to the sums of its hour, its month and its slices.
  void add(BrandState* brand, const PostState& row, const Changes& changes);
  // Replaces what `before` adds to the sums by what `after` does.
  void add_difference(BrandState* brand, const PostState& before, const PostState& after);
  void wait_for_answer(BrandState* brand, PostPlace place, PostState* row);

  // --- brand_update.cc, too
  // The post has another key from now on.
  void rename(const Told& told, PostPlace place);

  // --- brand_replies.cc
  // Of a post that only answers for the brand.
  void fold_answer(const Told& told, PostPlace place, ApplyCounts* counts);
  // What the post's answer or support does for its parent; and as it is now, instead of what it did
  // `before`.
  void tell_parent(const Told& told, const PostState& row);
  void tell_parent_anew(const Told& told, const PostState& before, const PostState& row);
  void take_from_parent(BrandId id, BrandState* brand, const PostState& row);
  // Of those that came before the post.
  void take_early_replies(BrandState* brand, PostState* row);

  // --- brand_update.cc
  // What becomes of the post: it does not come back once it is deleted.
  enum class Gone : std::uint8_t { edited, deleted };
  void retract(BrandState* brand, PostPlace place, Gone gone, std::optional<EventTime> told_at,
               ApplyCounts* counts);
  void count_anew(BrandState* brand, PostPlace place, const PostUpdate& update);
  static void take_from_lists(BrandState* brand, const PostState& row);
  void drop_answered(BrandId id, BrandState* brand);

  // --- brand_spread.cc
  void join_cascade(const Told& told, PostState* row);
  [[nodiscard]] std::optional<std::uint16_t> cascade_below(const Told& told, PostPlace root) const;
  static void add_to_cascade(BrandState* brand, const PostState& row);
  static void take_from_cascade(BrandState* brand, const PostState& row);
  void join_root(BrandState* brand, PostPlace root, std::uint16_t cascade);
  // The lists and sets of its day, which are not taken back with it.
  void add_to_day(const Told& told, const PostState& row, std::int64_t engagement);
  void add_labels(const Told& told, BrandDay* day);
  // For how many posts its words count: 0 where the list has those of a sample of posts, and this
  // one is not in it. See kWordsWhole.
  [[nodiscard]] static std::int64_t words_weight(const FactPost& post, const TopList& words);
  void add_pairs(const Told& told, TopList* pairs);
  void add_engagement(BrandState* brand, PostPlace place, std::int64_t by);

  const KpiSettings* settings_;
  Minutes* minutes_;
  PostTable* posts_;
  std::span<const std::string> segments_;
  std::span<const std::string> crises_;
  std::string pair_;  // scratch
  PostSums sums_;     // likewise
};

// How long a negative post to the brand waits for an answer.
inline constexpr Duration kUnansweredFor = std::chrono::days{7};

// Milliseconds from the post on, as rows keep them.
[[nodiscard]] std::uint32_t age_of(const PostState& row, EventTime time);
[[nodiscard]] std::uint32_t clipped_count(std::int64_t count);
// Newer counters replace older ones; one that is not known replaces none, and an older one is
// better than none.
void merge_counters(const CounterValues& counters, std::uint32_t told_at, PostState* row);
// True for a negative post to the brand that nobody of it has answered.
[[nodiscard]] bool is_unanswered(const PostState& row);

}  // namespace vigie
