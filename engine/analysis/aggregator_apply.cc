// Folding batches of facts and updates: in which order, and as of which time.
#include <algorithm>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "engine/analysis/aggregator_state.h"
#include "engine/base/check.h"

namespace vigie {

// One call of apply(). Steps are gathered until something has to see all that came before it, and
// are then folded brand by brand: brands do not see each other, so that the order between them
// changes nothing. Each step is folded as of the watermark before its batch; event time is moved on
// for good once all of them are.
class Aggregator::State::Group {
 public:
  Group(State* state, std::span<const ToldBatch> batches, std::vector<ClosedMinute>* closed);
  ApplyCounts run();

 private:
  static constexpr std::uint32_t kBatchMask = 0x7FFFFFFF;
  static constexpr std::size_t kErasedAtOnce = 256;  // brands: some 100 us

  // As of a batch.
  struct Moment {
    Minutes::Clock clock;
    EventTime posts_from;
  };
  struct Update {
    const PostUpdate* update = nullptr;
    bool is_told = false;  // a fact of the same origin came before
    bool held = false;     // a brand holds its post
    bool is_new = false;   // to a brand that does
  };
  // A fact's post, to be found by updates that come after it.
  struct Pending {
    std::uint64_t key = 0;
    std::uint32_t fact = 0;  // counted over all batches
    BrandId brand = 0;
    friend auto operator<=>(const Pending&, const Pending&) = default;
  };

  [[nodiscard]] static bool takes_back(const ToldBatch& batch);
  void note_posts();
  void gather(std::uint32_t batch);
  void gather_fact(std::uint32_t batch, std::uint32_t index);
  void gather_update(std::uint32_t batch, const PostUpdate& update);
  [[nodiscard]] bool is_told(const PostUpdate& update) const;
  void apply_author(std::uint32_t batch, const PostUpdate& update);
  void fold_all();
  void prefetch(std::span<const FoldStep> steps, std::size_t at) const;
  void set_moment(std::uint32_t batch);
  void fold(const FoldStep& step);
  void fold_update(const FoldStep& step);

