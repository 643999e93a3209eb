// How posts spread: the tree below a root post, as far as counts tell it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/post_key.h"

namespace vigie {

namespace pb {
class Cascades;
}

inline constexpr std::size_t kCascadeDepths = 16;  // deeper posts count as of the last one
inline constexpr std::size_t kCascadeAges = 48;    // see Cascade::by_age

// The spread of one root post within a brand's mentions. Where it was taken up late, it is what
// came since.
struct Cascade {
  Key128 root;
  std::string id;   // of the root; empty while it was not seen itself
  EventTime began;  // of the root, or of the earliest post below it
  EventTime last;
  std::uint64_t size = 0;  // posts, the root included where it was seen
  std::uint64_t reposts = 0;
  std::array<std::uint32_t, kCascadeDepths> at_depth{};
  // Posts by the time since it began: bin i holds [2^(i/2), 2^((i+1)/2)) seconds, the first one all
  // below, the last one all above (194 days). Where the root comes after what is below it, the
  // posts so far move by whole bins.
  std::array<std::uint32_t, kCascadeAges> by_age{};

  // Of its deepest post; 0 with the root alone.
  [[nodiscard]] std::uint32_t depth() const;
  // Posts of its widest depth.
  [[nodiscard]] std::uint32_t breadth() const;
  // Reposts by the minutes from when it began to its last post, one minute at least.
  [[nodiscard]] double reposts_per_minute() const;
  // The age at which half of the posts below the root had come, even within a bin. Nothing for less
  // than two of them.
  [[nodiscard]] std::optional<Duration> time_to_half() const;
  // How long it took to come from half of the posts below the root to all: the last doubling, up
  // to its last post. Nothing for less than two of them.
  [[nodiscard]] std::optional<Duration> doubling_time() const;
  // Posts that a post brings about, on average over those that had the time to: the posts below
  // the root by those above the deepest depth (Harris, Ann. Math. Stat. 1948; the root counts
  // where it was not seen). Posts at the deepest depth can have nothing below them yet, and are no
  // parents. A young cascade, all of whose posts answer or share the root, has the number of them;
  // with each further depth it tells more. Posts that share a repost count below the root where
  // the platform tells no more. Nothing for the root alone.
  [[nodiscard]] std::optional<double> reproduction_number() const;
};

// The cascades of one brand: at most kCascadesMax. When a further one comes, of those without a
// post for kCascadeMinutes times their size, or for kCascadeHours, the smallest makes room, the one
// with the older last post of two; when there is none, the further one is not kept.
//
// A place stands for a cascade in the posts that belong to it. It is used again only when all other
// kCascadePlaces were; what is told of a place whose cascade is gone, or of a post that is a day
// older than the cascade, is ignored. One thread.
class Cascades {
 public:
  static constexpr std::size_t kCascadePlaces = 65'535;  // 0 to 65,534

  // The place of the cascade of this root, made where there is none; none where it is not kept.
  [[nodiscard]] std::optional<std::uint16_t> find_or_add(Key128 root, EventTime time);
  // The same where there is one.
  [[nodiscard]] bool holds(std::uint16_t place) const;
  [[nodiscard]] std::optional<std::uint16_t> find(const Key128& root);
  // Asks for what these two look at first.
  void prefetch(const Key128& root) const {
    if (!index_.empty()) __builtin_prefetch(&index_[root.low & (index_.size() - 1)]);
  }
  void add(std::uint16_t place, EventTime time, std::uint8_t depth, bool repost);
  // What was added; `last` stays. A cascade without posts is forgotten.
  void take_back(std::uint16_t place, EventTime time, std::uint8_t depth, bool repost);
  // Its ages count from then on. An empty id takes the name away; of a longer one kLabelBytesMax
  // bytes are kept.
  void name_root(std::uint16_t place, std::string_view id, EventTime began);

  // The largest first, of two as large the one that began first, then the one with the lower key.
  // Valid until something changes.
  [[nodiscard]] std::vector<const Cascade*> largest(std::size_t most) const;

  // Forgets those whose last post is older.
  void drop_before(EventTime time);
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::Cascades* out) const;
  [[nodiscard]] bool load(const pb::Cascades& in);

 private:
  // When it makes room for another one, and what it is compared by then.
  struct Idle {
    EventTime from;
    std::uint64_t size = 0;
  };

  static Idle idle_of(const Cascade& cascade);
  [[nodiscard]] Cascade* find(std::uint16_t place, EventTime time);
  [[nodiscard]] std::size_t slot_of(const Key128& root) const;
  void append(Cascade&& cascade, std::uint16_t place);
  void free_slot(std::size_t free);
  void index_all();
  [[nodiscard]] std::uint16_t take_place();
  [[nodiscard]] bool make_room(EventTime time);
  void forget(std::size_t index);

  // In no order, side by side, so that a search touches little memory.
  std::vector<Cascade> cascades_;
  std::vector<std::uint16_t> places_;
  std::vector<Idle> idle_;
  // By root: where its cascade is, plus one; 0 is free. Open addressing, at most half used, a power
  // of two.
  std::vector<std::uint16_t> index_;
  std::uint16_t next_place_ = 0;
  std::uint16_t free_places_ = 0;           // that follow, next_place_ included; 0: not known
  std::size_t found_ = 0;                   // the cascade that was found last
  EventTime room_from_ = EventTime::min();  // none makes room before then
  EventTime oldest_ = EventTime::min();     // no last post is older
};

}  // namespace vigie
