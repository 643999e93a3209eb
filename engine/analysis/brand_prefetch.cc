// Bringing into the cache what a fact will touch, some facts ahead of it.
#include <cstddef>
#include <cstdint>

#include "engine/analysis/brand_fold.h"

namespace vigie {
namespace {

constexpr std::size_t kLine = 64;

void prefetch_bytes(const void* from, std::size_t bytes) {
  const char* const first = static_cast<const char*>(from);
  for (const char* at = first; at < first + bytes; at += kLine) __builtin_prefetch(at);
}

void prefetch_labels(const Facts& facts, const Labels& labels) {
  prefetch_bytes(facts.labels.data() + labels.first, labels.count * sizeof(Label));
}

void prefetch_slots(const Facts& facts, const Labels& labels, const TopList& list) {
  for (const Label& label : facts.of(labels)) list.prefetch(label.hash);
}

}  // namespace

void BrandFold::prefetch(Ahead step, const Next& next) const {
  const Facts& facts = *next.facts;
  if (step == Ahead::fact) return __builtin_prefetch(next.fact);
  const FactPost& post = facts.posts[next.fact->post];
  if (step == Ahead::post) return prefetch_bytes(&post, sizeof post);
  if (step == Ahead::texts) prefetch_texts(next.id, facts, post);
  if (next.brand == nullptr) return;
  const BrandState& brand = *next.brand;
  BrandDay* const lists = step == Ahead::texts ? nullptr : brand.recent.lists;
  switch (step) {
    case Ahead::fact:
    case Ahead::post: return;
    case Ahead::texts:
      if (next.is_first) prefetch_bytes(&brand, sizeof brand);
      return;
    case Ahead::brand:
      if (next.is_first && lists != nullptr) prefetch_bytes(lists, sizeof *lists);
      brand.early_replies.prefetch(post.key);
      brand.near_duplicates.prefetch(post.signature);
      brand.authors.prefetch(post.author);
      if (next.is_first) brand.slices.prefetch();
      brand.cascades.prefetch(post.root.is_set() ? post.root : post.key);
      if (brand.recent.authors != nullptr) brand.recent.authors->prefetch(post.author.low);
      posts_->prefetch_author_row(next.id, post.author);
      return;
    case Ahead::tables:
      if (next.is_first && lists != nullptr) {
        for (const TopList& list : lists->tops) list.prefetch();
      }
      brand.near_duplicates.prefetch_groups(post.signature);
      brand.authors.prefetch_row(post.author);
      return;
    case Ahead::rows:
      if (lists == nullptr) return;
      if (const TopList& words = lists->top(TopKind::words); words_weight(post, words) != 0) {
        prefetch_slots(facts, post.words, words);
      }
      prefetch_slots(facts, post.hashtags, lists->top(TopKind::hashtags));
      lists->top(TopKind::authors).prefetch(post.author.low);
      lists->top(TopKind::posts).prefetch(post.key.low);
      lists->authors.prefetch(post.author.low);
      return;
  }
}

void BrandFold::prefetch_texts(BrandId id, const Facts& facts, const FactPost& post) const {
  posts_->prefetch(post.key);
  posts_->prefetch_author(id, post.author);
  if (post.parent.is_set()) posts_->prefetch(post.parent);
  if (post.root.is_set()) posts_->prefetch(post.root);
  prefetch_labels(facts, post.hashtags);
  prefetch_labels(facts, post.words);
  prefetch_labels(facts, post.sites);
  prefetch_bytes(facts.texts.data() + post.id.first, 3 * kLine);
}

}  // namespace vigie
