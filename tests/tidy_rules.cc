#include "tests/tidy_rules.h"

#include <re2/re2.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <initializer_list>
#include <set>
#include <string_view>

#include "engine/base/text.h"
#include "tests/tidy_scan.h"

namespace vigie::tidy {
namespace {

using Names = std::initializer_list<std::string_view>;

bool has_any(Names names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}
bool ends_with_any(std::string_view text, Names ends) {
  return std::ranges::any_of(ends, [&](std::string_view end) { return text.ends_with(end); });
}
bool starts_with_any(std::string_view text, Names starts) {
  return std::ranges::any_of(starts,
                             [&](std::string_view start) { return text.starts_with(start); });
}

bool is_cpp(std::string_view path) { return ends_with_any(path, {".h", ".cc", ".inc"}); }
bool is_script(std::string_view path) {
  return ends_with_any(path, {".sh", ".py", ".cmake", "CMakeLists.txt"}) || path == ".ci/run";
}
// Data may look any way it likes.
bool is_data(std::string_view path) {
  return path.starts_with("tests/cases/") || path.ends_with(".tsv");
}

void complain(const Source& source, std::size_t line, std::string message, Violations* out) {
  out->push_back({source.path, line, std::move(message)});
}

// --- Who includes whom ---------------------------------------------------------------------------

struct Module {
  std::string_view folder;
  Names modules;   // of ours, beside itself
  Names packages;  // third parties, in its .cc and .inc files
};

const Names kAllModules{"engine/base/",  "rules/",          "engine/analysis/", "connectors/",
                        "engine/serve/", "engine/runtime/", "engine/app/"};

// A bench checks its answers by the oracles of the tests.
const Names kBenchModules{"engine/base/",  "rules/",          "engine/analysis/", "connectors/",
                          "engine/serve/", "engine/runtime/", "engine/app/",      "tests/"};

const std::array<Module, 10> kModules{{
    {"engine/base/", {}, {"fmt", "sodium", "spdlog"}},
    {"rules/", {"engine/base/"}, {"re2", "utf8proc"}},
    // A program of its own, which the engine is not linked with.
    {"engine/analysis/train/", {"rules/", "engine/analysis/", "engine/base/"}, {"zlib"}},
    {"engine/analysis/", {"engine/base/"}, {"protobuf"}},
    {"connectors/",
     {"engine/base/"},
     {"librdkafka", "simdjson", "lmdb", "httplib", "zlib", "zstd", "re2"}},
    {"engine/serve/", {"engine/analysis/", "engine/base/"}, {"prometheus", "httplib"}},
    {"engine/runtime/", {"rules/", "engine/analysis/", "engine/base/"}, {"yaml-cpp"}},
    {"engine/app/", kAllModules, {"CLI11"}},
    {"tests/", kAllModules, {"*"}},
    {"bench/", kBenchModules, {"*"}},
}};

struct Package {
  std::string_view prefix;
  std::string_view name;
};
constexpr std::array<Package, 19> kPackages{{
    {"fmt/", "fmt"},
    {"spdlog/", "spdlog"},
    {"re2/", "re2"},
    {"utf8proc.h", "utf8proc"},
    {"google/protobuf/", "protobuf"},
    {"librdkafka/", "librdkafka"},
    {"simdjson.h", "simdjson"},
    {"lmdb.h", "lmdb"},
    {"sodium/", "sodium"},
    {"httplib.h", "httplib"},
    {"zlib.h", "zlib"},
    {"zstd.h", "zstd"},
    {"prometheus/", "prometheus"},
    {"yaml-cpp/", "yaml-cpp"},
    {"CLI/", "CLI11"},
    {"doctest/", "doctest"},
    {"benchmark/", "benchmark"},
    {"unicode/", "icu"},
    {"hs/", "hyperscan"},
}};

// Files that are excepted from a rule for a reason that a decision record gives.
const Names kRecorded{"connectors/kafka_handle.cc"};

// A package that single files of its module may know.
struct OnlyIn {
  std::string_view package;
  std::string_view path;
};
constexpr std::array<OnlyIn, 2> kOnlyIn{
    {{"utf8proc", "rules/fold_table_main.cc"}, {"utf8proc", "rules/surface.cc"}}};

bool is_system_header(std::string_view header) {
  if (header.find('.') == header.npos) return true;  // C++ has no suffix
  return starts_with_any(header, {"sys/", "netinet/", "arpa/", "linux/"}) ||
         has_any(
             {"unistd.h", "malloc.h", "fcntl.h", "signal.h", "poll.h", "pthread.h", "netdb.h",
              "spawn.h", "immintrin.h", "cpuid.h", "arm_neon.h", "dirent.h", "glob.h", "time.h"},
             header);
}

void check_our_header(const Source& source, const Module& module, std::size_t line,
                      std::string_view header, Violations* out) {
  if (header.starts_with(module.folder)) return;
  if (starts_with_any(header, module.modules)) return;
  const bool known = std::ranges::any_of(
      kModules, [&](const Module& other) { return header.starts_with(other.folder); });
  complain(source, line,
           known ? cat(module.folder, " may not include ", header, " (DESIGN section 2)")
                 : cat("\"", header, "\" is not a path from the root"),
           out);
}

void check_foreign_header(const Source& source, const Module& module, std::size_t line,
                          std::string_view header, Violations* out) {
  const auto package = std::ranges::find_if(
      kPackages, [&](const Package& known) { return header.starts_with(known.prefix); });
  if (package == kPackages.end()) {
    complain(source, line, cat("<", header, "> is unknown; tests/tidy_rules.cc lists packages"),
             out);
    return;
  }
  if (has_any(module.packages, "*")) return;
  if (!has_any(module.packages, package->name)) {
    complain(source, line, cat(module.folder, " may not include ", package->name), out);
  } else if (source.path.ends_with(".h")) {
    complain(source, line, cat(package->name, " is private to the .cc files of its module"), out);
  }
  const auto restricted = [&](const OnlyIn& only) { return only.package == package->name; };
  const auto allowed = [&](const OnlyIn& only) {
    return only.package == package->name && only.path == source.path;
  };
  if (std::ranges::any_of(kOnlyIn, restricted) && std::ranges::none_of(kOnlyIn, allowed)) {
    complain(source, line, cat(package->name, " is for some files alone; see kOnlyIn"), out);
  }
}

// --- Words ---------------------------------------------------------------------------------------

enum class Look : std::uint8_t { code, text };  // without comments and literals, or at everything

struct Forbidden {
  std::string_view pattern;
  Look look;
  Names within;
  Names except;  // where the word belongs, or, in kRecorded, has its decision record
  std::string_view why;
};

const std::array<Forbidden, 6> kForbidden{{
    {R"(\b(FIX)"
     R"(ME|TO)"
     R"(DO|XX)"
     R"(X)\b)",
     Look::text,
     {""},
     {},
     "finish it or drop it"},
    {R"((^|["'=(\s:])/(home|work|root|tmp)($|[/"'\s)]))",
     Look::text,
     {""},
     {},
     "a path of one machine; use the build folder or a temporary one"},
    {R"(\b(sleep_for|sleep_until|usleep|nanosleep|sleep)\b)",
     Look::code,
     {"tests/"},
     {},
     "a test that sleeps is slow or wrong; wait for the event"},
    {R"(\b(std::(\w+_)?mutex|pthread_mutex_\w+|std::condition_variable\w*)\b)",
     Look::code,
     {"engine/", "rules/", "connectors/"},
     {"engine/base/cell.h", "engine/base/queue.h"},
     "threads meet in Queue and Cell; a new mutex needs a decision record"},
    {R"(\b(Clock::now|system_clock|steady_clock|getenv|random_device|s?rand\())",
     Look::code,
     {"engine/analysis/", "rules/"},
     {},
     "pure modules read no clock, environment or random device"},
    {R"(\.detach\(\))",
     Look::code,
     {"engine/", "rules/", "connectors/"},
     {"connectors/kafka_handle.cc"},
     "threads are joined by whoever started them"},
}};

