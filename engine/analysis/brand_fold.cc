#include "engine/analysis/brand_fold.h"

#include <algorithm>
#include <array>
#include <bit>
#include <chrono>
#include <cmath>
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

// Of what changed: likes, comments, shares and clicks.
std::int64_t engagement(const Changes& changes) {
  std::int64_t sum = 0;
  for (const Change& change : changes.all()) {
    const auto measure = static_cast<Measure>(change.measure);
    if (measure == Measure::likes || measure == Measure::comments || measure == Measure::shares ||
        measure == Measure::clicks) {
      sum += change.by;
    }
  }
  return sum;
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
  if (!fact.mention) {
    ++counts->answers;
    tell_parent(told, false);
    return;
  }
  const std::optional<std::uint64_t> known = posts_->find(id, post.key);
  const std::optional<std::uint64_t> replaced = posts_->find(id, post.replaced);
  if (replaced && !known) {
    posts_->rename({id, *replaced}, post.key);
    fold_known(told, {id, *replaced}, counts);
    return;
  }
  if (replaced && replaced != known) {  // the new version came first
    retract(brand, {id, *replaced}, Gone::deleted, post.told_at, counts);
  }
  if (known) {
    fold_known(told, {id, *known}, counts);
  } else {
    fold_new(told, counts);
  }
}

void BrandFold::fold_known(const Told& told, PostPlace place, ApplyCounts* counts) {
  const FactPost& post = *told.post;
  ++counts->duplicates;
  PostState row = posts_->at(place);
  if (row.deleted) return;
  merge_counters(post.counters, age_of(row, post.told_at), &row);
  if (post.edited && age_of(row, post.told_at) >= row.written_at) {
    ++counts->edited;
    row.written_at = age_of(row, post.told_at);
    describe(told, &row);
    row.live = !row.apart;
    if (row.live) choose_slices(told, &row);
  }
  commit(told.brand, place, row);
}

void BrandFold::fold_new(const Told& told, ApplyCounts* counts) {
  const FactPost& post = *told.post;
  BrandState* brand = told.brand;
  PostState row;
  row.key = post.key;
  row.author = post.author;
  row.event_time = post.event_time;
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
      tell_parent(told, true);
      return;
    }
    row.series = *series & kNoSeries;
    ++counts->applied;
  }
  row.counted_at = row.written_at = age_of(row, post.told_at);
  merge_counters(post.counters, row.counted_at, &row);
  describe(told, &row);
  const PostPlace place{told.id, posts_->end(told.id)};
  brand->early_replies.take(post.key,
                            [&](const ReplyEffect& effect) { take_effect(effect, &row); });
  if (!row.apart) {
    row.live = true;
    choose_slices(told, &row);
    join_group(brand, &row);
    count_campaigns(brand, row, 1);
    join_cascade(told, &row);
    Changes changes;
    contribution(row, &changes);
    add(brand, row, changes);
    count_called(brand, row, 1);
    add_to_day(told, row, engagement(changes));
    wait_for_answer(brand, place, &row);
    brand->kpis_current = false;
  }
  posts_->add(told.id, row, told.facts->text(post.id));
  tell_parent(told, row.apart);
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
    if (bit >= bits.size()) continue;
    row->campaigns |= 1U << bits[bit];
    if ((fact.rejected >> bit & 1U) != 0) row->rejected |= 1U << bits[bit];
  }
  row->kind = post.kind;
  row->media = fact.media;
  row->sentiment = fact.sentiment;
  row->language = fact.language & 7U;
  row->score = packed_score(fact.score) & 0x7F;
  row->given = post.given;
  row->crisis = fact.crisis != 0;
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
  std::size_t count = 0;
  row->slices.fill(kNoSlice);
  const auto choose = [&](Dimension dimension, std::string_view value) {
    if (count == kPostSlicesMax) return;
    const SliceId slice = slices.find_or_add(dimension, value);
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
  choose(Dimension::channel, told.facts->text(post.channel));
  for (std::uint32_t rest = told.fact->crisis; rest != 0; rest &= rest - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
    if (bit < settings_->crises.size()) choose(Dimension::crisis, settings_->crises[bit]);
  }
  for (std::uint32_t rest = told.fact->segments; rest != 0; rest &= rest - 1) {
    const auto bit = static_cast<std::size_t>(std::countr_zero(rest));
    if (bit < settings_->segments.size()) choose(Dimension::segment, settings_->segments[bit]);
  }
  const std::span<const Label> hashtags = told.facts->of(post.hashtags);
  for (std::size_t i = 0; i < std::min(hashtags.size(), kHashtagsPerPostMax); ++i) {
    choose(Dimension::hashtag, told.facts->text(hashtags[i]));
  }
}

