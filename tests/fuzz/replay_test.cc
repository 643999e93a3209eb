// The inputs in tests/cases/fuzz, those that fuzzers found among them, tried by every build.
#include <doctest/doctest.h>

#include <algorithm>
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
void try_each(const std::string& folder, void (*target)(std::string_view)) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& one :
       fs::directory_iterator(VIGIE_SOURCE_DIR "/tests/cases/fuzz/" + folder)) {
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

TEST_CASE("no query of the corpus breaks anything") { try_each("query", try_query); }
TEST_CASE("no text of the corpus folds in two ways") { try_each("fold", try_fold); }

}  // namespace
}  // namespace vigie::fuzz
