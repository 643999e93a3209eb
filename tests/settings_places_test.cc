// Where findings about parts of texts are shown in the files: through quotes, escapes, blocks and
// folded lines; and how a line is shown.
#include <cstddef>
#include <filesystem>
#include <fstream>
#include <random>
#include <string>
#include <string_view>
#include <vector>

#include <doctest/doctest.h>

#include "engine/runtime/settings.h"
#include "engine/runtime/settings_files.h"
#include "engine/runtime/yaml_reader.h"
#include "engine/runtime/yaml_scalar.h"

namespace vigie {
namespace {

Loaded load_text(const std::string& name, std::string_view text) {
  const std::filesystem::path directory =
      std::filesystem::path(VIGIE_BINARY_DIR) / "settings_places_test_files";
  std::filesystem::create_directories(directory);
  const std::filesystem::path path = directory / (name + ".yaml");
  std::ofstream(path, std::ios::binary) << text;
  return load_settings(path.string());
}

// Of the only scalar under `key`, the part that reads `part` in the value, as the file has it.
std::string written(std::string_view yaml, std::string_view part) {
  const auto tree = parse_yaml(yaml);
  REQUIRE(tree.has_value());
  const YamlNode* node = tree->root->entries.at(0).value;
  const std::size_t first = node->text.find(part);
  REQUIRE(first != std::string::npos);
  std::size_t begin = 0;
  for (int line = 1; line < node->place.line; ++line) begin = yaml.find('\n', begin) + 1;
  begin += static_cast<std::size_t>(node->place.column) - 1;
  const Extent extent = scalar_extent(yaml, begin, node->text, {first, part.size()});
  return std::string(yaml.substr(extent.first, extent.count));
}

TEST_CASE("a part of a scalar is found as it is written") {
  struct Case {
    std::string_view yaml;
    std::string_view part;
    std::string_view written;
  };
  const std::vector<Case> cases = {
      {"q: orange AND autor:x", "autor", "autor"},
      {"q: orange\n  AND\n  autor:x\n", "autor", "autor"},
      {"q: &here !t orange AND autor:x\n", "autor", "autor"},
      {"q: 'it''s autor:x'", "autor", "autor"},
      {"q: 'it''s autor:x'", "it's", "it''s"},
      {"q: 'a\n\n  b autor'", "b autor", "b autor"},
      {R"(q: "say \"autor\" \u00e9t\xe9 \U0001F600 end")", "autor", "autor"},
      {R"(q: "say \"autor\" \u00e9t\xe9 \U0001F600 end")", "\"autor\"", R"(\"autor\")"},
      {R"(q: "say \"autor\" \u00e9t\xe9 \U0001F600 end")", "été", R"(\u00e9t\xe9)"},
      {R"(q: "say \"autor\" \u00e9t\xe9 \U0001F600 end")", "😀", R"(\U0001F600)"},
      {R"(q: "say \"autor\" \u00e9t\xe9 \U0001F600 end")", "end", "end"},
      {R"(q: "a\tb\nautor")", "autor", "autor"},
      {"q: \"a \\\n   autor b\"", "autor", "autor"},
      {"q: \"\\0\\a\\e\\N\\_\\L\\Pautor\"", "autor", "autor"},
      {"q: |\n  \"orange\" AND\n\n    autor:x\n  b\n", "autor", "autor"},
      {"q: |2- # header\n    orange\n  autor\n", "autor", "autor"},
      {"q: >\n  orange\n  AND\n\n  autor:x\n", "autor", "autor"},
      {"q: >-\n  a\n    b\n  autor", "autor", "autor"},
      {"q: |\r\n  a\r\n  autor\r\n", "autor", "autor"},
      {"q: 😡 été autor", "autor", "autor"},
  };
  for (const Case& one : cases) {
    INFO(one.yaml);
    CHECK(written(one.yaml, one.part) == one.written);
  }
}

// The seed is fixed: a failure can be repeated.
TEST_CASE("an extent lies within the file, whatever file and scalar it is asked of") {
  constexpr std::string_view kSigns = "ab \n'\"\\|>&!ux0\xC3\xA9#:";
  std::mt19937 random(5);
  const auto text = [&](std::size_t bytes_max) {
    std::string out;
    for (std::size_t i = random() % (bytes_max + 1); i > 0; --i) {
      out += kSigns[random() % kSigns.size()];
    }
    return out;
  };
  for (int round = 0; round < 20'000; ++round) {
    const std::string file = text(30);
    const std::string value = text(20);
    const std::size_t begin = random() % 32;
    const Extent part = scalar_extent(file, begin, value, {random() % 25, random() % 25});
    CHECK(part.first + part.count <= file.size());
    const Extent all = written_extent(file, begin, value);
    CHECK(all.first + all.count <= file.size());
  }
}

TEST_CASE("a line is shown with a mark below the part that is meant") {
  CHECK(excerpt("  query: orange AND autor:x", 12, {20, 7}) ==
        "   12 |   query: orange AND autor:x\n"
        "      |                     ^~~~~~~\n");
  CHECK(excerpt("été 😡 x\r", 7, {5, 4}) ==
        "    7 | été 😡 x\n"
        "      |    ^\n");
  CHECK(excerpt("a\tb\x01\xFFz", 123456, {5, 9}) ==
        "123456 | a b ?z\n"
        "       |      ^\n");
  CHECK(excerpt("", 1, {0, 1}) == "    1 | \n      | ^\n");
  CHECK(excerpt("ab", 1, {9, 9}) == "    1 | ab\n      |   ^\n");
}

TEST_CASE("a long line is cut around the mark") {
  const std::string filler(200, '.');
  const std::string line = filler + "here" + filler;
  const std::string shown = excerpt(line, 1, {200, 4});
  const std::size_t end = shown.find('\n');
  CHECK(end <= 100);
  const std::size_t mark = shown.find("^~~~");
  CHECK(shown.substr(mark - end - 1, 4) == "here");
  const std::string at_start = excerpt(line, 1, {0, 400});
  CHECK(at_start.substr(0, 12) == "    1 | ....");
  CHECK(at_start.find('\n') <= 100);
  const std::string at_end = excerpt(line, 1, {403, 1});
  CHECK(at_end.ends_with("^\n"));
  CHECK(at_end.size() <= 202);
}

constexpr std::string_view kFound = R"(queries: {core: "a \"autor\" b"}
x-shared: &q orange autor:x
brands:
  - name: Orange
    names: [a, autor]
    query: >
      orange
      autor:x
    campaigns:
      - {name: c, hashtags: [x, autor], guideline: 'it''s autor'}
    owned: {accounts: [z, autor]}
  - {name: autor, query: *q}
  - name: Last
)";

