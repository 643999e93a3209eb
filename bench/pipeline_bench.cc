// The number this project lives by: the whole path (lines of a mapped file, parse, fold, tokenise,
// match, count) on one core, as a part of the rate at which simdjson alone reads 12 fields.
//
//   pipeline_bench [--posts N] [--rounds N] [--names N...] [--named-one-in N]
//                  [--texts REDDIT.ndjson.gz]
//
// First the answer is checked: the counts per brand of a part of the corpus equal those of the
// matcher with its guard off, and the plain reader and the decoder see the same bytes.
#include <fcntl.h>
#include <simdjson.h>
#include <sys/mman.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "bench/corpus.h"
#include "bench/measure.h"
#include "bench/queries.h"
#include "connectors/decode.h"
#include "connectors/ndjson_source.h"
#include "engine/analysis/aggregator.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/base/text.h"
#include "engine/runtime/match_stage.h"
#include "rules/rules.h"

namespace vigie::bench {
namespace {

constexpr std::size_t kOracleRecords = 3000;

struct Mapping {
  explicit Mapping(const std::string& path) {
    const int file = open(path.c_str(), O_RDONLY | O_CLOEXEC);
    CHECK(file >= 0);
    size = static_cast<std::size_t>(lseek(file, 0, SEEK_END));
    data = static_cast<const char*>(mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file, 0));
    CHECK(data != MAP_FAILED);
    close(file);
  }
  std::size_t size = 0;
  const char* data = nullptr;
};

// The floor: what anyone gets from simdjson's on-demand reader for 12 fields of every line.
struct PlainReader {
  simdjson::ondemand::parser parser;
  std::uint64_t posts = 0;
  std::uint64_t bytes = 0;  // of the strings read, so that nothing is optimised away
  std::uint64_t numbers = 0;

