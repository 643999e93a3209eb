// Stage one: what a record becomes for the brands that it mentions. Most cases are data:
// tests/cases/facts/*.ndjson, with all that is told of each record next to it.
#include "engine/runtime/match_stage.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include "connectors/decode.h"
#include "engine/base/text.h"
#include "engine/runtime/post_values.h"
#include "tests/allocations.h"
#include "tests/decode_cases.h"
#include "tests/files.h"

namespace vigie {
namespace {

namespace fs = std::filesystem;

constexpr KeySeed kSeed{11, 12};

std::shared_ptr<const rules::RuleSet> make_rules() {
  const std::vector<rules::Brand> brands{
      {.name = "Acme",
       .names = {"Acme"},
       .owned = {.accounts = {"acme_help", "771"}, .domains = {"acme.com"}},
       .campaigns = {{.name = "summer", .hashtags = {"acmesummer"}, .guideline = "ugly"}}},
      {.name = "Zenith", .names = {"Zenith"}},
  };
  const std::vector<rules::Segment> segments{{"parents", "mère OR père"},
                                             {"students", "étudiant*"}};
  const rules::RecommendationPack opinions{.recommend = "recommande", .advise_against = "fuyez"};
  return rules::compile(brands, {.segments = segments, .opinions = &opinions}, nullptr).value();
}

// Of the records, stage one being asked for so many shards.
struct Stage {
  explicit Stage(MatchStage::Settings settings)
      : stage(decoder.get(), make_rules(), &counters, settings) {}

  void run(std::string_view lines) {
    records = {};
    for (std::istringstream in{std::string(lines)}; in;) {
      std::string& line = texts.emplace_back();
      if (std::getline(in, line) && !line.empty()) records.add(line).offset = offset++;
    }
    run();
  }
  void run() { CHECK(stage.run(records.batch, 0, &output) == records.batch.records.size()); }

