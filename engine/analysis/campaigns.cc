#include "engine/analysis/campaigns.h"

#include <algorithm>
#include <chrono>
#include <limits>
#include <string>
#include <utility>

#include "engine/analysis/key_bytes.h"
#include "engine/analysis/state.pb.h"

namespace vigie {
namespace {

using Days = std::chrono::duration<double, std::chrono::days::period>;

constexpr Period kMonthMax = (2100 - 1970) * 12;  // behind the last month of event time

void add_to(bool original, bool rejected, int by, CampaignCounts* counts) {
  // Below 0 goes only what was counted before the campaign was forgotten.
  const auto add = [by](std::int64_t* count) { *count = std::max<std::int64_t>(0, *count + by); };
  add(&counts->contributions);
  if (original) add(&counts->originals);
  if (rejected) add(&counts->rejected);
}

void save_counts(const CampaignCounts& counts, pb::Campaigns::Counts* out) {
  out->set_contributions(counts.contributions);
  out->set_originals(counts.originals);
  out->set_rejected(counts.rejected);
}

CampaignCounts counts_of(const pb::Campaigns::Counts& in) {
  return {
      .contributions = in.contributions(), .originals = in.originals(), .rejected = in.rejected()};
}

bool is_count(const CampaignCounts& counts) {
  return counts.contributions >= 0 && counts.originals >= 0 && counts.rejected >= 0;
}

}  // namespace

CampaignProgress campaign_progress(const CampaignPlan& plan, std::int64_t contributions,
                                   EventTime now) {
  CampaignProgress progress;
  const auto target = static_cast<double>(plan.target);
  const auto count = static_cast<double>(contributions);
  if (plan.target > 0) {
    progress.done = count / target;
    if (count >= target) progress.needed_per_day = 0;
  }
  if (!plan.end) return progress;
  const EventTime end = *plan.end;
  progress.days_left = std::max(0.0, Days(end - now).count());
  if (plan.start && *plan.start < end) {
    progress.expected =
        std::clamp(Days(now - *plan.start).count() / Days(end - *plan.start).count(), 0.0, 1.0);
  }
  const EventTime from = std::max(now, plan.start.value_or(now));
  if (plan.target > 0 && count < target && from < end) {
    progress.needed_per_day = (target - count) / Days(end - from).count();
  }
  return progress;
}

Campaigns::Campaign* Campaigns::find_or_add(std::string_view name) {
  const auto found = campaigns_.find(name);
  if (found != campaigns_.end()) return &found->second;
  if (campaigns_.size() >= kCampaignsKeptMax) make_room();
  return &campaigns_.try_emplace(std::string(name), contributors_max_).first->second;
}

void Campaigns::make_room() {
  const auto last_month = [](const auto& named) {
    const std::map<Period, CampaignCounts>& months = named.second.months;
    return months.empty() ? std::numeric_limits<Period>::min() : months.rbegin()->first;
  };
  campaigns_.erase(std::ranges::min_element(campaigns_, {}, last_month));
}

void Campaigns::count(std::string_view name, Period month, bool original, bool rejected, int by) {
  if (by < 0 && !campaigns_.contains(name)) return;
  Campaign& campaign = *find_or_add(name);
  add_to(original, rejected, by, &campaign.all);
  std::map<Period, CampaignCounts>& months = campaign.months;
  if (by < 0) {
    const auto found = months.find(month);
    if (found == months.end()) return;
    add_to(original, rejected, by, &found->second);
    if (found->second == CampaignCounts{}) months.erase(found);
    return;
  }
  if (!months.empty() && month <= months.rbegin()->first - kMonthsKept) return;
  add_to(original, rejected, by, &months[month]);
  months.erase(months.begin(), months.upper_bound(months.rbegin()->first - kMonthsKept));
}

void Campaigns::count_author(std::string_view name, const Key128& author, int by) {
  if (!author.is_set()) return;
  if (by > 0) {
    Contributor* const one = find_or_add(name)->contributors.find_or_add(author);
    if (one != nullptr && one->contributions < std::numeric_limits<std::uint32_t>::max()) {
      ++one->contributions;
    }
    return;
  }
  const auto campaign = campaigns_.find(name);
  if (campaign == campaigns_.end()) return;
  Contributor* const one = campaign->second.contributors.find(author);
  if (one != nullptr && --one->contributions == 0) campaign->second.contributors.erase(author);
}

Campaigns::Report Campaigns::report(const std::string& name, const Campaign& campaign) {
  const KeySample<Contributor>& contributors = campaign.contributors;
  const auto one_in = static_cast<double>(contributors.one_in());
  const auto again = std::ranges::count_if(
      contributors.rows(), [](const Contributor& one) { return one.contributions >= 2; });
  return {.name = name,
          .plan = {},
          .progress = {},
          .all = campaign.all,
          .months = campaign.months,
          .contributors = one_in * static_cast<double>(contributors.rows().size()),
          .engaged_again = one_in * static_cast<double>(again),
          .contributors_one_in = contributors.one_in()};
}

std::vector<Campaigns::Report> Campaigns::reports(std::span<const CampaignPlan> plans,
                                                  EventTime now) const {
  std::vector<Report> reports;
  reports.reserve(plans.size() + campaigns_.size());
  const Campaign nothing(contributors_max_);
  for (const CampaignPlan& plan : plans) {
    const auto found = campaigns_.find(plan.name);
    Report& one = reports.emplace_back(
        report(plan.name, found == campaigns_.end() ? nothing : found->second));
    one.plan = plan;
    one.progress = campaign_progress(plan, one.all.contributions, now);
  }
  for (const auto& [name, campaign] : campaigns_) {
    if (std::ranges::find(plans, name, &CampaignPlan::name) != plans.end()) continue;
    reports.push_back(report(name, campaign));
  }
  return reports;
}

bool Campaigns::erase(const Key128& author) {
  bool erased = false;
  for (auto& [name, campaign] : campaigns_) erased |= campaign.contributors.erase(author);
  return erased;
}

std::size_t Campaigns::memory_bytes() const {
  // A node of a tree has four words beside its value.
  constexpr std::size_t kNode = 4 * sizeof(void*);
  std::size_t bytes = 0;
  for (const auto& [name, campaign] : campaigns_) {
    bytes += kNode + sizeof(std::pair<const std::string, Campaign>) + name.capacity() +
             campaign.months.size() * (kNode + sizeof(std::pair<const Period, CampaignCounts>)) +
             campaign.contributors.memory_bytes();
  }
  return bytes;
}

void Campaigns::save(pb::Campaigns* out) const {
  out->Clear();
  for (const auto& [name, campaign] : campaigns_) {
    pb::Campaigns::Campaign* const to = out->add_campaign();
    to->set_name(name);
    save_counts(campaign.all, to->mutable_all());
    for (const auto& [month, counts] : campaign.months) {
      pb::Campaigns::Counts* const of_month = to->add_month();
      of_month->set_month(month);
      save_counts(counts, of_month);
    }
    to->set_level(campaign.contributors.level());
    for (const Contributor* one : campaign.contributors.sorted()) {
      append_key(one->key, to->mutable_author());
      to->add_contributions(one->contributions);
    }
  }
}

// Its months and counts; those of the contributors are read by load_campaign.
bool Campaigns::is_whole(const Campaign& campaign) {
  if (!is_count(campaign.all)) return false;
  if (campaign.months.empty()) return true;
  const Period first = campaign.months.begin()->first;
  const Period last = campaign.months.rbegin()->first;
  return first >= 0 && last < kMonthMax && last - first < kMonthsKept &&
         std::ranges::all_of(
             campaign.months,
             [](const auto& month) {
               return is_count(month.second) && month.second != CampaignCounts{};
             });
}

bool Campaigns::load(const pb::Campaigns& in) {
  if (static_cast<std::size_t>(in.campaign_size()) > kCampaignsKeptMax) return false;
  std::map<std::string, Campaign, std::less<>> campaigns;
  for (const pb::Campaigns::Campaign& from : in.campaign()) {
    Campaign campaign(contributors_max_);
    campaign.all = counts_of(from.all());
    for (const pb::Campaigns::Counts& month : from.month()) {
      if (!campaign.months.emplace(month.month(), counts_of(month)).second) return false;
    }
    const std::optional<std::vector<Key128>> keys = read_rising_keys(from.author());
    if (!keys || keys->size() != static_cast<std::size_t>(from.contributions_size())) return false;
    std::vector<Contributor> contributors;
    contributors.reserve(keys->size());
    for (int i = 0; i < from.contributions_size(); ++i) {
      if (from.contributions(i) == 0) return false;
      contributors.push_back({(*keys)[static_cast<std::size_t>(i)], from.contributions(i)});
    }
    if (!is_whole(campaign) || !campaign.contributors.load(from.level(), std::move(contributors)) ||
        !campaigns.emplace(from.name(), std::move(campaign)).second) {
      return false;
    }
  }
  campaigns_ = std::move(campaigns);
  return true;
}

}  // namespace vigie
