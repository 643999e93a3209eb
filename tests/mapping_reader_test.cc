// What mappings make of documents: golden cases for every row of connectors/MAPPINGS.md, hostile
// documents, and what is promised about memory.
#include "connectors/mapping_reader.h"

#include <doctest/doctest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <new>
#include <sstream>

#include "connectors/mapping_text.h"
#include "tests/allocations.h"
#include "tests/mapping_cases.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;
using mapping_cases::compile;
using mapping_cases::Documents;

// What a line "  +" of a case stands for.
constexpr std::string_view kBase =
    "  platform: {const: forum}\n  id: /id\n  text: /text\n  created_at: /t\n";

// The same for both readers, and with a document read again: what was learned changes nothing.
std::string outcome_of(const std::shared_ptr<const mapping::Program>& program,
                       const mapping::Wrapped& wrapped, std::string_view json, bool explain) {
  decode_cases::Records records;
  const std::string_view padded = records.add(json).value;
  std::string first;
  for (const auto simd : {DecodeSettings::Simd::best, DecodeSettings::Simd::none}) {
    Documents documents(program, simd);
    documents.wrapped = wrapped;
    for (int round = 0; round < 2; ++round) {
      std::vector<mapping::Trace> traces;
      std::string text = "not JSON\n";
      if (documents.read(padded, explain ? &traces : nullptr)) {
        text = explain ? mapping_cases::explained(traces)
                       : mapping_cases::outcome(documents.decoded(), documents.counts());
      }
      if (first.empty()) first = text;
      CHECK(text == first);
      documents.reader().trim();
    }
  }
  return first;
}

// A file of cases, written again with the outcomes of today.
std::string run_cases(std::istream& in) {
  std::string out;
  std::string yaml;
  std::shared_ptr<const mapping::Program> program;
  mapping::Wrapped wrapped;
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with("< ")) continue;
    out += line + '\n';
    if (line.starts_with("== ")) {
      yaml = "mapping: t\n";
      program = nullptr;
      wrapped = {};
    } else if (line == "deleted") {
      wrapped.deleted = true;
    } else if (line == "observed") {
      wrapped.observed_at = parse_rfc3339("2026-03-02T00:00:00Z");
    } else if (line.starts_with("> ") || line.starts_with("? ")) {
      if (program == nullptr) program = compile(yaml);
      std::istringstream lines(outcome_of(program, wrapped, line.substr(2), line[0] == '?'));
      for (std::string one; std::getline(lines, one);) out += "< " + one + '\n';
    } else if (!line.starts_with('#')) {
      yaml += line == "  +" ? std::string(kBase) : line + '\n';
    }
  }
  return out;
}

TEST_CASE("documents become what the cases say") {
  for (const auto& entry :
       fs::directory_iterator(fs::path(VIGIE_SOURCE_DIR) / "tests/cases/mapping_reader")) {
    CAPTURE(entry.path().string());
    std::stringstream file;
    file << std::ifstream(entry.path(), std::ios::binary).rdbuf();
    const std::string expected = file.str();
    const std::string now = run_cases(file);
    CHECK_MESSAGE(now == expected, "VIGIE_ACCEPT=1 writes what it is now");
    if (std::getenv("VIGIE_ACCEPT") != nullptr) std::ofstream(entry.path()) << now;
  }
}

std::string repeated(std::string_view text, std::size_t times) {
  std::string out;
  for (std::size_t i = 0; i < times; ++i) out += cat(i == 0 ? "" : ",", text);
  return out;
}

std::uint32_t count_of_repair(const MentionBatch& decoded, Repair repair) {
  return decoded.repairs[static_cast<std::size_t>(repair)];
}

const std::string kPage = cat("mapping: t\nitems: /data\nfields:\n", kBase, R"(
  author:
    handle: {lookup: {in: ^/users, by: /id, key: /by, take: /name}}
    followers: {lookup: {in: ^/users, by: /id, key: /by, take: /fans}}
  hashtags: {each: /tags}
)");

TEST_CASE("a page of 10,000 posts is joined with 10,000 authors in linear time") {
  std::string users;
  std::string posts;
  for (std::size_t i = 0; i < kPostsPerRecordMax; ++i) {
    const std::string_view comma = i == 0 ? "" : ",";
    users += cat(comma, R"({"id":)", i, R"(,"name":"n)", i, R"(","fans":)", i, '}');
    posts += cat(comma, R"({"id":)", i, R"(,"text":"","t":1519912800,"by":")",
                 kPostsPerRecordMax - 1 - i, R"("})");
  }
  decode_cases::Records records;
  const std::string json = cat(R"({"data":[)", posts, R"(],"users":[)", users, "]}");
  Documents documents(compile(kPage));
  REQUIRE(documents.read(records.add(json).value));
  const auto& mentions = documents.decoded().mentions;
  REQUIRE(mentions.size() == kPostsPerRecordMax);
  CHECK(mentions[3].author.handle == "n9996");
  CHECK(mentions[9999].author.followers == 0);
  CHECK(documents.decoded().rejects.empty());
}

