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
#include "engine/base/limits.h"
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
  ApplyCounts remove(std::uint64_t key) { return update(key, PostUpdate::Kind::remove); }
  ApplyCounts edited(std::uint64_t key) { return update(key, PostUpdate::Kind::edit); }

 private:
  ApplyCounts update(std::uint64_t key, PostUpdate::Kind kind) {
    PostUpdate update;
    update.origin.offset = ++offset_;
    update.kind = kind;
    update.key = {key, key};
    return aggregator_->apply({}, {{update}});
  }

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

// What `brand` answered of post 2, which is negative and addressed to it.
struct Question {
  Question() {
    aggregator.set_brands(list({"Acme"}, {}));
    feed.tell(feed.post(2), {.sentiment = Sentiment::negative, .addressed = true});
  }
  FactPost reply(std::uint64_t key, Duration after) {
    FactPost out = feed.post(key, kNoon + after);
    out.kind = Kind::reply;
    out.parent = {2, 2};
    return out;
  }
  ApplyCounts edit(FactPost post, Fact fact) {
    post.edited = true;
    return feed.tell(post, fact);
  }
  std::string answered() {
    aggregator.advance(kNoon + days{1} + hours{1}, nullptr);
    return cat("answered ", kpi(aggregator, "answered"), " in ", kpi(aggregator, "answer_time_sum"),
               " s, unanswered ", kpi(aggregator, "unanswered_negative"), ", defences ",
               kpi(aggregator, "defences"));
  }

  Aggregator aggregator{{}, {}};
  Feed feed{&aggregator};
};

TEST_CASE("an answer that is deleted or edited away is none any more") {
  const Fact only_answers{.mention = false, .owned = true};
  const Fact mentions_too{.owned = true};
  for (const Fact& fact : {only_answers, mentions_too}) {
    Question question;
    question.feed.tell(question.reply(4, minutes{10}), fact);
    question.feed.tell(question.reply(5, minutes{5}), fact);
    question.feed.tell(question.reply(6, minutes{20}), fact);
    CHECK(question.answered() == "answered 1 in 300 s, unanswered 0, defences 0");
    question.feed.remove(6);
    CHECK(question.answered() == "answered 1 in 300 s, unanswered 0, defences 0");
    question.feed.remove(5);
    CHECK(question.answered() == "answered 1 in 600 s, unanswered 0, defences 0");
    question.feed.remove(5);
    question.feed.tell(question.reply(5, minutes{5}), fact);  // read again
    CHECK(question.answered() == "answered 1 in 600 s, unanswered 0, defences 0");
    question.feed.edited(4);  // no brand of ours matches it now
    CHECK(question.answered() == "answered 0 in 0 s, unanswered 1, defences 0");
    question.edit(question.reply(4, minutes{10}), fact);
    CHECK(question.answered() == "answered 1 in 600 s, unanswered 0, defences 0");
  }
}

TEST_CASE("an answer that is edited into a mention, or out of it, answers once") {
  const Fact only_answers{.mention = false, .owned = true};
  Question question;
  question.feed.tell(question.reply(4, minutes{10}), only_answers);
  CHECK(question.edit(question.reply(4, minutes{10}), {.owned = true}).applied == 1);
  CHECK(question.answered() == "answered 1 in 600 s, unanswered 0, defences 0");
  CHECK(kpi(question.aggregator, "mentions") == 2);
  CHECK(question.edit(question.reply(4, minutes{10}), only_answers).retracted == 1);
  CHECK(question.answered() == "answered 1 in 600 s, unanswered 0, defences 0");
  CHECK(kpi(question.aggregator, "mentions") == 1);
  question.feed.remove(4);
  CHECK(question.answered() == "answered 0 in 0 s, unanswered 1, defences 0");
}

TEST_CASE("a defence that is deleted, or edited into something else, is none any more") {
  Question question;
  const Fact defends{.sentiment = Sentiment::positive};
  question.feed.tell(question.reply(4, minutes{1}), defends);
  question.feed.tell(question.reply(5, minutes{2}), defends);
  question.feed.tell(question.reply(6, minutes{3}));
  CHECK(question.answered() == "answered 0 in 0 s, unanswered 1, defences 2");
  question.feed.remove(4);
  CHECK(question.answered() == "answered 0 in 0 s, unanswered 1, defences 1");
  question.edit(question.reply(5, minutes{2}), {});
  CHECK(question.answered() == "answered 0 in 0 s, unanswered 1, defences 0");
  question.edit(question.reply(6, minutes{3}), defends);
  CHECK(question.answered() == "answered 0 in 0 s, unanswered 1, defences 1");
}

