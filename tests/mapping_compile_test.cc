// The compiler of mappings: what is refused, and where, is data (tests/cases/mappings/faults/*.yaml
// with the faults expected of each); so is what good ones become (tests/cases/mappings/programs).
#include "connectors/mapping_compile.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "connectors/decode.h"
#include "connectors/presets.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/runtime/yaml_reader.h"
#include "tests/files.h"
#include "tests/mapping_dump.h"

namespace vigie::mapping {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(VIGIE_SOURCE_DIR) / "tests/cases/mappings";

// The program, or everything that is wrong: "line:column: message" each.
std::string outcome(std::string_view yaml) {
  const auto tree = parse_yaml(yaml);
  if (!tree) return cat("not YAML: ", tree.error().message, '\n');
  const auto program = compile(*tree);
  if (program) return dump(**program);
  std::string out;
  for (const Fault& fault : program.error()) {
    out += cat(fault.place.line, ':', fault.place.column, ": ", fault.message, '\n');
  }
  return out;
}

bool compiles(std::string_view yaml) {
  const std::string got = outcome(yaml);
  INFO(got);
  const bool good = got.starts_with("mapping ");
  CHECK(good);
  return good;
}

void check_folder(const fs::path& folder) {
  const bool accept = std::getenv("VIGIE_ACCEPT") != nullptr;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  REQUIRE(!files.empty());
  for (const fs::path& file : files) {
    const std::string got = outcome(read_file(file));
    const fs::path expected = fs::path(file).replace_extension(".expected");
    if (accept) std::ofstream(expected, std::ios::binary) << got;
    INFO("to accept: VIGIE_ACCEPT=1 mapping_compile_test, then look at the difference; file: ",
         file);
    CHECK(got == read_file(expected));
  }
}

constexpr std::string_view kFields =
    "fields: {id: /id, platform: {const: x}, created_at: /at, text: /text";

TEST_CASE("each faulty mapping is told all that is wrong with it, and where") {
  check_folder(kCases / "faults");
}

TEST_CASE("good mappings become the programs expected") { check_folder(kCases / "programs"); }

TEST_CASE("a mapping that is cut anywhere, or lacks a line, never does more than have faults") {
  for (const auto& entry : fs::directory_iterator(kCases / "programs")) {
    if (entry.path().extension() != ".yaml") continue;
    const std::string yaml = read_file(entry.path());
    for (std::size_t i = 0; i < yaml.size(); ++i) {
      CHECK(!outcome(yaml.substr(0, i)).empty());
      CHECK(!outcome(yaml.substr(0, i) + yaml.substr(i + 1)).empty());
      const std::size_t line = yaml.find('\n', i);
      if (i != 0 && yaml[i - 1] != '\n') continue;
      CHECK(!outcome(yaml.substr(0, i) + yaml.substr(line + 1)).empty());
    }
  }
}

TEST_CASE("names that sources give a meaning of their own are refused") {
  for (const std::string_view name : {kNativeMapping, kAutoMapping}) {
    CHECK(outcome(cat("mapping: ", name, "\n", kFields, "}")).contains("a meaning of its own"));
  }
}

TEST_CASE("one pointer more than a mapping may hold is a fault") {
  std::string yaml = cat("mapping: many\n", kFields, ", title: {any: [");
  for (std::size_t i = 3; i < kMappingPointersMax; ++i) yaml += cat("/p", i, ", ");
  CHECK(compiles(yaml + "]}}"));
  CHECK(outcome(yaml + "/one_more]}}").contains("one more"));
}

TEST_CASE("expressions that stand as deep in each other as they may compile; deeper ones do not") {
  const auto nested = [](std::size_t depth) {
    std::string open;
    std::string close;
    for (std::size_t i = 1; i < depth; ++i) {
      open += "{any: [";
      close += "]}";
    }
    return cat("mapping: deep\n", kFields, ", title: ", open, "/t", close, "}");
  };
  CHECK(compiles(nested(kMappingDepthMax)));
  CHECK(outcome(nested(kMappingDepthMax + 1)).contains("deep in each other"));
}

TEST_CASE("aliases that make a few lines grow without end are refused at once") {
  std::string yaml = cat("mapping: bomb\n", kFields, ", title: {any: [\n  &a0 {any: [/a, /b]}");
  for (int i = 1; i < 10; ++i) {
    yaml += cat(",\n  &a", i, " {any: [");
    for (int k = 0; k < 10; ++k) yaml += cat(k == 0 ? "*a" : ", *a", i - 1);
    yaml += "]}";
  }
  CHECK(outcome(yaml + "]}}").contains("too large"));
}

TEST_CASE("the presets of this program compile, are sorted and are called as their files are") {
  std::string_view before;
  for (const ShippedMapping& shipped : shipped_mappings()) {
    INFO(shipped.name);
    CHECK(before < shipped.name);
    before = shipped.name;
    if (compiles(shipped.yaml)) {
      CHECK((*compile(*parse_yaml(shipped.yaml)))->name == shipped.name);
    }
  }
}

}  // namespace
}  // namespace vigie::mapping
