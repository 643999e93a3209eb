// The native decoder: golden records, hostile records, and what it promises about memory.
#include <doctest/doctest.h>

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <random>
#include <sstream>

#include "connectors/json_repair.h"
#include "engine/base/event_time.h"
#include "tests/allocations.h"
#include "tests/decode_cases.h"
#include "tests/files.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;
using decode_cases::decode;
using decode_cases::decode_all;
using decode_cases::Decoders;
using decode_cases::record_with;
using decode_cases::Records;

const fs::path kCases = fs::path(VIGIE_SOURCE_DIR) / "tests/cases/decode";

std::vector<std::string> lines_of(const fs::path& path) {
  std::vector<std::string> lines;
  std::ifstream in(path, std::ios::binary);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// The outcome of each line by itself, so that a repair stands beside what it mended.
std::string outcome_of_lines(const fs::path& path) {
  std::string out;
  for (const std::string& line : lines_of(path)) out += decode(line);
  return out;
}

EventTime at(std::string_view text) { return parse_rfc3339(text).value(); }

TEST_CASE("every golden record gives exactly the mention or the refusal expected") {
  const bool accept = std::getenv("VIGIE_ACCEPT") != nullptr;
  for (const std::string name : {"fields", "repairs", "rejects"}) {
    const std::string got = outcome_of_lines(kCases / cat(name, ".ndjson"));
    const fs::path expected = kCases / cat(name, ".expected");
    if (accept) std::ofstream(expected, std::ios::binary) << got;
    INFO("to accept: VIGIE_ACCEPT=1 decode_test, then look at the difference; case: ", name);
    CHECK(got == read_file(expected));
  }
}

TEST_CASE("the canonical form decodes to itself") {
  for (const char* name : {"fields", "repairs"}) {
    for (const std::string& line : lines_of(kCases / cat(name, ".ndjson"))) {
      const std::string once = decode(line);
      const std::string canonical = once.substr(0, once.find('\n') + 1);
      REQUIRE(canonical.starts_with('{'));
      // An ext that holds half a character keeps it, and every other repair is done once.
      CHECK(decode(std::string_view(canonical).substr(0, canonical.size() - 1)) == canonical);
    }
  }
}

TEST_CASE("a text without escapes is a view into the record") {
  Decoders decoders;
  Records records;
  records.add(record_with("title", "\"no escape\""));
  MentionBatch out;
  decode_all(records.batch, &decoders, &out);
  const std::string_view value = records.batch.records[0].value;
  const std::string_view title = out.mentions[0].title;
  CHECK(title == "no escape");
  CHECK((title.data() > value.data() && title.data() < value.data() + value.size()));
}

TEST_CASE("a record that is cut short anywhere is refused") {
  Decoders decoders;
  for (const std::string& line : lines_of(kCases / "fields.ndjson")) {
    Records records;
    for (std::size_t size = 0; size < line.size(); ++size) {
      records.add(std::string_view(line).substr(0, size));
    }
    MentionBatch out;
    decode_all(records.batch, &decoders, &out);
    CHECK(out.mentions.empty());
    for (const Reject& reject : out.rejects) {
      CHECK((reject.reason == RejectReason::not_json || reject.reason == RejectReason::empty));
    }
  }
}

TEST_CASE("changed bytes never crash the decoder, and both readers agree about them") {
  const std::vector<std::string> lines = lines_of(kCases / "fields.ndjson");
  constexpr std::string_view kBytes = "\"\\{}[]:,0-e.\x01\x80\xc3\xff \ntfnu";
  std::mt19937 random(20260301);
  Decoders decoders;
  Records records;
  for (int i = 0; i < 3000; ++i) {
    std::string line = lines[random() % lines.size()];
    for (auto changes = 1 + random() % 3; changes > 0; --changes) {
      line[random() % line.size()] = kBytes[random() % kBytes.size()];
    }
    records.add(line);
  }
  MentionBatch out;
  decode_all(records.batch, &decoders, &out);
  CHECK(out.mentions.size() + out.rejects.size() == 3000);
  CHECK(out.mentions.size() > 100);
  CHECK(out.rejects.size() > 1000);
}

TEST_CASE("invalid UTF-8 is replaced and counted once per record") {
  CHECK(decode(record_with("title", "\"a\xff z\xe2\x82\"")) ==
        R"({"id":"1","platform":"x","kind":"post","text":"t","title":"a)"
        "\xef\xbf\xbd z\xef\xbf\xbd"
        R"(","created_at":"2026-03-01T10:00:00Z"})"
        "\nrepairs invalid_utf8: 1\n");
  // Outside of strings nothing is repaired into JSON, and what is refused is not counted.
  CHECK(decode(record_with("n", "\xff")).starts_with("reject not_json"));
  CHECK(decode(record_with("n", "\xff")).find("repairs") == std::string::npos);
}