TEST_CASE("lists, tables and pages are cut at their bounds, and that is counted") {
  decode_cases::Records records;
  Documents documents(compile(kPage));
  const std::string tags = cat(R"({"id":1,"text":"","t":1519912800,"tags":[)",
                               repeated(R"("a")", kListItemsMax + 5), "]}");
  REQUIRE(documents.read(records.add(cat(R"({"data":[)", tags, "]}")).value));
  CHECK(documents.decoded().mentions.at(0).hashtags.size() == kListItemsMax);
  CHECK(count_of_repair(documents.decoded(), Repair::long_list) == 1);

  REQUIRE(documents.read(
      records.add(cat(R"({"data":[],"users":[)", repeated("{}", kPostsPerRecordMax + 1), "]}"))
          .value));
  CHECK(count_of_repair(documents.decoded(), Repair::long_list) == 1);

  const std::string post = R"({"id":1,"text":"","t":1519912800})";
  REQUIRE(documents.read(
      records.add(cat(R"({"data":[)", repeated(post, kPostsPerRecordMax + 7), "]}")).value));
  CHECK(documents.decoded().mentions.size() == kPostsPerRecordMax);
  REQUIRE(documents.decoded().rejects.size() == 1);
  CHECK(documents.decoded().rejects[0].reason == RejectReason::too_many_posts);
  // What lies beyond a bound is checked as well.
  CHECK_FALSE(documents.read(
      records.add(cat(R"({"data":[)", repeated("0", kPostsPerRecordMax + 7), ",1.]}")).value));
}

TEST_CASE("of an array as long as a look-up takes, the elements left out elsewhere are counted") {
  decode_cases::Records records;
  const std::string post = R"({"id":1,"text":"","t":1519912800,"by":"last"})";
  const std::string users =
      cat(repeated(R"({"id":"u"})", 5 * kListItemsMax), R"(,{"id":"last","name":"n"})");
  const std::string_view page =
      records.add(cat(R"({"data":[)", post, R"(],"users":[)", users, "]}")).value;
  Documents both(
      compile(cat(kPage, "  title: {first: ^/users, when: {/id: last}, take: /name}\n")));
  REQUIRE(both.read(page));
  CHECK(both.decoded().mentions.at(0).author.handle == "n");
  CHECK(both.decoded().mentions.at(0).title.empty());
  CHECK(count_of_repair(both.decoded(), Repair::long_list) == 1);

  Documents list(compile(cat(kPage, "  urls: {each: ^/users, when: {/id: last}, take: /name}\n")));
  REQUIRE(list.read(page));
  CHECK(list.decoded().mentions.at(0).urls.empty());
  CHECK(count_of_repair(list.decoded(), Repair::long_list) == 1);
}

TEST_CASE("a word that is cut in two where an array is no longer looked at is none") {
  const std::string long_one = std::string("[\"") + std::string(mapping::kArrayBytesMax - 9, 'a');
  CHECK_FALSE(mapping::array_holds(long_one + "\",\"abcdef\"]", {"abc"}));
  CHECK_FALSE(mapping::array_holds(long_one + "\", 1234567]", {"1234"}));
  CHECK(mapping::array_holds("[\"abc\", 1234]", {"1234"}));
}

TEST_CASE("one long text that all posts of a page use does not fill the memory") {
  decode_cases::Records records;
  Documents documents(compile(cat("mapping: t\nitems: /data\nfields:\n", kBase,
                                  "  title: {concat: [^/long, /id]}\n"
                                  "  url: {at: ^/long, as: lower}\n")));
  const std::string post = R"({"id":1,"text":"","t":1519912800})";
  const std::string json = cat(R"({"long":")", std::string(100'000, 'A'), R"(","data":[)",
                               repeated(post, kPostsPerRecordMax), "]}");
  REQUIRE(documents.read(records.add(json).value));
  CHECK(documents.decoded().mentions.size() == kPostsPerRecordMax);
  CHECK(documents.decoded().arena.held_bytes() < 32 * json.size());
  CHECK(count_of_repair(documents.decoded(), Repair::dropped_value) > 0);
}

TEST_CASE("elements of two bytes do not take frames without end") {
  decode_cases::Records records;
  Documents documents(compile(
      cat("mapping: t\nitems: /data\nfields:\n", kBase,
          "  urls: {each: [/a, /b], take: {any: [/1, /2, /3, /4, /5, /6, /7, /8, /9, /10]}}\n")));
  const std::string inner = cat("{\"b\":[", repeated("0", 60), "]}");
  const std::string post = cat(R"({"a":[)", repeated(inner, kListItemsMax), "]}");
  REQUIRE(documents.read(records.add(cat("{\"data\":[", repeated(post, 30), "]}")).value));
  CHECK(documents.decoded().rejects.size() == 30);
  CHECK(count_of_repair(documents.decoded(), Repair::long_list) > 0);
  documents.reader().trim();
}

