// The configuration: what is accepted, what is reported and where, and that nothing secret is
// shown. Most cases are data: tests/cases/settings/*.yaml with the diagnostics expected of it, and
// the effective configuration behind them where there is no error.
#include "engine/runtime/settings.h"

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <variant>
#include <vector>

#include <doctest/doctest.h>

#include "engine/base/limits.h"
#include "tests/files.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

const fs::path kCases = fs::path(VIGIE_SOURCE_DIR) / "tests/cases/settings";

void write_file(const fs::path& path, std::string_view text) {
  std::ofstream(path, std::ios::binary) << text;
}

// A directory of this case's own, in the build folder.
fs::path scratch(const std::string& name) {
  const fs::path path = fs::path(VIGIE_BINARY_DIR) / "settings_test_files" / name;
  fs::create_directories(path);
  return path;
}

Loaded load_text(const std::string& name, std::string_view text) {
  const fs::path path = scratch("texts") / (name + ".yaml");
  write_file(path, text);
  return load_settings(path.string());
}

// Without the directory, which differs from machine to machine.
std::string without(std::string text, const fs::path& directory) {
  const std::string prefix = directory.string() + "/";
  for (std::size_t at = text.find(prefix); at != std::string::npos; at = text.find(prefix, at)) {
    text.erase(at, prefix.size());
  }
  return text;
}

std::string outcome(const fs::path& path) {
  const Loaded loaded = load_settings(path.string());
  std::string out;
  for (const Diagnostic& diagnostic : loaded.diagnostics) {
    out += diagnostic.text() + "\n" + diagnostic.excerpt;
  }
  if (loaded.ok()) out += "---\n" + print_settings(loaded.settings);
  return without(out, path.parent_path());
}

TEST_CASE("every golden configuration gives exactly the diagnostics expected") {
  const bool accept = std::getenv("VIGIE_ACCEPT") != nullptr;
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(kCases)) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path());
  }
  std::ranges::sort(files);
  REQUIRE(files.size() > 20);
  for (const fs::path& file : files) {
    const std::string got = outcome(file);
    const fs::path expected = fs::path(file).replace_extension(".expected");
    if (accept) write_file(expected, got);
    INFO("to accept: VIGIE_ACCEPT=1 settings_test, then look at the difference; file: ", file);
    CHECK(got == read_file(expected));
  }
}

TEST_CASE("the printed configuration, read again, prints the same") {
  for (const fs::path& file : {kCases / "good.yaml", kCases / "good_queries.yaml",
                               fs::path(VIGIE_SOURCE_DIR) / "deploy/vigie.example.yaml"}) {
    const Loaded first = load_settings(file.string());
    REQUIRE(first.ok());
    const std::string printed = print_settings(first.settings);
    const Loaded second = load_text("printed", printed);
    CHECK(second.diagnostics.empty());
    CHECK(print_settings(second.settings) == printed);
  }
}

TEST_CASE("any text survives printing and reading") {
  const std::vector<std::string> texts = {"- a",
                                          "a: b",
                                          "a:",
                                          ": a",
                                          "a #b",
                                          "#a",
                                          "null",
                                          "~",
                                          "true",
                                          "0x10",
                                          "'",
                                          "\"",
                                          "\\",
                                          "a,b",
                                          "[a]",
                                          "{a}",
                                          "é à",
                                          "日本語",
                                          "👍🏽",
                                          "a\nb",
                                          "\ta",
                                          " a",
                                          "a ",
                                          "---",
                                          "...",
                                          "? a",
                                          "! a",
                                          "& a",
                                          "* a",
                                          "%a",
                                          "@a",
                                          "`a",
                                          "| a",
                                          "> a",
                                          "a\x01z",
                                          "a:b",
                                          "http://a.b/c?d=e",
                                          "1664",
                                          "-",
                                          "."};
  Loaded loaded = load_text("survivor", "brands: [{name: Acme}]");
  REQUIRE(loaded.ok());
  rules::Brand& brand = loaded.settings.brands[0];
  brand.names = texts;
  brand.hashtags = {"a"};
  for (const std::string& text : texts) {
    loaded.settings.brands.push_back(
        {.name = text, .names = {text}, .hashtags = {}, .handles = {}, .exclude = {}, .regex = {}});
  }
  const Loaded again = load_text("survivor_again", print_settings(loaded.settings));
  for (const Diagnostic& diagnostic : again.diagnostics) MESSAGE(diagnostic.text());
  REQUIRE(again.settings.brands.size() == texts.size() + 1);
  CHECK(again.settings.brands[0].names == texts);
  for (std::size_t i = 0; i < texts.size(); ++i) {
    CHECK(again.settings.brands[i + 1].name == texts[i]);
    CHECK(again.settings.brands[i + 1].names == std::vector{texts[i]});
  }
}