  decode_cases::Records records;
  std::vector<std::string> texts;
  std::int64_t offset = 0;
  Counters counters;
  std::unique_ptr<Decoder> decoder = make_native_decoder({});
  MatchStage stage;
  MatchStage::Output output;
};

std::string hex(const Key128& key) {
  if (!key.is_set()) return "-";
  std::ostringstream out;
  out << std::hex << (key.high >> 32);
  return out.str();
}

std::string shown(const Facts& facts, const Labels& labels) {
  std::string out;
  for (const Label& label : facts.of(labels)) {
    CHECK(label.hash == label_hash(kSeed, facts.text(label)));
    out += cat(out.empty() ? "" : " | ", facts.text(label));
  }
  return out;
}

std::string flags_of(const Fact& fact) {
  std::string out;
  const auto add = [&](bool set, std::string_view name) { out += set ? cat(" ", name) : ""; };
  add(!fact.mention, "no-mention");
  add(fact.owned, "owned");
  add(fact.addressed, "addressed");
  add(fact.owned_link, "owned-link");
  add(fact.moderated, "moderated");
  add(fact.recommends, "recommends");
  add(fact.advises_against, "advises-against");
  if (fact.campaigns != 0) out += cat(" campaigns=", fact.campaigns);
  if (fact.rejected != 0) out += cat(" rejected=", fact.rejected);
  if (fact.crisis != 0) out += cat(" crisis=", int{fact.crisis});
  if (fact.segments != 0) out += cat(" segments=", fact.segments);
  return out;
}

void append_post(const Facts& facts, const FactPost& post, std::string* out) {
  append_to(out, "post ", post.origin.offset, " ", to_text(post.kind), " at ",
            to_rfc3339(post.event_time), ", told at ", to_rfc3339(post.told_at),
            post.backdated ? ", backdated" : "", post.edited ? ", edited" : "", "\n");
  append_to(out, "  keys ", hex(post.key), " author ", hex(post.author), " parent ",
            hex(post.parent), " root ", hex(post.root), " replaced ", hex(post.replaced), "\n");
  append_to(out, "  on ", post.platform.view(), " lang '", post.lang.view(), "' country '",
            post.country.view(), "' ", to_text(post.given), " rating ",
            static_cast<double>(post.rating), " signed ", post.signature != 0 ? "yes" : "no", "\n");
  append_to(out, "  followers ", post.followers, " age ", post.author_age_days, " counters");
  for (const std::int64_t counter : post.counters) append_to(out, " ", counter);
  append_to(out, "\n  id '", facts.text(post.id), "' by '", facts.text(post.author_name), "' in '",
            facts.text(post.channel), "'\n");
  append_to(out, "  hashtags ", shown(facts, post.hashtags), "\n  words ", shown(facts, post.words),
            "\n  links ", shown(facts, post.links), "\n  sites ", shown(facts, post.sites), "\n");
}

std::string shown(const MatchStage::Output& output) {
  std::string out;
  for (const Facts& facts : output.facts) {
    for (std::uint32_t i = 0; i < facts.posts.size(); ++i) {
      append_post(facts, facts.posts[i], &out);
      for (const Fact& fact : facts.facts) {
        if (fact.post != i) continue;
        append_to(&out, "  brand ", fact.brand, " ", to_text(fact.media), flags_of(fact), "\n");
      }
    }
  }
  return out;
}

TEST_CASE("every golden record tells exactly the facts expected") {
  const bool accept = std::getenv("VIGIE_ACCEPT") != nullptr;
  std::size_t files = 0;
  for (const auto& entry : fs::directory_iterator(VIGIE_SOURCE_DIR "/tests/cases/facts")) {
    if (entry.path().extension() != ".ndjson") continue;
    ++files;
    Stage stage({.seed = kSeed, .pseudonymise = entry.path().stem() != "open"});
    stage.run(read_file(entry.path()));
    const std::string got = shown(stage.output);
    const fs::path expected = fs::path(entry.path()).replace_extension(".expected");
    if (accept) std::ofstream(expected, std::ios::binary) << got;
    INFO("to accept: VIGIE_ACCEPT=1 match_stage_test, then look at the difference; file: ",
         entry.path());
    CHECK(got == read_file(expected));
  }
  CHECK(files >= 2);
}

constexpr std::string_view kBoth =
    R"({"id":"1","platform":"x","text":"Acme contre Zenith #duel https://a.example/b",)"
    R"("created_at":"2026-11-24T08:00:00Z","author":{"id":"9"},"urls":["https://a.example/b"]})"
    "\n"
    R"({"id":"2","platform":"x","text":"Zenith seul","created_at":"2026-11-24T08:00:00Z"})";

TEST_CASE("each shard is told of a post with texts of its own") {
  Stage one({.shards = 1, .seed = kSeed});
  one.run(kBoth);
  Stage two({.shards = 2, .seed = kSeed});
  two.run(kBoth);
  REQUIRE(two.output.facts.size() == 2);
  CHECK(two.output.facts[0].posts.size() == 1);
  CHECK(two.output.facts[1].posts.size() == 2);
  const auto described = [](const Facts& facts, std::size_t post) {
    std::string out;
    append_post(facts, facts.posts[post], &out);
    return out;
  };
  for (const std::size_t shard : {0, 1}) {
    CHECK(described(two.output.facts[shard], 0) == described(one.output.facts[0], 0));
  }
  CHECK(described(two.output.facts[1], 1) == described(one.output.facts[0], 1));
}

TEST_CASE("what follows from the accounts of a brand is the same with the guard off") {
  const auto rules = make_rules();
  rules::Matcher fast(rules);
  rules::Matcher slow(rules, rules::Matcher::Guard::off);
  decode_cases::Records records;
  std::istringstream in(read_file(VIGIE_SOURCE_DIR "/tests/cases/facts/owned.ndjson"));
  for (std::string line; std::getline(in, line);) records.add(line);
  MentionBatch decoded;
  const auto decoder = make_native_decoder({});
  const std::size_t count = records.batch.records.size();
  REQUIRE(decoder->decode(records.batch, 0, count, &decoded) == count);
  for (const Mention& mention : decoded.mentions) {
    rules::Hits with;
    rules::Hits without;
    fast.match(mention, &with);
    slow.match(mention, &without);
    CHECK(with.hits == without.hits);
    CHECK(with.answers == without.answers);
    CHECK(with.segments == without.segments);
    CHECK(with.recommends == without.recommends);
    CHECK(with.advises_against == without.advises_against);
    for (const rules::Explanation& one : fast.explain(mention, std::nullopt)) {
      const auto hit = std::ranges::find(with.hits, one.brand, &rules::Hit::brand);
      REQUIRE(one.matched == (hit != with.hits.end()));
      if (!one.matched) continue;
      CHECK(one.media == hit->media);
      CHECK(one.addressed == hit->addressed);
    }
  }
}

TEST_CASE("a warm stage allocates nothing for a post that mentions brands") {
  Stage stage({.shards = 2, .seed = kSeed});
  stage.run(kBoth);
  stage.run();
  const std::size_t warm = allocations;
  stage.run();
  const std::size_t after = allocations;
  CHECK(after == warm);
}

TEST_CASE("labels beyond the bounds are counted") {
  std::string text = "Acme";
  for (int i = 0; i < 40; ++i)
    text += cat(" mot", static_cast<char>('a' + i / 26), static_cast<char>('a' + i % 26));
  const std::string long_link = "https://a.example/" + std::string(300, 'x');
  Stage stage({.seed = kSeed});
  stage.run(cat(R"({"id":"1","platform":"x","text":")", text,
                R"(","created_at":"2026-11-24T08:00:00Z","urls":[")", long_link, R"("]})"));
  const Facts& facts = stage.output.facts[0];
  REQUIRE(facts.posts.size() == 1);
  CHECK(facts.posts[0].words.count == kLabelsPerPostMax);
  CHECK(facts.posts[0].links.count == 0);
  CHECK(stage.counters.labels_lost == 9 + 1);
}

TEST_CASE("nothing by which its author could be found leaves stage one") {
  Stage stage({.seed = kSeed});
  stage.run(
      R"({"id":"at://did:plc:secret77/app/3k","platform":"bluesky","text":"Acme est bien",)"
      R"("created_at":"2026-11-24T08:00:00Z",)"
      R"("url":"https://bsky.app/profile/Marthe.Example/post/3k",)"
      R"("author":{"id":"did:plc:secret77","handle":"marthe.example","name":"Marthe Durand"},)"
      R"("channel":{"name":"Marthe Durand"},)"
      R"("urls":["https://marthe.example/blog","https://other.example/"]})");
  const Facts& facts = stage.output.facts[0];
  REQUIRE(facts.posts.size() == 1);
  const std::string texts(facts.texts.begin(), facts.texts.end());
  for (const std::string_view secret : {"marthe", "Marthe", "Durand", "secret77"}) {
    INFO(texts);
    CHECK(texts.find(secret) == std::string::npos);
  }
  CHECK(facts.text(facts.posts[0].author_name).size() == 17);
  CHECK(facts.of(facts.posts[0].links).size() == 1);
  CHECK(facts.posts[0].author == author_key(kSeed, "bluesky", "did:plc:secret77"));
}

TEST_CASE("ratings of every scale are stars") {
  const auto stars = [](double value, std::optional<double> max) {
    Mention mention;
    mention.rating = Rating{value, max};
    return stars_of(mention);
  };
  CHECK(stars(4, 5) == 4);
  CHECK(stars(8, 10) == 4);
  CHECK(stars(90, 100) == doctest::Approx(4.5));
  CHECK(stars(0, 10) == 1);
  CHECK(stars(3.5, std::nullopt) == 3.5F);
  CHECK(stars(8, std::nullopt) == 0);
  CHECK(stars(0, std::nullopt) == 0);
  CHECK(stars(11, 10) == 0);
  CHECK(stars(1, 0) == 0);
  CHECK(stars_of(Mention{}) == 0);
}

TEST_CASE("the root of a thread is told as far as it is known") {
  Mention reply;
  reply.id = "3";
  reply.kind = Kind::reply;
  reply.parent_id = "2";
  CHECK(root_id_of(reply) == "2");
  reply.root_id = "1";
  CHECK(root_id_of(reply) == "1");
  Mention repost;
  repost.id = "5";
  repost.kind = Kind::repost;
  repost.root_id = "5";
  repost.shared_id = "4";
  CHECK(root_id_of(repost) == "4");
  Mention first;
  first.id = "6";
  first.root_id = "6";
  CHECK(root_id_of(first).empty());
}

// One post without observed_at, written then.
std::string post_at(std::string_view time) {
  return cat(R"({"id":"1","platform":"x","text":"Acme","created_at":")", time, "\"}\n");
}

TEST_CASE("one post dated far ahead of its partition does not carry event time away") {
  Stage test({.seed = kSeed});
  test.run(post_at("2026-11-22T10:00:00Z") + post_at("2099-01-01T00:00:00Z") +
           post_at("2026-11-22T10:05:00Z"));
  REQUIRE(test.output.facts[0].posts.size() == 3);
  CHECK(to_rfc3339(test.output.facts[0].posts[1].event_time) == "2026-11-22T10:00:00Z");
  CHECK(to_rfc3339(*test.output.reached[0].event_time) == "2026-11-22T10:05:00Z");
  CHECK(test.counters.repairs[static_cast<std::size_t>(Repair::future_time)] == 1);
}

TEST_CASE("after a long pause the second post is believed, and event time goes on") {
  Stage test({.seed = kSeed});
  test.run(post_at("2025-01-01T00:00:00Z") + post_at("2025-01-31T00:00:00Z"));
  CHECK(to_rfc3339(*test.output.reached[0].event_time) == "2025-01-31T00:00:00Z");
  test.run(post_at("2026-11-22T10:00:00Z"));
  CHECK(to_rfc3339(*test.output.reached[0].event_time) == "2025-01-31T00:00:00Z");
  test.run(post_at("2026-11-22T10:01:00Z"));
  CHECK(to_rfc3339(*test.output.reached[0].event_time) == "2026-11-22T10:01:00Z");
}

TEST_CASE("what was observed, or taken by its log, then is believed after any pause") {
  Stage test({.seed = kSeed});
  test.run(post_at("2025-01-01T00:00:00Z"));
  test.records = {};
  const std::string later = post_at("2026-11-22T10:00:00Z");
  Record& record = test.records.add(later);
  record.recorded_at = parse_rfc3339("2026-11-22T10:00:30Z");
  test.run();
  CHECK(to_rfc3339(*test.output.reached[0].event_time) == "2026-11-22T10:00:00Z");
  CHECK(test.counters.repairs[static_cast<std::size_t>(Repair::future_time)] == 0);
}

}  // namespace
}  // namespace vigie
