// The source tree keeps to DESIGN section 2 and to what of STYLE.md a program can check. Each rule
// is first shown a tree that breaks it.
#include <doctest/doctest.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"
#include "tests/tidy_rules.h"
#include "tests/tidy_scan.h"

using namespace vigie;
using namespace vigie::tidy;
namespace fs = std::filesystem;

namespace {

// --- The tree ------------------------------------------------------------------------------------

// What .gitignore leaves out.
bool is_ignored(const fs::path& path) {
  const std::string name = path.filename().string();
  return name == ".git" || name == "build" || name == "__pycache__" || name == ".cache" ||
         name == "node_modules" || name.ends_with(".swp");
}

const std::vector<Source>& tree() {
  static const std::vector<Source> sources = [] {
    const fs::path root = VIGIE_SOURCE_DIR;
    std::vector<Source> found;
    for (fs::recursive_directory_iterator at(root), end; at != end; ++at) {
      if (is_ignored(at->path())) {
        at.disable_recursion_pending();
      } else if (at->is_regular_file()) {
        std::ifstream file(at->path(), std::ios::binary);
        found.push_back({at->path().lexically_relative(root).generic_string(),
                         std::string(std::istreambuf_iterator<char>(file), {})});
      }
    }
    std::ranges::sort(found, {}, &Source::path);
    return found;
  }();
  return sources;
}

std::string listed(const Violations& violations) {
  std::string text;
  for (const Violation& v : violations) text += cat('\n', v.path, ':', v.line, ": ", v.message);
  return text;
}

using FileRule = void (*)(const Source&, Violations*);
using TreeRule = void (*)(std::span<const Source>, Violations*);

void hold(FileRule rule) {
  Violations violations;
  for (const Source& source : tree()) rule(source, &violations);
  CHECK_MESSAGE(violations.empty(), listed(violations));
}
void hold(TreeRule rule) {
  Violations violations;
  rule(tree(), &violations);
  CHECK_MESSAGE(violations.empty(), listed(violations));
}

TEST_CASE("the tree is read whole") {
  for (const std::string_view path : {"CMakeLists.txt", "engine/base/io.h", "tests/tidy_test.cc"}) {
    CHECK(std::ranges::find(tree(), path, &Source::path) != tree().end());
  }
}

TEST_CASE("modules include what they may") { hold(check_includes); }
TEST_CASE("lines are short and clean") { hold(check_lines); }
TEST_CASE("files and functions are short") { hold(check_sizes); }
TEST_CASE("every header is included once") { hold(check_header); }
TEST_CASE("no word stands where it must not") { hold(check_words); }
TEST_CASE("no code is commented out") { hold(check_commented_code); }
TEST_CASE("every source is built") { hold(check_cmake); }
TEST_CASE("everything lies in its place") { hold(check_layout); }
TEST_CASE("decision records are short and numbered") { hold(check_decisions); }

// --- The rules see what is wrong -----------------------------------------------------------------

// "line: message" of each violation.
std::vector<std::string> found(FileRule rule, Source source) {
  Violations violations;
  rule(source, &violations);
  std::vector<std::string> out;
  for (const Violation& v : violations) {
    CHECK(v.path == source.path);
    out.push_back(cat(v.line, ": ", v.message));
  }
  return out;
}

using Found = std::vector<std::string>;

struct IncludeCase {
  std::string path;
  std::string include;
  bool allowed;
};

TEST_CASE("an include against the direction of dependency is found") {
  const std::vector<IncludeCase> cases{
      {"engine/base/a.h", "\"engine/base/b.h\"", true},
      {"engine/base/a.h", "\"rules/rules.h\"", false},
      {"engine/base/a.cc", "\"engine/analysis/snapshot.h\"", false},
      {"rules/a.cc", "\"engine/base/b.h\"", true},
      {"rules/a.cc", "\"engine/analysis/snapshot.h\"", false},
      {"rules/a.cc", "\"connectors/decode.h\"", false},
      {"engine/analysis/a.cc", "\"engine/base/b.h\"", true},
      {"engine/analysis/a.cc", "\"rules/rules.h\"", false},
      {"connectors/a.cc", "\"engine/base/io.h\"", true},
      {"connectors/a.cc", "\"rules/rules.h\"", false},
      {"connectors/a.inc", "\"engine/runtime/engine.h\"", false},
      {"engine/serve/a.cc", "\"engine/analysis/snapshot.h\"", true},
      {"engine/serve/a.cc", "\"engine/runtime/engine.h\"", false},
      {"engine/runtime/a.cc", "\"rules/rules.h\"", true},
      {"engine/runtime/a.cc", "\"engine/analysis/snapshot.h\"", true},
      {"engine/runtime/a.cc", "\"connectors/kafka_source.h\"", false},
      {"engine/runtime/a.cc", "\"engine/serve/server.h\"", false},
      {"engine/runtime/a.cc", "\"engine/app/wire.h\"", false},
      {"engine/app/wire.cc", "\"connectors/kafka_source.h\"", true},
      {"engine/app/wire.cc", "\"engine/serve/server.h\"", true},
      {"engine/app/wire.cc", "\"tests/fake.h\"", false},
      {"tests/a_test.cc", "\"engine/runtime/engine.h\"", true},
      {"tests/a_test.cc", "\"tests/fake.h\"", true},
      {"bench/a_bench.cc", "\"rules/rules.h\"", true},
      {"rules/a.cc", "\"rules.h\"", false},
      {"rules/a.cc", "\"../engine/base/io.h\"", false},
      {"other/a.cc", "<vector>", false},
  };
  for (const IncludeCase& c : cases) {
    CAPTURE(c.path);
    CAPTURE(c.include);
    CHECK(found(check_includes, {c.path, "#include " + c.include + "\n"}).empty() == c.allowed);
  }
}

TEST_CASE("a third-party header outside of the module that owns it is found") {
  const std::vector<IncludeCase> cases{
      {"engine/base/log.cc", "<spdlog/spdlog.h>", true},
      {"engine/base/log.h", "<spdlog/spdlog.h>", false},
      {"engine/base/log.cc", "<re2/re2.h>", false},
      {"rules/regex.cc", "<re2/re2.h>", true},
      {"rules/rules.h", "<re2/re2.h>", false},
      {"rules/fold.cc", "<utf8proc.h>", false},
      {"rules/fold_table_main.cc", "<utf8proc.h>", true},
      {"rules/regex.cc", "<spdlog/spdlog.h>", false},
      {"engine/analysis/state.cc", "<google/protobuf/message.h>", true},
      {"connectors/kafka.cc", "<librdkafka/rdkafka.h>", true},
      {"connectors/decode.inc", "<simdjson.h>", true},
      {"connectors/decode.h", "<simdjson.h>", false},
      {"connectors/file.cc", "<zlib.h>", true},
      {"connectors/file.cc", "<zstd.h>", true},
      {"connectors/file.cc", "<yaml-cpp/yaml.h>", false},
      {"engine/serve/server.cc", "<httplib.h>", true},
      {"engine/serve/metrics.cc", "<prometheus/registry.h>", true},
      {"engine/serve/server.h", "<httplib.h>", false},
      {"engine/runtime/settings.cc", "<yaml-cpp/yaml.h>", true},
      {"engine/runtime/engine.cc", "<librdkafka/rdkafka.h>", false},
      {"engine/app/main.cc", "<CLI/CLI.hpp>", true},
      {"engine/app/main.cc", "<yaml-cpp/yaml.h>", false},
      {"tests/a_test.cc", "<doctest/doctest.h>", true},
      {"rules/a.cc", "<doctest/doctest.h>", false},
      {"bench/a_bench.cc", "<unicode/unorm2.h>", true},
      {"rules/a.cc", "<boost/any.hpp>", false},
      {"rules/a.cc", "<vector>", true},
      {"rules/a.inc", "<immintrin.h>", true},
      {"engine/app/main.cc", "<sys/stat.h>", true},
  };
  for (const IncludeCase& c : cases) {
    CAPTURE(c.path);
    CAPTURE(c.include);
    CHECK(found(check_includes, {c.path, "#include " + c.include + "\n"}).empty() == c.allowed);
  }
}

TEST_CASE("only real includes count, and the line is named") {
  const std::string text =
      "// #include \"rules/rules.h\"\n/*\n#include <re2/re2.h>\n*/\n"
      "  #  include \"rules/rules.h\"\n";
  CHECK(found(check_includes, {"engine/base/a.cc", text}) ==
        Found{"5: engine/base/ may not include rules/rules.h (DESIGN section 2)"});
}

TEST_CASE("long lines, tabs, spaces at the end and a missing newline are found") {
  const std::string wide(100, 'x');
  CHECK(found(check_lines, {"rules/a.cc", wide + "\n"}).empty());
  CHECK(found(check_lines, {"rules/a.cc", "\n" + wide + "x\n"}) == Found{"2: 101 columns"});
  std::string accents;
  for (int i = 0; i < 100; ++i) accents += "\u00e9";
  CHECK(found(check_lines, {"rules/a.cc", accents + "\n"}).empty());
  CHECK(found(check_lines, {"README.md", wide + wide + "\n"}).empty());
  CHECK(found(check_lines, {"tests/cases/a.txt", "\t \n" + wide + wide}).empty());
  CHECK(found(check_lines, {"rules/a.cc", "a\tb\nc \nd\r\n"}) ==
        Found{"1: a tab", "2: ends in space", "3: ends in space"});
  CHECK(found(check_lines, {"rules/a.tsv", "a\tb\nc \n"}).empty());
  CHECK(found(check_lines, {"README.md", "no newline"}) == Found{"0: does not end with a newline"});
  CHECK(found(check_lines, {"deploy/empty.yaml", ""}).empty());
}

std::string function_of(std::size_t lines) {
  std::string text = "int f() {\n";
  for (std::size_t i = 2; i < lines; ++i) text += "  g();\n";
  return text + "}\n";
}

TEST_CASE("a long function and a long file are found") {
  CHECK(found(check_sizes, {"rules/a.cc", function_of(70)}).empty());
  CHECK(found(check_sizes, {"rules/a.cc", "\n" + function_of(71)}) ==
        Found{"2: 71 lines: int f() {"});
  CHECK(found(check_sizes, {"rules/a.cc", std::string(600, '\n')}).empty());
  CHECK(found(check_sizes, {"rules/a.cc", std::string(601, '\n')}) ==
        Found{"0: 601 lines; find the seam"});
  CHECK(found(check_sizes, {"tests/run.sh", std::string(601, '\n')}).size() == 1);
  CHECK(found(check_sizes, {"README.md", std::string(601, '\n')}).empty());
  CHECK(found(check_sizes, {"rules/a.cc", "void f() {\n"}) == Found{"0: its braces do not match"});
}

TEST_CASE("a header without its guard is found") {
  CHECK(found(check_header, {"rules/a.h", "// A face.\n#pragma once\n"}).empty());
  CHECK(found(check_header, {"rules/a.h", "// #pragma once\n"}) == Found{"0: has no #pragma once"});
  CHECK(found(check_header, {"rules/a.cc", ""}).empty());
}

struct WordCase {
  std::string path;
  std::string text;
  bool allowed;
};

TEST_CASE("words that must not stand where they stand are found") {
  const std::string fix =
      "FIX"
      "ME";
  const std::string todo =
      "TO"
      "DO";
  const std::string triple =
      "XX"
      "X";
  const std::string root =
      "/ro"
      "ot";
  const std::string tmp =
      "/tm"
      "p";
  const std::vector<WordCase> cases{
      {"rules/a.cc", "// " + fix + ": later", false},
      {"rules/a.cc", "// " + todo + "(ann): later", false},
      {"tests/run.sh", "# " + triple, false},
      {"tests/run.sh", "mktemp a." + triple + triple, true},
      {"rules/a.cc", "int mastodon;", true},
      {"STYLE.md", "No " + todo + " without a number", true},
      {"tests/a_test.cc", "open(\"" + tmp + "/x\");", false},
      {"tests/run.sh", "cd " + root, false},
      {"tests/run.sh", "cd \"$base" + tmp + "/x\"", true},
      {"tests/a_test.cc", "get(\"http://host/home/x\");", true},
      {"tests/a_test.cc", "std::this_thread::sleep_for(1s);", false},
      {"tests/a_test.cc", "usleep(10);", false},
      {"tests/a_test.cc", "// no sleep here\nlog(\"sleep\");", true},
      {"engine/runtime/worker.cc", "std::this_thread::sleep_for(1s);", true},
      {"engine/runtime/worker.h", "std::mutex mutex_;", false},
      {"connectors/a.cc", "std::shared_mutex mutex_;", false},
      {"rules/a.cc", "std::condition_variable ready_;", false},
      {"rules/a.cc", "// like std::mutex, but worse", true},
      {"engine/base/queue.h", "std::mutex mutex_;", true},
      {"tests/a_test.cc", "std::mutex mutex;", true},
      {"engine/analysis/a.cc", "const auto now = Clock::now();", false},
      {"rules/a.cc", "std::chrono::system_clock::now();", false},
      {"rules/a.cc", "const int operand = strand(1);", true},
      {"rules/a.cc", "std::random_device seed;", false},
      {"engine/runtime/a.cc", "const auto now = Clock::now();", true},
      {"engine/runtime/a.cc", "thread.detach();", false},
      {"tests/cases/a.txt", fix + tmp, true},
  };
  for (const WordCase& c : cases) {
    CAPTURE(c.path);
    CAPTURE(c.text);
    CHECK(found(check_words, {c.path, c.text + "\n"}).empty() == c.allowed);
  }
}

TEST_CASE("commented-out code is told from prose") {
  for (const std::string_view code :
       {"return x;", "foo(bar, 1);", "x.push_back(1);", "if (x) {", "}", "int a = 3;", "x_ += 2;",
        "#include <vector>", "std::string name;", "const auto y = f(x);", "for (auto x : y) {"}) {
    CAPTURE(code);
    CHECK(found(check_commented_code, {"rules/a.cc", cat("  // ", code, "\n")}).size() == 1);
  }
  for (const std::string_view prose :
       {"returns at the deadline;", "the lock is held for one copy; the rest", "see after(wait)",
        "for (almost) all of them", "a = b says nothing", "cat(\"a\", 3): joined",
        "if it is full, it waits;", "{\"a\": 1}", "held until reset(), and then used again;"}) {
    CAPTURE(prose);
    CHECK(found(check_commented_code, {"rules/a.cc", cat("// ", prose, "\n")}).empty());
  }
}

std::vector<std::string> found(TreeRule rule, const std::vector<Source>& sources) {
  Violations violations;
  rule(sources, &violations);
  std::vector<std::string> out;
  for (const Violation& v : violations) out.push_back(cat(v.path, ": ", v.message));
  return out;
}

TEST_CASE("a source that no CMakeLists.txt names is found") {
  CHECK(found(check_cmake, {{"rules/CMakeLists.txt", "add_library(x STATIC\n  a.cc\n  sub/b.cc)\n"},
                            {"rules/a.cc", ""},
                            {"rules/sub/b.cc", ""},
                            {"tests/c.cc", ""},
                            {"tests/sub/CMakeLists.txt", "add_executable(c ../c.cc)\n"},
                            {"rules/a.h", ""}})
            .empty());
  CHECK(found(check_cmake,
              {{"rules/CMakeLists.txt", "add_library(x STATIC data.cc)\n"}, {"rules/a.cc", ""}}) ==
        Found{"rules/a.cc: is missing from the CMakeLists.txt of its folder"});
  CHECK(found(check_cmake, {{"rules/a.cc", ""}}) ==
        Found{"rules/a.cc: is missing from the CMakeLists.txt of its folder"});
}

TEST_CASE("strangers at the top and folders without a meaning are found") {
  CHECK(
      found(check_layout, {{"README.md", ""}, {".ci/run", ""}, {"engine/base/io.h", ""}}).empty());
  CHECK(found(check_layout, {{"notes.txt", ""}}) ==
        Found{"notes.txt: notes.txt has no place at the top (DESIGN section 2)"});
  CHECK(found(check_layout, {{"src/a.cc", ""}}).size() == 1);
  for (const std::string_view folder : {"utils", "common", "helpers", "misc"}) {
    CHECK(found(check_layout, {{cat("engine/", folder, "/a.h"), ""}}).size() == 1);
  }
}

TEST_CASE("decision records that break their form, and exceptions without one, are found") {
  const std::string folder = "engine/decisions/";
  CHECK(found(check_decisions, {{folder + "0001-no-rpc.md", "x\n"}, {folder + "0002-b.md", ""}})
            .empty());
  CHECK(found(check_decisions, {{folder + "0001-a.md", ""}, {folder + "0003-b.md", ""}}) ==
        Found{folder + "0003-b.md: should be number 2"});
  CHECK(found(check_decisions, {{folder + "notes.md", ""}}).size() == 1);
  CHECK(found(check_decisions, {{folder + "0001-a.md", std::string(41, '\n')}}) ==
        Found{folder + "0001-a.md: 41 lines"});
  const Source exception{"connectors/kafka_handle.cc", ""};
  CHECK(
      found(check_decisions, {{folder + "0001-a.md", "for " + exception.path}, exception}).empty());
  CHECK(found(check_decisions, {exception}).size() == 1);
}

}  // namespace