void check_forbidden(const Source& source, const Forbidden& rule, std::string_view text,
                     Violations* out) {
  if (!starts_with_any(source.path, rule.within) || has_any(rule.except, source.path)) return;
  const RE2 pattern{re2::StringPiece(rule.pattern.data(), rule.pattern.size())};
  std::size_t number = 0;
  for (const std::string_view line : lines_of(text)) {
    ++number;
    re2::StringPiece word;
    const re2::StringPiece subject(line.data(), line.size());
    if (!pattern.Match(subject, 0, line.size(), RE2::UNANCHORED, &word, 1)) continue;
    complain(source, number, cat(std::string_view(word.data(), word.size()), ": ", rule.why), out);
  }
}

// --- Lines ---------------------------------------------------------------------------------------

std::size_t code_points(std::string_view line) {
  return static_cast<std::size_t>(std::ranges::count_if(
      line, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

bool has_column_limit(std::string_view path) {
  return is_cpp(path) || is_script(path) || ends_with_any(path, {".yaml", ".yml", ".proto"});
}

// --- Folders -------------------------------------------------------------------------------------

// True where `name` stands in the text with nothing of a file name around it.
bool names_file(std::string_view text, std::string_view name) {
  constexpr std::string_view kAround = " \t\n()\"";
  for (std::size_t at = text.find(name); at != text.npos; at = text.find(name, at + 1)) {
    const std::size_t end = at + name.size();
    if ((at == 0 || kAround.contains(text[at - 1])) &&
        (end == text.size() || kAround.contains(text[end]))) {
      return true;
    }
  }
  return false;
}

}  // namespace

void check_includes(const Source& source, Violations* out) {
  if (!is_cpp(source.path)) return;
  const auto module = std::ranges::find_if(
      kModules, [&](const Module& m) { return source.path.starts_with(m.folder); });
  if (module == kModules.end()) {
    complain(source, 0, "belongs to no module of DESIGN section 2", out);
    return;
  }
  static const RE2 include(R"(^\s*#\s*include\s*([<"])([^>"]+)[>"])");
  std::size_t number = 0;
  const std::string code = blank(source.text, Blank::comments);
  for (const std::string_view line : lines_of(code)) {
    ++number;
    std::string quote;
    std::string header;
    if (!RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), include, &quote, &header)) {
      continue;
    }
    if (quote == "\"") {
      check_our_header(source, *module, number, header, out);
    } else if (!is_system_header(header)) {
      check_foreign_header(source, *module, number, header, out);
    }
  }
}

