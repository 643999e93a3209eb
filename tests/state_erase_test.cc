// Erasing an author: what is left names nobody, and counts as before.
#include "engine/analysis/state_erase.h"

// Before doctest, whose CHECK is another one.
#include "engine/analysis/authors.h"
#include "engine/analysis/campaigns.h"

#include <doctest/doctest.h>

#include <cstring>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "engine/analysis/cascades.h"
#include "engine/analysis/hyperloglog.h"
#include "engine/analysis/key_bytes.h"
#include "engine/analysis/near_duplicates.h"
#include "engine/analysis/post_state.h"
#include "engine/analysis/post_table.h"
#include "engine/analysis/slices.h"
#include "engine/analysis/state.pb.h"
#include "engine/analysis/top_list.h"

namespace vigie {
namespace {

using Records = std::map<std::string, std::string>;

constexpr KeySeed kSeed{.first = 11, .second = 12};
constexpr KeySeed kFresh{.first = 21, .second = 22};
const EventTime kTime = *parse_rfc3339("2026-03-01T10:00:00Z");

Key128 author(std::string_view id) { return author_key(kSeed, "x", id); }
Key128 post(std::string_view id) { return post_key(kSeed, "x", id); }

// The records of one brand on which three authors wrote, each some posts: "AUTHOR-N".
struct Example {
  Authors authors;
  Campaigns campaigns;
  Cascades cascades;
  TopList names{16};
  TopList posts{16};
  HyperLogLog distinct;
  PostTable table;

  Example() {
    table.set_brands(1);
    for (const std::string id : {"ada", "bob", "cyd"}) {
      for (int i = 0; i < 3; ++i) add(id, id + "-" + std::to_string(i), i);
    }
  }

  void add(const std::string& by, const std::string& id, int number) {
    authors.add(author(by), kTime, Deed::contribution, 100, false);
    campaigns.count("summer", 600, true, false, 1);
    campaigns.count_author("summer", author(by), 1);
    names.add(author(by).low, "@" + by);
    posts.add(post(id).low, "https://x.example/" + id, 10 + number);
    distinct.add(author(by).low);
    if (number == 0) {
      const auto place = cascades.find_or_add(post(id), kTime);
      REQUIRE(place);
      cascades.add(*place, kTime, 0, false);
      cascades.name_root(*place, id, kTime);
    }
    PostState row;
    row.key = post(id);
    row.author = author(by);
    row.event_time = kTime;
    row.signature = 77;
    row.counters[0] = 5;
    row.live = true;
    table.add(0, row, id);
  }

