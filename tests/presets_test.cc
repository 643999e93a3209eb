// Every shipped mapping against its golden documents: tests/cases/mappings/presets/NAME/. Of an
// .ndjson file each line is a record, of a .json file the whole of it; what they become is in the
// .expected file beside it.
#include <doctest/doctest.h>
#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <random>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "connectors/decode.h"
#include "connectors/decode_explain.h"
#include "connectors/mention_json.h"
#include "connectors/presets.h"
#include "engine/base/text.h"
#include "engine/base/utf8.h"
#include "tests/allocations.h"
#include "tests/decode_cases.h"
#include "tests/files.h"
#include "tests/mapping_cases.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;
using decode_cases::Records;

const fs::path kCases = fs::path(VIGIE_SOURCE_DIR) / "tests/cases/mappings/presets";

using Programs = std::map<std::string, std::shared_ptr<const mapping::Program>>;

const Programs& presets() {
  static const Programs programs = [] {
    Programs out;
    for (const mapping::ShippedMapping& shipped : mapping::shipped_mappings()) {
      out.emplace(shipped.name, mapping_cases::compile(std::string(shipped.yaml)));
    }
    return out;
  }();
  return programs;
}

std::shared_ptr<const MappingSet> set_of(const Programs& programs) {
  MappingSet set;
  for (const auto& [name, program] : programs) set.programs.push_back(program);
  return std::make_shared<const MappingSet>(std::move(set));
}

struct Golden {
  std::string mapping;
  fs::path path;
  std::vector<std::string> records;
};

std::vector<Golden> goldens() {
  std::vector<Golden> out;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kCases)) {
    const fs::path& path = entry.path();
    const bool lines = path.extension() == ".ndjson";
    if (!lines && path.extension() != ".json") continue;
    Golden golden{path.parent_path().filename().string(), path, {}};
    std::istringstream text(read_file(path));
    for (std::string line; lines && std::getline(text, line);) golden.records.push_back(line);
    if (!lines) golden.records.push_back(text.str());
    out.push_back(std::move(golden));
  }
  std::ranges::sort(out, {}, &Golden::path);
  return out;
}

// What one record becomes, and how.
struct Outcome {
  std::string text;                   // a line for each of its posts, then its repairs
  std::vector<std::string> mappings;  // those that were tried
};

// A line for each post, in the order of the document.
std::string lines_of(const MentionBatch& decoded, const std::vector<DocumentTrace>& traces) {
  std::string out;
  std::size_t mentions = 0;
  std::size_t rejects = 0;
  for (const DocumentTrace& document : traces) {
    for (const mapping::Trace& post : document.posts) {
      constexpr std::string_view kDropped = "dropped: ";
      if (post.outcome.starts_with(kDropped)) {
        out += cat("drop ", std::string_view(post.outcome).substr(kDropped.size()));
      } else if (post.outcome.starts_with("mapped")) {
        REQUIRE(mentions < decoded.mentions.size());
        append_mention_json(decoded.mentions[mentions++], &out);
      } else {
        REQUIRE(rejects < decoded.rejects.size());
        const Reject& reject = decoded.rejects[rejects++];
        out += cat("reject ", to_text(reject.reason), ": ", reject.detail);
      }
      out += '\n';
    }
  }
  CHECK(mentions == decoded.mentions.size());
  CHECK(rejects == decoded.rejects.size());
  return out;
}

Outcome outcome_of(ExplainingDecoder& decoder, std::string_view value) {
  Records records;
  records.add(value);
  MentionBatch decoded;
  decoder.decode(records.batch, 0, 1, &decoded);
  Outcome out{lines_of(decoded, decoder.traces()), {}};
  for (std::size_t i = 0; i < kRepairs; ++i) {
    if (decoded.repairs[i] == 0) continue;
    out.text += cat("repairs ", to_text(static_cast<Repair>(i)), ": ", decoded.repairs[i], '\n');
  }
  for (const DocumentTrace& document : decoder.traces()) {
    for (const mapping::Trace& post : document.posts) out.mappings.push_back(post.mapping);
  }
  return out;
}

std::string outcome_of(ExplainingDecoder& decoder, const Golden& golden) {
  std::string out;
  for (const std::string& record : golden.records) out += outcome_of(decoder, record).text;
  return out;
}

