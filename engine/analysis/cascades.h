// How posts spread: the tree below a root post, as far as counts tell it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
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

// The spread of one root post within a brand's mentions.
struct Cascade {
  Key128 root;
  std::string id;   // of the root; empty while it was not seen itself
  EventTime began;  // of the root, or of the first post below it
  EventTime last;
  std::uint64_t size = 0;  // posts, the root included where it was seen
  std::uint64_t reposts = 0;
  std::array<std::uint32_t, kCascadeDepths> at_depth{};
  // Posts by the time since it began: bin i holds [2^(i/2), 2^((i+1)/2)) seconds.
  std::array<std::uint32_t, 48> by_age{};

  [[nodiscard]] std::uint32_t depth() const;
  [[nodiscard]] std::uint32_t breadth() const;  // of its widest depth
  [[nodiscard]] double reposts_per_minute() const;
  [[nodiscard]] std::optional<Duration> time_to_half() const;   // until half of its posts
  [[nodiscard]] std::optional<Duration> doubling_time() const;  // of its size, lately
  // Posts that a post brings about, on average over those that had the time to.
  [[nodiscard]] std::optional<double> reproduction_number() const;
};

// The cascades of one brand: at most kCascadesMax; when a further one comes, the smallest of those
// without a post for kCascadeHours makes room, else it is not kept. One thread.
class Cascades {
 public:
  // The place of the cascade of this root, made where there is none; none where it is not kept.
  [[nodiscard]] std::optional<std::uint32_t> find_or_add(Key128 root, EventTime time);
  void add(std::uint32_t place, EventTime time, std::uint8_t depth, bool repost);
  void take_back(std::uint32_t place, EventTime time, std::uint8_t depth, bool repost);
  void name_root(std::uint32_t place, std::string_view id, EventTime began);

  // The largest first.
  [[nodiscard]] std::vector<const Cascade*> largest(std::size_t most) const;

  void drop_before(EventTime time);
  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::Cascades* out) const;
  [[nodiscard]] bool load(const pb::Cascades& in);

 private:
  // ... the implementation's choice
};

}  // namespace vigie
