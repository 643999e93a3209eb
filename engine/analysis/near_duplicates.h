// Which posts say nearly the same.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "engine/base/event_time.h"

namespace vigie {

namespace pb {
class NearDuplicates;
}

// Groups by simhash (Charikar, STOC 2002; Manku et al., WWW 2007): two signatures are near each
// other when they differ in at most kSignatureBitsMax of 64 bits and have one of four stretches of
// 16 bits in common. By the pigeonhole principle three bits always leave one, four nearly always
// (90 %). A group is known by its first signature for kNearDuplicateHours after its last post, as
// seen from the latest post of all, and at most kNearDuplicateGroupsMax groups are, the one whose
// last post is oldest making room. A post belongs to the group with the nearest signature, the
// oldest of several; one that comes late, too. Of the groups that share a stretch with it the
// latest kNearDuplicateStepsMax are looked at, so that a flood of variants of a text costs no more.
//
// What that finds: the same words, however written and ordered, always. With one word replaced, 78
// % of texts of 54 words and 24 % of tweets of 15. Two texts that have little in common are taken
// for the same once in 3,000 posts, against as many groups as there may be.
//
// Memory: 60 to 120 bytes a group. One thread.
class NearDuplicates {
 public:
  struct Found {
    bool first = true;         // no group was known: this post began one
    std::uint32_t before = 0;  // posts of the group before this one
  };
  // The group that is begun by a post more than kNearDuplicateHours older than the latest is not
  // known to later ones. REQUIRES: signature is not 0.
  Found add(std::uint64_t signature, EventTime time);
  // A post of the group is gone. What is left of the group: nothing where none is known.
  struct Left {
    std::uint32_t posts = 0;
    std::uint64_t signature = 0;  // of its first post
  };
  Left take_back(std::uint64_t signature);
  // No post of the group is its first any more: the next one that comes is.
  void leave_vacant(std::uint64_t signature);
  // As two of a group are, whose first post has this signature.
  [[nodiscard]] static bool are_near(std::uint64_t first, std::uint64_t signature);

  // Asks for what add() looks at first; and, once that is there, for the groups it looks at then.
  void prefetch(std::uint64_t signature) const;
  void prefetch_groups(std::uint64_t signature) const;

  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::NearDuplicates* out) const;
  [[nodiscard]] bool load(const pb::NearDuplicates& in);

 private:
  static constexpr std::size_t kBands = 4;
  using Place = std::uint16_t;  // of a group in groups_
  static constexpr Place kNone = 0xFFFF;
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::min();

  // Free where it has no posts. The groups of one bucket of a band are a chain, the latest first.
  struct Group {
    std::uint64_t signature = 0;
    std::int64_t last = 0;
    std::uint32_t posts = 0;
    std::uint32_t created = 0;  // rises from group to group
    bool vacant = false;        // see leave_vacant()
    std::array<Place, kBands> next{};
    std::array<Place, kBands> previous{};
  };
  // The last post of a group, or an earlier one. Of no group, if it is not at this place any more.
  struct Age {
    std::int64_t last = 0;
    std::uint32_t created = 0;
    Place place = 0;
    friend auto operator<=>(const Age&, const Age&) = default;
  };

  [[nodiscard]] bool is_known(const Group& group) const;
  [[nodiscard]] std::size_t bucket_of(std::size_t band, std::uint64_t signature) const;
  [[nodiscard]] Place& first_of(std::size_t band, std::uint64_t signature) {
    return first_[bucket_of(band, signature)];
  }
  [[nodiscard]] Place find(std::uint64_t signature);
  void begin(std::uint64_t signature, std::int64_t last, std::uint32_t posts);
  [[nodiscard]] Place take_place();
  void link(Place place);
  void unlink(Place place);
  void push_age(const Age& age);
  [[nodiscard]] Age pop_age();
  void sort_ages();
  void drop_oldest();
  void rebuild();

  std::vector<Group> groups_;
  std::vector<Place> free_;
  std::vector<Place> first_;  // by band and bucket
  // Once there are all groups that there may be, their ages: those that came in order, from
  // ages_begin_ on, the oldest first, and a heap of the others.
  std::vector<Age> ages_;
  std::size_t ages_begin_ = 0;
  std::vector<Age> other_ages_;
  std::int64_t newest_ = kNever;  // the latest event time
  std::uint32_t created_ = 0;     // groups so far
  std::size_t unknown_met_ = 0;   // groups in chains that are not known any more
};

}  // namespace vigie
