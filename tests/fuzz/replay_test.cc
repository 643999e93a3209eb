// The inputs in tests/cases/fuzz, those that fuzzers found among them, tried by every build.
#include <doctest/doctest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include "tests/fuzz/targets.h"

namespace vigie::fuzz {
namespace {

namespace fs = std::filesystem;

// With no room behind the last byte: a sanitizer sees who reads on.
void try_each(const fs::path& folder, void (*target)(std::string_view)) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& one : fs::directory_iterator(folder)) {
    paths.push_back(one.path());
  }
  std::ranges::sort(paths);
  CHECK(paths.size() > 10);
  for (const fs::path& path : paths) {
    INFO(path.filename().string());
    std::ifstream in(path, std::ios::binary);
    std::vector<char> bytes{std::istreambuf_iterator<char>(in), {}};
    bytes.shrink_to_fit();
    target({bytes.data(), bytes.size()});
  }
}

const fs::path kCorpus = fs::path(VIGIE_SOURCE_DIR) / "tests/cases/fuzz";

TEST_CASE("no query of the corpus breaks anything") { try_each(kCorpus / "query", try_query); }
TEST_CASE("no text of the corpus folds in two ways") { try_each(kCorpus / "fold", try_fold); }
TEST_CASE("no record of the corpus breaks a decoder") { try_each(kCorpus / "decode", try_decode); }

TEST_CASE("no record that is made to break readers of JSON breaks a decoder") {
  const char* data = std::getenv("VIGIE_SHARED_DATA");
  const fs::path folder = fs::path(data == nullptr ? "" : data) / "formats/json_torture";
  if (data == nullptr || !fs::exists(folder)) {
    MESSAGE("skipped: VIGIE_SHARED_DATA names no folder with formats/json_torture");
    return;
  }
  try_each(folder, try_decode);
}

}  // namespace
}  // namespace vigie::fuzz