TEST_CASE("the example configuration is clean and shows every field") {
  const fs::path path = fs::path(VIGIE_SOURCE_DIR) / "deploy/vigie.example.yaml";
  const Loaded loaded = load_settings(path.string());
  CHECK(loaded.diagnostics.empty());
  const std::string example = read_file(path);
  const std::string printed = print_settings(loaded.settings);
  for (std::size_t from = 0; from < printed.size();) {
    const std::size_t end = printed.find('\n', from);
    const std::string row = printed.substr(from, end - from);
    from = end + 1;
    const std::size_t first = row.find_first_not_of(" -");
    const std::size_t colon = row.find(':');
    if (first == std::string::npos || colon == std::string::npos) continue;
    if (row[first] == '#' || row[first] == '{') continue;  // a reason; an example that is a record
    const std::string key = row.substr(first, colon + 1 - first);
    INFO("field: ", key);
    CHECK(example.find(key) != std::string::npos);
  }
}

TEST_CASE("only the brands are needed; everything else has its default") {
  const Loaded loaded = load_text("least", "brands: [{name: Acme}]");
  CHECK(loaded.diagnostics.empty());
  const Settings& settings = loaded.settings;
  CHECK(settings.sources.empty());
  CHECK(settings.serve.listen == "127.0.0.1:9464");
  CHECK(settings.event_time.lateness == std::chrono::hours{1});
  CHECK(settings.event_time.future == std::chrono::minutes{10});
  CHECK(settings.event_time.idle_after == std::chrono::seconds{30});
  CHECK(settings.engine.workers == 1);
  CHECK(settings.engine.shards == 1);
  CHECK(settings.engine.drain == std::chrono::seconds{20});
  CHECK(settings.engine.snapshot_every == std::chrono::seconds{1});
  CHECK(settings.dead_letters.file.empty());
  CHECK(settings.dead_letters.topic.empty());
}

TEST_CASE("a missing configuration says what and how to mend it") {
  const Loaded loaded = load_settings("/nonexistent/vigie.yaml");
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK_FALSE(loaded.ok());
  CHECK(loaded.diagnostics[0].text() ==
        "/nonexistent/vigie.yaml: error: cannot read '/nonexistent/vigie.yaml': No such file or "
        "directory; give the path of a YAML file");
}