TEST_CASE("an answer that is deleted before its post comes does nothing") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  FactPost answer = feed.post(4, kNoon + minutes{10});
  answer.parent = {2, 2};
  feed.tell(answer, {.mention = false, .owned = true});
  feed.remove(4);
  feed.tell(feed.post(2), {.addressed = true});
  aggregator.advance(kNoon + hours{1}, nullptr);
  CHECK(kpi(aggregator, "answered") == 0);
}

TEST_CASE("when the first of a group goes, the next of it says it first") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  const auto tell = [&](std::uint64_t key, std::uint64_t signature) {
    FactPost post = feed.post(key);
    post.signature = signature;
    feed.tell(post);
  };
  const auto deduplicated = [&] {
    aggregator.advance(kNoon + hours{1}, nullptr);
    return kpi(aggregator, "deduplicated");
  };
  for (std::uint64_t key = 1; key <= 3; ++key) tell(key, 0xF0F0);
  tell(4, 0xABCD'0000'0000);
  CHECK(deduplicated() == 2);
  feed.remove(2);
  CHECK(deduplicated() == 2);
  feed.remove(1);  // 3 is the first now
  CHECK(deduplicated() == 2);
  FactPost edited = feed.post(3);  // it says something else, and nobody says it any more
  edited.edited = true;
  edited.signature = 0x1234'0000'0000'0000;
  feed.tell(edited);
  CHECK(deduplicated() == 2);
  feed.remove(3);
  CHECK(deduplicated() == 1);
}

TEST_CASE("beyond the posts that are looked at, the next one of the group says it first") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  const auto tell = [&](std::uint64_t key, std::uint64_t signature) {
    FactPost post = feed.post(key);
    post.signature = signature;
    feed.tell(post);
  };
  tell(1, 0xF0F0);
  for (std::uint64_t key = 2; key < 2 + kNearDuplicateHeirMax; ++key) tell(key, 0);
  tell(1'000'000, 0xF0F0);
  for (std::uint64_t key = 2'000'000; key < 2'000'000 + kNearDuplicateHeirMax; ++key) tell(key, 0);
  const auto deduplicated = [&] {
    aggregator.advance(kNoon + hours{1}, nullptr);
    return kpi(aggregator, "deduplicated");
  };
  CHECK(deduplicated() == 2 * kNearDuplicateHeirMax + 1);
  feed.remove(1);
  CHECK(deduplicated() == 2 * kNearDuplicateHeirMax);
  tell(1'000'001, 0xF0F0);
  tell(1'000'002, 0xF0F0);
  CHECK(deduplicated() == 2 * kNearDuplicateHeirMax + 1);
}

TEST_CASE("a post under a new id is in the lists by that, and goes from them") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  const auto tell = [&](FactPost post, std::string_view id) {
    Facts facts;
    facts.texts.assign(id.begin(), id.end());
    post.id = {.first = 0, .count = static_cast<std::uint32_t>(id.size())};
    facts.posts.push_back(post);
    facts.facts.push_back({});
    aggregator.apply(facts, {});
  };
  const auto shown_posts = [&] {
    aggregator.advance(kNoon + hours{1}, nullptr);
    std::string out;
    const BrandSnapshot brand = shown(aggregator).brands.at(0);
    const auto& lists = brand.kpis->tops[static_cast<std::size_t>(TopKind::posts)];
    for (const TopList::Entry& entry : lists[0].entries) {
      append_to(&out, entry.text, " ", entry.count, "; ");
    }
    for (const Cascade& cascade : brand.kpis->cascades) {
      append_to(&out, "below ", cascade.id, ": ", cascade.size, "; ");
    }
    return out;
  };
  const auto share = [&](std::uint64_t key, std::uint64_t root) {
    FactPost post = feed.post(key);
    post.kind = Kind::repost;
    post.root = {root, root};
    return post;
  };
  FactPost post = feed.post(1);
  post.counters[static_cast<std::size_t>(Counter::likes)] = 5;
  tell(post, "old");
  tell(share(11, 1), "a");
  FactPost next = feed.post(2);
  next.replaced = {1, 1};
  next.edited = true;
  next.counters[static_cast<std::size_t>(Counter::likes)] = 7;
  tell(next, "new");
  CHECK(shown_posts() == "new 7; below new: 2; ");
  tell(share(12, 1), "b");  // its platform knows it by the old id
  tell(share(13, 2), "c");
  CHECK(shown_posts() == "new 7; below new: 4; ");
  feed.remove(2);
  CHECK(shown_posts() == "below : 3; ");
}

