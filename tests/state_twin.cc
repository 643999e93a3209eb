#include "tests/state_twin.h"

#include <algorithm>
#include <chrono>
#include <cmath>

#include "engine/base/limits.h"

namespace vigie {
namespace {

using std::chrono::milliseconds;
using std::chrono::minutes;

// As far as the engine tells times apart; nothing is older than the post.
EventTime not_before(EventTime time, EventTime post) {
  return std::max(post, post + std::chrono::floor<milliseconds>(time - post));
}

Period hour_of_post(EventTime time) {
  return static_cast<Period>(
      std::chrono::floor<std::chrono::hours>(time.time_since_epoch()).count());
}

Period month_of_post(EventTime time) {
  const std::chrono::sys_days day{std::chrono::floor<std::chrono::days>(time.time_since_epoch())};
  const std::chrono::year_month_day date{day};
  return (static_cast<int>(date.year()) - 1970) * 12 +
         static_cast<int>(static_cast<unsigned>(date.month())) - 1;
}

void add(const PostState& row, Period period, std::size_t measures, StateTwin::Sums* sums) {
  for (std::size_t i = 0; i < measures; ++i) {
    const std::int64_t by = measure_specs()[i].of(row);
    if (by != 0) (*sums)[period][i] += by;
  }
}

}  // namespace

bool StateTwin::advance(Brand* brand, const Origin& origin, bool update) {
  const Mark to{origin.offset, origin.index, update};
  const auto [at, added] = brand->marks.try_emplace(origin.partition, to);
  if (!added && to <= at->second) return false;
  at->second = to;
  return true;
}

void StateTwin::apply(const StreamOp& op) {
  for (const Fact& fact : op.facts) {
    Brand& brand = brands_[fact.brand];
    if (advance(&brand, op.post.origin, false)) fold(&brand, op, fact);
  }
  if (op.update) {
    for (Brand& brand : brands_) update(&brand, *op.update);
  }
  if (op.watermark) watermark_ = std::max(watermark_.value_or(EventTime::min()), *op.watermark);
}

void StateTwin::fold(Brand* brand, const StreamOp& op, const Fact& fact) {
  auto known = brand->posts.find(op.post.key);
  const auto replaced =
      op.post.replaced.is_set() ? brand->posts.find(op.post.replaced) : brand->posts.end();
  if (replaced != brand->posts.end() && known == brand->posts.end()) {
    known = brand->posts.emplace(op.post.key, replaced->second).first;
    brand->posts.erase(replaced);
    rename(brand, op.post.replaced, op.post.key);
  } else if (replaced != brand->posts.end() && replaced != known) {
    if (replaced->second.live()) leave_group(brand, replaced->second);
    replaced->second.deleted = true;
    brand->replies.erase(op.post.replaced);
  }
  if (!fact.mention) {
    fold_answer(brand, op, fact);
  } else if (known != brand->posts.end()) {
    fold_known(brand, &known->second, op, fact);
  } else {
    fold_new(brand, op, fact);
  }
}

void StateTwin::rename(Brand* brand, const Key128& from, const Key128& to) {
  auto own = brand->replies.extract(from);
  if (!own.empty()) {
    own.key() = to;
    brand->replies.insert(std::move(own));
  }
  for (auto& [key, reply] : brand->replies) {
    if (reply.parent == from) reply.parent = to;
  }
}

void StateTwin::fold_answer(Brand* brand, const StreamOp& op, const Fact& fact) {
  const auto known = brand->posts.find(op.post.key);
  if (known == brand->posts.end()) {
    if (!op.post.parent.is_set()) return;
    Post& post = brand->posts[op.post.key];
    post.number = brand->next_number++;
    post.event_time = op.post.event_time;
    post.author = op.post.author;
    post.counted_at = post.written_at = not_before(op.post.told_at, post.event_time);
    write(&post, op, fact);
    post.answers_only = true;
    tell_parent(brand, op, post);
    return;
  }
  Post& post = known->second;
  const EventTime told_at = not_before(op.post.told_at, post.event_time);
  if (post.deleted || !op.post.edited || told_at < post.written_at) return;
  if (post.live()) leave_group(brand, post);
  post.written_at = told_at;
  write(&post, op, fact);
  post.answers_only = true;
  post.edited_away = false;
  tell_parent(brand, op, post);
}

void StateTwin::fold_new(Brand* brand, const StreamOp& op, const Fact& fact) {
  Post post;
  const auto before = brand->posts.find(op.post.key);
  const bool known = before != brand->posts.end();
  post.number = known ? before->second.number : brand->next_number++;
  post.event_time = op.post.event_time;
  post.author = known ? before->second.author : op.post.author;
  const EventTime end = std::chrono::floor<minutes>(post.event_time) + minutes{1};
  const bool late = watermark_ && end <= *watermark_ - lateness_;
  post.apart = op.post.backdated || late;
  brand->late += !op.post.backdated && late ? 1 : 0;
  brand->mentions += post.apart ? 0 : 1;
  post.counted_at = post.written_at = not_before(op.post.told_at, post.event_time);
  merge(&post, op.post.counters, post.counted_at);
  write(&post, op, fact);
  if (post.live()) enter_group(brand, &post);
  tell_parent(brand, op, post);
  brand->posts[op.post.key] = std::move(post);
}

void StateTwin::fold_known(Brand* brand, Post* post, const StreamOp& op, const Fact& fact) {
  const EventTime told_at = not_before(op.post.told_at, post->event_time);
  if (post->deleted) return;
  if (post->answers_only) {
    if (told_at >= post->written_at) fold_new(brand, op, fact);
    return;
  }
  merge(post, op.post.counters, told_at);
  if (!op.post.edited || told_at < post->written_at) return;
  const bool was_live = post->live();
  const std::uint64_t signature = post->told.signature;
  if (was_live && signature != op.post.signature) leave_group(brand, *post);
  post->written_at = told_at;
  write(post, op, fact);
  post->edited_away = false;
  if (post->live() && (!was_live || signature != op.post.signature)) enter_group(brand, post);
  tell_parent(brand, op, *post);
}

void StateTwin::write(Post* post, const StreamOp& op, const Fact& fact) {
  const std::int64_t followers = op.post.followers;
  post->told = op.post;
  post->fact = fact;
  post->hashtags = op.hashtags;
  if (followers != kUnknownCount) post->followers = followers;
}

void StateTwin::merge(Post* post, const CounterValues& counters, EventTime told_at) {
  const bool newer = told_at >= post->counted_at;
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (counters[i] == kUnknownCount) continue;
    if (newer || !post->counters[i]) post->counters[i] = counters[i];
  }
  if (newer) post->counted_at = told_at;
}

