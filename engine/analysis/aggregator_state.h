// What an aggregator holds. Private to aggregator*.cc.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <unordered_map>
#include <vector>

#include "engine/analysis/aggregator.h"
#include "engine/analysis/brand_fold.h"
#include "engine/analysis/brand_state.h"
#include "engine/analysis/fold_order.h"
#include "engine/analysis/minutes.h"
#include "engine/analysis/post_table.h"

namespace vigie {

namespace pb {
class Positions;
}

// Posts that were written before are old, as of this watermark. When in the hour, changes nothing.
[[nodiscard]] inline EventTime posts_kept_from(EventTime watermark) {
  const EventTime hour = std::chrono::floor<std::chrono::hours>(watermark);
  return hour - std::chrono::days{kPostDaysKept};
}

struct Aggregator::State {
  explicit State(AggregatorSettings with);
  class Group;

  struct Brand {
    std::unique_ptr<BrandState> state;  // null until there is something to keep
    Minute since = kNoMinute;           // counts are whole from here on, as far as this brand goes
    bool watched = false;
    bool unsaved = false;                   // beside what the state says
    const BrandList::Live* live = nullptr;  // of `list`, while it is watched
    std::uint64_t erased = 0;               // so many of all erasures were done in it
  };
  // Of an author, in the brands that hold no post of theirs any more: all have to be looked at, so
  // that it is done in steps, and before whatever comes next for a brand.
  struct Erasure {
    Key128 author;
    Origin origin;
  };

  AggregatorSettings settings;
  std::shared_ptr<const BrandList> list;
  std::vector<Brand> brands;  // by BrandId
  // What the facts at hand were matched with, where that is known; valid while they are.
  const BrandList* matched_with = nullptr;
  // Likewise by BrandId, where that is another list than `list`; null for one that is not watched
  // there.
  std::vector<const BrandList::Live*> former;
  std::unordered_map<PartitionId, std::uint32_t> slots;
  std::vector<PartitionId> partitions;                          // by slot
  std::unordered_map<PartitionId, std::uint32_t> incarnations;  // those above 0
  std::uint32_t last_slot = 0;                                  // that was asked for last
  std::vector<Erasure> erasures;                                // that are not done in all brands
  std::uint64_t erasures_told = 0;
  std::size_t erase_next = 0;  // the brand; and how many are left
  std::size_t erase_left = 0;
  Minutes minutes;
  PostTable posts;
  BrandFold fold;
  FoldOrder order;                // of facts that are being applied
  std::vector<PostPlace> places;  // scratch
  std::size_t next_kpis = 0;      // place of the brand whose KPIs were computed last
  std::size_t kept_up = 0;        // the brand that was kept up last without news
  // What is known between load() and loaded().
  struct Loading {
    struct Brand {
      BrandId id = 0;
      bool watched = false;
      Minute since = kNoMinute;
      std::uint64_t first_post = 0;
      std::uint64_t end_post = 0;
    };
    std::vector<Brand> brands;
    std::unordered_map<std::string_view, BrandId> ids;  // by name
    bool shard = false;                                 // its record was there
  };
  Loading loading;

  BrandState* state_of(BrandId id);
  std::uint32_t slot_of(PartitionId partition);
  [[nodiscard]] std::uint32_t incarnation(PartitionId partition) const;
  static OriginMark* mark_of(BrandState* brand, std::uint32_t slot);
  void keep_posts();
  void keep_up(BrandId id, BrandState* brand);
  void keep_some_up();
  // The list that the facts were matched with; and, from now on, it is that of the facts at hand.
  [[nodiscard]] const BrandList* list_of(const Facts& told) const {
    return told.brands == nullptr ? list.get() : told.brands.get();
  }
  void take_list_of(const Facts& told);
  void fold_former(const Facts& told, const Fact& fact, BrandState* brand, ApplyCounts* counts);
  // What is told of posts of one brand. True when it was new to it.
  bool apply(const PostUpdate& update, std::span<const PostPlace> posts, ApplyCounts* counts);
  void erase_author(const PostUpdate& update);
  void erase_in(BrandId id);
  void erase_some(std::size_t brands_max);
  void advance(EventTime watermark, std::vector<ClosedMinute>* closed);
  [[nodiscard]] Minutes::BrandOf brand_of();
  [[nodiscard]] BrandSnapshot snapshot(std::uint32_t place) const;
  void save_marks(const BrandState& brand, pb::Positions* out) const;
  [[nodiscard]] Result<void> load(BrandId id, std::string_view value,
                                  const std::map<PartitionId, PartitionId>& with);
  [[nodiscard]] bool load_marks(const pb::Positions& in,
                                const std::map<PartitionId, PartitionId>& with, BrandState* brand);
  // True when the brand's posts name nothing that it does not have.
  [[nodiscard]] bool are_whole(BrandId id) const;
  [[nodiscard]] bool is_behind(const BrandState& brand) const;
  void compute_kpis(const BrandList::Live& live, BrandState* brand);
  [[nodiscard]] double unanswered(BrandId id, const BrandState& brand) const;
};

}  // namespace vigie
