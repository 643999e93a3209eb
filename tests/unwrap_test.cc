// Envelopes: golden cases, hostile ones, and what is promised about memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>

#include "connectors/decode_explain.h"
#include "connectors/decompress.h"
#include "connectors/envelope.h"
#include "engine/base/text.h"
#include "tests/allocations.h"
#include "tests/decode_cases.h"
#include "tests/envelope_cases.h"
#include "tests/files.h"
#include "tests/mapping_cases.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;
using decode_cases::record_with;
using decode_cases::Records;
using envelope_cases::Case;

const fs::path kCases = fs::path(VIGIE_SOURCE_DIR) / "tests/cases/mappings/envelopes";

std::vector<fs::path> case_files() {
  std::vector<fs::path> paths;
  for (const auto& entry : fs::directory_iterator(kCases)) paths.push_back(entry.path());
  std::ranges::sort(paths);
  return paths;
}

// What the cases call by name. `outer` reads an envelope as it stands, `stream` events with their
// payload.
constexpr std::array<const char*, 3> kMappings{R"(
mapping: shop
detect:
  - /review: {is: object}
  - /reviews: {is: array}
items: /reviews
posts:
  - when: {/ping: {is: present}}
    drop: ping
  - when: {/review: {is: object}}
    fields:
      platform: {const: shop}
      id: /review/id
      text: /review/body
      created_at: /review/at
)",
                                               R"(
mapping: stream
detect: {/event: {is: string}, /payload: {is: string}}
items: {parse_json: /payload}
posts:
  - when: {"": {is: number}}
    op: delete
    fields: {platform: {const: stream}, id: ""}
  - when: {/id: {is: present}}
    fields: {platform: {const: stream}, id: /id, text: /body, created_at: /at}
)",
                                               R"(
mapping: outer
detect: {/event: created, /data/n: {is: number}}
fields:
  platform: {const: outer}
  id: /data/n
  text: /event
  created_at: {const: "2026-03-01T00:00:00Z"}
)"};

std::shared_ptr<const MappingSet> mappings() {
  static const auto set = [] {
    auto made = std::make_shared<MappingSet>();
    for (const char* yaml : kMappings) made->programs.push_back(mapping_cases::compile(yaml));
    return made;
  }();
  return set;
}

std::unique_ptr<Decoder> decoder_of(std::string_view choice) {
  return make_decoder({}, mappings(), choice);
}

// Keeps what its records point to.
struct Input {
  Records records;
  std::deque<Case> cases;
  std::deque<std::vector<Header>> headers;

  void add(const Case& one) {
    const Case& kept = cases.emplace_back(one);
    std::vector<Header>& list = headers.emplace_back();
    for (const auto& [name, value] : kept.headers) list.push_back({name, value});
    Record& record = records.add(kept.value);
    record.key = kept.key;
    record.tombstone = kept.tombstone;
    record.headers = list;
  }
};

std::string decode(const Case& one) {
  Input input;
  input.add(one);
  const auto decoder = decoder_of(one.mapping);
  MentionBatch out;
  decoder->decode(input.records.batch, 0, 1, &out);
  const std::string text = envelope_cases::outcome(*decoder, out);
  // Explained it is the same.
  const auto explained = make_explaining_decoder({}, mappings(), one.mapping);
  MentionBatch again;
  explained->decode(input.records.batch, 0, 1, &again);
  CHECK(envelope_cases::outcome(*explained, again) == text);
  std::size_t posts = 0;
  for (const DocumentTrace& trace : explained->traces()) posts += trace.posts.size();
  CHECK(posts >= again.mentions.size() + again.rejects.size());
  return text;
}

std::string decode(std::string_view value) {
  Case one;
  one.value = value;
  return decode(one);
}

TEST_CASE("every golden envelope gives exactly the posts and refusals expected") {
  const bool accept = std::getenv("VIGIE_ACCEPT") != nullptr;
  for (const fs::path& path : case_files()) {
    const std::string text = read_file(path);
    std::string got;
    for (Case one : envelope_cases::read_cases(text)) {
      const std::string expected = std::exchange(one.expected, decode(one));
      INFO("to accept: VIGIE_ACCEPT=1 unwrap_test, then look at the difference");
      INFO("case: ", one.title);
      if (!accept) CHECK(one.expected == expected);
      got += envelope_cases::to_text(one) + "\n";
    }
    if (accept) std::ofstream(path, std::ios::binary) << got;
  }
}

