#include "engine/analysis/early_replies.h"

#include <algorithm>

namespace vigie {

void EarlyReplies::add(const ReplyEffect& reply) {
  if (replies_.size() < kEarlyRepliesMax) {
    if (counts_.size() < kCountsPerReply * (replies_.size() + 1)) grow();
    replies_.push_back(reply);
  } else {
    if (replies_[next_].parent.is_set()) forget(&replies_[next_]);
    replies_[next_] = reply;
    next_ = (next_ + 1) % replies_.size();
  }
  if (!reply.parent.is_set()) return;
  ++counts_[slot_of(reply.parent)];
  ++live_;
}

std::vector<ReplyEffect> EarlyReplies::all() const {
  std::vector<ReplyEffect> out;
  out.reserve(replies_.size());
  for (std::size_t at = 0; at < replies_.size(); ++at) {
    out.push_back(replies_[(next_ + at) % replies_.size()]);
  }
  return out;
}

void EarlyReplies::forget(ReplyEffect* reply) {
  --counts_[slot_of(reply->parent)];
  --live_;
  reply->parent = {};
}

// So many counts that nearly all lookups in vain end there.
void EarlyReplies::grow() {
  counts_.assign(std::max(kCountsPerReply, 2 * counts_.size()), 0);
  for (const ReplyEffect& reply : replies_) {
    if (reply.parent.is_set()) ++counts_[slot_of(reply.parent)];
  }
}

}  // namespace vigie