constexpr std::string_view kShown = R"(1:22: warning: m
    1 | queries: {core: "a \"autor\" b"}
      |                      ^~~~~
2:21: error: m
    2 | x-shared: &q orange autor:x
      |                     ^~~~~
5:16: error: 'autor': m
    5 |     names: [a, autor]
      |                ^~~~~
8:7: error: m
    8 |       autor:x
      |       ^~~~~
10:33: error: 'autor': m
   10 |       - {name: c, hashtags: [x, autor], guideline: 'it''s autor'}
      |                                 ^~~~~
10:59: error: m
   10 |       - {name: c, hashtags: [x, autor], guideline: 'it''s autor'}
      |                                                           ^~~~~
11:27: error: 'autor': m
   11 |     owned: {accounts: [z, autor]}
      |                           ^~~~~
12:12: error: 'autor': m
   12 |   - {name: autor, query: *q}
      |            ^~~~~
13:5: error: m
   13 |   - name: Last
      |     ^
)";

TEST_CASE("findings are shown where their text stands") {
  Loaded loaded = load_text("findings", kFound);
  loaded.diagnostics.clear();  // of the unknown key that holds the anchor
  using Part = rules::TextPlace::Part;
  std::vector<rules::Finding> findings;
  const auto add = [&](std::uint32_t brand, Part part, std::uint32_t item, std::uint32_t first) {
    rules::Finding& finding = findings.emplace_back();
    finding.place.brand = brand;
    finding.place.part = part;
    finding.place.item = item;
    finding.place.first = first;
    finding.place.count = first == 0 ? 0 : 5;
    finding.term = "autor";
    finding.message = "m";
  };
  add(0, Part::query, 0, 7);
  add(0, Part::names, 1, 0);
  add(0, Part::campaign, 0, 0);
  add(0, Part::guideline, 0, 5);
  add(0, Part::owned, 0, 0);
  add(1, Part::name, 0, 0);
  add(1, Part::query, 0, 7);
  add(2, Part::query, 0, 0);  // it has none
  add(0, Part::library, 0, 3);
  findings.back().place.library_name = "core";
  findings.back().severity = rules::Finding::Severity::warning;
  add_findings(findings, &loaded);
  std::string got;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    got +=
        diagnostic.text().substr(diagnostic.text().find(".yaml:") + 6) + "\n" + diagnostic.excerpt;
  }
  CHECK(got == kShown);
}

}  // namespace
}  // namespace vigie