  void read_text(simdjson::ondemand::value value) {
    std::string_view text;
    if (value.get_string().get(text) == simdjson::SUCCESS) bytes += text.size();
  }
  void read_number(simdjson::ondemand::value value) {
    std::int64_t number = 0;
    if (value.get_int64().get(number) == simdjson::SUCCESS) numbers += number;
  }
  void read_author(simdjson::ondemand::value value) {
    simdjson::ondemand::object author;
    if (value.get_object().get(author) != simdjson::SUCCESS) return;
    for (auto field : author) {
      const simdjson::ondemand::raw_json_string key = field.key();
      if (key == "id" || key == "handle") read_text(field.value());
      if (key == "followers") read_number(field.value());
    }
  }
  void read_metrics(simdjson::ondemand::value value) {
    simdjson::ondemand::object metrics;
    if (value.get_object().get(metrics) != simdjson::SUCCESS) return;
    for (auto field : metrics) {
      const simdjson::ondemand::raw_json_string key = field.key();
      if (key == "likes" || key == "shares") read_number(field.value());
    }
  }
  void read_line(const char* line, std::size_t size) {
    simdjson::ondemand::document document;
    CHECK(parser.iterate(line, size, size + kRecordPaddingBytes).get(document) ==
          simdjson::SUCCESS);
    simdjson::ondemand::object post;
    CHECK(document.get_object().get(post) == simdjson::SUCCESS);
    for (auto field : post) {
      const simdjson::ondemand::raw_json_string key = field.key();
      if (key == "id" || key == "platform" || key == "kind" || key == "text" ||
          key == "created_at" || key == "lang" || key == "url") {
        read_text(field.value());
      } else if (key == "author") {
        read_author(field.value());
      } else if (key == "metrics") {
        read_metrics(field.value());
      }
    }
    ++posts;
  }
  void read(const char* data, std::size_t size) {
    for (const char* end = data + size; data < end;) {
      const auto* newline =
          static_cast<const char*>(std::memchr(data, '\n', static_cast<std::size_t>(end - data)));
      if (newline != data) read_line(data, static_cast<std::size_t>(newline - data));
      data = newline + 1;
    }
  }
};

std::vector<rules::Brand> make_brands(const std::vector<std::string>& names, std::size_t count) {
  std::vector<rules::Brand> brands(count);
  for (std::size_t i = 0; i < count; ++i) {
    brands[i].name = names[i];
    brands[i].names = {names[i]};
  }
  return brands;
}

std::vector<std::string> names_of(const std::vector<rules::Brand>& brands) {
  std::vector<std::string> names;
  for (const auto& brand : brands) names.push_back(brand.name);
  return names;
}

// One pass of the engine's own parts over the file, on this thread: from bytes to counters.
void whole_path(const std::string& path, const std::shared_ptr<const rules::RuleSet>& rules,
                const std::vector<std::string>& names) {
  Counters counters;
  auto source = open_files(std::vector{path}, {});
  CHECK(source.has_value());
  const auto decoder = make_native_decoder({});
  MatchStage stage(decoder.get(), rules, &counters, {});
  Aggregator aggregator(names, {});
  Batch batch;
  MatchStage::Output output;
  std::uint64_t applied = 0;
  while (!batch.ended) {
    CHECK((*source)->read(&batch, after(std::chrono::seconds{1})).has_value());
    CHECK(stage.run(batch, 0, &output) == batch.records.size());
    applied += aggregator.apply(output.facts[0], output.updates).applied;
    for (const auto& reached : output.reached) {
      if (reached.event_time) aggregator.advance(*reached.event_time, nullptr);
    }
  }
  CHECK(counters.mentions == counters.records);
  CHECK(applied == counters.hits);
}

// Counts per brand of the first records by the slow and obvious path.
void check_answer(const std::string& path, const std::vector<rules::Brand>& brands,
                  const std::shared_ptr<const rules::RuleSet>& rules) {
  auto source = open_files(std::vector{path}, {});
  const auto decoder = make_native_decoder({});
  rules::Matcher fast(rules);
  rules::Matcher slow(rules, rules::Matcher::Guard::off);
  Batch batch;
  MentionBatch slice;
  rules::Hits fast_hits;
  rules::Hits slow_hits;
  std::size_t left = std::max<std::size_t>(100, kOracleRecords * 100 / brands.size());
  std::size_t hits = 0;
  while (left > 0) {
    CHECK((*source)->read(&batch, after(std::chrono::seconds{1})).has_value());
    slice.clear();
    const std::size_t count = std::min(left, batch.records.size());
    decoder->decode(batch, 0, count, &slice);
    left -= count;
    for (const Mention& mention : slice.mentions) {
      fast.match(mention, &fast_hits);
      slow.match(mention, &slow_hits);
      CHECK(fast_hits.hits.size() == slow_hits.hits.size());
      CHECK(fast_hits.spans == slow_hits.spans);
      CHECK(fast_hits.crises == slow_hits.crises);
      CHECK(fast_hits.recommends == slow_hits.recommends);
      for (std::size_t i = 0; i < fast_hits.hits.size(); ++i) {
        CHECK(fast_hits.hits[i].brand == slow_hits.hits[i].brand);
      }
      hits += fast_hits.hits.size();
    }
  }
  CHECK(hits > 0);
}

// The texts of the first posts of the file.
std::vector<std::string> texts_of(const std::string& path, std::size_t count) {
  auto source = open_files(std::vector{path}, {});
  const auto decoder = make_native_decoder({});
  Batch batch;
  MentionBatch slice;
  std::vector<std::string> texts;
  while (texts.size() < count && !batch.ended) {
    CHECK((*source)->read(&batch, after(std::chrono::seconds{1})).has_value());
    slice.clear();
    decoder->decode(batch, 0, std::min(count - texts.size(), batch.records.size()), &slice);
    for (const Mention& mention : slice.mentions) texts.emplace_back(mention.text);
  }
  return texts;
}

// One query for each name, about the words of the posts.
std::vector<rules::Brand> make_query_brands(const std::string& path,
                                            const std::vector<std::string>& names) {
  constexpr std::size_t kVocabularyPosts = 5000;
  return brands_of(made_queries(texts_of(path, kVocabularyPosts), names.size(), 13, names));
}

// What posts that mention a brand are asked beside that.
struct Packs {
  rules::RecommendationPack opinions;
  std::vector<rules::CrisisSector> crises;
};

// The answer for these brands is checked before there is a contender.
Contender contender(std::string name, const std::string& path,
                    const std::vector<rules::Brand>& brands, const Packs& packs = {}) {
  const auto rules = rules::compile(
      brands, {.seed = 3, .opinions = &packs.opinions, .crises = packs.crises}, nullptr);
  CHECK(rules.has_value());
  check_answer(path, brands, *rules);
  return {std::move(name),
          [path, rules = *rules, list = names_of(brands)] { whole_path(path, rules, list); }};
}

struct Options {
  std::size_t posts = 500'000;
  int rounds = 7;
  std::vector<std::size_t> names{100, 1'000, 10'000};
  std::size_t named_one_in = 10;
  std::string texts;
};

void run(const Options& options) {
  const std::vector<std::string> names = make_names(10'000, 2);
  const std::vector<std::string> texts =
      options.texts.empty() ? std::vector<std::string>{} : real_texts(options.texts);
  const std::string path = "pipeline_bench.ndjson";
  std::ofstream(path, std::ios::binary)
      << make_corpus({.posts = options.posts,
                      .texts = texts,
                      .names = names,
                      .named_one_in = options.named_one_in})
      << std::string(kRecordPaddingBytes, '\n');  // so that every line has readable bytes behind it
  const Mapping file(path);
  std::printf("%zu posts, %.0f bytes each, one in %zu with a name, texts %s\n", options.posts,
              static_cast<double>(file.size) / static_cast<double>(options.posts),
              options.named_one_in,
              texts.empty() ? "made up" : cat("cut from ", texts.size(), " real ones").c_str());

  std::vector<Contender> contenders;
  PlainReader plain;
  contenders.push_back({"simdjson alone, 12 fields", [&] { plain.read(file.data, file.size); }});
  for (const std::size_t count : options.names) {
    contenders.push_back(
        contender(cat("whole path, ", count, " names"), path, make_brands(names, count)));
  }
  contenders.push_back(contender(cat("whole path, ", names.size(), " queries"), path,
                                 make_query_brands(path, names)));
  contenders.push_back(contender(cat("whole path, ", names.size(), " names, packs"), path,
                                 make_brands(names, names.size()),
                                 {rules::recommendation_pack(), rules::crisis_pack()}));
  const std::vector<double> seconds = median_seconds(contenders, options.rounds);
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    const double per_post = seconds[i] / static_cast<double>(options.posts) * 1e9;
    std::printf("%-32s %7.0f ns/post %9.0f posts/s   %.3f of simdjson alone\n",
                contenders[i].name.c_str(), per_post, 1e9 / per_post, seconds[0] / seconds[i]);
  }
  std::printf("%zu -> %zu names: %.2f times\n", options.names.front(), options.names.back(),
              seconds[options.names.size()] / seconds[1]);
  unlink(path.c_str());
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app{"The whole path against simdjson alone."};
  vigie::bench::Options options;
  app.add_option("--posts", options.posts);
  app.add_option("--rounds", options.rounds);
  app.add_option("--names", options.names, "How many names to match, one run each");
  app.add_option("--named-one-in", options.named_one_in,
                 "One post in so many holds one of the 10,000 names");
  app.add_option("--texts", options.texts, "Reddit submissions (.ndjson.gz) to cut texts from");
  CLI11_PARSE(app, argc, argv);
  vigie::bench::run(options);
}
