// What becomes of one brand's posts: waiting for an answer, campaigns that are renamed, brands that
// nobody watches any more.
#include "engine/analysis/aggregator.h"

#include <doctest/doctest.h>

#include <chrono>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/analysis/kpi.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;

const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00Z");

std::shared_ptr<const BrandList> list(const std::vector<std::string>& names,
                                      const std::vector<std::string>& campaigns) {
  auto out = std::make_shared<BrandList>();
  out->names = {"Acme", "Other"};
  for (BrandId id = 0; id < names.size(); ++id) {
    BrandList::Live& live = out->live.emplace_back();
    live.id = id;
    for (const std::string& name : campaigns) live.campaigns.push_back({.name = name});
  }
  return out;
}

// Feeds one record at a time.
class Feed {
 public:
  explicit Feed(Aggregator* aggregator, std::int64_t offset = 0)
      : aggregator_(aggregator), offset_(offset) {}

  FactPost post(std::uint64_t key, EventTime time = kNoon) {
    FactPost out;
    out.origin.offset = ++offset_;
    out.event_time = out.told_at = time;
    out.key = {key, key};
    out.author = {100 + key, 100 + key};
    out.platform = ShortName("x");
    return out;
  }
  ApplyCounts tell(const FactPost& post, Fact fact = {}) {
    Facts facts;
    facts.posts.push_back(post);
    facts.facts.push_back(fact);
    return aggregator_->apply(facts, {});
  }
  ApplyCounts remove(std::uint64_t key) {
    PostUpdate update;
    update.origin.offset = ++offset_;
    update.key = {key, key};
    return aggregator_->apply({}, {{update}});
  }

 private:
  Aggregator* aggregator_;
  std::int64_t offset_;
};

Snapshot shown(Aggregator& aggregator) {
  aggregator.compute_kpis();
  return aggregator.snapshot(0, 1);
}

double kpi(Aggregator& aggregator, std::string_view name) {
  const BrandSnapshot brand = shown(aggregator).brands.at(0);
  REQUIRE(brand.kpis != nullptr);
  return brand.kpis->values.back()[kpi_index(name)].value_or(-1);
}

TEST_CASE("a negative post to the brand waits for an answer from a day until a week on") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  for (std::uint64_t key = 1; key <= 3; ++key) {
    FactPost post = feed.post(key);
    feed.tell(post, {.sentiment = Sentiment::negative, .addressed = true});
  }
  const auto waiting = [&](Duration after) {
    aggregator.advance(kNoon + after, nullptr);
    return kpi(aggregator, "unanswered_negative");
  };
  CHECK(waiting(hours{1}) == 0);
  CHECK(waiting(hours{24}) == 3);
  FactPost answer = feed.post(4, kNoon + hours{23});
  answer.kind = Kind::reply;
  answer.parent = {2, 2};
  CHECK(feed.tell(answer, {.mention = false, .owned = true}).answers == 1);
  CHECK(waiting(hours{25}) == 2);
  CHECK(feed.remove(3).retracted == 1);
  CHECK(waiting(hours{26}) == 1);
  CHECK(waiting(days{6}) == 1);
  CHECK(waiting(days{7}) == 0);
}

TEST_CASE("an answer that came before its post is counted when that comes") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  FactPost answer = feed.post(4, kNoon + minutes{10});
  answer.parent = {2, 2};
  feed.tell(answer, {.mention = false, .owned = true});
  feed.tell(feed.post(2), {.addressed = true});
  aggregator.advance(kNoon + hours{1}, nullptr);
  CHECK(kpi(aggregator, "answered") == 1);
}

TEST_CASE("a post is taken back from the campaign it was counted in, whatever its place is now") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {"Spring", "Autumn"}));
  Feed feed(&aggregator);
  feed.tell(feed.post(1), {.campaigns = 1});
  feed.tell(feed.post(2), {.campaigns = 2});
  aggregator.set_brands(list({"Acme"}, {"Winter", "Autumn"}));
  feed.tell(feed.post(3), {.campaigns = 1});
  feed.remove(1);
  aggregator.advance(kNoon + hours{1}, nullptr);
  std::string out;
  for (const Campaigns::Report& report : shown(aggregator).brands[0].kpis->campaigns) {
    append_to(&out, report.name, "=", report.all.contributions, " ");
  }
  CHECK(out == "Winter=1 Autumn=1 Spring=0 ");
}