  State& state_;
  std::span<const ToldBatch> batches_;
  std::vector<ClosedMinute>* closed_;
  ApplyCounts counts_;
  std::vector<Moment> moments_;   // by batch
  std::uint32_t gathered_ = 0;    // so many batches were
  std::uint32_t settled_ = 0;     // event time has been moved on for so many
  std::uint32_t moment_ = 0;      // the batch as of which is folded
  std::vector<Update> updates_;   // that were gathered
  std::vector<Pending> pending_;  // of all facts, sorted; none where there are no updates
  std::vector<BrandId> brands_;   // scratch
  std::uint32_t first_fact_ = 0;  // the first one that is gathered, and the next one
  std::uint32_t next_fact_ = 0;
  std::optional<Origin> last_fact_;  // of the batch
};

Aggregator::State::Group::Group(State* state, std::span<const ToldBatch> batches,
                                std::vector<ClosedMinute>* closed)
    : state_(*state), batches_(batches), closed_(closed) {
  bool updates = false;
  state_.matched_with = nullptr;
  Moment moment{state_.minutes.clock(), state_.posts.kept_from()};
  for (const ToldBatch& batch : batches) {
    for (const Fact& fact : batch.facts->facts) CHECK(fact.brand < state_.brands.size());
    updates = updates || !batch.updates.empty();
    moments_.push_back(moment);
    if (!batch.watermark) continue;
    moment.clock = state_.minutes.after(moment.clock, *batch.watermark);
    moment.posts_from = posts_kept_from(*moment.clock.watermark);
  }
  if (updates) note_posts();
}

void Aggregator::State::Group::note_posts() {
  std::uint32_t number = 0;
  for (const ToldBatch& batch : batches_) {
    for (const Fact& fact : batch.facts->facts) {
      pending_.push_back({batch.facts->posts[fact.post].key.high, number++, fact.brand});
    }
  }
  std::ranges::sort(pending_);
}

// What is taken back from a minute must have been told when it closed.
bool Aggregator::State::Group::takes_back(const ToldBatch& batch) {
  return !batch.updates.empty() ||
         std::ranges::any_of(batch.facts->posts, [](const FactPost& post) {
           return post.edited || post.replaced.is_set();
         });
}

ApplyCounts Aggregator::State::Group::run() {
  const std::uint64_t forgotten = state_.posts.forgotten();
  for (std::uint32_t batch = 0; batch < batches_.size(); ++batch) {
    if (closed_ != nullptr && batch > settled_ && takes_back(batches_[batch])) fold_all();
    const Facts& told = *batches_[batch].facts;
    if (state_.list_of(told) != state_.matched_with) fold_all();  // those with another list
    state_.take_list_of(told);
    gather(batch);
    ++gathered_;
  }
  fold_all();
  state_.erase_some(kErasedAtOnce);
  counts_.forgotten = state_.posts.forgotten() - forgotten;
  return counts_;
}

void Aggregator::State::Group::gather(std::uint32_t batch) {
  const Facts& told = *batches_[batch].facts;
  const std::span<const PostUpdate> updates = batches_[batch].updates;
  last_fact_.reset();
  std::size_t next = 0;
  for (std::uint32_t index = 0; index < told.facts.size(); ++index) {
    const std::uint32_t place = told.posts[told.facts[index].post].place;
    for (; next < updates.size() && updates[next].place < place; ++next) {
      gather_update(batch, updates[next]);
    }
    gather_fact(batch, index);
  }
  for (; next < updates.size(); ++next) gather_update(batch, updates[next]);
}

void Aggregator::State::Group::gather_fact(std::uint32_t batch, std::uint32_t index) {
  const Facts& told = *batches_[batch].facts;
  const Fact& fact = told.facts[index];
  const Origin& origin = told.posts[fact.post].origin;
  last_fact_ = origin;
  // Where a post has to make room for another, of any brand, the order between brands matters: then
  // facts are folded one by one.
  const std::size_t steps = state_.order.size() + 1;
  if (!state_.posts.has_room(steps) || !state_.minutes.has_room(steps)) fold_all();
  state_.order.add({.brand = fact.brand,
                    .index = index,
                    .slot = state_.slot_of(origin.partition),
                    .batch = batch & kBatchMask,
                    .update = 0});
  ++next_fact_;
}

// It is for the brands that hold its post, and for those of gathered facts that may have it by
// then.
void Aggregator::State::Group::gather_update(std::uint32_t batch, const PostUpdate& update) {
  ++counts_.updates[static_cast<std::size_t>(update.kind)];
  if (update.kind == PostUpdate::Kind::remove_author) return apply_author(batch, update);
  brands_.clear();
  state_.places.clear();
  state_.posts.find_all(update.key, &state_.places);
  for (const PostPlace& place : state_.places) brands_.push_back(place.brand);
  const Pending from{update.key.high, first_fact_, 0};
  for (auto at = std::ranges::lower_bound(pending_, from);
       at != pending_.end() && at->key == update.key.high && at->fact < next_fact_; ++at) {
    brands_.push_back(at->brand);
  }
  std::ranges::sort(brands_);
  brands_.erase(std::unique(brands_.begin(), brands_.end()), brands_.end());
  const auto index = static_cast<std::uint32_t>(updates_.size());
  updates_.push_back({.update = &update, .is_told = is_told(update)});
  for (const BrandId brand : brands_) {
    state_.order.add({.brand = brand, .index = index, .batch = batch & kBatchMask, .update = 1});
  }
}

// An edit without a post that is told: its facts may have given the post another key.
bool Aggregator::State::Group::is_told(const PostUpdate& update) const {
  return update.kind == PostUpdate::Kind::edit && last_fact_ &&
         last_fact_->partition == update.origin.partition &&
         last_fact_->offset == update.origin.offset && last_fact_->index == update.origin.index;
}

// It may concern every brand: all that came before is folded first.
void Aggregator::State::Group::apply_author(std::uint32_t batch, const PostUpdate& update) {
  fold_all();
  set_moment(batch);
  std::vector<PostPlace>& held = state_.places;
  held.clear();
  state_.posts.find_author(update.key, &held);
  bool is_new = false;
  for (std::span<const PostPlace> rest = held; !rest.empty();) {
    const auto end = std::ranges::find_if(
        rest, [&rest](const PostPlace& place) { return place.brand != rest.front().brand; });
    const auto count = static_cast<std::size_t>(end - rest.begin());
    is_new = state_.apply(update, rest.first(count), &counts_) || is_new;
    rest = rest.subspan(count);
  }
  state_.erase_author(update);
  if (held.empty()) {
    ++counts_.updates_unknown;
  } else if (!is_new) {
    ++counts_.updates_repeated;
  }
}

void Aggregator::State::Group::set_moment(std::uint32_t batch) {
  if (moment_ == batch) return;
  moment_ = batch;
  state_.minutes.set_clock(moments_[batch].clock);
  state_.posts.keep_from(moments_[batch].posts_from);
}

// The state of thousands of brands is in no cache.
void Aggregator::State::Group::prefetch(std::span<const FoldStep> steps, std::size_t at) const {
  for (const auto& [ahead, far] : BrandFold::kAhead) {
    if (at + far >= steps.size()) continue;
    const FoldStep& step = steps[at + far];
    if (step.update != 0) continue;
    const Facts& told = *batches_[step.batch].facts;
    state_.fold.prefetch(ahead, {.id = step.brand,
                                 .brand = state_.brands[step.brand].state.get(),
                                 .facts = &told,
                                 .fact = &told.facts[step.index],
                                 .is_first = steps[at + far - 1].brand != step.brand});
  }
}

// All that was gathered; then event time moves on.
void Aggregator::State::Group::fold_all() {
  const std::span<const FoldStep> steps = state_.order.take();
  for (std::size_t at = 0; at < steps.size(); ++at) {
    prefetch(steps, at);
    set_moment(steps[at].batch);
    fold(steps[at]);
  }
  for (const Update& update : updates_) {
    if (!update.held) {
      counts_.updates_unknown += update.is_told ? 0 : 1;
    } else if (!update.is_new) {
      ++counts_.updates_repeated;
    }
  }
  updates_.clear();
  first_fact_ = next_fact_;
  if (settled_ == batches_.size()) return;
  set_moment(settled_);
  for (; settled_ < gathered_; ++settled_) {
    if (batches_[settled_].watermark) state_.advance(*batches_[settled_].watermark, closed_);
  }
  moment_ = settled_;  // which is how it is now
}

void Aggregator::State::Group::fold(const FoldStep& step) {
  if (step.update != 0) return fold_update(step);
  const Facts& told = *batches_[step.batch].facts;
  const Fact& fact = told.facts[step.index];
  BrandState* brand = state_.state_of(step.brand);
  if (!State::mark_of(brand, step.slot)->advance(told.posts[fact.post].origin, false)) {
    ++counts_.repeated;
    return;
  }
  state_.keep_up(step.brand, brand);
  if (state_.former.empty() || fact.campaigns == 0) {
    state_.fold.fold(step.brand, brand, told, fact, &counts_);
  } else {
    state_.fold_former(told, fact, brand, &counts_);
  }
}

void Aggregator::State::Group::fold_update(const FoldStep& step) {
  Update& update = updates_[step.index];
  const std::optional<std::uint64_t> number = state_.posts.find(step.brand, update.update->key);
  if (!number) return;
  const PostPlace place{step.brand, *number};
  update.held = true;
  update.is_new = state_.apply(*update.update, {&place, 1}, &counts_) || update.is_new;
}

// True when it was new to the brand.
bool Aggregator::State::apply(const PostUpdate& update, std::span<const PostPlace> of_brand,
                              ApplyCounts* counts) {
  const BrandId id = of_brand.front().brand;
  BrandState* brand = state_of(id);
  OriginMark* mark = mark_of(brand, slot_of(update.origin.partition));
  // An edit says only to those without a fact of it that they do not match any more.
  const bool matches = update.kind == PostUpdate::Kind::edit && mark->is_fact(update.origin);
  if (!mark->advance(update.origin, true)) return false;
  brand->unsaved = true;
  if (matches) return true;
  keep_up(id, brand);
  for (const PostPlace& place : of_brand) {
    if (posts.holds(place)) fold.update(brand, place, update, counts);
  }
  if (update.kind == PostUpdate::Kind::remove_author) fold.erase_author(brand, update.key);
  return true;
}

void Aggregator::State::erase_author(const PostUpdate& update) {
  constexpr std::size_t kErasuresMax = 1024;
  if (erasures.size() >= kErasuresMax) erase_some(brands.size());
  erasures.push_back({update.key, update.origin});
  ++erasures_told;
  erase_left = brands.size();
}

void Aggregator::State::erase_in(BrandId id) {
  Brand& brand = brands[id];
  const std::uint64_t first = erasures_told - erasures.size();
  const std::uint64_t done = std::max(std::exchange(brand.erased, erasures_told), first);
  if (brand.state == nullptr) return;
  for (const Erasure& erasure : std::span(erasures).subspan(done - first)) {
    OriginMark* mark = mark_of(brand.state.get(), slot_of(erasure.origin.partition));
    OriginMark after = *mark;
    if (!after.advance(erasure.origin, true)) continue;
    if (fold.erase_author(brand.state.get(), erasure.author)) *mark = after;
  }
}

void Aggregator::State::erase_some(std::size_t brands_max) {
  for (; erase_left > 0 && brands_max > 0; --erase_left, --brands_max) {
    erase_next = erase_next + 1 < brands.size() ? erase_next + 1 : 0;
    erase_in(static_cast<BrandId>(erase_next));
  }
  if (erase_left == 0) erasures.clear();
}

ApplyCounts Aggregator::apply(std::span<const ToldBatch> batches,
                              std::vector<ClosedMinute>* closed) {
  return State::Group(state_.get(), batches, closed).run();
}

ApplyCounts Aggregator::apply(const Facts& facts, std::span<const PostUpdate> updates) {
  const ToldBatch batch{.facts = &facts, .updates = updates, .watermark = std::nullopt};
  return apply({&batch, 1}, nullptr);
}

}  // namespace vigie
