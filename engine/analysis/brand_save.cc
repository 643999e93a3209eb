// The state of a brand as a record of the store.
#include <utility>

#include "engine/analysis/brand_state.h"
#include "engine/analysis/key_bytes.h"
#include "engine/analysis/state.pb.h"

namespace vigie {
namespace {

constexpr std::uint32_t kAnswers = 1;
constexpr std::uint32_t kDefends = 2;

void save_day(std::int32_t day, const BrandDay& lists, pb::Brand::Day* out) {
  out->set_day(day);
  for (const TopList& top : lists.tops) top.save(out->add_top());
  lists.authors.save(out->mutable_authors());
  lists.sites.save(out->mutable_sites());
}

bool load_day(const pb::Brand::Day& in, BrandDay* lists) {
  if (static_cast<std::size_t>(in.top_size()) > kTopKinds) return false;
  for (int i = 0; i < in.top_size(); ++i) {
    if (!lists->tops[static_cast<std::size_t>(i)].load(in.top(i))) return false;
  }
  return lists->authors.load(in.authors()) && lists->sites.load(in.sites());
}

void save_replies(const Replies& replies, pb::Brand::Replies* out) {
  for (const Reply& reply : replies.all()) {
    append_key(reply.key, out->mutable_key());
    append_key(reply.parent, out->mutable_parent());
    out->add_time(reply.time.time_since_epoch().count());
    out->add_effect((reply.answers ? kAnswers : 0) | (reply.defends ? kDefends : 0));
  }
}

bool load_replies(const pb::Brand::Replies& in, std::size_t most, Replies* replies) {
  const auto count = static_cast<std::size_t>(in.time_size());
  const bool fits = in.parent().size() == count * kKeyBytes &&
                    static_cast<std::size_t>(in.effect_size()) == count && count <= most;
  if (!fits || (!in.key().empty() && in.key().size() != count * kKeyBytes)) return false;
  const std::string_view parents = in.parent();
  const std::string_view keys = in.key();
  for (int i = 0; i < in.time_size(); ++i) {
    const auto at = static_cast<std::size_t>(i) * kKeyBytes;
    replies->add({.key = keys.empty() ? Key128{} : read_key(keys.substr(at, kKeyBytes)),
                  .parent = read_key(parents.substr(at, kKeyBytes)),
                  .time = EventTime(Duration(in.time(i))),
                  .answers = (in.effect(i) & kAnswers) != 0,
                  .defends = (in.effect(i) & kDefends) != 0});
  }
  return true;
}

}  // namespace

void BrandState::save(pb::Brand* out) const {
  out->set_kept_up_hour(kept_up);
  hours.save(out->mutable_hours());
  months.save(out->mutable_months());
  called.save(out->mutable_called(), called_numbering());
  slices.save(out->mutable_slices());
  authors.save(out->mutable_authors());
  campaigns.save(out->mutable_campaigns());
  cascades.save(out->mutable_cascades());
  near_duplicates.save(out->mutable_near_duplicates());
  for (const auto& [day, lists] : days) save_day(day, *lists, out->add_day());
  for (const auto& [hour, seen] : author_hours) {
    out->add_author_hour(hour);
    seen.save(out->add_authors_in_hour());
  }
  save_replies(early_replies, out->mutable_early_replies());
  save_replies(counted_replies, out->mutable_counted_replies());
  out->mutable_unanswered()->Add(unanswered.begin(), unanswered.end());
  for (const std::string& name : campaign_names) out->add_campaign(name);
}

bool BrandState::load(const pb::Brand& in) {
  kept_up = in.kept_up_hour();
  const bool loaded = hours.load(in.hours()) && months.load(in.months()) &&
                      called.load(in.called(), called_numbering()) && slices.load(in.slices()) &&
                      authors.load(in.authors()) && campaigns.load(in.campaigns()) &&
                      cascades.load(in.cascades()) && near_duplicates.load(in.near_duplicates()) &&
                      load_replies(in.early_replies(), kEarlyRepliesMax, &early_replies) &&
                      load_replies(in.counted_replies(), kCountedRepliesMax, &counted_replies);
  if (!loaded) return false;
  for (const pb::Brand::Day& day : in.day()) {
    std::unique_ptr<BrandDay>& lists = days[day.day()];
    lists = std::make_unique<BrandDay>();
    if (!load_day(day, lists.get())) return false;
  }
  if (in.author_hour_size() != in.authors_in_hour_size()) return false;
  for (int i = 0; i < in.author_hour_size(); ++i) {
    if (!author_hours[in.author_hour(i)].load(in.authors_in_hour(i))) return false;
  }
  unanswered.assign(in.unanswered().begin(), in.unanswered().end());
  campaign_names.assign(in.campaign().begin(), in.campaign().end());
  return unanswered.size() <= kUnansweredMax && campaign_names.size() <= kCampaignsMax;
}

}  // namespace vigie
