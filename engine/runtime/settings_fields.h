// Every field of the configuration: its name, what may be written there, and the reason for it. Its
// default is the initialiser in settings.h. Reading, printing and the comments that are printed all
// come from these descriptions, so they cannot drift apart.
//
// A visitor has one function for each shape of value; see settings_reader.h and settings_print.cc.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "engine/runtime/settings.h"

namespace vigie {

struct Field {
  std::string_view name;
  std::string_view unit;    // what is to be written
  std::string_view reason;  // what it does, and why one would change it
  bool required = false;
};

template <class T>
struct Range {
  T min;
  T max;
};

// What is wrong with a text and what to write instead, or nothing.
using Check = std::optional<std::string> (*)(std::string_view);
[[nodiscard]] std::optional<std::string> check_any(std::string_view text);
[[nodiscard]] std::optional<std::string> check_not_empty(std::string_view text);
[[nodiscard]] std::optional<std::string> check_domain(std::string_view text);
[[nodiscard]] std::optional<std::string> check_listen(std::string_view text);
[[nodiscard]] std::optional<std::string> check_broker(std::string_view text);
[[nodiscard]] std::optional<std::string> check_topic(std::string_view text);
[[nodiscard]] std::optional<std::string> check_optional_topic(std::string_view text);
[[nodiscard]] std::optional<std::string> check_term(std::string_view text);
[[nodiscard]] std::optional<std::string> check_regex(std::string_view text);
[[nodiscard]] std::optional<std::string> check_query(std::string_view text);
[[nodiscard]] std::optional<std::string> check_library_query(std::string_view text);
[[nodiscard]] std::optional<std::string> check_library_name(std::string_view text);
[[nodiscard]] std::optional<std::string> check_panel(std::string_view text);
[[nodiscard]] std::optional<std::string> check_platform(std::string_view text);
[[nodiscard]] std::optional<std::string> check_mapping(std::string_view text);
// Names of librdkafka properties: those that have a field of their own are refused.
[[nodiscard]] std::optional<std::string> check_property(std::string_view name);

// Whether the value of this librdkafka property must not be shown.
[[nodiscard]] bool is_secret_property(std::string_view name);

inline constexpr Field mapping_field() {
  return {"mapping", "a name that `vigie mappings` lists or a file of `mappings` has, or auto",
          "how the posts are written; auto looks at each record and takes the mapping that fits"};
}

using NamedText = decltype(rules::Library::queries);
using NamedTexts = decltype(rules::Library::lists);

template <class Visitor>
void describe(Visitor& v, KafkaSettings& s) {
  v.joined({"brokers", "host:port, or a list of them", "where to reach the cluster", true},
           check_broker, &s.brokers);
  v.texts({"topics", "topic names", "what to read", true}, check_topic, &s.topics);
  v.text({"group", "a name",
          "the consumer group: processes with the same one share the partitions, and the place "
          "reached is kept under it"},
         check_not_empty, &s.group);
  v.text({"instance", "a name, or empty for one made from the host and the port served",
          "static membership: a restart within the session timeout moves no partition; two "
          "processes may not use the same one"},
         check_any, &s.instance);
  v.text(mapping_field(), check_mapping, &s.mapping);
  v.properties({"properties", "librdkafka properties; a value may be {file: PATH} or {env: NAME}",
                "TLS, SASL and tuning"},
               &s.properties);
}

template <class Visitor>
void describe(Visitor& v, FilesSettings& s) {
  v.texts({"paths", "files, directories, or - for standard input",
           "NDJSON, plain, gzip or zstd; relative to the working directory", true},
          check_not_empty, &s.paths);
  v.text(mapping_field(), check_mapping, &s.mapping);
}

// Exactly one of them.
template <class Visitor>
void describe(Visitor& v, SourceSettings& s) {
  v.template choice<KafkaSettings>({"kafka", "a mapping", "Kafka topics"}, &s);
  v.template choice<FilesSettings>({"files", "a mapping", "files that are read once"}, &s);
}

template <class Visitor>
void describe(Visitor& v, rules::Owned& s) {
  v.texts({"accounts", "handles or ids", "what they publish is owned media"}, check_term,
          &s.accounts);
  v.texts({"domains", "domains, such as acme.com", "these sites and their subdomains are, too"},
          check_domain, &s.domains);
}

template <class Visitor>
void describe(Visitor& v, rules::Campaign& s) {
  v.text({"name", "a text", "what to call it; no other campaign of the brand may have it", true},
         check_term, &s.name);
  v.texts({"hashtags", "words", "a post under one of them takes part", true}, check_term,
          &s.hashtags);
  v.time({"start", "a date (from its midnight, UTC), a time in RFC 3339, or empty for none",
          "the first moment of it"},
         &s.start);
  v.time({"end", "a date, a time in RFC 3339, or empty for none", "the first moment after it"},
         &s.end);
  v.number({"target", "a whole number", "participations hoped for; 0 is none stated"},
           Range<std::uint64_t>{0, 1'000'000'000'000}, &s.target);
  v.text({"guideline", "a query, or empty for none",
          "what a contribution must not hold: one that it matches is rejected"},
         check_query, &s.guideline);
}

// The examples of a brand, which stand under one key.
struct Examples {
  std::vector<rules::Example>* must_match = nullptr;
  std::vector<rules::Example>* must_not_match = nullptr;
};

template <class Visitor>
void describe(Visitor& v, Examples& s) {
  v.examples({"must_match", "texts, or mappings that are mention/1 records",
              "`vigie test` fails unless the brand matches each of them"},
             s.must_match);
  v.examples({"must_not_match", "texts, or mappings that are mention/1 records",
              "`vigie test` fails when the brand matches one of them"},
             s.must_not_match);
}

template <class Visitor>
void describe(Visitor& v, rules::Brand& s) {
  v.text({"name", "a text", "what to call it: the label of its metrics; no other brand may have it",
          true},
         check_term, &s.name);
  v.text({"panel", "a name, or empty for none",
          "brands that are compared with each other have the same"},
         check_panel, &s.panel);
  v.texts({"names", "words or phrases",
           "found as whole words; case, width and accents do not count; when names, hashtags, "
           "handles, regex and query are all empty, the brand's name is its only one"},
          check_term, &s.names);
  v.texts({"hashtags", "words", "found behind # only"}, check_term, &s.hashtags);
  v.texts({"handles", "words", "found behind @ only"}, check_term, &s.handles);
  v.texts({"exclude", "words or phrases", "a post that holds one of them is not a mention"},
          check_term, &s.exclude);
  v.texts({"regex", "RE2 patterns",
           "tried on the folded text; a pattern without a fixed word in it is slow"},
          check_regex, &s.regex);
  v.text({"query", "a query, or empty for none",
          "a Boolean search; a post that it matches is a mention, too"},
         check_query, &s.query);
  v.text({"shadow", "a query, or empty for none",
          "another version of the query, evaluated beside it on live posts; it decides nothing"},
         check_query, &s.shadow);
  v.section({"owned", "a mapping", "what the brand publishes itself"}, &s.owned);
  v.campaigns({"campaigns", "a list", "calls for contributions under hashtags of their own"},
              &s.campaigns);
  Examples tests{&s.must_match, &s.must_not_match};
  v.section({"tests", "a mapping", "posts that the brand must and must not match"}, &tests);
}

template <class Visitor>
void describe(Visitor& v, DeadLetterSettings& s) {
  v.text({"file", "a path, or empty for none",
          "refused records, as NDJSON with the reason and where they came from; relative to the "
          "working directory"},
         check_any, &s.file);
  v.text({"topic", "a topic name, or empty for none",
          "refused records, on the brokers of the first Kafka source"},
         check_optional_topic, &s.topic);
}

template <class Visitor>
void describe(Visitor& v, StateSettings& s) {
  using namespace std::chrono_literals;
  v.text({"path", "a directory, or empty for none",
          "where the numbers of the brands outlive the process: a directory of its own, made where "
          "there is none, relative to the working directory; without one they begin anew at each "
          "start"},
         check_any, &s.path);
  v.duration({"every", "a duration, 100ms to 1h",
              "how often it is saved; after a crash, what came since is read once more"},
             {100ms, 1h}, &s.every);
  v.byte_count(
      {"bytes", "an amount, 1MB to 16GB", "it is saved earlier when so much of it has changed"},
      {ByteCount{1ULL << 20}, ByteCount{16ULL << 30}}, &s.bytes);
}

template <class Visitor>
void describe(Visitor& v, ServeSettings& s) {
  v.text({"listen", "host:port; port 0 is any free one",
          "metrics, pages and health; there is no login, so only this machine can reach it unless "
          "told otherwise"},
         check_listen, &s.listen);
}

template <class Visitor>
void describe(Visitor& v, EventTimeSettings& s) {
  using namespace std::chrono_literals;
  v.duration(
      {"lateness", "a duration, 0s to 7d",
       "how long a minute stays open for posts out of order; longer costs memory, some 260 bytes "
       "per brand, platform and hour"},
      {0s, 7 * 24h}, &s.lateness);
  v.duration(
      {"future", "a duration, 0s to 1d",
       "how far a post may be dated after it was seen; further ahead, its clock is wrong and "
       "the time of observation is taken"},
      {0s, 24h}, &s.future);
  v.duration(
      {"idle_after", "a duration, 10ms to 1d",
       "after this long a partition that is read to its end no longer holds the others back"},
      {10ms, 24h}, &s.idle_after);
}

template <class Visitor>
void describe(Visitor& v, EngineSettings& s) {
  using namespace std::chrono_literals;
  v.number({"workers", "a number of threads, 1 to 64",
            "each reads, decodes and matches partitions of its own; more than there are partitions "
            "or cores gains nothing"},
           {1, 64}, &s.workers);
  v.number(
      {"shards", "a number of threads, 1 to 64", "each keeps the windows of a part of the brands"},
      {1, 64}, &s.shards);
  v.duration({"drain", "a duration, 0s to 1h",
              "how long a stop may take to finish and commit what was read; keep it below the kill "
              "delay of the supervisor, which is 30s in Kubernetes"},
             {0s, 1h}, &s.drain);
  v.duration({"snapshot_every", "a duration, 10ms to 1m",
              "how often the metrics are brought up to date; a scrape sees nothing newer"},
             {10ms, 1min}, &s.snapshot_every);
}

template <class Visitor>
void describe(Visitor& v, PrivacySettings& s) {
  v.flag({"pseudonymise", "true or false",
          "authors go by a keyed pseudonym, and no id, handle or name of theirs is kept"},
         &s.pseudonymise);
  v.secret({"key", "{file: PATH} or {env: NAME}, 16 bytes or more",
            "what the pseudonyms are made with: whoever has it can tell which author is behind "
            "one; without one it is drawn at random and kept with the state"},
           &s.key);
}

template <class Visitor>
void describe(Visitor& v, rules::Segment& s) {
  v.text({"name", "a text", "what to call it", true}, check_term, &s.name);
  v.text({"query", "a query", "which posts that mention a brand belong to it", true},
         check_library_query, &s.query);
}

template <class Visitor>
void describe(Visitor& v, TierSettings& s) {
  constexpr Range<std::int64_t> kFollowers{1, 1'000'000'000};
  v.number({"micro", "a whole number", "followers from which an author is micro, no longer nano"},
           kFollowers, &s.micro);
  v.number({"macro_above", "a whole number", "an author with more followers is macro"}, kFollowers,
           &s.macro_above);
}

template <class Visitor>
void describe(Visitor& v, EngagementSettings& s) {
  constexpr Range<int> kDays{1, 30};
  v.number({"animator_days", "a number of days, 1 to 30",
            "contributing on so many of the last 30 makes an author an animator"},
           kDays, &s.animator_days);
  v.number({"ambassador_days", "a number of days, 1 to 30", "on so many, an ambassador"}, kDays,
           &s.ambassador_days);
}

template <class Visitor>
void describe(Visitor& v, Rates& s) {
  constexpr Range<double> kPrice{0, 1e9};
  v.decimal({"cpm", "a price", "of a thousand views"}, kPrice, &s.cpm);
  v.decimal({"like", "a price", "of one"}, kPrice, &s.like);
  v.decimal({"comment", "a price", "of one"}, kPrice, &s.comment);
  v.decimal({"share", "a price", "of one"}, kPrice, &s.share);
  v.decimal({"click", "a price", "of one"}, kPrice, &s.click);
}

template <class Visitor>
void describe(Visitor& v, RateCard& s) {
  v.text({"version", "a text, or empty where there is no card",
          "shown with each value, so that numbers of two cards are not compared"},
         check_any, &s.version);
  v.text({"currency", "a text, such as EUR", "of the prices"}, check_any, &s.currency);
  v.rates({"platforms", "prices by platform; other stands for those that are not named",
           "what earned media are worth, as an estimate"},
          &s.platforms);
}

// What people choose about the KPIs, which stands under one key. Without settings it describes the
// defaults.
struct KpiSection {
  KpiSettings* kpis = nullptr;
  rules::RecommendationPack* opinions = nullptr;
};

template <class Visitor>
void describe(Visitor& v, KpiSection& s) {
  using namespace std::chrono_literals;
  KpiSettings default_kpis;
  rules::RecommendationPack none;
  KpiSettings& kpis = s.kpis != nullptr ? *s.kpis : default_kpis;
  rules::RecommendationPack& opinions = s.opinions != nullptr ? *s.opinions : none;
  v.section({"tiers", "a mapping", "authors by their followers"}, &kpis.tiers);
  v.section({"engagement", "a mapping", "authors by what they do"}, &kpis.engagement);
  v.duration({"unanswered_after", "a duration, 1m to 6d",
              "a negative post to the brand that waits longer for its answer is shown"},
             {1min, 6 * 24h}, &kpis.unanswered_after);
  v.text({"recommend", "a query, or empty for the one that is shipped",
          "posts that recommend the brand they mention"},
         check_query, &opinions.recommend);
  v.text({"advise_against", "a query, or empty for the one that is shipped",
          "posts that advise against it"},
         check_query, &opinions.advise_against);
  v.section({"rates", "a mapping", "the rate card; without one no earned media value is shown"},
            &kpis.rates);
}

template <class Visitor>
void describe(Visitor& v, SentimentSettings& s) {
  static constexpr std::array kSources{SentimentSource::model, SentimentSource::given};
  v.word({"source", "model or given",
          "whose label the KPIs count: that of our model, or the one that came with the post; they "
          "are never mixed"},
         std::span<const SentimentSource>(kSources), &s.source);
}

// What the main file and an included one have in common.
template <class Visitor>
void describe_brands(Visitor& v, Settings& s) {
  v.include({"include", "paths",
             "rule packs with `brands` and what their queries call; relative to the file that "
             "names them"});
  v.brands({"brands", "a list", "what to watch"}, &s.brands);
  v.named({"queries", "queries by name", "parts that queries share: @rule(NAME)"},
          check_library_query, &s.library.queries);
  v.named(
      {"lists", "lists of words or phrases by name", "any of them, where a query says list:NAME"},
      check_term, &s.library.lists);
  v.named({"author_groups", "lists of handles or ids by name",
           "who wrote a post, where a query says authorGroup:NAME"},
          check_term, &s.library.author_groups);
}

template <class Visitor>
void describe(Visitor& v, Settings& s) {
  v.sources({"sources", "a list", "where posts come from"}, &s.sources);
  v.mappings({"mappings", "paths of YAML files",
              "mappings of your own for JSON that no preset reads; one with the name of a preset "
              "takes its place; relative to this file"},
             &s.mappings);
  describe_brands(v, s);
  v.section({"dead_letters", "a mapping", "where records that cannot be used go"}, &s.dead_letters);
  v.errors({"errors",
            "reasons of refusal, or default for all others, each with dead_letter, drop or fail",
            "what becomes of a record that cannot be used: it goes to the dead letters, is only "
            "counted, "
            "or stops the engine"},
           &s.errors);
  v.section({"state", "a mapping", "what outlives the process"}, &s.state);
  v.segments({"segments", "a list", "parts of the mentions of every brand, by queries"},
             &s.segments);
  KpiSection kpis{&s.kpis, &s.opinions};
  v.section({"kpis", "a mapping", "what the KPIs count as what"}, &kpis);
  v.section({"sentiment", "a mapping", "how posts sound"}, &s.sentiment);
  v.section({"privacy", "a mapping", "what is kept of authors"}, &s.privacy);
  v.section({"serve", "a mapping", "the HTTP server"}, &s.serve);
  v.section({"event_time", "a mapping", "how far the time of the posts may stray"}, &s.event_time);
  v.section({"engine", "a mapping", "threads and pace"}, &s.engine);
}

}  // namespace vigie
