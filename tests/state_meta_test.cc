// What the state says of itself, and that a newer one is refused by name.
#include "engine/analysis/state_meta.h"

#include <doctest/doctest.h>

#include <string>

#include "engine/analysis/state.pb.h"

namespace vigie {
namespace {

StateMeta example() {
  return {.written_by = "0.1.0",
          .key_seed = {.first = 0x0102030405060708, .second = 0xFFFEFDFCFBFAF9F8},
          .partitions = {{.id = 0, .name = {.topic = "posts", .number = 0}},
                         {.id = 7, .name = {.topic = "été", .number = 12}}}};
}

TEST_CASE("what was saved of the state as a whole is loaded again") {
  const StateRecord record = save_meta(example());
  CHECK(record.key == "meta");
  const Result<StateMeta> meta = load_meta(record.value.value());
  REQUIRE(meta);
  CHECK(meta->version == kStateVersion);
  CHECK(meta->written_by == "0.1.0");
  CHECK(meta->key_seed.first == example().key_seed.first);
  CHECK(meta->key_seed.second == example().key_seed.second);
  REQUIRE(meta->partitions.size() == 2);
  CHECK(meta->partitions[1].id == 7);
  CHECK(meta->partitions[1].name.topic == "été");
  CHECK(meta->partitions[1].name.number == 12);
}

TEST_CASE("the seed of keys is kept as 16 bytes, each half with its lowest byte first") {
  pb::Meta meta;
  REQUIRE(meta.ParseFromString(save_meta(example()).value.value()));
  CHECK(meta.key_seed() == "\x08\x07\x06\x05\x04\x03\x02\x01\xF8\xF9\xFA\xFB\xFC\xFD\xFE\xFF");
}

TEST_CASE("a state of a newer version is refused by its number and its engine") {
  pb::Meta newer;
  newer.set_version(7);
  newer.set_written_by("9.1");
  newer.set_key_seed("of another length");
  const Result<StateMeta> meta = load_meta(newer.SerializeAsString());
  REQUIRE(!meta);
  CHECK(meta.error().kind == ErrorKind::refused);
  CHECK(meta.error().message ==
        "state: version 7 was written by vigie 9.1; this engine reads up to 2; use that engine, or "
        "give another directory: nothing was changed");
}

TEST_CASE("a record that is damaged is told") {
  const std::string good = save_meta(example()).value.value();
  for (const std::string& bad : {std::string(), std::string("\xFF\xFF\xFF"), good.substr(0, 20)}) {
    const Result<StateMeta> meta = load_meta(bad);
    REQUIRE(!meta);
    CHECK(meta.error().kind == ErrorKind::corrupt);
  }
}

}  // namespace
}  // namespace vigie