TEST_CASE("every golden document of a preset becomes exactly what is expected") {
  const bool accept = std::getenv("VIGIE_ACCEPT") != nullptr;
  const auto set = set_of(presets());
  for (const Golden& golden : goldens()) {
    INFO("to accept: VIGIE_ACCEPT=1 presets_test, then look at the difference; case: ",
         golden.path.string());
    REQUIRE(presets().contains(golden.mapping));
    const auto decoder = make_explaining_decoder({}, set, golden.mapping);
    const std::string got = outcome_of(*decoder, golden);
    const fs::path expected = fs::path(golden.path).replace_extension(".expected");
    if (accept) std::ofstream(expected, std::ios::binary) << got;
    CHECK(got == read_file(expected));
  }
}

TEST_CASE("every preset has golden documents, and maps posts in them") {
  std::map<std::string, std::size_t> mentions;
  for (const Golden& golden : goldens()) {
    std::istringstream lines(read_file(fs::path(golden.path).replace_extension(".expected")));
    for (std::string line; std::getline(lines, line);) {
      if (line.starts_with('{')) ++mentions[golden.mapping];
    }
  }
  for (const auto& [name, program] : presets()) {
    INFO(name);
    CHECK(program->name == name);
    CHECK(mentions[name] > 0);
  }
}

TEST_CASE("a source set to auto maps every golden document as its own preset does") {
  const auto set = set_of(presets());
  for (const Golden& golden : goldens()) {
    INFO(golden.path.string());
    // One decoder for all records, as in a topic; and one for each, which remembers nothing.
    const auto decoder = make_explaining_decoder({}, set, kAutoMapping);
    for (const std::string& record : golden.records) {
      INFO(record);
      const auto named = make_explaining_decoder({}, set, golden.mapping);
      const Outcome expected = outcome_of(*named, record);
      if (expected.text.starts_with("reject not_json")) continue;
      const auto fresh = make_explaining_decoder({}, set, kAutoMapping);
      CHECK(outcome_of(*decoder, record).text == expected.text);
      CHECK(outcome_of(*fresh, record).text == expected.text);
    }
  }
}

TEST_CASE("exactly one preset knows a golden document") {
  std::map<std::string, std::unique_ptr<ExplainingDecoder>> decoders;
  for (const auto& [name, program] : presets()) {
    decoders[name] = make_explaining_decoder({}, set_of({{name, program}}), kAutoMapping);
  }
  for (const Golden& golden : goldens()) {
    for (const std::string& record : golden.records) {
      INFO(golden.path.string());
      INFO(record);
      for (const auto& [name, decoder] : decoders) {
        INFO(name);
        const Outcome outcome = outcome_of(*decoder, record);
        if (outcome.text.starts_with("reject not_json")) continue;
        const bool known = std::ranges::all_of(
            outcome.mappings, [&](const std::string& mapping) { return mapping == name; });
        CHECK(known == (name == golden.mapping));
      }
    }
  }
}

TEST_CASE("taking notes changes nothing of what a preset makes of its golden documents") {
  const auto set = set_of(presets());
  for (const Golden& golden : goldens()) {
    Records records;
    for (const std::string& record : golden.records) records.add(record);
    MentionBatch plain;
    MentionBatch explained;
    const std::size_t count = records.batch.records.size();
    make_decoder({}, set, golden.mapping)->decode(records.batch, 0, count, &plain);
    make_explaining_decoder({}, set, golden.mapping)->decode(records.batch, 0, count, &explained);
    INFO(golden.path.string());
    REQUIRE(plain.mentions.size() == explained.mentions.size());
    CHECK(plain.rejects.size() == explained.rejects.size());
    CHECK(plain.repairs == explained.repairs);
    for (std::size_t i = 0; i < plain.mentions.size(); ++i) {
      std::string one;
      std::string other;
      append_mention_json(plain.mentions[i], &one);
      append_mention_json(explained.mentions[i], &other);
      CHECK(one == other);
    }
  }
}

