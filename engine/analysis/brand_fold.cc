#include "engine/analysis/brand_fold.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
#include <functional>
#include <utility>

#include "engine/base/limits.h"

namespace vigie {
namespace {

AuthorTier tier_of(std::int64_t followers, const TierSettings& tiers) {
  if (followers == kUnknownCount) return AuthorTier::unknown;
  if (followers < tiers.micro) return AuthorTier::nano;
  return followers <= tiers.macro_above ? AuthorTier::micro : AuthorTier::macro;
}

bool contributes(const PostState& row) { return row.live && row.campaigns != 0 && !row.owned; }

// True when the counts of campaigns and groups, beside the sums, would differ.
bool counts_alike(const PostState& a, const PostState& b) {
  return a.campaigns == b.campaigns && a.rejected == b.rejected && a.moderated == b.moderated &&
         a.owned == b.owned && a.kind == b.kind;
}

}  // namespace

bool is_unanswered(const PostState& row) {
  return row.live && row.addressed && !row.owned && row.sentiment == Sentiment::negative &&
         row.answered_after == kNotAnswered;
}

void BrandFold::fold(BrandId id, BrandState* brand, const Facts& facts, const Fact& fact,
                     ApplyCounts* counts) {
  const Told told{id, brand, &facts, &fact, &facts.posts[fact.post]};
  const FactPost& post = *told.post;
  brand->unsaved = true;
  std::optional<std::uint64_t> known = posts_->find(id, post.key);
  const std::optional<std::uint64_t> replaced = posts_->find(id, post.replaced);
  if (replaced && !known) {
    rename(told, {id, *replaced});
    known = replaced;
  } else if (replaced && replaced != known) {  // the new version came first
    retract(brand, {id, *replaced}, Gone::deleted, post.told_at, counts);
  }
  const PostPlace place{id, known.value_or(posts_->end(id))};
  if (!fact.mention) {
    fold_answer(told, place, counts);
  } else if (known) {
    fold_known(told, place, counts);
  } else {
    fold_new(told, place, counts);
  }
}

void BrandFold::fold_known(const Told& told, PostPlace place, ApplyCounts* counts) {
  const FactPost& post = *told.post;
  const PostState before = posts_->at(place);
  PostState row = before;
  const std::uint32_t age = age_of(row, post.told_at);
  const bool newer = age >= row.written_at;
  if (row.answers_only && newer && !row.deleted) return fold_new(told, place, counts);
  ++counts->duplicates;
  if (row.deleted || row.answers_only) return;
  merge_counters(post.counters, age, &row);
  const bool edited = post.edited && newer;
  if (edited) {
    ++counts->edited;
    row.written_at = age;
    describe(told, &row);
    row.live = !row.apart;
    if (row.live) choose_slices(told, &row);
  }
  commit(told.brand, place, row);
  if (edited) tell_parent_anew(told, before, row);
}

PostState BrandFold::begin_row(const Told& told, PostPlace place) const {
  PostState row;
  row.key = told.post->key;
  row.author = told.post->author;
  row.event_time = told.post->event_time;
  if (posts_->holds(place)) {
    row.author = posts_->at(place).author;
    row.same_author = posts_->at(place).same_author;
  }
  row.counted_at = row.written_at = age_of(row, told.post->told_at);
  return row;
}

void BrandFold::keep(const Told& told, PostPlace place, const PostState& row) {
  if (posts_->holds(place)) {
    posts_->replace(place, row);
  } else {
    posts_->add(told.id, row, told.facts->text(told.post->id));
    if (posts_->end(told.id) - told.brand->unsummed >= kUnsummedMax) sum_up(told.id, told.brand);
  }
}

void BrandFold::fold_new(const Told& told, PostPlace place, ApplyCounts* counts) {
  const FactPost& post = *told.post;
  BrandState* brand = told.brand;
  PostState row = begin_row(told, place);
  merge_counters(post.counters, row.counted_at, &row);
  describe(told, &row);
  const Minute minute = minute_of(post.event_time);
  if (post.backdated) {
    row.apart = true;
    ++brand->backdated;
    ++counts->backdated;
  } else if (minutes_->is_closed(*brand, minute)) {
    row.apart = true;
    ++brand->late;
    ++counts->late;
  } else {
    const auto series = minutes_->count(told.id, brand, post.platform, minute);
    if (!series) {
      ++counts->overflow;
      row.apart = true;
      if (!posts_->holds(place)) tell_parent(told, row);
      return;
    }
    row.series = *series & kNoSeries;
    ++counts->applied;
  }
  const bool held = posts_->holds(place);
  if (row.apart && !held && posts_->turns_away(told.id, row)) return tell_parent(told, row);
  if (held) take_from_parent(told.id, brand, posts_->at(place));
  take_early_replies(brand, &row);
  if (!row.apart) {
    row.live = true;
    choose_slices(told, &row);
    join_group(brand, &row);
    count_campaigns(brand, row, 1);
    join_cascade(told, &row);
    brand->slices.come(hour_period(row.event_time));
    if (place.number < brand->unsummed) {
      Changes changes;
      contribution(row, &changes);
      add(brand, row, changes);
      count_called(brand, row, 1);
    }
    add_to_day(told, row, engagement_of(row));
    wait_for_answer(brand, place, &row);
    brand->kpis_current = false;
  }
  keep(told, place, row);
  tell_parent(told, row);
}

void BrandFold::describe(const Told& told, PostState* row) {
  const FactPost& post = *told.post;
  const Fact& fact = *told.fact;
  row->signature = post.signature;
  if (post.followers != kUnknownCount) {
    row->followers = clipped_count(post.followers);
    row->unfollowed_author = post.followers == 0;
    row->tier = tier_of(post.followers, settings_->tiers);
  }
  const std::vector<std::uint8_t>& bits = told.brand->campaign_bits;
  row->campaigns = row->rejected = 0;
  for (std::uint32_t rest = fact.campaigns; rest != 0; rest &= rest - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
    if (bit >= bits.size() || bits[bit] == kNoCampaign) continue;
    row->campaigns |= 1U << bits[bit];
    if ((fact.rejected >> bit & 1U) != 0) row->rejected |= 1U << bits[bit];
  }
  row->kind = post.kind;
  row->media = fact.media;
  row->sentiment = fact.sentiment;
  row->language = fact.language & 7U;
  row->score = packed_score(fact.score) & 0x3F;
  row->given = post.given;
  row->crisis = fact.crisis != 0 ? 1 : 0;
  row->owned = fact.owned;
  row->addressed = fact.addressed;
  row->rating =
      static_cast<std::uint16_t>(std::lround(std::clamp(post.rating, 0.0F, 5.0F) * 100)) & 0x1FF;
  row->owned_link = fact.owned_link;
  row->linked = post.links.count != 0 || post.sites.count != 0;
  row->moderated = fact.moderated;
  row->recommends = fact.recommends;
  row->advises_against = fact.advises_against;
  row->young_author = post.author_age_days >= 0 && post.author_age_days < kYoungAccountDays;
}

void BrandFold::choose_slices(const Told& told, PostState* row) {
  const FactPost& post = *told.post;
  Slices& slices = told.brand->slices;
  const std::function<void()> sum_up_first = [this, &told] { sum_up(told.id, told.brand); };
  std::size_t count = 0;
  row->slices.fill(kNoSlice);
  const auto choose = [&](Dimension dimension, std::string_view value) {
    if (count == kPostSlicesMax) return;
    const SliceId slice = slices.find_or_add(dimension, value, sum_up_first);
    const auto end = row->slices.begin() + static_cast<std::ptrdiff_t>(count);
    if (slice == kNoSlice || std::find(row->slices.begin(), end, slice) != end) return;
    row->slices[count++] = slice;
  };
  choose(Dimension::platform, post.platform.view());
  choose(Dimension::lang, post.lang.view());
  choose(Dimension::country, post.country.view());
  choose(Dimension::kind, to_text(row->kind));
  choose(Dimension::media_type, to_text(row->media));
  choose(Dimension::author_tier, to_text(row->tier));
  if (row->owned || row->media == MediaType::owned || row->media == MediaType::paid) {
    choose(Dimension::unearned, post.platform.view());
  }
  choose(Dimension::channel, told.facts->text(post.channel));
  for (std::uint32_t rest = told.fact->crisis; rest != 0; rest &= rest - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
    if (bit < crises_.size()) choose(Dimension::crisis, crises_[bit]);
  }
  for (std::uint32_t rest = told.fact->segments; rest != 0; rest &= rest - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
    if (bit < segments_.size()) choose(Dimension::segment, segments_[bit]);
  }
  const std::span<const Label> hashtags = told.facts->of(post.hashtags);
  for (std::size_t i = 0; i < std::min(hashtags.size(), kHashtagsPerPostMax); ++i) {
    choose(Dimension::hashtag, told.facts->text(hashtags[i]));
  }
}

void BrandFold::commit(BrandState* brand, PostPlace place, PostState after) {
  const PostState before = posts_->at(place);
  if (before.live && !after.live) {
    leave(brand, place, before);
  } else if (after.live && !before.live) {
    come_back(place.brand, brand, &after);
  } else if (after.live) {
    if (before.signature != after.signature) {
      leave_group(brand, place, before);
      join_group(brand, &after);
    }
    if (!counts_alike(before, after)) {
      count_campaigns(brand, before, -1);
      count_campaigns(brand, after, 1);
      add_to_cascade(brand, after);  // first, as one without posts is forgotten
      take_from_cascade(brand, before);
    }
  }
  if (after.live) brand->slices.come(hour_period(after.event_time));
  if (place.number < brand->unsummed) {
    add_difference(brand, before, after);
  } else if (before.live && (!after.live || before.slices != after.slices)) {
    brand->slices.note_taken_back();
  }
  if (before.live && after.live) {
    add_engagement(brand, place, engagement_of(after) - engagement_of(before));
  }
  wait_for_answer(brand, place, &after);
  *posts_->change(place) = after;
  brand->unsaved = true;
  brand->kpis_current = false;
}

void BrandFold::add_difference(BrandState* brand, const PostState& before, const PostState& after) {
  Changes changes;
  if (before.slices == after.slices) {
    difference(before, after, &changes);
    add(brand, after, changes);
  } else {
    PostState gone = before;
    gone.live = false;
    difference(before, gone, &changes);
    add(brand, before, changes);
    contribution(after, &changes);
    add(brand, after, changes);
  }
  if (called_place(before) != called_place(after)) {
    count_called(brand, before, -1);
    count_called(brand, after, 1);
  }
}

void BrandFold::sum_up(BrandId id, BrandState* brand) {
  const std::uint64_t end = posts_->end(id);
  for (std::uint64_t number = brand->unsummed; number < end; ++number) {
    const PostState& row = posts_->at({id, number});
    if (row.live) sums_.add(row, brand);
  }
  sums_.finish(brand);
  brand->unsummed = end;
}

void BrandFold::leave(BrandState* brand, PostPlace place, const PostState& row) {
  if (row.series != kNoSeries) minutes_->take_back(brand, row.series, minute_of(row.event_time));
  leave_group(brand, place, row);
  take_from_cascade(brand, row);
  count_campaigns(brand, row, -1);
}

void BrandFold::come_back(BrandId id, BrandState* brand, PostState* row) {
  const Minute minute = minute_of(row->event_time);
  if (row->series != kNoSeries && !minutes_->put_back(id, brand, row->series, minute)) {
    row->series = kNoSeries;
  }
  join_group(brand, row);
  add_to_cascade(brand, *row);
  count_campaigns(brand, *row, 1);
}

// A text that is too short to tell is a group of its own.
void BrandFold::join_group(BrandState* brand, PostState* row) {
  NearDuplicates::Found found;
  if (row->signature != 0) found = brand->near_duplicates.add(row->signature, row->event_time);
  row->first_of_group = found.first;
  row->near_identical = found.before >= kNearIdenticalMin;
}

void BrandFold::leave_group(BrandState* brand, PostPlace place, const PostState& row) {
  if (row.signature == 0) return;
  const NearDuplicates::Left left = brand->near_duplicates.take_back(row.signature);
  if (!row.first_of_group || left.posts == 0) return;
  const std::optional<PostPlace> heir = find_heir(place, left.signature);
  if (!heir) return brand->near_duplicates.leave_vacant(left.signature);
  PostState next = posts_->at(*heir);
  next.first_of_group = true;
  commit(brand, *heir, next);
}

// In the order in which they came, from the first one on and round.
std::optional<PostPlace> BrandFold::find_heir(PostPlace first, std::uint64_t group) const {
  const std::uint64_t size = posts_->size(first.brand);
  for (std::uint64_t step = 1; step < std::min<std::uint64_t>(size, kNearDuplicateHeirMax);
       ++step) {
    PostPlace at{first.brand, first.number + step};
    if (at.number >= posts_->end(first.brand)) at.number -= size;
    const PostState& row = posts_->at(at);
    const bool may_be = row.live && !row.first_of_group && row.signature != 0;
    if (may_be && NearDuplicates::are_near(group, row.signature)) return at;
  }
  return std::nullopt;
}

void BrandFold::count_campaigns(BrandState* brand, const PostState& row, int by) {
  if (!contributes(row)) return;
  const Period month = month_period(row.event_time);
  for (std::uint32_t rest = row.campaigns & ~kPastCampaigns; rest != 0; rest &= rest - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
    const bool rejected = row.moderated || (row.rejected >> bit & 1U) != 0;
    const std::string& name = brand->campaign_names[bit];
    brand->campaigns.count(name, month, row.kind != Kind::repost, rejected, by);
    brand->campaigns.count_author(name, row.author, by);
  }
}

void BrandFold::add(BrandState* brand, const PostState& row, const Changes& changes) {
  if (changes.count == 0) return;
  const Period hour = hour_period(row.event_time);
  brand->hours.add(hour, changes.all());
  brand->months.add(month_period(row.event_time), changes.all());
  const auto end = std::ranges::find(row.slices, kNoSlice);
  brand->slices.add({row.slices.begin(), end}, hour, changes.sliced());
}

void BrandFold::count_called(BrandState* brand, const PostState& row, int by) {
  if (const std::optional<std::uint8_t> place = called_place(row)) {
    const Change change{.measure = *place, .by = by};
    brand->called.add(hour_period(row.event_time), std::span(&change, 1));
  }
}

void BrandFold::wait_for_answer(BrandState* brand, PostPlace place, PostState* row) {
  if (row->waiting || !is_unanswered(*row)) return;
  if (brand->unanswered.size() >= kUnansweredMax) {
    drop_answered(place.brand, brand);
  }
  brand->unanswered.push_back(place.number);
  row->waiting = true;
}

}  // namespace vigie
