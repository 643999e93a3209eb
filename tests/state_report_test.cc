// What `vigie state` tells of saved state.
#include "engine/analysis/state_report.h"

#include <doctest/doctest.h>

#include <string>

#include "engine/analysis/measures.h"
#include "engine/analysis/state.pb.h"
#include "engine/analysis/state_shard.h"
#include "engine/analysis/track.h"

namespace vigie {
namespace {

EventTime at_second(std::int64_t second) { return EventTime(std::chrono::seconds(second)); }

std::string brand_record(const std::string& name, std::int64_t mentions) {
  Track hours(kMeasures);
  const Change one{static_cast<std::uint8_t>(Measure::mentions), mentions};
  hours.add(490'000, {&one, 1});
  pb::Brand brand;
  brand.set_name(name);
  brand.set_first_post(100);
  brand.set_end_post(140);
  hours.save(brand.mutable_hours());
  brand.mutable_authors()->set_key(std::string(48, 'k'));
  return brand.SerializeAsString();
}

std::string shard_record(std::optional<EventTime> watermark, std::vector<Progress> progress) {
  pb::Shard shard;
  if (watermark) shard.set_watermark(watermark->time_since_epoch().count());
  std::string value = shard.SerializeAsString();
  append_progress(progress, &value);
  return value;
}

StateRecord meta_record() {
  return save_meta({.written_by = "0.1.0",
                    .key_seed = {.first = 1, .second = 2},
                    .partitions = {{.id = 3, .name = {.topic = "posts", .number = 1}},
                                   {.id = 2, .name = {.topic = "posts", .number = 0}}}});
}

TEST_CASE("a report adds up what the records of a state hold") {
  StateReport report;
  REQUIRE(report.add("brand/A%2FB", brand_record("A/B", 12)));
  REQUIRE(report.add("brand/A%2FB/posts/0", "1234"));
  REQUIRE(report.add("brand/C", brand_record("C", 0)));
  REQUIRE(report.add("meta", *meta_record().value));
  REQUIRE(report.add("shard/0", shard_record(at_second(200), {{2, 17, at_second(300), {}}})));
  REQUIRE(report.add("shard/1", shard_record(at_second(100), {{2, 15, {}, {}}, {9, 4, {}, {}}})));
  REQUIRE(report.complete());
  CHECK(report.records() == 6);
  CHECK(report.shards() == 2);
  CHECK(report.watermark() == at_second(100));
  REQUIRE(report.brands().size() == 2);
  const StateReport::Brand& brand = report.brands().at("A/B");
  CHECK(brand.mentions == 12);
  CHECK(brand.posts == 40);
  CHECK(brand.authors == 3);
  CHECK(brand.records == 2);
  CHECK(brand.bytes == 11 + brand_record("A/B", 12).size() + 19 + 4);
  const auto positions = report.positions();
  REQUIRE(positions.size() == 2);
  CHECK(positions[0].topic.empty());
  CHECK(positions[0].partition == 9);
  CHECK(positions[1].topic == "posts");
  CHECK(positions[1].number == 0);
  CHECK(positions[1].next_offset == 15);
  CHECK(positions[1].event_time == at_second(300));
}

TEST_CASE("a report refuses what is no state") {
  StateReport report;
  CHECK(report.complete());
  CHECK(!report.add("something", "else"));
  CHECK(!report.add("brand/A", "\xFF\xFF"));
  CHECK(!report.add("shard/0", "\xFF\xFF"));
  CHECK(!report.complete());
  pb::Meta newer;
  newer.set_version(7);
  newer.set_written_by("9.1");
  const Result<void> added = report.add("meta", newer.SerializeAsString());
  REQUIRE(!added);
  CHECK(added.error().kind == ErrorKind::refused);
}

TEST_CASE("a record as JSON says what it is, and never the seed of the keys") {
  std::string out;
  const StateRecord meta = meta_record();
  REQUIRE(append_state_json(meta.key, *meta.value, &out));
  CHECK(out ==
        R"({"key":"meta","message":"Meta","value":{"version":2,"written_by":"0.1.0","partition":)"
        R"([{"id":3,"topic":"posts","number":1},{"id":2,"topic":"posts"}]}})"
        "\n");
  out.clear();
  REQUIRE(append_state_json("shard/0", shard_record(at_second(1), {}), &out));
  CHECK(out ==
        "{\"key\":\"shard/0\",\"message\":\"Shard\",\"value\":{\"watermark\":\"1000000\"}}\n");
  out.clear();
  pb::PostPage page;
  page.set_posts(1);
  page.set_rows("abc");
  REQUIRE(append_state_json("brand/\"q\"/posts/0", page.SerializeAsString(), &out));
  CHECK(out ==
        "{\"key\":\"brand/\\\"q\\\"/posts/0\",\"message\":\"PostPage\",\"value\":{\"posts\":1,"
        "\"rows\":\"YWJj\"}}\n");
  CHECK(!append_state_json("brand/A", "\xFF\xFF", &out));
  CHECK(!append_state_json("other", "", &out));
}

}  // namespace
}  // namespace vigie