TEST_CASE("the names of more campaigns than there are bits take those of former ones") {
  Aggregator aggregator({}, {});
  Feed feed(&aggregator);
  std::vector<std::string> names;
  for (int i = 0; i < 32; ++i) names.push_back(cat("c", i));
  aggregator.set_brands(list({"Acme"}, names));
  feed.tell(feed.post(1), {.campaigns = 1});
  names[0] = "new";
  aggregator.set_brands(list({"Acme"}, names));
  feed.tell(feed.post(2), {.campaigns = 1});
  feed.remove(1);
  aggregator.advance(kNoon + hours{1}, nullptr);
  const auto reports = shown(aggregator).brands[0].kpis->campaigns;
  CHECK(reports.at(0).name == "new");
  CHECK(reports.at(0).all.contributions == 1);
}

TEST_CASE("KPIs are made anew only when something has changed or the hour has") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme", "Other"}, {}));
  Feed feed(&aggregator);
  feed.tell(feed.post(1));
  feed.tell(feed.post(1), {.brand = 1});
  aggregator.advance(kNoon, nullptr);
  const auto kpis_of = [&](std::size_t brand) { return shown(aggregator).brands[brand].kpis; };
  const auto first = kpis_of(0);
  const auto other = kpis_of(1);
  aggregator.advance(kNoon + minutes{5}, nullptr);
  CHECK(kpis_of(0) == first);
  feed.tell(feed.post(2, kNoon + minutes{5}));
  CHECK(kpis_of(0) != first);
  CHECK(kpis_of(1) == other);
  aggregator.advance(kNoon + hours{1}, nullptr);
  CHECK(kpis_of(1) != other);
}

std::map<std::string, std::string> saved(Aggregator* aggregator) {
  std::vector<StateRecord> records;
  aggregator->save_shard(0, &records);
  for (const BrandId id : aggregator->unsaved()) aggregator->save(id, &records);
  std::map<std::string, std::string> out;
  for (const StateRecord& record : records) out[record.key] = record.value.value_or("");
  return out;
}

TEST_CASE("a brand that is not watched any more is loaded and kept") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme", "Other"}, {}));
  Feed feed(&aggregator);
  feed.tell(feed.post(1), {.brand = 1});
  aggregator.advance(kNoon, nullptr);
  Aggregator other({}, {});
  other.set_brands(list({"Acme"}, {}));
  for (const auto& [key, value] : saved(&aggregator)) REQUIRE(other.load(key, value, {{0, 0}}));
  REQUIRE(other.loaded());
  CHECK(other.unsaved() == std::vector<BrandId>{1});  // that it is not watched
  Feed again(&other);
  CHECK(again.tell(again.post(1), {.brand = 1}).repeated == 1);
  other.set_brands(list({"Acme", "Other"}, {}));
  CHECK(other.snapshot(0, 1).brands[1].mentions == 1);
  CHECK(!other.snapshot(0, 1).brands[1].windows[0].previous_whole);
}

TEST_CASE("partitions get the ids that they have now; one that is gone is forgotten") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  feed.tell(feed.post(1));
  const auto records = saved(&aggregator);
  for (const bool known : {true, false}) {
    Aggregator other({}, {});
    other.set_brands(list({"Acme"}, {}));
    std::map<PartitionId, PartitionId> now;
    if (known) now[0] = 5;
    for (const auto& [key, value] : records) REQUIRE(other.load(key, value, now));
    REQUIRE(other.loaded());
    Feed again(&other);
    FactPost post = again.post(1);
    post.origin.partition = 5;
    const ApplyCounts counts = again.tell(post);
    CHECK(counts.repeated == (known ? 1 : 0));
    CHECK(counts.duplicates == (known ? 0 : 1));
  }
}

TEST_CASE("records that save() did not write are refused") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  feed.tell(feed.post(1));
  const auto records = saved(&aggregator);
  const auto load = [&](std::string_view key, std::string_view value) {
    Aggregator other({}, {});
    other.set_brands(list({"Acme"}, {}));
    Result<void> loaded = other.load(key, value, {{0, 0}});
    if (loaded) loaded = other.loaded();
    return loaded ? std::string("loaded") : loaded.error().message;
  };
  CHECK(load("brand/Acme", "nonsense").starts_with("state: of 'Acme' the record cannot be read"));
  CHECK(load("brand/Nobody", records.at("brand/Acme")).starts_with("state: of 'Nobody'"));
  const std::string& acme = records.at("brand/Acme");
  CHECK(load("brand/Acme", acme).contains("page 0 of its posts is not there"));
  CHECK(load("shard/0", "nonsense").starts_with("state: of 'shard/0'"));
  CHECK(load("shard/0", records.at("shard/0")) == "loaded");
}

}  // namespace
}  // namespace vigie
