// Saving and loading the state of a shard.
#include <algorithm>
#include <string>
#include <utility>

#include "engine/analysis/aggregator_state.h"
#include "engine/analysis/state.pb.h"
#include "engine/analysis/state_shard.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

std::unexpected<Error> broken(std::string_view name, std::string_view what) {
  return fail(ErrorKind::corrupt, cat("state: of '", name, "' ", what,
                                      "; restore the directory from a copy, or move it away to "
                                      "begin anew: nothing was changed"));
}

}  // namespace

std::vector<BrandId> Aggregator::unsaved() const {
  std::vector<BrandId> out;
  state_->erase_some(state_->brands.size());
  for (BrandId id = 0; id < state_->brands.size(); ++id) {
    const State::Brand& brand = state_->brands[id];
    if (brand.unsaved || (brand.state != nullptr && brand.state->unsaved)) out.push_back(id);
  }
  return out;
}

void Aggregator::save(BrandId id, std::vector<StateRecord>* out) {
  State& state = *state_;
  State::Brand& brand = state.brands[id];
  if (brand.erased != state.erasures_told) state.erase_in(id);
  const std::string& name = state.list->names[id];
  pb::Brand record;
  record.set_name(name);
  record.set_watched(brand.watched);
  record.set_since_minute(brand.since);
  record.set_first_post(state.posts.first(id));
  record.set_end_post(state.posts.end(id));
  if (brand.state != nullptr) {
    state.save_marks(*brand.state, record.mutable_positions());
    state.minutes.save(*brand.state, &record);
    state.fold.sum_up(id, brand.state.get());
    brand.state->save(&record);
    brand.state->unsaved = false;
  }
  brand.unsaved = false;
  const std::string key = brand_key(name);
  out->push_back({key, record.SerializeAsString()});
  state.posts.save(id, key, out);
}

void Aggregator::State::save_marks(const BrandState& brand, pb::Positions* out) const {
  std::vector<std::pair<PartitionId, OriginMark>> marks;
  for (std::size_t slot = 0; slot < brand.marks.size(); ++slot) {
    const OriginMark& mark = brand.marks[slot];
    if (mark.offset != OriginMark{}.offset) marks.emplace_back(partitions[slot], mark);
  }
  std::ranges::sort(marks, {}, [](const auto& mark) { return mark.first; });
  const bool any_anew =
      std::ranges::any_of(marks, [this](const auto& mark) { return incarnation(mark.first) != 0; });
  for (const auto& [partition, mark] : marks) {
    if (any_anew) out->add_incarnation(incarnation(partition));
    out->add_partition(partition);
    out->add_offset(mark.offset);
    out->add_index(mark.index);
    out->add_updated(mark.updated);
  }
}

void Aggregator::save_shard(std::uint32_t shard, std::vector<StateRecord>* out) const {
  pb::Shard record;
  state_->minutes.save(&record);
  out->push_back({shard_key(shard), record.SerializeAsString()});
}

Result<void> Aggregator::load(std::string_view key, std::string_view value,
                              const std::map<PartitionId, PartitionId>& with) {
  State& state = *state_;
  const std::optional<std::string> name = brand_of_key(key);
  if (!name) {
    pb::Shard record;
    if (!shard_of_key(key) ||
        !record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
      return broken(key, "the record cannot be read");
    }
    state.minutes.load(record);
    state.loading.shard = true;
    return {};
  }
  if (state.loading.ids.empty()) {
    for (BrandId id = 0; id < state.list->names.size(); ++id) {
      state.loading.ids.emplace(state.list->names[id], id);
    }
  }
  const auto id = state.loading.ids.find(*name);
  if (id == state.loading.ids.end()) return broken(*name, "nobody was told");
  if (const auto page = page_of_key(key)) {
    Result<void> loaded = state.posts.load(id->second, *page, value);
    return loaded ? loaded : broken(*name, loaded.error().message);
  }
  return state.load(id->second, value, with);
}