// Everything that a batch of one record tells.
std::string told(Decoder* decoder, std::string_view value) {
  Records records;
  records.add(value);
  MentionBatch decoded;
  decoder->decode(records.batch, 0, 1, &decoded);
  std::string out;
  for (const Mention& mention : decoded.mentions) {
    append_mention_json(mention, &out);
    out += '\n';
  }
  for (const Reject& reject : decoded.rejects) {
    out += cat("reject ", to_text(reject.reason));
    // Of several faults in broken JSON the two readers may name another first.
    if (reject.reason != RejectReason::not_json) out += cat(": ", reject.detail);
    out += '\n';
  }
  for (const MappingCounts& counts : decoded.mappings) {
    out += cat(counts.mapped, ' ', counts.dropped, ' ', counts.rejected, '\n');
  }
  for (const std::uint32_t count : decoded.repairs) out += cat(count, ' ');
  return out;
}

// One key in `of` is spelt wrong, or holds something that is hard to read.
std::string spoilt(std::string record, std::uint32_t of, std::mt19937* random) {
  for (std::size_t at = record.find("\":"); at != std::string::npos; at = record.find("\":", at)) {
    if ((*random)() % of == 0) record[at == 0 ? 0 : at - 1] = 'Z';
    at += 2;
    const std::size_t value = record.find_first_not_of(' ', at);
    if (value == std::string::npos || record[value] != '"') continue;
    if ((*random)() % of == 0) record.insert(value + 1, "\\ud800");
  }
  return record;
}

TEST_CASE("what is left out because nothing is there would have yielded nothing") {
  std::mt19937 random(11);
  std::map<std::string, std::array<std::unique_ptr<Decoder>, 2>> decoders;
  std::size_t mapped = 0;
  for (const Golden& golden : goldens()) {
    auto& [fast, whole] = decoders[golden.mapping];
    if (fast == nullptr) {
      fast = make_decoder({}, set_of(presets()), golden.mapping);
      whole = make_decoder({.simd = DecodeSettings::Simd::none}, set_of(presets()), golden.mapping);
    }
    for (const std::string& record : golden.records) {
      for (const std::uint32_t of : {2U, 4U, 10U, 30U, 1000U}) {
        const std::string value = spoilt(record, of, &random);
        const std::string text = told(fast.get(), value);
        INFO(golden.mapping << ": " << value);
        CHECK(text == told(whole.get(), value));
        mapped += text.starts_with('{') ? 1 : 0;
      }
    }
  }
  CHECK(mapped > 400);
}

TEST_CASE("every pattern of a preset is simple: RE2 may allocate") {
  for (const auto& [name, program] : presets()) {
    for (const mapping::Expr& expr : program->exprs) {
      for (const mapping::Conversion& conversion : expr.convert) {
        if (conversion.pattern == nullptr) continue;
        INFO(name << ": " << conversion.pattern->pattern());
        CHECK(conversion.simple);
      }
    }
  }
}

TEST_CASE("a preset allocates nothing for documents once warm") {
  for (const Golden& golden : goldens()) {
    const auto decoder = make_decoder({}, set_of(presets()), golden.mapping);
    Records records;
    for (const std::string& record : golden.records) records.add(record);
    const std::size_t count = records.batch.records.size();
    MentionBatch decoded;
    const auto decode = [&] {
      const std::size_t before = allocations;
      decoded.clear();
      std::size_t done = 0;
      while (done < count) done += decoder->decode(records.batch, done, count - done, &decoded);
      return allocations - before;
    };
    for (int i = 0; i < 3; ++i) (void)decode();
    INFO(golden.path.string());
    CHECK(decode() == 0);
  }
}

TEST_CASE("a post as long as the longest real one is mapped whole") {
  constexpr std::size_t kCharacters = 41'637;
  std::string text;
  for (std::size_t i = 0; i < kCharacters; ++i) text += i % 2 == 0 ? "é" : "\\n";
  Records records;
  records.add(cat(R"({"id":"zz1","title":"t","selftext":")", text,
                  R"(","author":"anna","subreddit":"s","created_utc":1772359200})"));
  MentionBatch decoded;
  make_decoder({}, set_of(presets()), "reddit_dump")->decode(records.batch, 0, 1, &decoded);
  REQUIRE(decoded.mentions.size() == 1);
  CHECK(count_characters(decoded.mentions[0].text) == kCharacters);
  CHECK(decoded.repairs == RepairCounts{});
}

}  // namespace
}  // namespace vigie
