// What is told of posts: by kind, by place, once for each brand that holds them.
#include "engine/analysis/aggregator.h"

#include <doctest/doctest.h>

#include <chrono>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "engine/analysis/state.pb.h"
#include "engine/base/text.h"

namespace vigie {
namespace {

using std::chrono::minutes;

const EventTime kNoon = *parse_rfc3339("2026-11-22T12:00:00Z");

ApplyCounts fold(Aggregator& aggregator, std::span<const PostUpdate> updates) {
  return aggregator.apply({}, updates);
}

std::string updates_text(const ApplyCounts& counts) {
  std::string out;
  for (std::size_t i = 0; i < kUpdateKinds; ++i) {
    if (counts.updates[i] == 0) continue;
    out += cat(to_text(static_cast<PostUpdate::Kind>(i)), " ", counts.updates[i], " ");
  }
  return cat(out, "repeated ", counts.updates_repeated, " unknown ", counts.updates_unknown);
}

PostUpdate update(PostUpdate::Kind kind, std::int64_t offset, std::uint16_t index = 0,
                  PartitionId partition = 0) {
  PostUpdate out;
  out.origin = {.partition = partition, .offset = offset, .index = index};
  out.kind = kind;
  return out;
}

// A post of some brands, with a key.
Facts keyed(std::uint64_t key, std::int64_t offset, std::span<const BrandId> brands,
            std::uint32_t place = 0) {
  Facts facts;
  FactPost& post = facts.posts.emplace_back();
  post.origin = {.partition = 0, .offset = offset};
  post.place = place;
  post.event_time = post.told_at = kNoon;
  post.key = {key, key};
  post.platform = ShortName("mastodon");
  for (const BrandId brand : brands) facts.facts.emplace_back().brand = brand;
  return facts;
}

TEST_CASE("what is told of posts is counted by kind; it is unknown where no brand holds the post") {
  using Kind = PostUpdate::Kind;
  Aggregator aggregator({"Acme", "Other"}, {});
  const std::vector<PostUpdate> first{update(Kind::remove, 1), update(Kind::increment, 2, 0),
                                      update(Kind::increment, 2, 1), update(Kind::edit, 5),
                                      update(Kind::remove_author, 1, 0, 7)};
  CHECK(updates_text(fold(aggregator, first)) ==
        "delete 1 delete_author 1 increment 2 edit 1 repeated 0 unknown 5");
  aggregator.apply(keyed(3, 6, std::vector<BrandId>{0, 1}), {});
  std::vector<PostUpdate> second{update(Kind::metrics, 7), update(Kind::increment, 7, 1)};
  for (PostUpdate& one : second) one.key = {3, 3};
  CHECK(updates_text(fold(aggregator, second)) == "metrics 1 increment 1 repeated 0 unknown 0");
  CHECK(updates_text(fold(aggregator, second)) == "metrics 1 increment 1 repeated 2 unknown 0");
}

TEST_CASE("an edit is taken back from the brands that have no fact of it") {
  Aggregator aggregator({"Acme", "Other"}, {});
  aggregator.apply(keyed(3, 6, std::vector<BrandId>{0, 1}), {});
  Facts facts = keyed(3, 7, std::vector<BrandId>{1});
  facts.posts[0].edited = true;
  facts.posts[0].told_at = kNoon + minutes{1};
  std::vector<PostUpdate> edit{update(PostUpdate::Kind::edit, 7)};
  edit[0].key = {3, 3};
  edit[0].metrics.as_of = kNoon + minutes{1};
  for (const bool repeated : {false, true}) {
    const ApplyCounts counts = aggregator.apply(facts, edit);
    CHECK(counts.repeated == (repeated ? 1 : 0));
    CHECK(counts.edited == (repeated ? 0 : 1));
    CHECK(counts.retracted == (repeated ? 0 : 1));
    CHECK(counts.updates_repeated == (repeated ? 1 : 0));
    aggregator.advance(kNoon, nullptr);
    const Snapshot shown = aggregator.snapshot(0, 1);
    CHECK(shown.brands[0].windows[0].current == 0);
    CHECK(shown.brands[0].mentions == 1);  // since the start: never falls
    CHECK(shown.brands[1].windows[0].current == 1);
  }
}

TEST_CASE("an edit under a new id is no update of an unknown post") {
  Aggregator aggregator({"Acme"}, {});
  aggregator.apply(keyed(3, 6, std::vector<BrandId>{0}), {});
  Facts facts = keyed(4, 7, std::vector<BrandId>{0});
  facts.posts[0].replaced = {3, 3};
  facts.posts[0].edited = true;
  std::vector<PostUpdate> edit{update(PostUpdate::Kind::edit, 7)};
  edit[0].key = {3, 3};
  const ApplyCounts counts = aggregator.apply(facts, edit);
  CHECK(counts.edited == 1);
  CHECK(updates_text(counts) == "edit 1 repeated 0 unknown 0");
  std::vector<PostUpdate> remove{update(PostUpdate::Kind::remove, 8)};
  remove[0].key = {4, 4};
  CHECK(aggregator.apply({}, remove).retracted == 1);
}

TEST_CASE("a deleted post that comes again does not count again") {
  Aggregator aggregator({"Acme"}, {});
  aggregator.apply(keyed(3, 6, std::vector<BrandId>{0}), {});
  std::vector<PostUpdate> remove{update(PostUpdate::Kind::remove, 7)};
  remove[0].key = {3, 3};
  CHECK(aggregator.apply({}, remove).retracted == 1);
  CHECK(aggregator.apply(keyed(3, 8, std::vector<BrandId>{0}), {}).duplicates == 1);
  aggregator.advance(kNoon, nullptr);
  CHECK(aggregator.snapshot(0, 1).brands[0].windows[3].current == 0);
}

TEST_CASE("what is told is taken in the order of places") {
  Aggregator aggregator({"Acme"}, {});
  Facts facts = keyed(3, 6, std::vector<BrandId>{0}, 1);
  std::vector<PostUpdate> updates{update(PostUpdate::Kind::remove, 5),
                                  update(PostUpdate::Kind::remove, 7)};
  for (PostUpdate& one : updates) one.key = {3, 3};
  updates[1].place = 2;
  const ApplyCounts counts = aggregator.apply(facts, updates);
  CHECK(counts.applied == 1);
  CHECK(counts.retracted == 1);
  CHECK(counts.updates_unknown == 1);
}

// How many authors each brand has, of the records that are to be saved.
std::vector<int> saved_authors(Aggregator& aggregator) {
  std::vector<int> out;
  for (const BrandId brand : aggregator.unsaved()) {
    std::vector<StateRecord> records;
    aggregator.save(brand, &records);
    pb::Brand record;
    REQUIRE(record.ParseFromString(records.at(0).value.value()));
    out.push_back(static_cast<int>(record.authors().key().size() / 16));
  }
  return out;
}

TEST_CASE("an author whose posts are forgotten goes from all brands, before what they write next") {
  constexpr BrandId kBrands = 2000;
  std::vector<std::string> names;
  std::vector<BrandId> all;
  for (BrandId id = 0; id < kBrands; ++id) {
    names.push_back(cat("b", id));
    all.push_back(id);
  }
  Aggregator aggregator(names, {});
  Facts facts = keyed(3, 6, all);
  facts.posts[0].author = {7, 7};
  aggregator.apply(facts, {});
  CHECK(saved_authors(aggregator) == std::vector<int>(kBrands, 1));
  for (int minute = 0; minute < 100; ++minute) {  // all posts are forgotten by then
    aggregator.advance(kNoon + std::chrono::days{40} + std::chrono::minutes{minute}, nullptr);
  }
  CHECK(saved_authors(aggregator) == std::vector<int>(kBrands, 1));
  PostUpdate gone = update(PostUpdate::Kind::remove_author, 7);
  gone.key = {7, 7};
  const std::vector<PostUpdate> updates{gone};
  Facts next = keyed(4, 8, std::vector<BrandId>{kBrands - 1}, 1);
  next.posts[0].author = {7, 7};
  next.posts[0].event_time = next.posts[0].told_at = kNoon + std::chrono::days{40} + minutes{99};
  const ApplyCounts counts = aggregator.apply(next, updates);
  CHECK(counts.updates_unknown == 1);
  std::vector<int> expected(kBrands, 0);
  expected.back() = 1;
  CHECK(saved_authors(aggregator) == expected);
}

}  // namespace
}  // namespace vigie
