// Mappings against a decoder written by hand for the same fields, with simdjson's on-demand reader.
// The mapping fills whole mentions and checks every byte of the record; the hand-written decoder
// leaves unread what it does not want, and times as text. First the results are compared.
//
//   mapping_bench [--posts N] [--rounds N] [--mapping FILE --records FILE.ndjson]
#include <simdjson.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.h"
#include "bench/platform_posts.h"
#include "bench/tweet_reader.h"
#include "connectors/decode_index.h"
#include "connectors/mapping_compile.h"
#include "connectors/mapping_reader.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/runtime/yaml_reader.h"

namespace vigie::bench {
namespace {

std::shared_ptr<const mapping::Program> compile(std::string_view yaml) {
  const auto tree = parse_yaml(yaml);
  CHECK(tree.has_value());
  auto program = mapping::compile(*tree);
  if (!program) {
    for (const mapping::Fault& fault : program.error()) {
      std::fprintf(stderr, "%d:%d %s\n", fault.place.line, fault.place.column,
                   fault.message.c_str());
    }
    std::abort();
  }
  return *program;
}

// Applies one mapping to records, as the decoder of a source does.
class MappingDecoder {
 public:
  explicit MappingDecoder(std::string_view yaml)
      : program_(compile(yaml)), index_(DecodeSettings::Simd::best), reader_({}) {}

  void decode(std::string_view json, std::uint32_t record, MentionBatch* out) {
    CHECK(index_.build(json) == JsonIndex::Status::ready);
    JsonTokens tokens(json, index_.starts(), index_.count());
    CHECK(reader_.capture(*program_, &tokens, index_.starts(), out) == tokens.end());
    std::size_t place = 0;
    reader_.evaluate(record, {}, &place, out, &counts_, nullptr);
  }
  void capture_all(const std::vector<std::string_view>& records, MentionBatch* out) {
    out->clear();
    for (const std::string_view json : records) {
      CHECK(index_.build(json) == JsonIndex::Status::ready);
      JsonTokens tokens(json, index_.starts(), index_.count());
      CHECK(reader_.capture(*program_, &tokens, index_.starts(), out) == tokens.end());
    }
  }
  void decode_all(const std::vector<std::string_view>& records, MentionBatch* out) {
    for (std::size_t i = 0; i < records.size(); ++i) {
      if (i % kSliceRecords == 0) out->clear();
      decode(records[i], 0, out);
    }
  }

 private:
  std::shared_ptr<const mapping::Program> program_;
  JsonIndex index_;
  mapping::Reader reader_;
  MappingCounts counts_;
};

// Lines of a text that has padding behind it.
std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end, text.size() - 1) + 1);
  }
  return lines;
}

struct Corpus {
  explicit Corpus(std::string lines) : bytes(lines.size()), text(std::move(lines)) {
    text.append(kRecordPaddingBytes, '\0');
    records = lines_of({text.data(), bytes});
  }
  std::size_t bytes;
  std::string text;
  std::vector<std::string_view> records;
};

void check_tweets(const Corpus& corpus, MappingDecoder* decoder) {
  TweetReader plain;
  MentionBatch out;
  for (const std::string_view json : corpus.records) {
    out.clear();
    decoder->decode(json, 0, &out);
    CHECK(out.mentions.size() == 1);
    Tweet tweet;
    plain.read(json, &tweet);
    CHECK(is_same(tweet, out.mentions.front()));
  }
}

void report(const Corpus& corpus, const std::vector<Contender>& contenders, int rounds) {
  const std::vector<double> seconds = median_seconds(contenders, rounds);
  const auto posts = static_cast<double>(corpus.records.size());
  std::printf("%zu records of %zu bytes\n", corpus.records.size(),
              corpus.bytes / corpus.records.size());
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::printf("  %-44s %7.1f ns a post  %7.0f posts/s  %6.0f MB/s  %5.2f of the first\n",
                contenders[i].name.c_str(), seconds[i] / posts * 1e9, posts / seconds[i],
                static_cast<double>(corpus.bytes) / seconds[i] / 1e6, seconds[i] / seconds[0]);
  }
}

void run_tweets(std::size_t posts, int rounds, Escapes escapes) {
  const Corpus corpus(make_tweets(posts, escapes));
  MappingDecoder decoder(kTweetMapping);
  check_tweets(corpus, &decoder);
  TweetReader plain;
  MentionBatch out;
  const std::vector<Contender> contenders{
      {"hand-written, simdjson on-demand",
       [&] {
         for (const std::string_view json : corpus.records) {
           Tweet tweet;
           plain.read(json, &tweet);
         }
       }},
      {"mapping of 40 pointers", [&] { decoder.decode_all(corpus.records, &out); }},
      {"its walk alone", [&] { decoder.capture_all(corpus.records, &out); }},
  };
  std::printf("tweets%s, ", escapes == Escapes::all ? " with \\/ and \\uXXXX" : "");
  report(corpus, contenders, rounds);
}

void run_mapping(std::string_view what, std::string records, std::string_view yaml, int rounds) {
  const Corpus corpus(std::move(records));
  MappingDecoder decoder(yaml);
  MentionBatch out;
  decoder.decode(corpus.records.front(), 0, &out);
  CHECK(out.mentions.size() == 1);
  const std::vector<Contender> contenders{
      {"mapping", [&] { decoder.decode_all(corpus.records, &out); }},
      {"its walk alone", [&] { decoder.capture_all(corpus.records, &out); }}};
  std::printf("%.*s, ", static_cast<int>(what.size()), what.data());
  report(corpus, contenders, rounds);
}

std::string read_file(const std::string& path) {
  std::stringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app("Mappings against a hand-written decoder");
  std::size_t posts = 5'000;
  int rounds = 15;
  std::string mapping;
  std::string records;
  app.add_option("--posts", posts);
  app.add_option("--rounds", rounds);
  app.add_option("--mapping", mapping, "a mapping to measure, instead of those of the bench");
  app.add_option("--records", records, "the records for it, one a line");
  CLI11_PARSE(app, argc, argv);
  using namespace vigie::bench;
  if (!mapping.empty()) {
    run_mapping(mapping, read_file(records), read_file(mapping), rounds);
    return 0;
  }
  run_tweets(posts, rounds, Escapes::few);
  run_tweets(posts, rounds, Escapes::all);
  run_mapping("Jetstream", make_jetstream(4 * posts), kJetstreamMapping, rounds);
}