void check_lines(const Source& source, Violations* out) {
  if (is_data(source.path) || source.text.empty()) return;
  if (source.text.contains('\0')) return;  // not a text
  if (source.text.back() != '\n') complain(source, 0, "does not end with a newline", out);
  const bool limited = has_column_limit(source.path);
  std::size_t number = 0;
  for (const std::string_view line : lines_of(source.text)) {
    ++number;
    if (line.contains('\t')) complain(source, number, "a tab", out);
    if (line.ends_with(' ') || line.ends_with('\r')) complain(source, number, "ends in space", out);
    const std::size_t columns = limited ? code_points(line) : 0;
    if (columns > kColumnsMax) complain(source, number, cat(columns, " columns"), out);
  }
}

void check_sizes(const Source& source, Violations* out) {
  if (is_data(source.path) || (!is_cpp(source.path) && !is_script(source.path))) return;
  const std::size_t count = lines_of(source.text).size();
  if (count > kFileLinesMax) complain(source, 0, cat(count, " lines; find the seam"), out);
  if (!is_cpp(source.path)) return;
  const Functions functions = find_functions(source.text);
  if (!functions.balanced) complain(source, 0, "its braces do not match", out);
  for (const Function& function : functions.found) {
    if (function.line_count <= kFunctionLinesMax) continue;
    complain(source, function.first_line, cat(function.line_count, " lines: ", function.name), out);
  }
}

void check_header(const Source& source, Violations* out) {
  if (!source.path.ends_with(".h") || is_data(source.path)) return;
  const std::string code = blank(source.text, Blank::comments);
  const std::vector<std::string_view> lines = lines_of(code);
  if (std::ranges::find(lines, "#pragma once") == lines.end()) {
    complain(source, 0, "has no #pragma once", out);
  }
}