void StateTwin::enter_group(Brand* brand, Post* post) {
  const std::uint64_t signature = post->told.signature;
  int before = 0;
  if (signature != 0) before = brand->groups[signature]++;
  post->first_of_group = before == 0;
  post->near_identical = before >= static_cast<int>(kNearIdenticalMin);
}

// The next one that came after it, and round, is the first of the group then.
void StateTwin::leave_group(Brand* brand, const Post& post) {
  const std::uint64_t signature = post.told.signature;
  if (signature == 0) return;
  --brand->groups[signature];
  if (!post.first_of_group) return;
  Post* heir = nullptr;
  const auto order = [&](const Post& of) { return std::pair(of.number < post.number, of.number); };
  for (auto& [key, other] : brand->posts) {
    if (&other == &post || !other.live() || other.told.signature != signature) continue;
    if (heir == nullptr || order(other) < order(*heir)) heir = &other;
  }
  if (heir != nullptr) heir->first_of_group = true;
}

void StateTwin::tell_parent(Brand* brand, const StreamOp& op, const Post& post) {
  const bool owned = post.fact.owned;
  const Reply reply{.parent = op.post.parent,
                    .time = post.event_time,
                    .answers = owned,
                    .defends = !owned && !post.apart && post.fact.sentiment == Sentiment::positive};
  brand->replies.erase(op.post.key);
  if (reply.parent.is_set() && (reply.answers || reply.defends)) {
    brand->replies.emplace(op.post.key, reply);
  }
}