TEST_CASE("queries, campaigns, examples and the library are read as they are written") {
  const Loaded loaded = load_settings((kCases / "good_queries.yaml").string());
  REQUIRE(loaded.ok());
  const rules::Brand& brand = loaded.settings.brands.at(0);
  CHECK(brand.panel == "telecoms");
  CHECK(brand.query == "\"orange\" AND (box OR fibre) <<< note >>>\n\nNOT jus\n");
  CHECK(brand.shadow == "it's orange");
  CHECK(brand.owned.accounts == std::vector<std::string>{"orange_fr", "1664"});
  CHECK(brand.owned.domains == std::vector<std::string>{"orange.fr"});
  REQUIRE(brand.campaigns.size() == 2);
  CHECK(to_rfc3339(brand.campaigns[0].start.value()) == "2026-12-01T00:00:00Z");
  CHECK(to_rfc3339(brand.campaigns[0].end.value()) == "2026-12-31T23:00:00Z");
  CHECK(brand.campaigns[0].target == 5000);
  CHECK_FALSE(brand.campaigns[1].start.has_value());
  REQUIRE(brand.must_match.size() == 3);
  CHECK_FALSE(brand.must_match[0].is_record);
  CHECK(brand.must_match[0].text == "la box orange est en panne");
  CHECK(brand.must_match[2].text == "1664");
  REQUIRE(brand.must_match[1].is_record);
  CHECK(brand.must_match[1].text ==
        R"({"text": "l'orange", "lang": "fr", "author": {"handle": "x", "followers": 1200, )"
        R"("verified": true}, "hashtags": ["1664", "2e", "01"], "url": null, "rating": )"
        R"({"value": -4.5e1}, "id": "test", "platform": "test", )"
        R"("created_at": "2026-01-01T00:00:00Z"})");
  const rules::Library& library = loaded.settings.library;
  CHECK(library.queries.at("core") == "box OR fibre");
  CHECK(library.lists.at("competitors") == std::vector<std::string>{"SFR", "Free"});
  CHECK(library.author_groups.at("press") == std::vector<std::string>{"lemondefr", "@lefigaro"});
}

TEST_CASE("an example that aliases make huge is refused, not written out") {
  std::string text = "x0: &x0 {a: lol, b: lol}\n";
  for (int i = 1; i < 40; ++i) {
    const std::string n = std::to_string(i);
    const std::string last = std::to_string(i - 1);
    text += "x" + n + ": &x" + n + " {a: *x" + last + ", b: *x" + last + "}\n";
  }
  text += "brands: [{name: A, tests: {must_match: [{text: *x39}]}}]\n";
  const Loaded loaded = load_text("lol", text);
  CHECK(std::ranges::any_of(loaded.diagnostics, [](const Diagnostic& d) {
    return d.message.find("larger than 256 KiB") != std::string::npos;
  }));
}

TEST_CASE("each brand knows the file, line and column it was written at") {
  const fs::path path = kCases / "good.yaml";
  const Loaded loaded = load_settings(path.string());
  std::vector<std::string> places;
  for (const std::string& place : loaded.settings.brand_places) {
    places.push_back(without(place, kCases));
  }
  const std::vector<std::string> expected = {"packs/good.yaml:2:5", "packs/good.yaml:3:5",
                                             "good.yaml:10:5", "good.yaml:14:5"};
  CHECK(places == expected);
}

TEST_CASE("secrets come from files and the environment and are never printed") {
  const fs::path directory = scratch("secrets");
  write_file(directory / "password.txt", "s3cret-from-file\n");
  ::setenv("VIGIE_TEST_USER", "s3cret-from-env", 1);
  write_file(directory / "vigie.yaml", R"(
brands: [{name: Acme}]
sources:
  - kafka:
      brokers: kafka:9092
      topics: posts
      properties:
        security.protocol: SASL_SSL
        sasl.mechanism: PLAIN
        sasl.username: {env: VIGIE_TEST_USER}
        sasl.password: {file: password.txt}
        ssl.key.password: s3cret-in-the-clear
        ssl.key.pem: s3cret-key
)");
  const Loaded loaded = load_settings((directory / "vigie.yaml").string());
  REQUIRE(loaded.ok());
  const auto& properties = std::get<KafkaSettings>(loaded.settings.sources.at(0)).properties;
  CHECK(properties.at("sasl.password").value == "s3cret-from-file");
  CHECK(properties.at("sasl.username").value == "s3cret-from-env");
  CHECK(properties.at("ssl.key.password").value == "s3cret-in-the-clear");
  REQUIRE(loaded.diagnostics.size() == 1);  // the one in the clear
  CHECK(loaded.diagnostics[0].severity == Diagnostic::Severity::warning);
  CHECK(loaded.diagnostics[0].text().find("s3cret") == std::string::npos);
  CHECK(loaded.diagnostics[0].excerpt.empty());  // that line holds the secret itself

  const std::string printed = print_settings(loaded.settings);
  CHECK(printed.find("s3cret") == std::string::npos);
  CHECK(printed.find("sasl.mechanism: PLAIN\n") != std::string::npos);
  CHECK(printed.find("sasl.username: {env: VIGIE_TEST_USER}\n") != std::string::npos);
  CHECK(printed.find("sasl.password: {file: password.txt}\n") != std::string::npos);
  CHECK(printed.find("ssl.key.password: \"***\"\n") != std::string::npos);
  CHECK(printed.find("ssl.key.pem: \"***\"\n") != std::string::npos);
}

