// What a post does beside the sums: how it spreads, and the lists of its day.
#include <algorithm>
#include <bit>

#include "engine/analysis/brand_fold.h"
#include "engine/base/limits.h"

namespace vigie {
namespace {

void add_all(const Facts& facts, const Labels& labels, std::int64_t weight, TopList* to) {
  for (const Label& label : facts.of(labels)) to->add(label.hash, facts.text(label), weight);
}

Deed deed_of(Kind kind) {
  switch (kind) {
    case Kind::repost:
    case Kind::quote: return Deed::share;
    case Kind::reply:
    case Kind::comment: return Deed::comment;
    case Kind::post:
    case Kind::review:
    case Kind::article:
    case Kind::message: return Deed::contribution;
  }
  return Deed::contribution;
}

}  // namespace

BrandDay& BrandState::lists_of(std::int32_t day) {
  if (recent.lists != nullptr && recent.day == day) return *recent.lists;
  std::unique_ptr<BrandDay>& lists = days[day];
  if (lists == nullptr) lists = std::make_unique<BrandDay>();
  recent.day = day;
  recent.lists = lists.get();
  return *lists;
}

HyperLogLog& BrandState::authors_of(Period hour) {
  if (recent.authors != nullptr && recent.hour == hour) return *recent.authors;
  recent.hour = hour;
  recent.authors = &author_hours[hour];
  return *recent.authors;
}

// A post that shares or answers another belongs to the cascade of that one's root, which begins
// when the first of them comes.
void BrandFold::join_cascade(const Told& told, PostState* row) {
  const FactPost& post = *told.post;
  Cascades& cascades = told.brand->cascades;
  const std::optional<std::uint64_t> parent = posts_->find(told.id, post.parent);
  std::optional<std::uint16_t> cascade;
  if (!post.root.is_set() && parent) {
    const std::uint16_t of_parent = posts_->at({told.id, *parent}).cascade;
    if (of_parent != kNoCascade) cascade = of_parent;
  }
  const Key128 root = post.root.is_set() ? post.root : post.parent;
  const bool below = root.is_set() && root != post.key;
  std::optional<std::uint64_t> held;
  if (!cascade && below) held = posts_->find(told.id, root);
  if (held) cascade = cascade_below(told, {told.id, *held});
  if (!cascade && below) {
    cascade = cascades.find_or_add(root, post.event_time);
    if (cascade && held) join_root(told.brand, {told.id, *held}, *cascade);
  } else if (!cascade) {
    cascade = cascades.find(post.key);  // others came before their root
    if (cascade) cascades.name_root(*cascade, told.facts->text(post.id), post.event_time);
  }
  if (!cascade) return;
  const unsigned above = parent ? posts_->at({told.id, *parent}).depth : 0;
  const unsigned depth = below ? std::min<unsigned>(above + 1, kCascadeDepths - 1) : 0;
  row->cascade = *cascade;
  row->depth = depth & 0xF;
  add_to_cascade(told.brand, *row);
}

// Of a root that is there under another key: it was edited.
std::optional<std::uint16_t> BrandFold::cascade_below(const Told& told, PostPlace root) const {
  const PostState& row = posts_->at(root);
  const bool is_root = row.cascade != kNoCascade && row.depth == 0;
  if (!is_root || !told.brand->cascades.holds(row.cascade)) return std::nullopt;
  return row.cascade;
}

void BrandFold::add_to_cascade(BrandState* brand, const PostState& row) {
  if (row.cascade == kNoCascade) return;
  brand->cascades.add(row.cascade, row.event_time, row.depth, row.kind == Kind::repost);
}

void BrandFold::take_from_cascade(BrandState* brand, const PostState& row) {
  if (row.cascade == kNoCascade) return;
  brand->cascades.take_back(row.cascade, row.event_time, row.depth, row.kind == Kind::repost);
}

void BrandFold::join_root(BrandState* brand, PostPlace root, std::uint16_t cascade) {
  const PostState& row = posts_->at(root);
  if (!row.live || row.cascade != kNoCascade) return;
  PostState* to = posts_->change(root);
  to->cascade = cascade;
  to->depth = 0;
  brand->cascades.name_root(cascade, posts_->id(root), to->event_time);
  add_to_cascade(brand, *to);
}

void BrandFold::add_to_day(const Told& told, const PostState& row, std::int64_t engagement) {
  BrandState& brand = *told.brand;
  const FactPost& post = *told.post;
  const std::int32_t day = day_of(post.event_time);
  const std::optional<EventTime>& watermark = minutes_->watermark();
  if (watermark && day <= day_of(*watermark) - kTopDaysKept) return;
  BrandDay& lists = brand.lists_of(day);
  add_labels(told, &lists);
  if (engagement > 0 && post.key.is_set()) {
    lists.top(TopKind::posts).add(post.key.low, told.facts->text(post.id), engagement);
  }
  if (!post.author.is_set() || row.owned) return;
  const std::string_view name = told.facts->text(post.author_name);
  if (!name.empty()) lists.top(TopKind::authors).add(post.author.low, name);
  lists.authors.add(post.author.low);
  const Period hour = hour_period(post.event_time);
  if (!watermark || hour > hour_period(*watermark) - 24) {
    brand.authors_of(hour).add(post.author.low);
  }
  brand.authors.add(post.author, post.event_time, deed_of(post.kind), post.followers,
                    row.sentiment == Sentiment::negative);
}

void BrandFold::add_labels(const Told& told, BrandDay* day) {
  const FactPost& post = *told.post;
  add_all(*told.facts, post.hashtags, 1, &day->top(TopKind::hashtags));
  TopList& words = day->top(TopKind::words);
  if (const std::int64_t weight = words_weight(post, words); weight != 0) {
    add_all(*told.facts, post.words, weight, &words);
  }
  add_all(*told.facts, post.links, 1, &day->top(TopKind::links));
  add_all(*told.facts, post.sites, 1, &day->top(TopKind::sites));
  for (const Label& site : told.facts->of(post.sites)) day->sites.add(site.hash);
  add_pairs(told, &day->top(TopKind::hashtag_pairs));
}

// Chosen by its key or, where it has none, by where it was read: by bits that no list goes by.
std::int64_t BrandFold::words_weight(const FactPost& post, const TopList& words) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15;
  const std::int64_t times =
      std::clamp<std::int64_t>(words.total() / kWordsWhole, 1, kWordsOneInMax);
  const std::uint64_t one_in = std::bit_floor(static_cast<std::uint64_t>(times));
  const std::uint64_t number =
      post.key.is_set() ? post.key.high : static_cast<std::uint64_t>(post.origin.offset) * kFactor;
  return (number >> 32 & (one_in - 1)) == 0 ? static_cast<std::int64_t>(one_in) : 0;
}

