#include "engine/runtime/match_stage.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <utility>

#include "engine/base/clock.h"
#include "engine/base/limits.h"
#include "engine/runtime/post_values.h"

namespace vigie {
namespace {

MatchStage::Output::Reached& reached_of(PartitionId partition, MatchStage::Output* out) {
  // Records of a partition come in runs, so the last entry is nearly always the right one.
  if (!out->reached.empty() && out->reached.back().partition == partition) {
    return out->reached.back();
  }
  const auto found =
      std::ranges::find(out->reached, partition, &MatchStage::Output::Reached::partition);
  if (found != out->reached.end()) return *found;
  return out->reached.emplace_back(partition);
}

// What is to be told of the post to whoever holds it.
std::optional<PostUpdate::Kind> update_of(const Mention& mention) {
  switch (mention.op) {
    case Op::upsert:
      return is_edited(mention) ? std::optional{PostUpdate::Kind::edit} : std::nullopt;
    case Op::remove: return PostUpdate::Kind::remove;
    case Op::metrics: return PostUpdate::Kind::metrics;
    case Op::increment: return PostUpdate::Kind::increment;
    case Op::remove_author: return PostUpdate::Kind::remove_author;
  }
  return std::nullopt;
}

// When what is told became so, as far as the record knows.
std::optional<EventTime> told_at(const Mention& mention) {
  if (mention.op == Op::upsert) {
    return mention.edited_at ? mention.edited_at : mention.observed_at;
  }
  if (mention.metrics.as_of) return mention.metrics.as_of;
  if (mention.created_at != EventTime{}) return mention.created_at;  // of the event; zero is none
  return mention.observed_at;
}

// Not the processor's clock: asking for that takes longer than most evaluations.
std::uint64_t nanoseconds() {
  const auto now = std::chrono::nanoseconds(Clock::now().time_since_epoch());
  return static_cast<std::uint64_t>(now.count());
}

rules::Matcher make_matcher(std::shared_ptr<const rules::RuleSet> rules) {
  return rules::Matcher(std::move(rules), rules::Matcher::Guard::on, nanoseconds);
}

}  // namespace

MatchStage::MatchStage(Decoder* decoder, std::shared_ptr<const rules::RuleSet> rules,
                       Counters* counters, Settings settings)
    : decoder_(decoder),
      matcher_(make_matcher(std::move(rules))),
      counters_(counters),
      settings_(settings),
      writer_({settings.seed, settings.lateness, settings.pseudonymise}) {
  for (const std::string& name : decoder->mappings()) mappings_.push_back(counters->mapping(name));
}

void MatchStage::set_rules(std::shared_ptr<const rules::RuleSet> rules) {
  matcher_ = make_matcher(std::move(rules));
  shadow_.forget_samples();
}

std::size_t MatchStage::run(const Batch& batch, std::size_t first, Output* out) {
  out->facts.resize(settings_.shards);
  for (auto& facts : out->facts) facts.clear();
  out->updates.clear();
  place_ = 0;
  out->reached.clear();
  out->rejects.clear();
  details_.reset();
  const std::size_t size = batch.records.size();
  std::size_t next = first;
  std::size_t posts = 0;
  while (next < size && posts <= kRunPostsMax) {
    slice_.clear();
    next += decoder_->decode(batch, next, std::min(kSliceRecords, size - next), &slice_);
    posts += slice_.mentions.size() + slice_.rejects.size();
    match_slice(batch, out);
    keep_rejects(out);
    counters_->add(slice_.repairs);
    count_mappings();
  }
  std::uint64_t bytes = 0;
  for (std::size_t i = first; i < next; ++i) bytes += batch.records[i].value.size();
  Counters::add(counters_->records, next - first);
  Counters::add(counters_->record_bytes, bytes);
  return next;
}

void MatchStage::match_slice(const Batch& batch, Output* out) {
  std::array<std::uint64_t, kOps> posts{};
  std::uint64_t matched = 0;
  std::uint64_t hits = 0;
  for (Mention& mention : slice_.mentions) {
    const Record& record = batch.records[mention.record];
    const Origin origin{record.partition, record.offset, mention.index};
    Output::Reached& reached = reached_of(record.partition, out);
    ++posts[static_cast<std::size_t>(mention.op)];
    ++place_;
    if (mention.op == Op::upsert) {
      believe(record, &mention);
      reached.event_time = std::max(reached.event_time, std::optional{mention.created_at});
      const std::size_t brands = match(mention, origin, out);
      matched += brands > 0 ? 1 : 0;
      hits += brands;
    }
    if (const auto kind = update_of(mention)) add_update(mention, origin, *kind, out);
  }
  const auto count = [&](Counters::Value& counter, Op op) {
    Counters::add(counter, posts[static_cast<std::size_t>(op)]);
  };
  count(counters_->mentions, Op::upsert);
  count(counters_->deletes, Op::remove);
  count(counters_->metrics_updates, Op::metrics);
  count(counters_->increments, Op::increment);
  count(counters_->author_deletes, Op::remove_author);
  Counters::add(counters_->matched, matched);
  Counters::add(counters_->hits, hits);
  Counters::add(counters_->labels_lost, std::exchange(labels_lost_, 0));
}

void MatchStage::believe(const Record& record, Mention* mention) {
  const bool sure = mention->observed_at.has_value() || record.recorded_at.has_value();
  const EventTime written = times_.believe(record.partition, mention->created_at, sure);
  if (written == mention->created_at) return;
  mention->created_at = written;
  Counters::add(counters_->repairs[static_cast<std::size_t>(Repair::future_time)], 1);
}

std::size_t MatchStage::match(const Mention& mention, const Origin& origin, Output* out) {
  matcher_.match(mention, &hits_);
  if (!hits_.changes.empty()) shadow_.add(mention, hits_.changes);
  if (hits_.hits.empty() && hits_.answers.empty()) return 0;
  matcher_.describe(settings_.seed, &words_);
  labels_lost_ += writer_.write(mention, words_, origin, place_);
  Fact like;
  like.moderated = is_moderated(mention);
  like.segments = hits_.segments;
  like.crisis = static_cast<std::uint8_t>(hits_.crises);
  like.recommends = hits_.recommends;
  like.advises_against = hits_.advises_against;
  like.source = settings_.sentiment;
  if (like.source == SentimentSource::model && !hits_.hits.empty())
    scorer_.score(mention, &matcher_, hits_);
  for (std::size_t i = 0; i < hits_.hits.size(); ++i) {
    const rules::Hit& hit = hits_.hits[i];
    Fact& fact = add_fact(hit.brand, like, out);
    tell_sentiment(mention, i, &fact);
    fact.campaigns = hit.campaigns;
    fact.rejected = hit.rejected;
    fact.media = hit.media;
    fact.owned = hit.owned;
    fact.addressed = hit.addressed;
    fact.owned_link = hit.owned_link;
  }
  for (const BrandId brand : hits_.answers) {
    Fact& fact = add_fact(brand, {}, out);
    fact.mention = false;
    fact.owned = true;
    fact.media = MediaType::owned;
  }
  return hits_.hits.size();
}

void MatchStage::tell_sentiment(const Mention& mention, std::size_t hit, Fact* fact) const {
  if (fact->source == SentimentSource::given) {
    fact->sentiment = sentiment_of(mention);
    fact->score = given_score_of(mention);
    return;
  }
  const BrandScore& brand = scorer_.scores()[hit];
  fact->sentiment = brand.score.label;
  if (brand.score.label == Sentiment::unscored) return;
  fact->language = static_cast<std::uint8_t>(brand.language);
  fact->score = brand.score.score();
  fact->confidence = brand.score.confidence();
}

Fact& MatchStage::add_fact(BrandId brand, const Fact& like, Output* out) {
  Facts& facts = out->facts[brand % settings_.shards];
  if (facts.posts.empty() || facts.posts.back().place != place_) writer_.append_to(&facts);
  Fact& fact = facts.facts.emplace_back(like);
  fact.post = static_cast<std::uint32_t>(facts.posts.size() - 1);
  fact.brand = brand;
  return fact;
}

void MatchStage::add_update(const Mention& mention, const Origin& origin, PostUpdate::Kind kind,
                            Output* out) {
  PostUpdate& update = out->updates.emplace_back();
  update.origin = origin;
  update.place = place_;
  update.kind = kind;
  if (kind == PostUpdate::Kind::remove_author) {
    update.key = author_key(settings_.seed, mention.platform, author_id_of(mention));
  } else {
    const bool replaces = !mention.replaces_id.empty();
    update.key =
        post_key(settings_.seed, mention.platform, replaces ? mention.replaces_id : mention.id);
  }
  const bool counts = kind == PostUpdate::Kind::metrics || kind == PostUpdate::Kind::increment;
  if (counts) update.metrics = mention.metrics;
  update.metrics.as_of = told_at(mention);
}

void MatchStage::count_mappings() {
  for (std::size_t i = 0; i < std::min(mappings_.size(), slice_.mappings.size()); ++i) {
    const MappingCounts& counts = slice_.mappings[i];
    Counters::add(mappings_[i]->mapped, counts.mapped);
    Counters::add(mappings_[i]->dropped, counts.dropped);
    Counters::add(mappings_[i]->rejected, counts.rejected);
  }
}

void MatchStage::keep_rejects(Output* out) {
  for (Reject reject : slice_.rejects) {
    Counters::add(counters_->rejects[static_cast<std::size_t>(reject.reason)], 1);
    reject.detail = details_.copy(reject.detail);
    out->rejects.push_back(reject);
  }
}

}  // namespace vigie