Result<void> Aggregator::State::load(BrandId id, std::string_view value,
                                     const std::map<PartitionId, PartitionId>& with) {
  const std::string& name = list->names[id];
  pb::Brand record;
  if (!record.ParseFromArray(value.data(), static_cast<int>(value.size()))) {
    return broken(name, "the record cannot be read");
  }
  Brand& brand = brands[id];
  loading.brands.push_back({.id = id,
                            .watched = record.watched(),
                            .since = record.since_minute(),
                            .first_post = record.first_post(),
                            .end_post = record.end_post()});
  if (!record.has_positions()) return {};  // nothing is known of it
  brand.state = std::make_unique<BrandState>();
  BrandState* to = brand.state.get();
  to->unsummed = record.end_post();
  if (!load_marks(record.positions(), with, to) || !minutes.load(id, record, to) ||
      !to->load(record)) {
    return broken(name, "the record holds what none of this engine does");
  }
  return {};
}

bool Aggregator::State::load_marks(const pb::Positions& in,
                                   const std::map<PartitionId, PartitionId>& with,
                                   BrandState* brand) {
  const int count = in.partition_size();
  if (in.offset_size() != count || in.index_size() != count || in.updated_size() != count ||
      (in.incarnation_size() != count && in.incarnation_size() != 0)) {
    return false;
  }
  for (int i = 0; i < count; ++i) {
    const auto now = with.find(in.partition(i));
    // What is saved is in the numbers of before.
    if (now == with.end() || now->second != in.partition(i)) brand->unsaved = true;
    if (now == with.end()) continue;
    const std::uint32_t of = in.incarnation_size() == 0 ? 0 : in.incarnation(i);
    if (of != incarnation(now->second)) continue;  // it is of a log that is gone
    *mark_of(brand, slot_of(now->second)) = {.offset = in.offset(i),
                                             .index = static_cast<std::uint16_t>(in.index(i)),
                                             .updated = in.updated(i)};
  }
  return true;
}

Result<void> Aggregator::loaded() {
  State& state = *state_;
  if (state.minutes.watermark()) state.keep_posts();
  std::vector<bool> known(state.brands.size());
  for (const State::Loading::Brand& from : state.loading.brands) {
    State::Brand& brand = state.brands[from.id];
    known[from.id] = from.watched;
    if (from.watched && brand.watched) brand.since = from.since;
    brand.unsaved = from.watched != brand.watched;
    const std::string& name = state.list->names[from.id];
    const Result<void> posts = state.posts.loaded(from.id, from.first_post, from.end_post);
    if (!posts) return broken(name, posts.error().message);
    if (!state.are_whole(from.id)) return broken(name, "posts and numbers do not fit together");
    if (brand.live != nullptr && brand.state != nullptr) {
      state.fold.set_campaigns(from.id, brand.state.get(), brand.live->campaigns);
    }
  }
  // Brands that are new, or were not watched for a while, are counted from now on.
  for (BrandId id = 0; state.loading.shard && id < known.size(); ++id) {
    if (state.brands[id].watched && !known[id]) {
      state.brands[id].since = state.minutes.next_minute();
    }
  }
  state.loading = {};
  return {};
}

bool Aggregator::State::are_whole(BrandId id) const {
  const BrandState* brand = brands[id].state.get();
  if (brand == nullptr) return posts.size(id) == 0;
  const std::size_t names = brand->campaign_names.size();
  const std::uint32_t campaigns = ((1U << names) - 1) | kPastCampaigns;
  for (std::uint64_t number = posts.first(id); number < posts.end(id); ++number) {
    const PostState& row = posts.at({id, number});
    if (row.series != kNoSeries && row.series >= brand->series.size()) return false;
    if ((row.campaigns & ~campaigns) != 0) return false;
  }
  return true;
}

}  // namespace vigie
