// The rest of engine/base: texts, names, the arena, the words of the wire form, errors, log lines.
#include <doctest/doctest.h>
#include <unistd.h>

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <limits>
#include <random>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/arena.h"
#include "engine/base/counters.h"
#include "engine/base/fact.h"
#include "engine/base/limits.h"
#include "engine/base/log.h"
#include "engine/base/mention.h"
#include "engine/base/post_key.h"
#include "engine/base/result.h"
#include "engine/base/short_name.h"
#include "engine/base/text.h"

using namespace vigie;

namespace {

TEST_CASE("cat joins texts, characters and numbers") {
  const std::string_view topic = "posts";
  CHECK(cat() == "");
  CHECK(cat("partition ", 3, " of ", topic, '/', std::uint64_t{18'446'744'073'709'551'615U}) ==
        "partition 3 of posts/18446744073709551615");
  CHECK(cat(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(cat(std::uint8_t{65}, ' ', std::int8_t{-1}) == "65 -1");
  CHECK(cat(0.1, ' ', 1.0, ' ', -0.25, ' ', 1e300) == "0.1 1 -0.25 1e+300");
}

TEST_CASE("a double is written with the digits that read back as the same") {
  std::mt19937_64 random(11);
  for (int i = 0; i < 2000; ++i) {
    double value = 0;
    const std::uint64_t bits = random();
    std::memcpy(&value, &bits, sizeof value);
    if (value != value) continue;
    REQUIRE(std::strtod(cat(value).c_str(), nullptr) == value);
  }
}

TEST_CASE("a JSON string escapes what JSON demands and nothing else") {
  struct Case {
    std::string_view text;
    std::string_view json;
  };
  using namespace std::string_view_literals;
  const std::vector<Case> cases{
      {"", R"("")"},
      {"plain", R"("plain")"},
      {"say \"hi\"", R"("say \"hi\"")"},
      {R"(a\b)", R"("a\\b")"},
      {"\"", R"("\"")"},
      {"a\nb\rc\td", R"("a\nb\rc\td")"},
      {"\0\x01\x1f"sv, R"("\u0000\u0001\u001f")"},
      {"\b\f", R"("\u0008\u000c")"},
      {"caf\u00e9 \U0001F4A9 \u2028/</script>", "\"caf\u00e9 \U0001F4A9 \u2028/</script>\""},
      {"\x7f", "\"\x7f\""},
  };
  for (const Case& c : cases) {
    std::string out = "=";
    append_json_string(c.text, &out);
    CHECK(out == cat('=', c.json));
  }
}

TEST_CASE("a slip of the finger finds the word that was meant, a stranger finds none") {
  constexpr std::array<std::string_view, 6> kKnown{"sources", "brands",  "serve",
                                                   "names",   "handles", "hashtags"};
  struct Case {
    std::string_view word;
    std::string_view meant;
  };
  const std::vector<Case> cases{
      {"brands", "brands"},    {"brand", "brands"},     {"barnds", "brands"}, {"surces", "sources"},
      {"hashtag", "hashtags"}, {"hastags", "hashtags"}, {"server", "serve"},  {"nmaes", "names"},
      {"kafka", ""},           {"zzzzzz", ""},          {"has", ""},          {"", ""},
  };
  for (const Case& c : cases) {
    CAPTURE(c.word);
    CHECK(closest(c.word, kKnown.data(), kKnown.size()) == c.meant);
  }
  CHECK(closest("brands", nullptr, 0).empty());
  CHECK(closest(std::string(10'000, 'b'), kKnown.data(), kKnown.size()).empty());
}

TEST_CASE("a short name holds up to its bound and compares as text") {
  CHECK(ShortName().empty());
  CHECK(ShortName(std::string_view{}).view().empty());
  CHECK(ShortName("") == ShortName());
  const std::string longest(ShortName::kBytesMax, 'x');
  CHECK(ShortName(longest).view() == longest);
  const std::vector<std::string_view> sorted{"", "a", "aa", "ab", "b", "mastodon", "x", "\xc3\xa9"};
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    for (std::size_t j = 0; j < sorted.size(); ++j) {
      CAPTURE(sorted[i]);
      CAPTURE(sorted[j]);
      CHECK((ShortName(sorted[i]) == ShortName(sorted[j])) == (i == j));
      CHECK((ShortName(sorted[i]) < ShortName(sorted[j])) == (i < j));
    }
  }
  using namespace std::string_view_literals;
  CHECK(ShortName("a\0"sv) != ShortName("a"));
}

TEST_CASE("what lies in an arena stays in its place until reset") {
  Arena arena;
  std::mt19937 random(3);
  std::vector<std::string> originals;
  std::vector<std::string_view> copies;
  for (std::size_t i = 0; i < 3000; ++i) {
    originals.emplace_back(random() % 700, static_cast<char>('a' + i % 26));
    copies.push_back(arena.copy(originals.back()));
  }
  originals.emplace_back(kArenaBlockBytes + 1, 'L');
  copies.push_back(arena.copy(originals.back()));
  originals.emplace_back(kArenaBlockBytes, 'B');
  copies.push_back(arena.copy(originals.back()));
  for (std::size_t i = 0; i < copies.size(); ++i) REQUIRE(copies[i] == originals[i]);
  CHECK(arena.copy(std::string_view{}).empty());
}

TEST_CASE("lists in an arena are aligned for their type") {
  Arena arena;
  const std::vector<Handle> handles{{"1", "ann"}, {"2", "bob"}};
  for (int i = 0; i < 100; ++i) {
    static_cast<void>(arena.bytes(static_cast<std::size_t>(i) % 7));
    const std::span<const Handle> copy = arena.copy(std::span<const Handle>(handles));
    REQUIRE(copy.size() == 2);
    REQUIRE(reinterpret_cast<std::uintptr_t>(copy.data()) % alignof(Handle) == 0);
    REQUIRE(copy[1].handle == "bob");
  }
  CHECK(arena.copy(std::span<const Handle>()).empty());
}

TEST_CASE("an arena used again for the same work takes no more memory") {
  Arena arena;
  const auto work = [&arena] {
    static_cast<void>(arena.bytes(3 * kArenaBlockBytes));
    for (int i = 0; i < 5000; ++i) static_cast<void>(arena.bytes(100));
    static_cast<void>(arena.bytes(kArenaBlockBytes - 1));
  };
  work();
  const std::size_t held = arena.held_bytes();
  for (int round = 0; round < 20; ++round) {
    arena.reset();
    work();
    REQUIRE(arena.held_bytes() == held);
  }
}

TEST_CASE("an arena gives back what one huge batch needed") {
  Arena arena;
  static_cast<void>(arena.bytes(50 * kArenaBlockBytes));
  CHECK(arena.held_bytes() >= 50 * kArenaBlockBytes);
  arena.reset();
  CHECK(arena.held_bytes() == 0);
  for (int i = 0; i < 50; ++i) static_cast<void>(arena.bytes(kArenaBlockBytes));
  CHECK(arena.held_bytes() == 50 * kArenaBlockBytes);
  arena.reset();
  CHECK(arena.held_bytes() == kArenaKeptBytes);
}

TEST_CASE("the words of the wire form name each value once and read back") {
  std::set<std::string_view> words;
  for (int i = 0; i < static_cast<int>(kOps); ++i) {
    words.insert(to_text(static_cast<Op>(i)));
    CHECK(parse_op(to_text(static_cast<Op>(i))) == static_cast<Op>(i));
  }
  CHECK(words.size() == kOps);
  words.clear();
  for (int i = 0; i < 8; ++i) {
    words.insert(to_text(static_cast<Kind>(i)));
    CHECK(parse_kind(to_text(static_cast<Kind>(i))) == static_cast<Kind>(i));
  }
  CHECK(words.size() == 8);
  CHECK(parse_op("delete") == Op::remove);
  CHECK(parse_op("delete_author") == Op::remove_author);
  CHECK(parse_kind("review") == Kind::review);
  for (const std::string_view word : {"", "Post", "posts", "remove", "remove_author", "upsert "}) {
    CHECK_FALSE(parse_op(word).has_value());
    CHECK_FALSE(parse_kind(word).has_value());
  }
}

TEST_CASE("every reject reason and repair has a label of its own") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kRejectReasons; ++i) {
    words.insert(to_text(static_cast<RejectReason>(i)));
  }
  for (std::size_t i = 0; i < kRepairs; ++i) words.insert(to_text(static_cast<Repair>(i)));
  CHECK(words.size() == kRejectReasons + kRepairs);
  CHECK_FALSE(words.contains(""));
  CHECK(to_text(RejectReason::bad_time) == "bad_time");
  CHECK(to_text(RejectReason::too_many_posts) == "too_many_posts");
  CHECK(to_text(Repair::future_time) == "future_time");
}

TEST_CASE("counters start at zero and grow by what is added") {
  Counters counters;
  CHECK(counters.records == 0);
  CHECK(counters.repairs[0] == 0);
  Counters::add(counters.records, 5);
  Counters::add(counters.records, 0);
  Counters::add(counters.records, 2);
  CHECK(counters.records == 7);
  RepairCounts repairs{};
  repairs[static_cast<std::size_t>(Repair::long_list)] = 3;
  counters.add(repairs);
  counters.add(repairs);
  CHECK(counters.repairs[static_cast<std::size_t>(Repair::long_list)] == 6);
  CHECK(counters.repairs[static_cast<std::size_t>(Repair::duplicate_key)] == 0);
}

TEST_CASE("the kinds of updates and what becomes of rejects have words of their own") {
  std::set<std::string_view> words;
  for (std::size_t i = 0; i < kUpdateKinds; ++i) {
    words.insert(to_text(static_cast<PostUpdate::Kind>(i)));
  }
  CHECK(words.size() == kUpdateKinds);
  CHECK(to_text(PostUpdate::Kind::edit) == "edit");
  words.clear();
  for (std::size_t i = 0; i < kRejectActions; ++i) {
    words.insert(to_text(static_cast<RejectAction>(i)));
  }
  CHECK(words == std::set<std::string_view>{"dead_letter", "none", "drop", "fail"});
}

TEST_CASE("siphash gives the values of its authors") {
  // From their vectors.h: the key is 00 01 ... 0f, the input as many bytes 00 01 02 ...
  const KeySeed seed{0x0706050403020100, 0x0f0e0d0c0b0a0908};
  std::string input;
  CHECK(siphash128(seed, input) == Key128{0xe6a825ba047f81a3, 0x930255c71472f66d});
  input.push_back('\0');
  CHECK(siphash128(seed, input) == Key128{0x44af996bd8c187da, 0x45fc229b11597634});
}

TEST_CASE("posts and authors have the same key only when platform and id are the same") {
  std::set<Key128> keys;
  const std::vector<std::string> platforms{"", "x", "xx", "mastodon", std::string(23, 'p')};
  const std::vector<std::string> ids{"1", "11", "x", std::string(100, 'a'), std::string(101, 'a')};
  const std::vector<KeySeed> seeds{{}, {1, 0}, {0, 1}};
  for (const KeySeed& seed : seeds) {
    for (const std::string& platform : platforms) {
      CHECK_FALSE(post_key(seed, platform, "").is_set());
      for (const std::string& id : ids) {
        keys.insert(post_key(seed, platform, id));
        keys.insert(author_key(seed, platform, id));
        CHECK(post_key(seed, platform, id) == post_key(seed, platform, id));
      }
    }
  }
  CHECK(keys.size() == seeds.size() * platforms.size() * ids.size() * 2);
}

TEST_CASE("the totals of a mapping are found again by its name") {
  Counters counters;
  MappingTotals* first = counters.mapping("jetstream");
  for (int i = 0; i < 100; ++i) counters.mapping(cat("m", i));
  CHECK(counters.mapping("jetstream") == first);
  CHECK(counters.mappings.size() == 101);
}

TEST_CASE("a fact batch weighs what it holds") {
  FactBatch batch;
  const std::size_t empty = batch.bytes();
  batch.facts.posts.reserve(100);
  CHECK(batch.bytes() == empty + 100 * sizeof(FactPost));
  batch.updates.reserve(10);
  CHECK(batch.bytes() == empty + 100 * sizeof(FactPost) + 10 * sizeof(PostUpdate));
}

TEST_CASE("an error reads as place and message") {
  CHECK(Error{ErrorKind::config, "no such brand", "a.yaml:3:5"}.text() ==
        "a.yaml:3:5: no such brand");
  CHECK(Error{ErrorKind::refused, "port in use", ""}.text() == "port in use");
  const Result<int> failed = fail(ErrorKind::corrupt, "not gzip", "posts.gz");
  REQUIRE_FALSE(failed.has_value());
  CHECK(failed.error().kind == ErrorKind::corrupt);
  CHECK(failed.error().text() == "posts.gz: not gzip");
  CHECK(Result<int>(3).value() == 3);
}

TEST_CASE("a log line carries time, level and message, braces and all") {
  std::FILE* file = std::tmpfile();
  REQUIRE(file != nullptr);
  std::fflush(stderr);
  const int saved = ::dup(STDERR_FILENO);
  ::dup2(::fileno(file), STDERR_FILENO);
  log(LogLevel::warning, "cannot read {} {0} %s");
  std::fflush(stderr);
  ::dup2(saved, STDERR_FILENO);
  ::close(saved);
  REQUIRE(std::fseek(file, 0, SEEK_SET) == 0);
  std::array<char, 256> line{};
  REQUIRE(std::fgets(line.data(), line.size(), file) != nullptr);
  std::fclose(file);
  const std::string_view text = line.data();
  CHECK(text.ends_with(" warning cannot read {} {0} %s\n"));
  CHECK(text.substr(4, 1) == "-");
  CHECK(text.find("Z warning") == 23);
}

}  // namespace