void check_words(const Source& source, Violations* out) {
  if (is_data(source.path) || (!is_cpp(source.path) && !is_script(source.path))) return;
  const std::string code =
      is_cpp(source.path) ? blank(source.text, Blank::comments_and_literals) : std::string();
  for (const Forbidden& rule : kForbidden) {
    check_forbidden(source, rule, rule.look == Look::code ? code : source.text, out);
  }
}

void check_commented_code(const Source& source, Violations* out) {
  if (!is_cpp(source.path) || is_data(source.path)) return;
  static const RE2 code(R"(^\s*//\s*(#include\b.*|\}|(if|for|while|switch) ?\(.*\) ?\{|)"
                        R"((return|const|auto|int|bool|static|std::\w+)\b.*[=( ].*;|)"
                        R"([A-Za-z_][\w.:>-]*\(.*\);|[A-Za-z_][\w.\[\]>-]* [-+|&*]?= .*;)$)");
  std::size_t number = 0;
  for (const std::string_view line : lines_of(source.text)) {
    ++number;
    if (RE2::PartialMatch(re2::StringPiece(line.data(), line.size()), code)) {
      complain(source, number, "commented-out code", out);
    }
  }
}

void check_cmake(std::span<const Source> tree, Violations* out) {
  std::vector<const Source*> lists;
  for (const Source& source : tree) {
    if (source.path.ends_with("CMakeLists.txt")) lists.push_back(&source);
  }
  for (const Source& source : tree) {
    if (!source.path.ends_with(".cc") || is_data(source.path)) continue;
    const std::filesystem::path path = source.path;
    const bool named = std::ranges::any_of(lists, [&](const Source* list) {
      const std::filesystem::path folder = std::filesystem::path(list->path).parent_path();
      return names_file(list->text, path.lexically_relative(folder).generic_string());
    });
    if (!named) complain(source, 0, "is missing from the CMakeLists.txt of its folder", out);
  }
}

void check_layout(std::span<const Source> tree, Violations* out) {
  const std::set<std::string_view> allowed{
      "engine",   "rules",          "connectors",       "deploy",       "bench",
      "tests",    "README.md",      "LICENSE",          "CHANGELOG.md", "CONTRIBUTING.md",
      "STYLE.md", "CMakeLists.txt", "CMakePresets.json"};
  static const RE2 nameless(R"((^|/)(utils?|common|helpers?|misc|managers?)/)");
  for (const Source& source : tree) {
    const std::string_view path = source.path;
    const std::string_view top = path.substr(0, path.find('/'));
    if (!top.starts_with('.') && !allowed.contains(top)) {
      complain(source, 0, cat(top, " has no place at the top (DESIGN section 2)"), out);
    }
    if (RE2::PartialMatch(source.path, nameless)) {
      complain(source, 0, "lies in a folder whose name says nothing", out);
    }
  }
}

void check_decisions(std::span<const Source> tree, Violations* out) {
  static const RE2 form(R"(engine/decisions/(\d{4})-[a-z0-9]+(-[a-z0-9]+)*\.md)");
  std::vector<const Source*> records;
  for (const Source& source : tree) {
    if (source.path.starts_with("engine/decisions/")) records.push_back(&source);
  }
  std::ranges::sort(records, {}, &Source::path);
  int expected = 0;
  for (const Source* record : records) {
    int number = 0;
    if (!RE2::FullMatch(record->path, form, &number)) {
      complain(*record, 0, "is not called NNNN-title.md", out);
      continue;
    }
    if (number != ++expected) {
      complain(*record, 0, cat("should be number ", expected), out);
      expected = number;
    }
    const std::size_t count = lines_of(record->text).size();
    if (count > kDecisionLinesMax) complain(*record, 0, cat(count, " lines"), out);
  }
  for (const Source& source : tree) {
    if (!has_any(kRecorded, source.path)) continue;
    const auto tells = [&](const Source* record) { return record->text.contains(source.path); };
    if (std::ranges::none_of(records, tells)) {
      complain(source, 0, "is an exception that no decision record explains", out);
    }
  }
}

}  // namespace vigie::tidy
