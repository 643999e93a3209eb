// The state of brands without any cleverness: every post is kept, and all sums are made anew.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include "engine/analysis/measures.h"
#include "engine/analysis/slices.h"
#include "engine/analysis/track.h"
#include "tests/state_stream.h"

namespace vigie {

class StateTwin {
 public:
  StateTwin(std::size_t brands, Duration lateness) : brands_(brands), lateness_(lateness) {}

  void apply(const StreamOp& op);

  using Sums = std::map<Period, Measures>;  // those that are not all zero
  [[nodiscard]] Sums hours(BrandId brand) const;
  [[nodiscard]] Sums months(BrandId brand) const;
  [[nodiscard]] Sums called(BrandId brand) const;  // by place in Called
  // By dimension and value, of the sliced measures.
  using Slice = std::pair<Dimension, std::string>;
  [[nodiscard]] std::map<Slice, Sums> slices(BrandId brand) const;
  // Contributions, originals, rejected, contributors, of a campaign.
  using Counts = std::tuple<std::int64_t, std::int64_t, std::int64_t, std::size_t>;
  [[nodiscard]] Counts campaign(BrandId brand, unsigned bit) const;
  [[nodiscard]] std::uint64_t live_between(BrandId brand, EventTime from, EventTime to) const;
  [[nodiscard]] std::uint64_t mentions(BrandId brand) const { return brands_[brand].mentions; }
  [[nodiscard]] std::uint64_t late(BrandId brand) const { return brands_[brand].late; }
  [[nodiscard]] std::size_t unanswered(BrandId brand) const;
  [[nodiscard]] const std::optional<EventTime>& watermark() const { return watermark_; }

 private:
  // The version of a post that is looked at: what its last fact told.
  struct Post {
    FactPost told;
    Fact fact;
    std::vector<std::string> hashtags;
    EventTime event_time;  // this and the author are those that were told first
    Key128 author;
    std::array<std::optional<std::int64_t>, kCounters> counters{};
    std::int64_t followers = kUnknownCount;
    EventTime counted_at;
    EventTime written_at;
    std::uint64_t number = 0;  // in order of arrival
    bool first_of_group = false;
    bool near_identical = false;
    bool apart = false;
    bool deleted = false;
    bool edited_away = false;
    bool answers_only = false;
    [[nodiscard]] bool live() const { return !apart && !deleted && !edited_away && !answers_only; }
  };
  struct Reply {
    Key128 parent;
    EventTime time;
    bool answers;
    bool defends;
  };
  using Mark = std::tuple<std::int64_t, std::uint16_t, bool>;
  struct Brand {
    std::map<Key128, Post> posts;
    std::map<Key128, Reply> replies;  // by their own key
    std::uint64_t next_number = 0;
    std::map<PartitionId, Mark> marks;
    std::map<std::uint64_t, int> groups;
    std::set<std::pair<unsigned, Key128>> erased;  // contributors of campaigns, see erase()
    std::uint64_t mentions = 0;
    std::uint64_t late = 0;
  };

  [[nodiscard]] static bool advance(Brand* brand, const Origin& origin, bool update);
  void fold(Brand* brand, const StreamOp& op, const Fact& fact);
  void fold_new(Brand* brand, const StreamOp& op, const Fact& fact);
  void fold_answer(Brand* brand, const StreamOp& op, const Fact& fact);
  void fold_known(Brand* brand, Post* post, const StreamOp& op, const Fact& fact);
  void update(Brand* brand, const PostUpdate& update);
  void update(Brand* brand, Post* post, const PostUpdate& update);
  static void write(Post* post, const StreamOp& op, const Fact& fact);
  static void merge(Post* post, const CounterValues& counters, EventTime told_at);
  void enter_group(Brand* brand, Post* post);
  void leave_group(Brand* brand, const Post& post);
  static void rename(Brand* brand, const Key128& from, const Key128& to);
  static void tell_parent(Brand* brand, const StreamOp& op, const Post& post);
  [[nodiscard]] static std::optional<std::int64_t> answered_after(const Brand& brand,
                                                                  const Key128& key);
  [[nodiscard]] static PostState row(const Brand& brand, const Key128& key, const Post& post);

  std::vector<Brand> brands_;
  Duration lateness_;
  std::optional<EventTime> watermark_;
};

}  // namespace vigie