std::optional<std::int64_t> StateTwin::answered_after(const Brand& brand, const Key128& key) {
  std::optional<std::int64_t> first;
  for (const auto& [own, reply] : brand.replies) {
    if (reply.parent != key || !reply.answers) continue;
    const EventTime asked = brand.posts.at(key).event_time;
    const auto after = std::chrono::floor<std::chrono::seconds>(reply.time - asked);
    const std::int64_t seconds = std::max<std::int64_t>(0, after.count());
    first = std::min(first.value_or(seconds), seconds);
  }
  return first;
}

void StateTwin::update(Brand* brand, const PostUpdate& update) {
  const auto mark = brand->marks.find(update.origin.partition);
  const Mark of_fact{update.origin.offset, update.origin.index, false};
  const bool matches = update.kind == PostUpdate::Kind::edit && mark != brand->marks.end() &&
                       mark->second == of_fact;
  std::vector<Key128> held;
  for (auto& [key, post] : brand->posts) {
    const bool of_author = update.kind == PostUpdate::Kind::remove_author;
    if (of_author ? post.author == update.key : key == update.key) held.push_back(key);
  }
  if (held.empty() || !advance(brand, update.origin, true) || matches) return;
  for (const Key128& key : held) {
    Post& post = brand->posts.at(key);
    StateTwin::update(brand, &post, update);
    if (post.deleted || post.edited_away) brand->replies.erase(key);
  }
}

void StateTwin::update(Brand* brand, Post* post, const PostUpdate& update) {
  const bool was_live = post->live();
  const std::optional<EventTime>& as_of = update.metrics.as_of;
  const std::array<Count, kCounters> given{
      update.metrics.likes, update.metrics.shares, update.metrics.comments, update.metrics.quotes,
      update.metrics.views, update.metrics.clicks, update.metrics.saves,    update.metrics.reach};
  switch (update.kind) {
    case PostUpdate::Kind::remove:
    case PostUpdate::Kind::remove_author: post->deleted = true; break;
    case PostUpdate::Kind::edit: {
      const EventTime at = as_of ? not_before(*as_of, post->event_time) : post->written_at;
      if (at < post->written_at) return;
      post->written_at = at;
      post->edited_away = true;
      break;
    }
    case PostUpdate::Kind::metrics:
    case PostUpdate::Kind::increment: {
      const EventTime at = as_of ? not_before(*as_of, post->event_time) : post->counted_at;
      if (post->deleted) return;
      CounterValues values = unknown_counters();
      const bool adds = update.kind == PostUpdate::Kind::increment;
      if (adds && at < post->counted_at) return;
      for (std::size_t i = 0; i < kCounters; ++i) {
        if (given[i]) values[i] = *given[i] + (adds ? post->counters[i].value_or(0) : 0);
      }
      // Increments may come in any order among themselves.
      merge(post, values, adds ? post->counted_at : at);
      return;
    }
  }
  if (was_live && !post->live()) leave_group(brand, *post);
}

PostState StateTwin::row(const Brand& brand, const Key128& key, const Post& post) {
  PostState row;
  row.author = post.author;
  for (std::size_t i = 0; i < kCounters; ++i) {
    if (post.counters[i]) row.counters[i] = static_cast<std::uint32_t>(*post.counters[i]);
  }
  if (post.followers != kUnknownCount) row.followers = static_cast<std::uint32_t>(post.followers);
  const std::optional<std::int64_t> answer = answered_after(brand, key);
  if (answer) row.answered_after = static_cast<std::uint32_t>(*answer) & kNotAnswered;
  for (const auto& [own, reply] : brand.replies) {
    if (reply.parent == key && reply.defends) ++row.defences;
  }
  row.campaigns = post.fact.campaigns;
  row.rejected = post.fact.rejected;
  row.rating = static_cast<std::uint16_t>(post.told.rating * 100) & 0x1FF;
  row.kind = post.told.kind;
  row.media = post.fact.media;
  row.sentiment = post.fact.sentiment;
  row.language = post.fact.language & 7U;
  row.score = static_cast<std::uint32_t>(std::lround(post.fact.score * 30) + 30) & 0x3F;
  row.crisis = post.fact.crisis != 0 ? 1 : 0;
  row.live = true;
  row.owned = post.fact.owned;
  row.addressed = post.fact.addressed;
  row.owned_link = post.fact.owned_link;
  row.moderated = post.fact.moderated;
  row.recommends = post.fact.recommends;
  row.advises_against = post.fact.advises_against;
  row.first_of_group = post.first_of_group;
  row.near_identical = post.near_identical;
  row.young_author =
      post.told.author_age_days >= 0 && post.told.author_age_days < kYoungAccountDays;
  row.unfollowed_author = post.followers == 0;
  return row;
}

