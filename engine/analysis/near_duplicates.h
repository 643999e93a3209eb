// Which posts say nearly the same.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/event_time.h"

namespace vigie {

namespace pb {
class NearDuplicates;
}

// Groups by simhash (Charikar, STOC 2002; Manku et al., WWW 2007): two signatures that differ in at
// most kSignatureBitsMax of 64 bits are near-duplicates; by the pigeonhole principle they share one
// of four stretches of 16 bits. A group is known by its first signature for kNearDuplicateHours
// after its last post, and at most kNearDuplicateGroupsMax groups are, the one whose last post is
// oldest making room. One thread.
class NearDuplicates {
 public:
  struct Found {
    bool first = true;         // no group was known: this post began one
    std::uint32_t before = 0;  // posts of the group before this one
  };
  // REQUIRES: signature is not 0.
  Found add(std::uint64_t signature, EventTime time);
  // A post of the group is gone. True when it was the last one.
  bool take_back(std::uint64_t signature);

  [[nodiscard]] std::size_t memory_bytes() const;
  void save(pb::NearDuplicates* out) const;
  [[nodiscard]] bool load(const pb::NearDuplicates& in);

 private:
  // ... the implementation's choice
};

}  // namespace vigie
