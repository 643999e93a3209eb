// Folding on real text: every line of every file of ../shared/data, where there is such a folder.
#include <doctest/doctest.h>
#include <zlib.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "rules/fold.h"
#include "rules/tokens.h"

namespace vigie::rules {
namespace {

namespace fs = std::filesystem;

const fs::path kShared = fs::path(VIGIE_SOURCE_DIR).parent_path() / "shared" / "data";

// The bytes of a file; those of a .gz file uncompressed.
std::string content(const fs::path& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  std::string out;
  std::vector<char> part(1 << 16);
  for (int count = 1; file != nullptr && count > 0;) {
    count = gzread(file.get(), part.data(), static_cast<unsigned>(part.size()));
    if (count > 0) out.append(part.data(), static_cast<std::size_t>(count));
  }
  return out;
}

struct Twins {
  FoldedText fast, slow;
  Tokens fast_tokens, slow_tokens;

  bool agree_on(std::string_view text) {
    fold(text, &fast);
    fold_scalar(text, &slow);
    tokenise(fast, {1, 3}, &fast_tokens);
    tokenise_scalar(slow, {1, 3}, &slow_tokens);
    return fast.view() == slow.view() &&
           std::equal(fast.shifts(), fast.shifts() + fast.shift_count(), slow.shifts(),
                      slow.shifts() + slow.shift_count()) &&
           std::ranges::equal(fast_tokens.all(), slow_tokens.all());
  }
};

TEST_CASE("the fast fold and the scalar one agree on real text") {
  if (!fs::exists(kShared)) {
    MESSAGE("skipped: there is no " << kShared.string());
    return;
  }
  Twins twins;
  std::size_t lines = 0;
  std::size_t different = 0;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(kShared)) {
    if (!entry.is_regular_file()) continue;
    const std::string all = content(entry.path());
    for (std::string_view rest = all; !rest.empty(); ++lines) {
      const std::string_view line = rest.substr(0, rest.find('\n'));
      rest.remove_prefix(std::min(rest.size(), line.size() + 1));
      different += twins.agree_on(line) ? 0 : 1;
    }
  }
  MESSAGE(lines << " lines");
  CHECK(lines > 50'000);
  CHECK(different == 0);
}

}  // namespace
}  // namespace vigie::rules