TEST_CASE("a flood of backdated posts does not push out those that count") {
  Aggregator aggregator({}, {});
  aggregator.set_brands(list({"Acme"}, {}));
  Feed feed(&aggregator);
  feed.tell(feed.post(1));
  ApplyCounts last;
  const std::size_t held = kPostsPerBrandMax / kPostsPerApartPost;
  for (std::uint64_t key = 2; key < 2 + kPostsPerBrandMax; ++key) {
    FactPost post = feed.post(key, kNoon - days{20});
    post.key.high *=
        0x9E3779B97F4A7C15;  // spread as keys are; else they stand in one run of the index
    post.author.high *= 0x9E3779B97F4A7C15;
    post.backdated = true;
    last = feed.tell(post);
    REQUIRE(last.backdated == 1);
    REQUIRE(last.forgotten == (key < 2 + held ? 0 : 1));
  }
  CHECK(feed.remove(1).retracted == 1);
}

TEST_CASE("a campaign that takes the bit of another takes none of its numbers") {
  Aggregator aggregator({}, {});
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kCampaignsMax; ++i) names.push_back(cat("Old ", i));
  aggregator.set_brands(list({"Acme"}, names));
  Feed feed(&aggregator);
  feed.tell(feed.post(1), {.campaigns = 1, .rejected = 1});
  feed.tell(feed.post(2), {.campaigns = 1});
  names[0] = "New";
  aggregator.set_brands(list({"Acme"}, names));
  feed.tell(feed.post(3), {.campaigns = 1});
  const auto numbers = [&] {
    aggregator.advance(kNoon + hours{1}, nullptr);
    std::string out = cat("contributions ", kpi(aggregator, "contributions"), ", rejections ",
                          kpi(aggregator, "rejections"));
    for (const Campaigns::Report& one : shown(aggregator).brands.at(0).kpis->campaigns) {
      if (one.all.contributions != 0) {
        append_to(&out, ", ", one.name, " ", one.all.contributions, "/", one.contributors);
      }
    }
    return out;
  };
  CHECK(numbers() == "contributions 3, rejections 1, New 1/1, Old 0 2/2");
  feed.remove(1);  // it is not known any more what it took part in
  CHECK(numbers() == "contributions 2, rejections 0, New 1/1, Old 0 2/2");
  feed.remove(3);
  CHECK(numbers() == "contributions 1, rejections 0, Old 0 2/2");
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

// What `post` and `fact` say, matched with this list.
ApplyCounts tell(Aggregator* aggregator, const FactPost& post, const Fact& fact,
                 std::shared_ptr<const BrandList> brands) {
  Facts facts;
  facts.brands = std::move(brands);
  facts.posts.push_back(post);
  facts.facts.push_back(fact);
  return aggregator->apply(facts, {});
}

std::string campaigns(Aggregator& aggregator) {
  std::string out;
  for (const Campaigns::Report& report : shown(aggregator).brands[0].kpis->campaigns) {
    append_to(&out, report.name, "=", report.all.contributions, "-", report.all.rejected, " ");
  }
  return out;
}