  Records records() {
    pb::Brand brand;
    brand.set_name("Acme");
    brand.set_first_post(0);
    brand.set_end_post(table.end(0));
    authors.save(brand.mutable_authors());
    campaigns.save(brand.mutable_campaigns());
    cascades.save(brand.mutable_cascades());
    pb::Brand::Day* day = brand.add_day();
    posts.save(day->add_top());
    names.save(day->add_top());
    distinct.save(day->mutable_authors());
    distinct.save(brand.add_authors_in_hour());
    std::vector<StateRecord> pages;
    table.save(0, "brand/Acme", &pages);
    Records out{{"brand/Acme", brand.SerializeAsString()}, {"meta", "not looked at"}};
    for (const StateRecord& page : pages) out[page.key] = page.value.value();
    return out;
  }
};

// As `vigie state erase` does it.
Result<EraseCounts> erase(const ErasedAuthor& author, Records* records) {
  AuthorEraser eraser(author, kFresh);
  for (const auto& [key, value] : *records) {
    if (Result<void> looked = eraser.look(key, value); !looked) {
      return std::unexpected(looked.error());
    }
  }
  std::vector<StateRecord> changed;
  for (const auto& [key, value] : *records) {
    if (Result<void> erased = eraser.erase(key, value, &changed); !erased) {
      return std::unexpected(erased.error());
    }
  }
  for (StateRecord& record : changed) (*records)[record.key] = *std::move(record.value);
  return eraser.counts();
}

Result<EraseCounts> erase(const Key128& author, Records* records) {
  return erase(ErasedAuthor{.key = author, .posts = {}, .names = {}}, records);
}

bool holds(const Records& records, std::string_view bytes) {
  for (const auto& [key, value] : records) {
    if (value.find(bytes) != std::string::npos) return true;
  }
  return false;
}

std::string half(std::uint64_t value) {
  std::string bytes(sizeof value, '\0');
  std::memcpy(bytes.data(), &value, sizeof value);
  return bytes;
}

TEST_CASE("nothing of an erased author is left, and what others wrote is as it was") {
  Records records = Example().records();
  REQUIRE(holds(records, half(author("bob").low)));
  REQUIRE(holds(records, half(post("bob-1").low)));
  REQUIRE(holds(records, "bob-2"));
  const Result<EraseCounts> counts = erase(author("bob"), &records);
  REQUIRE(counts);
  CHECK(counts->brands == 1);
  CHECK(counts->authors == 1);
  CHECK(counts->contributors == 1);
  CHECK(counts->posts == 3);
  CHECK(counts->entries == 4);  // the author's own, and three posts
  CHECK(counts->cascades == 1);
  CHECK(!holds(records, half(author("bob").low)));
  CHECK(!holds(records, half(author("bob").high)));
  CHECK(!holds(records, "bob"));
  for (const char* id : {"bob-0", "bob-1", "bob-2"}) {
    CHECK(!holds(records, half(post(id).low)));
    CHECK(!holds(records, half(post(id).high)));
  }
  for (const char* id : {"ada-0", "cyd-2"}) {
    CHECK(holds(records, id));
    CHECK(holds(records, half(post(id).low)));
  }
  CHECK(erase(author("bob"), &records).value().any() == false);
}

TEST_CASE("what is left after an erasure loads, and counts as before") {
  Example example;
  Records records = example.records();
  REQUIRE(erase(author("bob"), &records));
  pb::Brand brand;
  REQUIRE(brand.ParseFromString(records.at("brand/Acme")));
  Authors authors;
  CHECK(authors.load(brand.authors()));
  Campaigns campaigns;
  CHECK(campaigns.load(brand.campaigns()));
  CHECK(brand.campaigns().campaign(0).all().contributions() == 9);
  Cascades cascades;
  CHECK(cascades.load(brand.cascades()));
  CHECK(brand.cascades().cascade_size() == 3);
  TopList posts;
  CHECK(posts.load(brand.day(0).top(0)));
  CHECK(posts.top(16).size() == 6);
  TopList names;
  CHECK(names.load(brand.day(0).top(1)));
  CHECK(names.top(16).size() == 2);
  for (const pb::HyperLogLog& sketch : {brand.day(0).authors(), brand.authors_in_hour(0)}) {
    HyperLogLog distinct;
    CHECK(distinct.load(sketch));
    CHECK(distinct.estimate() == doctest::Approx(3));
  }
  PostTable table;
  table.set_brands(1);
  REQUIRE(table.load(0, 0, records.at("brand/Acme/posts/0")));
  REQUIRE(table.loaded(0, 0, 9));
  CHECK(table.find(0, post("ada-1")) == 1);
  CHECK(!table.find(0, post("bob-1")));
  for (std::uint64_t number = 0; number < 9; ++number) {
    const PostState& row = table.at({0, number});
    CHECK(row.live);
    CHECK(row.counters[0] == 5);
    CHECK(row.author.is_set() == (number < 3 || number > 5));
    CHECK(row.key.is_set());
  }
  CHECK(table.id({0, 4}).empty());
  CHECK(table.id({0, 6}) == "cyd-0");
  std::vector<PostPlace> places;
  table.find_author(author("cyd"), &places);
  CHECK(places.size() == 3);
}

// What refers to the author's posts from elsewhere.
TEST_CASE("replies, renamed cascades, groups and channels of an erased author are found, too") {
  Example example;
  PostState renamed;  // its cascade still has the key of its first version
  renamed.key = post("bob-new");
  renamed.author = author("bob");
  renamed.event_time = kTime;
  renamed.signature = 0xABCDEF;
  const auto place = example.cascades.find_or_add(post("bob-old"), kTime);
  REQUIRE(place);
  example.cascades.add(*place, kTime, 0, false);
  example.cascades.name_root(*place, "9", kTime);
  renamed.cascade = *place;
  example.table.add(0, renamed, "9");
  Records records = example.records();
  pb::Brand brand;
  REQUIRE(brand.ParseFromString(records.at("brand/Acme")));
  pb::Brand::Replies* replies = brand.mutable_counted_replies();
  for (const auto& [key, parent] : {std::pair{"bob-1", "ada-1"}, {"ada-2", "bob-2"}, {"x", "y"}}) {
    append_key(post(key), replies->mutable_key());
    append_key(post(parent), replies->mutable_parent());
    replies->add_time(0);
    replies->add_effect(1);
  }
  NearDuplicates groups;
  groups.add(0xABCDEF, kTime);                        // the author's alone
  for (int i = 0; i < 9; ++i) groups.add(77, kTime);  // everybody's
  groups.save(brand.mutable_near_duplicates());
  Slices slices;
  static_cast<void>(slices.find_or_add(Dimension::channel, "Bob5"));
  static_cast<void>(slices.find_or_add(Dimension::channel, "adas"));
  slices.save(brand.mutable_slices());
  TopList links;
  links.add(1, "https://x.example/BOB5/status/3");
  links.add(2, "https://x.example/bob55/status/3");
  links.save(brand.mutable_day(0)->add_top());
  records["brand/Acme"] = brand.SerializeAsString();

  const Result<EraseCounts> counts =
      erase({.key = author("bob"), .posts = {post("y")}, .names = {"bob5"}}, &records);
  REQUIRE(counts);
  CHECK(counts->cascades == 2);
  CHECK(counts->replies == 3);
  CHECK(counts->groups == 1);
  CHECK(counts->shared_groups == 1);
  CHECK(counts->channels == 1);
  CHECK(counts->entries == 5);  // of names 1, of posts 3, of links 1
  for (const char* id : {"bob-old", "bob-new", "bob-1", "bob-2", "y"}) {
    CHECK(!holds(records, half(post(id).low)));
  }
  for (const char* id : {"ada-1", "ada-2", "x"}) CHECK(holds(records, half(post(id).low)));
  REQUIRE(brand.ParseFromString(records.at("brand/Acme")));
  CHECK(groups.load(brand.near_duplicates()));
  CHECK(slices.load(brand.slices()));
  CHECK(example.cascades.load(brand.cascades()));
  CHECK(!holds(records, "Bob5"));
  CHECK(!holds(records, "BOB5"));
  CHECK(holds(records, "bob55"));
}

TEST_CASE("a set of authors that is dense is told of, and stays") {
  Example example;
  for (int i = 0; i < 20'000; ++i) example.distinct.add(author(std::to_string(i)).low);
  Records records = example.records();
  const Result<EraseCounts> counts = erase(author("bob"), &records);
  REQUIRE(counts);
  CHECK(counts->dense_sets == 2);
}

TEST_CASE("a name is found as a word of its own, and short ones only where they are all") {
  const AuthorEraser eraser({.key = author("bob"), .posts = {}, .names = {"Bob5", "al", "123456"}},
                            kFresh);
  for (const char* text : {"bob5", "@BOB5", "https://x.example/bob5/1", "AL", "123456"}) {
    CHECK_MESSAGE(eraser.names_author(text), text);
  }
  for (const char* text : {"bob55", "xbob5", "bob5\xC3\xA9", "al al", "/al/", "/123456/", ""}) {
    CHECK_MESSAGE(!eraser.names_author(text), text);
  }
}

TEST_CASE("an author who is not there changes nothing") {
  Records records = Example().records();
  const Records before = records;
  const Result<EraseCounts> counts = erase(author("eve"), &records);
  REQUIRE(counts);
  CHECK(!counts->any());
  CHECK(records == before);
}

TEST_CASE("a damaged record is told, and nothing is changed") {
  const Records good = Example().records();
  for (const auto& [key, bad] : Records{{"brand/Acme", "\xFF\xFF"},
                                        {"brand/Acme/posts/0", "\xFF\xFF"},
                                        {"brand/Acme/posts/1", "\x08\x02\x12\x01x"}}) {
    Records records = good;
    records[key] = bad;
    const Result<EraseCounts> counts = erase(author("bob"), &records);
    REQUIRE(!counts);
    CHECK(counts.error().kind == ErrorKind::corrupt);
    CHECK(counts.error().message.find(key) != std::string::npos);
  }
}

}  // namespace
}  // namespace vigie