TEST_CASE("UTF-8 is repaired by maximal parts") {
  const std::vector<std::pair<std::string_view, std::string_view>> cases = {
      {"", ""},
      {"plain é😀", "plain é😀"},
      {"\x80", "?"},
      {"\xc0\x80", "??"},            // overlong
      {"\xe0\x80\x80", "???"},       // overlong
      {"\xed\xa0\x80", "???"},       // a surrogate
      {"\xf4\x90\x80\x80", "????"},  // above U+10FFFF
      {"\xf5\x80\x80\x80", "????"},
      {"\xe2\x82", "?"},  // one part of three bytes that lacks the last
      {"\xe2\x82z", "?z"},
      {"\xf0\x9f\x98", "?"},
      {"\xf0\x9f\x98\xe2\x82\xac", "?€"},
      {"\xc3\xc3\xa9", "?é"},
  };
  for (const auto& [bytes, pattern] : cases) {
    std::string expected;
    for (const char c : pattern) c == '?' ? expected += "\xef\xbf\xbd" : expected += c;
    std::string room(repaired_size(bytes), '\0');
    CHECK(repair_utf8(bytes, room.data()) == expected);
    CHECK(room == expected);
    CHECK(is_utf8(bytes) == (bytes == expected));
    CHECK(is_utf8(expected));
  }
}

TEST_CASE("raw control characters and NUL bytes make a record no JSON") {
  for (const char c : {'\0', '\x01', '\n', '\t', '\x1f'}) {
    const std::string inside = cat("\"a", c, "b\"");
    CHECK(decode(record_with("title", inside)).starts_with("reject not_json"));
    CHECK(decode(record_with("unknown", inside)).starts_with("reject not_json"));
  }
  using namespace std::string_view_literals;
  CHECK(decode(record_with("n", "\0"sv)).starts_with("reject not_json"));
  CHECK(decode(record_with("n", "1") + std::string(1, '\0')).starts_with("reject not_json"));
}

TEST_CASE("nothing, white space and a lone byte order mark are empty records") {
  for (const char* value : {"", " ", "\r\n\t ", "\xef\xbb\xbf", "\xef\xbb\xbf \n"}) {
    CHECK(decode(value) == "reject empty: \n");
  }
}

TEST_CASE("white space and a byte order mark around a record are stepped over") {
  const std::string record = record_with("lang", "\"fr\"");
  CHECK(decode("\xef\xbb\xbf" + record) == decode(record));
  CHECK(decode(" \r\n\t" + record + "\t\r\n ") == decode(record));
}

