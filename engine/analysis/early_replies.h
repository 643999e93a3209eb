// Replies that came before the post that they answer.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/limits.h"
#include "engine/base/post_key.h"

namespace vigie {

// What a reply does for the post that it answers.
struct ReplyEffect {
  Key128 parent;
  EventTime time;        // of the reply
  bool answers = false;  // the brand wrote it
  bool defends = false;  // it is positive, and somebody else's
};

// At most kEarlyRepliesMax of a brand, in order of arrival; the oldest makes room. One thread.
class EarlyReplies {
 public:
  // A parent that is none leaves a gap.
  void add(const ReplyEffect& reply);
  // Hands those to this post to take(reply), in order of arrival, and forgets them.
  template <class Take>
  void take(const Key128& parent, Take&& take) {
    if (live_ == 0 || !parent.is_set() || !may_hold(parent)) return;
    for (std::size_t at = 0; at < replies_.size(); ++at) {
      ReplyEffect& reply = replies_[(next_ + at) % replies_.size()];
      if (reply.parent != parent) continue;
      take(reply);
      forget(&reply);
    }
  }

  // Those that wait, in order of arrival, with gaps where one is forgotten: added to an empty one
  // they make the same again.
  [[nodiscard]] std::vector<ReplyEffect> all() const;
  [[nodiscard]] std::size_t memory_bytes() const {
    return replies_.capacity() * sizeof(ReplyEffect) + counts_.capacity() * sizeof(counts_[0]);
  }

 private:
  // Replies by a part of their parent's key.
  static constexpr std::size_t kCountsPerReply = 16;
  [[nodiscard]] bool may_hold(const Key128& parent) const { return counts_[slot_of(parent)] != 0; }
  [[nodiscard]] std::size_t slot_of(const Key128& parent) const {
    return parent.low & (counts_.size() - 1);
  }
  void forget(ReplyEffect* reply);
  void grow();

  std::vector<ReplyEffect> replies_;  // a ring once it is full; no parent: a gap
  std::size_t next_ = 0;              // the oldest, once it is full
  std::size_t live_ = 0;
  std::vector<std::uint16_t> counts_;  // a power of two of them, or none
};

}  // namespace vigie
