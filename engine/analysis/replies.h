// What replies do for the posts that they answer, kept so that it can be taken back.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/post_key.h"

namespace vigie {

struct Reply {
  Key128 key;  // none: it cannot be taken back
  Key128 parent;
  EventTime time;
  bool answers = false;  // the brand wrote it
  bool defends = false;  // it is positive, and somebody else's
};

// At most `most`, in order of arrival; the oldest makes room. One thread.
class Replies {
 public:
  explicit Replies(std::size_t most) : most_(most) {}

  // A parent that is none leaves a gap.
  void add(const Reply& reply);
  // Asks for what visit() looks at first.
  void prefetch(const Key128& parent) const {
    if (live_ != 0) __builtin_prefetch(&counts_[slot_of(parent)]);
  }
  // Hands those to this post to take(reply), in order of arrival; true forgets the one.
  template <class Take>
  void visit(const Key128& parent, Take&& take) {
    if (live_ == 0 || !parent.is_set() || !may_hold(parent)) return;
    for (std::size_t at = 0; at < replies_.size(); ++at) {
      Reply& reply = replies_[(next_ + at) % replies_.size()];
      if (reply.parent == parent && take(reply)) forget(&reply);
    }
  }
  // Forgets the one with this key and says what it did; `parent` is none where there was none.
  Reply take(const Key128& key);
  // The post is known by another key from now on.
  void rename(const Key128& from, const Key128& to);

  // All of them, in order of arrival, with gaps where one is forgotten: added to an empty one they
  // make the same again.
  [[nodiscard]] std::vector<Reply> all() const;
  [[nodiscard]] std::size_t memory_bytes() const {
    return replies_.capacity() * sizeof(Reply) + counts_.capacity() * sizeof(counts_[0]);
  }

 private:
  // Replies by a part of their parent's key.
  static constexpr std::size_t kCountsPerReply = 16;
  [[nodiscard]] bool may_hold(const Key128& parent) const { return counts_[slot_of(parent)] != 0; }
  [[nodiscard]] std::size_t slot_of(const Key128& parent) const {
    return parent.low & (counts_.size() - 1);
  }
  void forget(Reply* reply);
  void grow();

  std::size_t most_;
  std::vector<Reply> replies_;  // a ring once it is full; no parent: a gap
  std::size_t next_ = 0;        // the oldest, once it is full
  std::size_t live_ = 0;
  std::vector<std::uint16_t> counts_;  // a power of two of them, or none
};

}  // namespace vigie