void BrandFold::tell_parent(const Told& told, bool apart) {
  const FactPost& post = *told.post;
  const ReplyEffect effect{
      .parent = post.parent,
      .time = post.event_time,
      .answers = told.fact->owned,
      .defends = !told.fact->owned && !apart && told.fact->sentiment == Sentiment::positive};
  if (!post.parent.is_set() || (!effect.answers && !effect.defends)) return;
  const std::optional<std::uint64_t> parent = posts_->find(told.id, post.parent);
  if (!parent) {
    told.brand->early_replies.add(effect);
    return;
  }
  PostState row = posts_->at({told.id, *parent});
  take_effect(effect, &row);
  commit(told.brand, {told.id, *parent}, row);
}

// The order in which replies come changes nothing.
void BrandFold::take_effect(const ReplyEffect& effect, PostState* row) {
  if (effect.answers) {
    const auto after = std::chrono::floor<std::chrono::seconds>(effect.time - row->event_time);
    const auto seconds =
        static_cast<std::uint32_t>(std::clamp<std::int64_t>(after.count(), 0, kNotAnswered - 1));
    row->answered_after = std::min<std::uint32_t>(row->answered_after, seconds) & kNotAnswered;
  }
  if (effect.defends && row->defences != 0xFFFF) ++row->defences;
}

void BrandFold::commit(BrandState* brand, PostPlace place, PostState after) {
  const PostState before = posts_->at(place);
  if (before.live && !after.live) {
    leave(brand, before);
  } else if (after.live && !before.live) {
    come_back(place.brand, brand, &after);
  } else if (after.live) {
    if (before.signature != after.signature) {
      if (before.signature != 0) brand->near_duplicates.take_back(before.signature);
      join_group(brand, &after);
    }
    if (!counts_alike(before, after)) {
      count_campaigns(brand, before, -1);
      count_campaigns(brand, after, 1);
      add_to_cascade(brand, after);  // first, as one without posts is forgotten
      take_from_cascade(brand, before);
    }
  }
  Changes changes;
  if (before.slices == after.slices) {
    difference(before, after, &changes);
    add(brand, after, changes);
  } else {
    PostState gone = before;
    gone.live = false;
    difference(before, gone, &changes);
    add(brand, before, changes);
    Changes added;
    contribution(after, &added);
    add(brand, after, added);
    difference(before, after, &changes);
  }
  if (called_place(before) != called_place(after)) {
    count_called(brand, before, -1);
    count_called(brand, after, 1);
  }
  if (before.live && after.live) add_engagement(brand, place, engagement(changes));
  wait_for_answer(brand, place, &after);
  *posts_->change(place) = after;
  brand->unsaved = true;
  brand->kpis_current = false;
}

void BrandFold::leave(BrandState* brand, const PostState& row) {
  if (row.series != kNoSeries) minutes_->take_back(brand, row.series, minute_of(row.event_time));
  if (row.signature != 0) brand->near_duplicates.take_back(row.signature);
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

void BrandFold::count_campaigns(BrandState* brand, const PostState& row, int by) {
  if (!contributes(row)) return;
  const Period month = month_period(row.event_time);
  for (std::uint32_t rest = row.campaigns; rest != 0; rest &= rest - 1) {
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
  const std::span<const Change> sliced = changes.sliced();
  if (sliced.empty()) return;
  for (const SliceId slice : row.slices) {
    if (slice == kNoSlice) break;
    brand->slices.add(slice, hour, sliced);
  }
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