// As "one two", in the order of their bytes.
void BrandFold::add_pairs(const Told& told, TopList* pairs) {
  std::span<const Label> hashtags = told.facts->of(told.post->hashtags);
  hashtags = hashtags.first(std::min(hashtags.size(), kHashtagsPerPostMax));
  for (std::size_t i = 1; i < hashtags.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const Label* one = &hashtags[i];
      const Label* two = &hashtags[j];
      if (told.facts->text(*two) < told.facts->text(*one)) std::swap(one, two);
      pair_.assign(told.facts->text(*one)).append(1, ' ').append(told.facts->text(*two));
      pairs->add(std::rotl(one->hash, 23) * 0x9E3779B97F4A7C15 ^ two->hash, pair_);
    }
  }
}

// Of likes, comments, shares and clicks that came later.
void BrandFold::add_engagement(BrandState* brand, PostPlace place, std::int64_t by) {
  if (by == 0) return;
  const PostState& row = posts_->at(place);
  const auto day = brand->days.find(day_of(row.event_time));
  const std::string_view id = posts_->id(place);
  if (day == brand->days.end() || !row.key.is_set()) return;
  TopList& posts = day->second->top(TopKind::posts);
  if (by < 0) {
    posts.take_back(row.key.low, -by);
  } else if (!id.empty()) {
    posts.add(row.key.low, id, by);
  }
}

}  // namespace vigie