TEST_CASE("a warm decoder allocates nothing for envelopes") {
  for (const std::string choice : {"mention", "shop", "stream", "auto"}) {
    Input input;
    for (const fs::path& path : case_files()) {
      for (const Case& one : envelope_cases::read_cases(read_file(path))) {
        // A decompressor that met broken bytes is made anew; a mapping's refusals say which
        // pointers were tried.
        const bool compressed = compression_of(one.value) != Compression::none;
        const std::string_view odd = compressed ? "bad_envelope" : "(";
        const bool mended = one.expected.contains("duplicate_key");
        if (one.mapping == choice && !mended && !one.expected.contains(odd)) input.add(one);
      }
    }
    const auto decoder = decoder_of(choice);
    MentionBatch out;
    for (int round = 0; round < 4; ++round) {
      out.clear();
      const std::size_t before = allocations;
      decoder->decode(input.records.batch, 0, input.records.batch.records.size(), &out);
      INFO("choice: ", choice);
      if (round > 1) CHECK(allocations == before);
    }
    CHECK(out.mentions.size() >= 2);
  }
}

TEST_CASE("the mapping that knew the last document of a partition is asked first") {
  Records records;
  const std::string review = R"({"review":{"id":1,"at":"2026-03-01T09:00:00Z"},"id":"1",)"
                             R"("platform":"x","text":"","created_at":"2026-03-01T10:00:00Z"})";
  const std::string post = record_with("lang", "\"fr\"");
  records.add(R"({"review":{"id":1,"at":"2026-03-01T09:00:00Z"}})").partition = 1;
  records.add(review).partition = 1;  // two know it: the one that was right before
  records.add(post).partition = 2;
  records.add(review).partition = 2;
  records.add(post).partition = 1;
  records.add(review).partition = 1;
  MentionBatch out;
  const auto decoder = decoder_of("auto");
  decoder->decode(records.batch, 0, records.batch.records.size(), &out);
  std::string platforms;
  for (const Mention& mention : out.mentions) platforms += cat(mention.platform, ' ');
  CHECK(platforms == "shop shop x x x x ");
  CHECK(decoder->mappings().size() == 4);
  CHECK(out.mappings[0].mapped == 4);
  CHECK(out.mappings[1].mapped == 2);
}

TEST_CASE("a bomb is refused before it has gone off") {
  const std::string bomb = envelope_cases::gzip(std::string(32UL << 20, ' '));
  CHECK(decode(bomb) ==
        "record: reject bad_envelope: the compressed bytes unfold to more than 8 MiB\n");
  const std::string dense = envelope_cases::zstd(std::string(7UL << 20, ' '));
  REQUIRE(dense.size() * kDecompressionRatioMax < 7UL << 20);
  CHECK(decode(dense) ==
        "record: reject bad_envelope: the compressed bytes grow more than 2,000 times\n");
}

TEST_CASE("many small bombs in one record are one large bomb") {
  const std::string inner = cat(R"({"a":")", std::string(1UL << 20, 'a'), R"(","b":"\n"})");
  const std::string bomb = envelope_cases::base64(envelope_cases::gzip(inner));
  std::string lines;
  for (int i = 0; i < 100; ++i) {
    lines += cat(R"({"specversion":"1.0","type":"t","source":"s","data_base64":")", bomb, "\"}\n");
  }
  Records records;
  records.add(lines);
  MentionBatch out;
  decoder_of("mention")->decode(records.batch, 0, 1, &out);
  CHECK(out.rejects.size() == 100);
  CHECK(out.rejects.front().reason == RejectReason::missing_field);
  CHECK(out.rejects.back().detail == "the envelopes unfold to more than 16 MiB");
  CHECK(out.arena.held_bytes() < 40UL << 20);
}

TEST_CASE("a record of more posts than may be gives those that may") {
  std::string posts = "[";
  for (std::size_t i = 0; i < kPostsPerRecordMax + 2; ++i) {
    if (i != 0) posts += ',';
    posts += R"({"id":1,"platform":"x","text":"","created_at":"2026-03-01T10:00:00Z"})";
  }
  posts += ']';
  for (const bool lines : {false, true}) {
    if (lines) {
      posts = posts.substr(1, posts.size() - 2);
      for (std::size_t at = posts.find("},"); at != std::string::npos; at = posts.find("},", at)) {
        posts[at + 1] = '\n';
      }
    }
    Records records;
    records.add(posts);
    MentionBatch out;
    decoder_of("mention")->decode(records.batch, 0, 1, &out);
    CHECK(out.mentions.size() == kPostsPerRecordMax);
    CHECK(out.mentions.back().index == kPostsPerRecordMax - 1);
    REQUIRE(out.rejects.size() == 1);
    CHECK(out.rejects[0].reason == RejectReason::too_many_posts);
    CHECK(out.rejects[0].index == kPostsPerRecordMax);
  }
}