TEST_CASE("no diagnostic shows a line with a secret on it") {
  const std::string block =
      "brands: [{name: A}]\nsources:\n  - kafka:\n      properties:\n        ssl.key.pem: |\n"
      "          s3cret\n          s3cret\n      topcs: a\n";
  const std::vector<std::string> texts = {
      block,
      "brands: [{name: A}]\nsources: [{kafka: {propertis: {sasl.password: s3cret}, x: y}}]\n",
      "brands: [{name: A}]\nsources: [{kafka: {properties: {sasl.password: [s3cret]}}}]\n",
      "brands: [{name: A}]\nsources: [{kafka: {properties: {sasl.password: \"s3cret}}}]\n",
      "x: &p s3cret\nsources: [{kafka: {properties: {sasl.password: *p}}}]\nbrands: [{nam: *p}]\n"};
  for (const std::string& text : texts) {
    const Loaded loaded = load_text("secret_lines", text);
    CHECK_FALSE(loaded.diagnostics.empty());
    for (const Diagnostic& diagnostic : loaded.diagnostics) {
      INFO(diagnostic.text(), diagnostic.excerpt);
      CHECK(diagnostic.excerpt.find("s3cret") == std::string::npos);
    }
  }
}

TEST_CASE("a term above its limit is named with its place") {
  const std::string term(kTermBytesMax + 1, 'x');
  const Loaded loaded = load_text("long", "brands:\n  - name: Acme\n    names: [" + term + "]\n");
  REQUIRE(loaded.diagnostics.size() == 1);
  CHECK(loaded.diagnostics[0].text().find("long.yaml:3:13: error: 'brand.names': 'xxx") !=
        std::string::npos);
  CHECK(loaded.diagnostics[0].message.find("is 1025 bytes long; write at most 1024") !=
        std::string::npos);
  CHECK(loaded.diagnostics[0].message.size() < 200);
}

TEST_CASE("a file that is no text at all is one diagnostic, not a crash") {
  std::mt19937 random(7);
  std::string bytes;
  for (int i = 0; i < 4096; ++i) bytes.push_back(static_cast<char>(random() & 0xFF));
  CHECK_FALSE(load_text("noise", bytes).ok());
  CHECK_FALSE(load_text("nul", std::string(64, '\0')).ok());
  CHECK_FALSE(load_text("deep", std::string(5000, '[')).ok());
  CHECK_FALSE(load_text("deeper", std::string(5000, '{')).ok());
}

// The seed is fixed: a failure can be repeated.
TEST_CASE("a configuration damaged at random never crashes the reader") {
  const std::string good =
      read_file(fs::path(VIGIE_SOURCE_DIR) / "tests/cases/settings/good.yaml") +
      read_file(fs::path(VIGIE_SOURCE_DIR) / "tests/cases/settings/kafka.yaml");
  constexpr std::string_view kSigns = ":-[]{}#&*!|>'\"%@`\n\t ,?~";
  std::mt19937 random(11);
  for (int round = 0; round < 200; ++round) {
    std::string damaged = good.substr(0, random() % good.size() + 1);
    for (int i = 0; i < 4; ++i)
      damaged[random() % damaged.size()] = kSigns[random() % kSigns.size()];
    const Loaded loaded = load_text("damaged", damaged);
    static_cast<void>(print_settings(loaded.settings));
    CHECK(std::ranges::is_sorted(loaded.diagnostics, {}, [](const Diagnostic& d) {
      return d.place.find("packs/") != std::string::npos;  // the main file's come first
    }));
  }
}

}  // namespace
}  // namespace vigie
