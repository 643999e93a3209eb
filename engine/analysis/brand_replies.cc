// What a reply does for the post that it answers: the brand's answers it, somebody else's defends
// the brand. What the reply did is taken back when it is deleted or edited.
#include <algorithm>
#include <chrono>

#include "engine/analysis/brand_fold.h"

namespace vigie {
namespace {

std::uint32_t seconds_after(const Reply& reply, const PostState& row) {
  const auto after = std::chrono::floor<std::chrono::seconds>(reply.time - row.event_time);
  return static_cast<std::uint32_t>(std::clamp<std::int64_t>(after.count(), 0, kNotAnswered - 1));
}

void answer(const Reply& reply, PostState* row) {
  const std::uint32_t after = seconds_after(reply, *row);
  if (after < row->answered_after) row->answered_after = after & kNotAnswered;
}

// The order in which replies come changes nothing.
void take_effect(const Reply& reply, PostState* row) {
  if (reply.answers) answer(reply, row);
  if (reply.defends && row->defences != 0xFFFF) ++row->defences;
}

// `others`: the replies without this one.
void take_effect_back(const Reply& reply, Replies* others, PostState* row) {
  if (reply.answers && seconds_after(reply, *row) == row->answered_after) {
    row->answered_after = kNotAnswered;
    others->visit(row->key, [&](const Reply& other) {
      if (other.answers) answer(other, row);
      return false;
    });
  }
  if (reply.defends && row->defences != 0) --row->defences;
}

// A late or backdated reply answers, and defends nobody.
Reply reply_of(const Key128& parent, const PostState& row) {
  return {.key = row.key,
          .parent = parent,
          .time = row.event_time,
          .answers = row.owned,
          .defends = !row.owned && !row.apart && row.sentiment == Sentiment::positive};
}

}  // namespace

void BrandFold::tell_parent(const Told& told, const PostState& row) {
  const Reply reply = reply_of(told.post->parent, row);
  if (!reply.parent.is_set() || (!reply.answers && !reply.defends)) return;
  const std::optional<std::uint64_t> found = posts_->find(told.id, reply.parent);
  if (!found) {
    told.brand->early_replies.add(reply);
    return;
  }
  if (reply.key.is_set()) told.brand->counted_replies.add(reply);
  PostState parent = posts_->at({told.id, *found});
  take_effect(reply, &parent);
  commit(told.brand, {told.id, *found}, parent);
}

void BrandFold::tell_parent_anew(const Told& told, const PostState& before, const PostState& row) {
  take_from_parent(told.id, told.brand, before);
  tell_parent(told, row);
}

void BrandFold::take_from_parent(BrandId id, BrandState* brand, const PostState& row) {
  if (!row.owned && row.sentiment != Sentiment::positive) return;  // it did nothing
  if (brand->early_replies.take(row.key).parent.is_set()) return;
  const Reply reply = brand->counted_replies.take(row.key);
  const std::optional<std::uint64_t> found = posts_->find(id, reply.parent);
  if (!found) return;
  PostState parent = posts_->at({id, *found});
  take_effect_back(reply, &brand->counted_replies, &parent);
  commit(brand, {id, *found}, parent);
}

void BrandFold::take_early_replies(BrandState* brand, PostState* row) {
  brand->early_replies.visit(row->key, [&](const Reply& reply) {
    take_effect(reply, row);
    if (reply.key.is_set()) brand->counted_replies.add(reply);
    return true;
  });
}

void BrandFold::fold_answer(const Told& told, PostPlace place, ApplyCounts* counts) {
  const FactPost& post = *told.post;
  ++counts->answers;
  PostState row = begin_row(told, place);
  if (!posts_->holds(place)) {
    describe(told, &row);
    row.answers_only = true;
    if (row.key.is_set() && post.parent.is_set()) keep(told, place, row);
    tell_parent(told, row);
    return;
  }
  const PostState before = posts_->at(place);
  row = before;
  const std::uint32_t age = age_of(row, post.told_at);
  if (row.deleted || !post.edited || age < row.written_at) return;
  counts->retracted += row.live ? 1 : 0;
  row.written_at = age;
  describe(told, &row);
  row.answers_only = true;
  row.live = false;
  commit(told.brand, place, row);
  take_from_lists(told.brand, row);
  tell_parent_anew(told, before, row);
}

}  // namespace vigie
