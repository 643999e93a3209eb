// Campaigns: counts and contributors by examples worked out by hand, and progress against a plan.
#include "engine/analysis/campaigns.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/state.pb.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::hours;

Key128 author(std::uint64_t number) {
  return author_key({.first = 7, .second = 11}, "mastodon", cat("a", number));
}
EventTime at(std::string_view text) { return *parse_rfc3339(text); }

constexpr Period kNovember = (2026 - 1970) * 12 + 10;  // 682

struct Contribution {
  std::string_view campaign = "noel";
  Period month = kNovember;
  std::uint64_t author = 0;
  bool original = true;
  bool rejected = false;
  int by = 1;
};

void count(Campaigns* campaigns, const std::vector<Contribution>& all) {
  for (const Contribution& one : all) {
    campaigns->count(one.campaign, one.month, one.original, one.rejected, one.by);
    campaigns->count_author(one.campaign, author(one.author), one.by);
  }
}

// "contributions/originals/rejected"
std::string text(const CampaignCounts& counts) {
  return cat(counts.contributions, "/", counts.originals, "/", counts.rejected);
}
// "noel 4/3/1 by 3, 1 again; 682 4/3/1"
std::string text(const Campaigns& campaigns) {
  std::string out;
  for (const Campaigns::Report& report : campaigns.reports()) {
    if (!out.empty()) out += " | ";
    out += cat(report.name, " ", text(report.all), " by ",
               static_cast<std::int64_t>(report.contributors), ", ",
               static_cast<std::int64_t>(report.engaged_again), " again");
    for (const auto& [month, counts] : report.months) out += cat("; ", month, " ", text(counts));
  }
  return out;
}

std::string saved(const Campaigns& campaigns) {
  pb::Campaigns out;
  campaigns.save(&out);
  std::string bytes;
  CHECK(out.SerializeToString(&bytes));
  return bytes;
}

TEST_CASE("no campaign: no report") { CHECK(Campaigns().reports().empty()); }

TEST_CASE("counts are cumulative and by month, contributors are distinct") {
  Campaigns campaigns;
  count(&campaigns, {{.author = 1},
                     {.author = 2, .original = false},
                     {.author = 1, .rejected = true},
                     {.month = kNovember + 1, .author = 3},
                     {.month = kNovember + 1, .author = 2},
                     {.campaign = "ete", .month = kNovember - 4, .author = 1}});
  // noel: 5 contributions, one of them a repost, one rejected; authors 1 and 2 twice, 3 once.
  CHECK(text(campaigns) ==
        "ete 1/1/0 by 1, 0 again; 678 1/1/0 | "
        "noel 5/4/1 by 3, 2 again; 682 3/2/1; 683 2/2/0");
}

TEST_CASE("what is taken back is gone from the counts, the month and the contributors") {
  Campaigns campaigns;
  count(&campaigns, {{.author = 1},
                     {.author = 1, .original = false},
                     {.author = 2, .rejected = true},
                     {.month = kNovember + 1, .author = 3}});
  CHECK(text(campaigns) == "noel 4/3/1 by 3, 1 again; 682 3/2/1; 683 1/1/0");
  // 1 is left with one, 2 is edited so that it is rejected no more, 3 is no contributor any more.
  count(&campaigns, {{.author = 1, .original = false, .by = -1},
                     {.author = 2, .rejected = true, .by = -1},
                     {.author = 2, .by = 1},
                     {.month = kNovember + 1, .author = 3, .by = -1}});
  CHECK(text(campaigns) == "noel 2/2/0 by 2, 0 again; 682 2/2/0");
  // Of a campaign, a month, an author that nobody knows: nothing.
  count(&campaigns, {{.campaign = "unknown", .author = 1, .by = -1}});
  campaigns.count_author("noel", author(9), -1);
  campaigns.count_author("noel", {}, 1);
  CHECK(text(campaigns) == "noel 2/2/0 by 2, 0 again; 682 2/2/0");
}

TEST_CASE("contributions in any order give the same state") {
  std::mt19937_64 random(4);
  std::vector<Contribution> all;
  for (int i = 0; i < 2'000; ++i) {
    all.push_back({.campaign = random() % 2 == 0 ? "noel" : "ete",
                   .month = kNovember - static_cast<Period>(random() % 40),
                   .author = random() % 300,
                   .original = random() % 3 != 0,
                   .rejected = random() % 5 == 0});
  }
  std::optional<std::string> first;
  for (int i = 0; i < 5; ++i) {
    Campaigns campaigns(50);
    count(&campaigns, all);
    if (!first) first = saved(campaigns);
    CHECK(saved(campaigns) == *first);
    std::ranges::shuffle(all, random);
  }
}

TEST_CASE("of months the last 25 are kept, the counts of all are") {
  Campaigns campaigns;
  for (Period month = kNovember - 30; month <= kNovember; ++month) {
    count(&campaigns, {{.month = month, .author = 1}});
  }
  count(&campaigns, {{.month = kNovember - 25, .author = 1}});  // too old for the list
  const std::vector<Campaigns::Report> reports = campaigns.reports();
  CHECK(reports[0].all.contributions == 32);
  CHECK(reports[0].months.size() == 25);
  CHECK(reports[0].months.begin()->first == kNovember - 24);
  // What is taken back of a month that is not kept is still taken from the whole.
  count(&campaigns, {{.month = kNovember - 29, .author = 1, .by = -1}});
  CHECK(campaigns.reports()[0].all.contributions == 31);
}