TEST_CASE("facts count for the campaigns that they were matched with, whatever the list is now") {
  Aggregator aggregator({}, {});
  Feed feed(&aggregator);
  const auto before = list({"Acme"}, {"Spring", "Autumn", "Old"});
  const auto after = list({"Acme"}, {"Autumn", "Winter", "Spring"});
  SUBCASE("of a brand without posts") {}
  SUBCASE("of a brand that has some") {
    aggregator.set_brands(before);
    tell(&aggregator, feed.post(1), {}, before);
  }
  aggregator.set_brands(after);
  tell(&aggregator, feed.post(2), {.campaigns = 1, .rejected = 1}, before);
  tell(&aggregator, feed.post(3), {.campaigns = 2}, after);
  tell(&aggregator, feed.post(4), {.campaigns = 6, .rejected = 2}, before);
  tell(&aggregator, feed.post(5), {.campaigns = 1}, after);
  aggregator.advance(kNoon + hours{1}, nullptr);
  CHECK(campaigns(aggregator) == "Autumn=2-1 Winter=1-0 Spring=1-1 Old=1-0 ");
  feed.remove(2);
  feed.remove(4);
  CHECK(campaigns(aggregator) == "Autumn=1-0 Winter=1-0 Spring=0-0 Old=0-0 ");
}

TEST_CASE("facts of a brand that is not watched any more count for the campaigns it had") {
  Aggregator aggregator({}, {});
  Feed feed(&aggregator);
  const auto before = list({"Acme"}, {"Spring"});
  aggregator.set_brands(list({}, {}));
  tell(&aggregator, feed.post(1), {.campaigns = 1}, before);
  aggregator.set_brands(before);
  aggregator.advance(kNoon + hours{1}, nullptr);
  CHECK(campaigns(aggregator) == "Spring=1-0 ");
}

TEST_CASE("facts belong to the segments that they were matched with, whatever the list is now") {
  Aggregator aggregator({}, {});
  Feed feed(&aggregator);
  const auto with = [](const std::vector<std::string>& segments) {
    auto out = std::make_shared<BrandList>(*list({"Acme"}, {}));
    out->segments = segments;
    return out;
  };
  const auto before = with({"parents", "athletes"});
  const auto after = with({"athletes", "cooks"});
  aggregator.set_brands(after);
  tell(&aggregator, feed.post(1), {.segments = 1}, before);
  tell(&aggregator, feed.post(2), {.segments = 2}, before);
  tell(&aggregator, feed.post(3), {.segments = 3}, after);
  feed.tell(feed.post(4), {.segments = 1});
  aggregator.advance(kNoon + hours{1}, nullptr);
  std::map<std::string, double> posts;
  for (const BrandKpis::Slice& slice : shown(aggregator).brands[0].kpis->slices) {
    if (slice.dimension != Dimension::segment) continue;
    posts[slice.value] = *slice.values[0][kpi_index("mentions")];
  }
  CHECK(posts == std::map<std::string, double>{{"athletes", 3}, {"cooks", 1}, {"parents", 1}});
}

TEST_CASE("records of a log that was made anew are no repeats, also after a restart") {
  const auto brands = list({"Acme"}, {});
  Aggregator aggregator({}, {});
  aggregator.set_brands(brands);
  Feed former(&aggregator, 500);
  former.tell(former.post(1));
  std::vector<StateRecord> before;
  aggregator.save(0, &before);
  CHECK(aggregator.unsaved().empty());
  aggregator.begin_anew(0, 1);
  CHECK(aggregator.unsaved() == std::vector<BrandId>{0});
  Feed feed(&aggregator);
  const FactPost post = feed.post(2);
  CHECK(feed.tell(post).applied == 1);
  CHECK(feed.tell(post).repeated == 1);
  std::vector<StateRecord> after;
  aggregator.save(0, &after);

  const auto loaded = [&](const std::vector<StateRecord>& records) {
    Aggregator again({}, {});
    again.set_brands(brands);
    again.begin_anew(0, 1);
    for (const StateRecord& record : records) {
      REQUIRE(again.load(record.key, *record.value, {{0, 0}}));
    }
    REQUIRE(again.loaded());
    return again;
  };
  Aggregator old = loaded(before);  // a brand that was saved before its log was made anew
  CHECK(Feed(&old).tell(post).applied == 1);
  Aggregator young = loaded(after);
  CHECK(Feed(&young).tell(post).repeated == 1);
}

TEST_CASE("the names of more campaigns than there are bits take those of former ones") {
  Aggregator aggregator({}, {});
  Feed feed(&aggregator);
  std::vector<std::string> names;
  for (std::size_t i = 0; i < kCampaignsMax; ++i) names.push_back(cat("c", i));
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

TEST_CASE("KPIs are made anew only when something has changed or the quarter of an hour has") {
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