StateTwin::Sums StateTwin::hours(BrandId brand) const {
  Sums sums;
  for (const auto& [key, post] : brands_[brand].posts) {
    if (post.live())
      add(row(brands_[brand], key, post), hour_of_post(post.event_time), kMeasures, &sums);
  }
  return sums;
}

StateTwin::Sums StateTwin::months(BrandId brand) const {
  Sums sums;
  for (const auto& [key, post] : brands_[brand].posts) {
    if (post.live())
      add(row(brands_[brand], key, post), month_of_post(post.event_time), kMeasures, &sums);
  }
  return sums;
}

StateTwin::Sums StateTwin::called(BrandId brand) const {
  Sums sums;
  for (const auto& [key, post] : brands_[brand].posts) {
    if (!post.live() || post.fact.language == 0) continue;
    if (post.fact.sentiment == Sentiment::unscored) continue;
    const std::size_t label = static_cast<std::size_t>(post.fact.sentiment) - 1;
    ++sums[hour_of_post(post.event_time)][std::size_t{3} * (post.fact.language - 1U) + label];
  }
  return sums;
}

std::map<StateTwin::Slice, StateTwin::Sums> StateTwin::slices(BrandId brand) const {
  std::map<Slice, Sums> out;
  for (const auto& [key, post] : brands_[brand].posts) {
    if (!post.live()) continue;
    AuthorTier tier = AuthorTier::unknown;
    if (post.followers >= 0) tier = AuthorTier::nano;
    if (post.followers >= 5000) tier = AuthorTier::micro;
    if (post.followers > 50'000) tier = AuthorTier::macro;
    std::set<Slice> in{{Dimension::platform, std::string(post.told.platform.view())},
                       {Dimension::lang, std::string(post.told.lang.view())},
                       {Dimension::kind, std::string(to_text(post.told.kind))},
                       {Dimension::media_type, std::string(to_text(post.fact.media))},
                       {Dimension::author_tier, std::string(to_text(tier))}};
    const MediaType media = post.fact.media;
    if (post.fact.owned || media == MediaType::owned || media == MediaType::paid) {
      in.emplace(Dimension::unearned, std::string(post.told.platform.view()));
    }
    for (const std::string& tag : post.hashtags) in.emplace(Dimension::hashtag, tag);
    for (const Slice& slice : in) {
      add(row(brands_[brand], key, post), hour_of_post(post.event_time), kSlicedMeasures,
          &out[slice]);
    }
  }
  return out;
}

StateTwin::Counts StateTwin::campaign(BrandId brand, unsigned bit) const {
  Counts counts{};
  std::set<Key128> authors;
  for (const auto& [key, post] : brands_[brand].posts) {
    if (!post.live() || post.fact.owned || (post.fact.campaigns >> bit & 1U) == 0) continue;
    ++std::get<0>(counts);
    if (post.told.kind != Kind::repost) ++std::get<1>(counts);
    if (post.fact.moderated || (post.fact.rejected >> bit & 1U) != 0) ++std::get<2>(counts);
    if (post.author.is_set()) authors.insert(post.author);
  }
  std::get<3>(counts) = authors.size();
  return counts;
}

std::uint64_t StateTwin::live_between(BrandId brand, EventTime from, EventTime to) const {
  const auto& posts = brands_[brand].posts;
  return static_cast<std::uint64_t>(std::ranges::count_if(posts, [&](const auto& entry) {
    const Post& post = entry.second;
    return post.live() && post.event_time >= from && post.event_time < to;
  }));
}

std::size_t StateTwin::unanswered(BrandId brand) const {
  const auto& posts = brands_[brand].posts;
  return static_cast<std::size_t>(std::ranges::count_if(posts, [&](const auto& entry) {
    const Post& post = entry.second;
    return post.live() && post.fact.addressed && !post.fact.owned &&
           post.fact.sentiment == Sentiment::negative &&
           !answered_after(brands_[brand], entry.first);
  }));
}

}  // namespace vigie