TEST_CASE("beyond the most contributors a sample is kept, with whole counts, of the stated error") {
  constexpr std::size_t kMax = 1'024;
  constexpr int kRuns = 100;
  double squares = 0;
  double squares_again = 0;
  for (std::uint64_t run = 0; run < kRuns; ++run) {
    std::mt19937_64 random(run);
    Campaigns campaigns(kMax);
    constexpr int kAuthors = 5'000;
    for (int i = 0; i < kAuthors; ++i) {
      const Key128 one{.high = random(), .low = random()};
      campaigns.count_author("noel", one, 1);
      if (i % 2 == 0) campaigns.count_author("noel", one, 1);
    }
    const Campaigns::Report report = campaigns.reports()[0];
    CHECK(report.contributors_one_in >= 4);
    const double error = report.contributors / kAuthors - 1;
    const double error_again = report.engaged_again / (kAuthors / 2.0) - 1;
    squares += error * error;
    squares_again += error_again * error_again;
  }
  const double stated = 1.2 / std::sqrt(kMax);
  MESSAGE("standard error ", std::sqrt(squares / kRuns), ", of a half ",
          std::sqrt(squares_again / kRuns), ", stated ", stated, " and ", stated * std::sqrt(2.0));
  CHECK(std::sqrt(squares / kRuns) < stated * 1.2);
  CHECK(std::sqrt(squares_again / kRuns) < stated * std::sqrt(2.0) * 1.2);
}

TEST_CASE("an erased author is no contributor any more, what was contributed stays") {
  Campaigns campaigns;
  count(&campaigns,
        {{.author = 1}, {.author = 1}, {.author = 2}, {.campaign = "ete", .author = 1}});
  CHECK(campaigns.erase(author(1)));
  CHECK_FALSE(campaigns.erase(author(1)));
  CHECK(text(campaigns) ==
        "ete 1/1/0 by 0, 0 again; 682 1/1/0 | noel 3/3/0 by 1, 0 again; 682 3/3/0");
}

TEST_CASE("of too many campaigns the one goes that was left the longest") {
  Campaigns campaigns;
  for (std::size_t i = 0; i < kCampaignsKeptMax; ++i) {
    const std::string name = cat("c", i);
    count(&campaigns,
          {{.campaign = name, .month = i == 7 ? kNovember - 1 : kNovember, .author = 1}});
  }
  count(&campaigns, {{.campaign = "one more", .author = 1}});
  const std::vector<Campaigns::Report> reports = campaigns.reports();
  CHECK(reports.size() == kCampaignsKeptMax);
  CHECK(std::ranges::count(reports, "c7", &Campaigns::Report::name) == 0);
  CHECK(std::ranges::count(reports, "one more", &Campaigns::Report::name) == 1);
}