TEST_CASE("keys that never come again cost no memory and hide no known one") {
  decode_cases::Records records;
  Documents documents(compile(cat("mapping: t\nfields:\n", kBase)));
  for (int round = 0; round < 3; ++round) {
    std::string json = "{";
    for (int i = 0; i < 5000; ++i) json += cat("\"key", round, '_', i, "\":0,");
    json += R"("id":"1","text":"hi","t":1519912800})";
    REQUIRE(documents.read(records.add(json).value));
    CHECK(documents.decoded().mentions.size() == 1);
    REQUIRE(documents.read(records.add(R"({"id":"2","t":1519912800,"text":"ho"})").value));
    CHECK(documents.decoded().mentions.at(0).text == "ho");
  }
}

TEST_CASE("JSON within JSON ends somewhere") {
  std::string yaml = "/id";
  std::string json = R"({"id":"deep"})";
  for (int depth = 0; depth <= kEnvelopeDepthMax; ++depth) {
    yaml = cat("{parse_json: /j, take: ", yaml, "}");
    std::string within = "{\"j\":";
    append_json_string(json, &within);
    json = within + ",\"t\":1519912800}";
  }
  decode_cases::Records records;
  Documents documents(compile(cat(
      "mapping: t\nfields:\n  platform: {const: x}\n  text: /x\n  created_at: /t\n  id: ", yaml)));
  REQUIRE(documents.read(records.add(json).value));
  CHECK(documents.decoded().rejects.size() == 1);
}

TEST_CASE("cut anywhere, a document is no JSON, and nothing breaks") {
  const std::string json =
      R"({"data":[{"id":1,"text":"a\u00e9\n","t":1519912800,"tags":["x",{"y":[]}],"by":"7"}],)"
      R"("users":[{"id":7,"name":"seven"}],"other":{"k\u0065y":[1,2.5e3,null,true]}})";
  decode_cases::Records records;
  Documents documents(compile(kPage));
  for (std::size_t size = 0; size < json.size(); ++size) {
    CHECK_FALSE(documents.read(records.add(json.substr(0, size)).value));
  }
  for (std::size_t i = 0; i < json.size(); ++i) {
    for (const char c : {'"', '\\', '{', '}', ',', ':', '0', ' ', '\0'}) {
      std::string changed = json;
      changed[i] = c;
      (void)documents.read(records.add(changed).value);
    }
  }
  CHECK(documents.read(records.add(json).value));
}

TEST_CASE("reading allocates nothing once warm") {
  decode_cases::Records records;
  Documents documents(compile(kPage));
  std::vector<std::string_view> pages;
  for (int i = 0; i < 3; ++i) {
    const std::string post = cat(R"({"id":)", i, R"(,"text":"\u00e9","t":1519912800,"by":"7",)",
                                 R"("tags":["a","b"],"other":{"x":)", i, "}}");
    const std::string bad = R"({},{"id":1},{"id":1,"t":"at some other time, long ago"})";
    const std::string users = R"({"id":1},{"id":2},{"id":3},{"id":4},{"id":5},{"id":6},{"id":8})";
    pages.push_back(records
                        .add(cat(R"({"data":[)", repeated(post, 20), ',', bad, R"(],"users":[)",
                                 users, R"(,{"id":9},{"id":7}]})"))
                        .value);
  }
  const auto read_all = [&] {
    std::size_t count = 0;
    for (const std::string_view page : pages) {
      (void)documents.read(page);
      count += documents.decoded().mentions.size();
      documents.reader().trim();
    }
    return count;
  };
  CHECK(read_all() == 60);
  const std::size_t warm = allocations;
  (void)read_all();
  const std::size_t after = allocations;
  CHECK(after == warm);
}

TEST_CASE("a mapping says of which documents it is") {
  decode_cases::Records records;
  const auto program =
      compile(cat("mapping: t\ndetect: [{/kind: post}, {/a/b: {is: number}}]\nfields:\n", kBase));
  Documents documents(program);
  const auto detected = [&](std::string_view json) {
    (void)documents.read(records.add(json).value);
    return documents.reader().detected();
  };
  CHECK(detected(R"({"kind":"post"})"));
  CHECK(detected(R"({"a":{"b":1}})"));
  CHECK_FALSE(detected(R"({"a":{"b":"1"},"kind":"posts"})"));
  CHECK_FALSE(detected("[]"));
}

}  // namespace
}  // namespace vigie