TEST_CASE("a compressed record cut short anywhere is refused, and the next one is not") {
  const std::string post = record_with("lang", "\"fr\"");
  for (const std::string& whole : {envelope_cases::gzip(post), envelope_cases::zstd(post)}) {
    Records records;
    for (std::size_t size = 0; size < whole.size(); ++size) {
      records.add(std::string_view(whole).substr(0, size));
      records.add(whole);
    }
    MentionBatch out;
    decoder_of("mention")->decode(records.batch, 0, records.batch.records.size(), &out);
    CHECK(out.rejects.size() == whole.size());
    CHECK(out.mentions.size() == whole.size());
  }
}

TEST_CASE("envelopes of hostile shape take time that grows with their size") {
  CHECK(decode(std::string(1UL << 20, '[')).starts_with("record: reject not_json"));
  std::string strings = "1";
  for (int i = 0; i < 12; ++i) {
    std::string quoted;
    append_json_string(strings, &quoted);
    strings = quoted;
  }
  CHECK(decode(strings).starts_with("record: reject"));
  std::string text;  // objects one after the other, without a line end
  for (int i = 0; i < 200'000; ++i) text += "{}";
  Records records;
  records.add(text);
  MentionBatch out;
  decoder_of("mention")->decode(records.batch, 0, 1, &out);
  CHECK(out.rejects.size() == kPostsPerRecordMax + 1);
  CHECK(decode(std::string(1UL << 20, '\n') + "{").starts_with("record: reject not_json"));
  std::string by_id = "{";  // each object is looked into
  for (int i = 0; i < 300'000; ++i) by_id += cat(i == 0 ? "" : ",", R"("1":{"id":"1"})");
  by_id += '}';
  Records objects;
  objects.add(by_id);
  out.clear();
  decoder_of("mention")->decode(objects.batch, 0, 1, &out);
  CHECK(out.rejects.size() == kPostsPerRecordMax + 1);
}

TEST_CASE("every plain record gives the same as the native decoder") {
  const fs::path folder = fs::path(VIGIE_SOURCE_DIR) / "tests/cases/decode";
  for (const char* name : {"fields.ndjson", "repairs.ndjson", "rejects.ndjson"}) {
    std::ifstream in(folder / name, std::ios::binary);
    for (std::string line; std::getline(in, line);) {
      const char first = line.empty() ? ' ' : line.front();
      if (first == '[' || first == '"') continue;  // envelopes
      Records records;
      records.add(line);
      MentionBatch plain;
      MentionBatch unwrapped;
      make_native_decoder({})->decode(records.batch, 0, 1, &plain);
      decoder_of("mention")->decode(records.batch, 0, 1, &unwrapped);
      const std::string expected = decode_cases::outcome(plain);
      if (expected.contains("something follows")) continue;  // several documents
      INFO("record: ", line);
      const std::string got = decode_cases::outcome(unwrapped);
      CHECK(decode_cases::without_details(got) == decode_cases::without_details(expected));
    }
  }
}

TEST_CASE("a record of mention/1 is explained key by key") {
  Records records;
  records.add(R"({"id":17,"platform":"X","text":"\u00e9","created_at":1519912800000000,)"
              R"("author":{"handle":"h","f":1},"hashtags":["#a"],"mentions":[{"id":1}],"bogus":1,)"
              R"("metrics":{"likes":3},"ext":{"a":[1]}})");
  const auto decoder = make_explaining_decoder({}, mappings(), "mention");
  MentionBatch out;
  decoder->decode(records.batch, 0, 1, &out);
  REQUIRE(decoder->traces().size() == 1);
  std::string got;
  for (const mapping::TraceLine& line : decoder->traces()[0].posts.at(0).lines) {
    got += cat(line.field, " <- ", line.from, " = ", line.value, '\n');
  }
  CHECK(got == R"(id <- /id = 17
platform <- /platform = x
text <- /text = é
created_at <- /created_at = 2018-03-01T14:00:00Z
author.handle <- /author/handle = h
hashtags[0] <- /hashtags/* = a
mentions[0].id <- /mentions/*/id = 1
metrics.likes <- /metrics/likes = 3
ext <- /ext = {"a":[1]}
)");
}

TEST_CASE("base64 is read with either alphabet and with or without padding") {
  std::string room(64, '\0');
  CHECK(decode_base64("", room.data()) == "");
  CHECK(decode_base64("Zg==", room.data()) == "f");
  CHECK(decode_base64("Zg", room.data()) == "f");
  CHECK(decode_base64("Zm9vYmFy", room.data()) == "foobar");
  CHECK(decode_base64("-_8=", room.data()) == decode_base64("+/8=", room.data()));
  CHECK_FALSE(decode_base64("Z", room.data()).has_value());
  CHECK_FALSE(decode_base64("Zm9v\nYmFy", room.data()).has_value());
}

}  // namespace
}  // namespace vigie