TEST_CASE("what was saved is loaded, and goes on as before") {
  for (const std::size_t contributors_max : {1'000UL, 20UL}) {
    Campaigns before(contributors_max);
    for (std::uint64_t i = 0; i < 200; ++i) {
      count(&before, {{.campaign = i % 3 == 0 ? "noel" : "ete",
                       .month = kNovember + static_cast<Period>(i % 4),
                       .author = i % 90}});
    }
    pb::Campaigns message;
    before.save(&message);
    Campaigns after(contributors_max);
    REQUIRE(after.load(message));
    CHECK(text(after) == text(before));
    for (Campaigns* one : {&before, &after}) {
      for (std::uint64_t i = 0; i < 100; ++i) {
        count(one, {{.author = i}, {.campaign = "ete", .author = i, .by = i < 50 ? -1 : 1}});
      }
    }
    CHECK(saved(after) == saved(before));
  }
}

TEST_CASE("what no save wrote is refused, and changes nothing") {
  Campaigns campaigns;
  count(&campaigns, {{.author = 1}, {.author = 2}, {.campaign = "ete", .author = 1}});
  pb::Campaigns good;
  campaigns.save(&good);
  const std::string before = saved(campaigns);
  const auto refused = [&](auto&& spoil) {
    pb::Campaigns bad = good;
    spoil(bad.mutable_campaign(1));
    const bool loaded = campaigns.load(bad);
    CHECK(saved(campaigns) == before);
    return !loaded;
  };
  using Spoilt = pb::Campaigns::Campaign*;
  CHECK_FALSE(refused([](Spoilt) {}));
  CHECK(refused([](Spoilt bad) { bad->set_name("ete"); }));
  CHECK(refused([](Spoilt bad) { bad->mutable_all()->set_contributions(-1); }));
  CHECK(refused([](Spoilt bad) { bad->mutable_month(0)->set_month(-1); }));
  CHECK(refused([](Spoilt bad) { bad->mutable_month(0)->set_month(1 << 30); }));
  CHECK(refused([](Spoilt bad) { bad->mutable_month(0)->set_rejected(-1); }));
  CHECK(refused([](Spoilt bad) { *bad->add_month() = bad->month(0); }));
  CHECK(refused([](Spoilt bad) {
    *bad->add_month() = bad->month(0);
    bad->mutable_month(1)->set_month(kNovember - 25);
  }));
  CHECK(refused([](Spoilt bad) { bad->set_level(20); }));
  CHECK(refused([](Spoilt bad) { bad->set_contributions(0, 0); }));
  CHECK(refused([](Spoilt bad) { bad->add_contributions(1); }));
  CHECK(refused([](Spoilt bad) { bad->mutable_author()->pop_back(); }));
  CHECK(refused([](Spoilt bad) { bad->mutable_author()->replace(16, 16, bad->author(), 0, 16); }));
}

TEST_CASE("reports follow the plans, those of no plan come last") {
  Campaigns campaigns;
  count(&campaigns, {{.campaign = "ete", .author = 1},
                     {.campaign = "noel", .author = 1},
                     {.campaign = "automne", .author = 1}});
  const EventTime now = at("2026-11-22T12:30:00Z");
  const std::vector<CampaignPlan> plans = {{.name = "noel", .target = 4, .end = now + days{3}},
                                           {.name = "paques", .target = 10}};
  const std::vector<Campaigns::Report> reports = campaigns.reports(plans, now);
  REQUIRE(reports.size() == 4);
  CHECK(reports[0].name == "noel");
  CHECK(reports[0].plan == plans[0]);
  CHECK(reports[0].progress.done == doctest::Approx(0.25));         // 1 / 4
  CHECK(reports[0].progress.needed_per_day == doctest::Approx(1));  // (4 - 1) / 3
  CHECK(reports[1].name == "paques");
  CHECK(reports[1].all == CampaignCounts{});
  CHECK(reports[1].progress.done == 0.0);
  CHECK(reports[2].name == "automne");
  CHECK(reports[3].name == "ete");
  CHECK_FALSE(reports[3].plan);
  CHECK_FALSE(reports[3].progress.done);
}

TEST_CASE("progress against the target and the time") {
  const CampaignPlan plan{.name = "noel",
                          .target = 5'000,
                          .start = at("2026-12-01T00:00:00Z"),
                          .end = at("2026-12-31T00:00:00Z")};
  const EventTime start = *plan.start;
  SUBCASE("a third of the time is over, a fifth of the target is done") {
    const CampaignProgress progress = campaign_progress(plan, 1'000, start + days{10});
    CHECK(progress.done == doctest::Approx(0.2));            // 1,000 / 5,000
    CHECK(progress.expected == doctest::Approx(10.0 / 30));  // 10 of 30 days
    CHECK(progress.days_left == doctest::Approx(20));        // 30 - 10
    CHECK(progress.needed_per_day == doctest::Approx(200));  // (5,000 - 1,000) / 20
  }
  SUBCASE("half a day before its end") {
    const CampaignProgress progress = campaign_progress(plan, 4'990, *plan.end - hours{12});
    CHECK(progress.days_left == doctest::Approx(0.5));
    CHECK(progress.needed_per_day == doctest::Approx(20));  // 10 / 0.5
  }
  SUBCASE("before it begins the days are those of the campaign") {
    const CampaignProgress progress = campaign_progress(plan, 0, start - days{10});
    CHECK(progress.done == 0.0);
    CHECK(progress.expected == 0.0);
    CHECK(progress.days_left == doctest::Approx(40));
    CHECK(progress.needed_per_day == doctest::Approx(5'000.0 / 30));
  }
  SUBCASE("the target is reached before its time") {
    const CampaignProgress progress = campaign_progress(plan, 6'000, start + days{15});
    CHECK(progress.done == doctest::Approx(1.2));
    CHECK(progress.needed_per_day == 0.0);
  }
  SUBCASE("after its end, with the target missed") {
    const CampaignProgress progress = campaign_progress(plan, 4'000, *plan.end + days{1});
    CHECK(progress.expected == 1.0);
    CHECK(progress.days_left == 0.0);
    CHECK_FALSE(progress.needed_per_day);
  }
  SUBCASE("what the plan does not say") {
    const CampaignProgress none = campaign_progress({.name = "open"}, 10, start);
    CHECK_FALSE(none.done);
    CHECK_FALSE(none.expected);
    CHECK_FALSE(none.days_left);
    CHECK_FALSE(none.needed_per_day);
    const CampaignProgress no_start =
        campaign_progress({.name = "open", .target = 100, .end = start + days{4}}, 20, start);
    CHECK(no_start.done == doctest::Approx(0.2));
    CHECK_FALSE(no_start.expected);
    CHECK(no_start.needed_per_day == doctest::Approx(20));  // 80 / 4
    const CampaignProgress no_end =
        campaign_progress({.name = "open", .target = 100, .start = start}, 20, start);
    CHECK_FALSE(no_end.expected);
    CHECK_FALSE(no_end.needed_per_day);
  }
}

}  // namespace
}  // namespace vigie