TEST_CASE("deep nests are refused without recursion") {
  const auto nest = [](std::size_t depth, char open, char close) {
    return std::string(depth, open) + std::string(depth, close);
  };
  const std::string too_deep = "reject too_deep: nested deeper than 64\n";
  const auto deepest = static_cast<std::size_t>(kJsonDepthMax) - 1;  // the record itself is one
  CHECK(decode(record_with("n", nest(deepest, '[', ']'))).starts_with('{'));
  CHECK(decode(record_with("n", nest(deepest + 1, '[', ']'))) == too_deep);
  CHECK(decode(record_with("n", nest(10'000, '[', ']'))) == too_deep);
  CHECK(decode(record_with("hashtags", nest(10'000, '[', ']'))) == too_deep);
  CHECK(decode(record_with("ext", "{\"a\":" + nest(10'000, '[', ']') + "}")) == too_deep);
  CHECK(decode(std::string(100'000, '[')).starts_with("reject not_json"));
  std::string objects;
  for (int i = 0; i < 10'000; ++i) objects += "{\"a\":";
  CHECK(decode(record_with("n", objects + "1" + std::string(10'000, '}'))) == too_deep);
}

TEST_CASE("a record above the bound is refused before anything is looked at") {
  // 50 MB that are not even readable: only the size counts.
  Records records;
  Record& record = records.add("{}");
  record.value = {record.value.data(), 50UL << 20};
  MentionBatch out;
  make_native_decoder({})->decode(records.batch, 0, 1, &out);
  REQUIRE(out.rejects.size() == 1);
  CHECK(out.rejects[0].reason == RejectReason::too_large);
}

TEST_CASE("a record that grows above the bound when it is repaired is refused") {
  const std::string value = record_with("title", cat('"', std::string(3UL << 20, '\xff'), '"'));
  CHECK(decode(value) == "reject too_large: after repair\n");
}

TEST_CASE("a post of 41,637 characters keeps them all") {
  std::string text;
  for (int i = 0; i < 41'637; ++i) text += i % 7 == 0 ? "é" : "a";
  Decoders decoders;
  Records records;
  records.add(record_with("text", cat('"', text, "\\n\"")));
  MentionBatch out;
  decode_all(records.batch, &decoders, &out);
  CHECK(out.mentions.at(0).text == text + "\n");
}

TEST_CASE("lists are cut at their bound and counted") {
  std::string tags = "[\"t\"";
  for (std::size_t i = 1; i < kListItemsMax; ++i) tags += ",\"t\"";
  Decoders decoders;
  Records records;
  records.add(record_with("hashtags", tags + "]"));
  records.add(record_with("hashtags", tags + ",\"one more\",[{}],5]"));
  MentionBatch out;
  const std::string text = decode_all(records.batch, &decoders, &out);
  CHECK(out.mentions.at(0).hashtags.size() == kListItemsMax);
  CHECK(out.mentions.at(1).hashtags.size() == kListItemsMax);
  CHECK(text.ends_with("\nrepairs long_list: 1\n"));
  CHECK(decode(record_with("hashtags", tags + ",nonsense]")).starts_with("reject not_json"));
}

TEST_CASE("ext above its bound is dropped and counted") {
  const auto ext = [](std::size_t size) {
    constexpr std::size_t kFrame = 8;  // {"a":""}
    return cat("{\"a\":\"", std::string(size - kFrame, 'x'), "\"}");
  };
  CHECK(decode(record_with("ext", ext(kExtBytesMax))).find("repairs") == std::string::npos);
  CHECK(decode(record_with("ext", ext(kExtBytesMax + 1))).ends_with("\nrepairs large_ext: 1\n"));
}

TEST_CASE("a warm decoder allocates nothing") {
  Records records;
  for (const char* name : {"fields", "repairs"}) {
    for (const std::string& line : lines_of(kCases / cat(name, ".ndjson"))) records.add(line);
  }
  records.add(record_with("title", "\"\xff\""));
  const auto decoder = make_native_decoder({});
  MentionBatch out;
  for (int round = 0; round < 3; ++round) {
    out.clear();
    const std::size_t before = allocations;
    decoder->decode(records.batch, 0, records.batch.records.size(), &out);
    if (round > 0) CHECK(allocations == before);
  }
  CHECK(out.rejects.empty());
}

TEST_CASE("a tombstone deletes the post its key names") {
  Decoders decoders;
  Records records;
  for (const char* key : {"abc", "", "a\xff"}) {
    Record& record = records.add("");
    record.key = key;
    record.tombstone = true;
  }
  MentionBatch out;
  CHECK(decode_all(records.batch, &decoders, &out) ==
        R"({"op":"delete","id":"abc","kind":"post"})"
        "\nreject missing_field: the key of a tombstone\n"
        R"({"op":"delete","id":"a)"
        "\xef\xbf\xbd"
        R"(","kind":"post"})"
        "\nrepairs invalid_utf8: 1\n");
}

TEST_CASE("a clock that is ahead is set to when the log took the record") {
  Decoders decoders;
  Records records;
  const std::string value = record_with("lang", "\"fr\"");  // created at 10:00
  for (const char* recorded :
       {"2026-03-01T09:50:00Z", "2026-03-01T09:49:59Z", "1970-01-01T00:00:00Z"}) {
    records.add(value).recorded_at = at(recorded);
  }
  MentionBatch out;
  const std::string text = decode_all(records.batch, &decoders, &out);
  CHECK(out.mentions.at(0).created_at == at("2026-03-01T10:00:00Z"));
  CHECK(out.mentions.at(1).created_at == at("2026-03-01T09:49:59Z"));
  CHECK(out.mentions.at(2).created_at == at("2026-03-01T10:00:00Z"));  // that clock is broken
  CHECK(text.ends_with("\nrepairs future_time: 1\n"));
}

TEST_CASE("times are what parse_rfc3339 says, in their plainest form and in any other") {
  Decoders decoders;
  Records records;
  std::vector<std::string> texts;
  std::mt19937 random(20260302);
  for (int i = 0; i < 2000; ++i) {
    const std::int64_t second = 631'152'000 + static_cast<std::int64_t>(random()) % 3'471'292'800;
    std::string text = to_rfc3339(EventTime{std::chrono::seconds{second}});
    if (i % 2 == 0) text[random() % text.size()] = "0123456789:-TZ"[random() % 14];
    if (i % 7 == 0) text.insert(19, ".5");
    records.add(record_with("edited_at", cat('"', text, '"')));
    texts.push_back(text);
  }
  MentionBatch out;
  decode_all(records.batch, &decoders, &out);
  REQUIRE(out.mentions.size() == texts.size());
  for (std::size_t i = 0; i < texts.size(); ++i) {
    auto expected = parse_rfc3339(texts[i]);
    if (expected && (*expected < kEventTimeMin || *expected >= kEventTimeMax)) expected.reset();
    INFO("time: ", texts[i]);
    CHECK(out.mentions[i].edited_at == expected);
  }
}

TEST_CASE("keys are found in whatever order they come") {
  const std::vector<std::string> lines = lines_of(kCases / "fields.ndjson");
  std::mt19937 random(20260303);
  Decoders decoders;
  for (int round = 0; round < 50; ++round) {
    // What was learnt from the record before must never show in the one after.
    Records records;
    const std::string& first = lines[random() % lines.size()];
    const std::string& second = lines[random() % lines.size()];
    records.add(first);
    records.add(second);
    MentionBatch out;
    CHECK(decode_all(records.batch, &decoders, &out) == decode(first) + decode(second));
  }
  std::vector<std::string> members{R"("id":"1")",
                                   R"("platform":"x")",
                                   R"("text":"t")",
                                   R"("created_at":"2026-03-01T10:00:00Z")",
                                   R"("parent_author_id":"p")",
                                   R"("parent_id":"q")",
                                   R"("urls":["u"])",
                                   R"("url":"v")",
                                   R"("metrics":{"shares":2,"likes":1})"};
  std::string expected;
  for (int round = 0; round < 50; ++round) {
    std::ranges::shuffle(members, random);
    std::string record = "{";
    for (const std::string& member : members) record += member + ",";
    record.back() = '}';
    Records records;
    records.add(record);
    MentionBatch out;
    const std::string got = decode_all(records.batch, &decoders, &out);
    if (expected.empty()) expected = got;
    CHECK(got == expected);
  }
  CHECK(expected.find(R"("parent_id":"q","parent_author_id":"p")") != std::string::npos);
}

TEST_CASE("integers of every length keep their value as counts and their digits as ids") {
  Decoders decoders;
  Records records;
  std::vector<std::string> numbers;
  for (std::string digits = "1"; digits.size() <= 25;
       digits += static_cast<char>('0' + digits.size() % 10)) {
    numbers.push_back(digits);
    records.add(record_with("metrics", cat("{\"likes\":", digits, "},\"parent_id\":", digits)));
  }
  MentionBatch out;
  decode_all(records.batch, &decoders, &out);
  REQUIRE(out.mentions.size() == numbers.size());
  for (std::size_t i = 0; i < numbers.size(); ++i) {
    CHECK(out.mentions[i].parent_id == numbers[i]);
    Count expected;
    if (std::int64_t value = 0;
        std::from_chars(numbers[i].data(), numbers[i].data() + numbers[i].size(), value).ec ==
        std::errc{})
      expected = value;
    CHECK(out.mentions[i].metrics.likes == expected);
  }
}

TEST_CASE("a bad record leaves its neighbours alone") {
  Decoders decoders;
  Records records;
  const std::string good = record_with("lang", "\"fr\"");
  for (const std::string& value : {good, std::string("{"), std::string("\"\\ud800"), good}) {
    records.add(value);
  }
  MentionBatch out;
  decode_all(records.batch, &decoders, &out);
  REQUIRE(out.mentions.size() == 2);
  CHECK(out.mentions[1].record == 3);
  REQUIRE(out.rejects.size() == 2);
  CHECK(out.rejects[0].record == 1);
  CHECK(out.rejects[1].record == 2);
}

TEST_CASE("only the records asked for are decoded, and what was there stays") {
  Records records;
  for (int i = 0; i < 5; ++i) records.add(record_with("title", cat('"', i, '"')));
  MentionBatch out;
  const auto decoder = make_native_decoder({});
  decoder->decode(records.batch, 3, 1, &out);
  decoder->decode(records.batch, 1, 2, &out);
  REQUIRE(out.mentions.size() == 3);
  CHECK(out.mentions[0].title == "3");
  CHECK(out.mentions[2].title == "2");
  CHECK(out.mentions[2].record == 2);
}

TEST_CASE("every case of the JSON torture suite is used or refused as it must be") {
  const fs::path folder = fs::path(VIGIE_SOURCE_DIR) / "../shared/data/formats/json_torture";
  if (!fs::exists(folder)) {
    MESSAGE("skipped: there is no ", folder.string());
    return;
  }
  std::size_t cases = 0;
  for (const auto& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".json") continue;
    ++cases;
    const std::string text = read_file(entry.path());
    INFO("case: ", name);
    // None of them holds the fields of a mention.
    const std::string whole = decode(text);
    CHECK(whole.starts_with("reject "));
    const bool valid =
        whole.starts_with("reject not_an_object") || whole.starts_with("reject missing_field");
    if (name.starts_with("y_")) CHECK(valid);
    if (name.starts_with("n_")) CHECK_FALSE(valid);
    const std::string embedded = decode(record_with("unknown", text));
    if (name.starts_with("y_")) CHECK(embedded.starts_with('{'));
    if (name.starts_with("n_")) CHECK(embedded.starts_with("reject "));
    const std::string in_ext = decode(record_with("ext", cat("{\"a\":", text, '}')));
    if (name.starts_with("y_")) CHECK(in_ext.starts_with('{'));
    if (name.starts_with("n_")) CHECK(in_ext.starts_with("reject "));
  }
  CHECK(cases >= 100);
}

}  // namespace
}  // namespace vigie
