#include "engine/analysis/replies.h"

#include <algorithm>

namespace vigie {

void Replies::add(const Reply& reply) {
  if (replies_.size() < most_) {
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

Reply Replies::take(const Key128& key) {
  if (live_ == 0 || !key.is_set()) return {};
  const auto at = std::ranges::find_if(
      replies_, [&](const Reply& reply) { return reply.key == key && reply.parent.is_set(); });
  if (at == replies_.end()) return {};
  const Reply taken = *at;
  forget(&*at);
  return taken;
}

void Replies::rename(const Key128& from, const Key128& to) {
  if (live_ == 0) return;
  for (Reply& reply : replies_) {
    if (!reply.parent.is_set()) continue;
    if (reply.key == from) reply.key = to;
    if (reply.parent != from) continue;
    --counts_[slot_of(from)];
    reply.parent = to;
    ++counts_[slot_of(to)];
  }
}

std::vector<Reply> Replies::all() const {
  std::vector<Reply> out;
  out.reserve(replies_.size());
  for (std::size_t at = 0; at < replies_.size(); ++at) {
    out.push_back(replies_[(next_ + at) % replies_.size()]);
  }
  return out;
}

void Replies::forget(Reply* reply) {
  --counts_[slot_of(reply->parent)];
  --live_;
  *reply = {};
}

// So many counts that nearly all lookups in vain end there.
void Replies::grow() {
  counts_.assign(std::max(kCountsPerReply, 2 * counts_.size()), 0);
  for (const Reply& reply : replies_) {
    if (reply.parent.is_set()) ++counts_[slot_of(reply.parent)];
  }
}

}  // namespace vigie
