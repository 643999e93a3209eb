// Every shipped mapping on its golden documents, repeated, against the native decoder on the same
// posts written as mention/1. The posts of both are compared first.
//
//   preset_bench [--cases FOLDER] [--mapping NAME] [--megabytes N] [--rounds N]
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include "bench/measure.h"
#include "connectors/decode.h"
#include "connectors/mapping_compile.h"
#include "connectors/mention_json.h"
#include "connectors/presets.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"
#include "engine/runtime/yaml_reader.h"

namespace vigie::bench {
namespace {

namespace fs = std::filesystem;

// Of a mapping's golden files the lines, or the whole of a file that is no NDJSON.
std::vector<std::string> golden_records(const fs::path& folder) {
  std::vector<fs::path> paths;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    if (entry.path().extension() != ".expected") paths.push_back(entry.path());
  }
  std::ranges::sort(paths);
  std::vector<std::string> records;
  for (const fs::path& path : paths) {
    std::stringstream text;
    text << std::ifstream(path, std::ios::binary).rdbuf();
    if (path.extension() == ".ndjson") {
      for (std::string line; std::getline(text, line);) records.push_back(line);
    } else {
      records.push_back(text.str());
    }
  }
  return records;
}

// Records one after the other in memory, each with its padding.
struct Corpus {
  explicit Corpus(const std::vector<std::string>& records, std::size_t times) {
    std::vector<std::size_t> starts;
    for (std::size_t i = 0; i < times * records.size(); ++i) {
      const std::string& record = records[i % records.size()];
      starts.push_back(text.size());
      text.append(record).append(kRecordPaddingBytes, '\0');
      bytes += record.size();
    }
    for (std::size_t i = 0; i < starts.size(); ++i) {
      batch.records.emplace_back().value = {text.data() + starts[i],
                                            records[i % records.size()].size()};
    }
  }
  std::size_t bytes = 0;
  std::string text;
  Batch batch;
};

void decode_all(const Batch& batch, Decoder* decoder, MentionBatch* out) {
  for (std::size_t first = 0; first < batch.records.size(); first += kSliceRecords) {
    out->clear();
    decoder->decode(batch, first, std::min(kSliceRecords, batch.records.size() - first), out);
  }
}

// The posts of a record as mention/1; none where anything of it is rejected.
std::vector<std::string> posts_of(const std::string& record, Decoder* decoder) {
  const Corpus corpus({record}, 1);
  MentionBatch out;
  decoder->decode(corpus.batch, 0, 1, &out);
  std::vector<std::string> posts;
  if (!out.rejects.empty()) return posts;
  for (const Mention& mention : out.mentions) append_mention_json(mention, &posts.emplace_back());
  return posts;
}

struct Speed {
  double posts_per_second = 0;
  double megabytes_per_second = 0;
};

void run(const mapping::ShippedMapping& shipped, const fs::path& cases, std::size_t megabytes,
         int rounds) {
  const auto tree = parse_yaml(std::string(shipped.yaml));
  CHECK(tree.has_value());
  const auto program = mapping::compile(*tree);
  CHECK(program.has_value());
  MappingSet set;
  set.programs.push_back(*program);
  const auto decoder =
      make_decoder({}, std::make_shared<const MappingSet>(std::move(set)), shipped.name);
  const auto native = make_native_decoder({});

  std::vector<std::string> records;
  std::vector<std::string> posts;
  std::size_t bytes = 0;
  for (std::string& record : golden_records(cases / shipped.name)) {
    const std::vector<std::string> found = posts_of(record, decoder.get());
    for (const std::string& post : found) CHECK(posts_of(post, native.get()).front() == post);
    if (found.empty()) continue;
    posts.insert(posts.end(), found.begin(), found.end());
    bytes += record.size();
    records.push_back(std::move(record));
  }
  CHECK(!posts.empty());
  const std::size_t times = megabytes * 1'000'000 / bytes + 1;
  const Corpus mapped(records, times);
  const Corpus plain(posts, times);
  MentionBatch out;
  const std::vector<Contender> contenders{
      {"mapping", [&] { decode_all(mapped.batch, decoder.get(), &out); }},
      {"native", [&] { decode_all(plain.batch, native.get(), &out); }}};
  const std::vector<double> seconds = median_seconds(contenders, rounds);
  const auto count = static_cast<double>(posts.size() * times);
  const auto megabytes_of = [](const Corpus& corpus, double time) {
    return static_cast<double>(corpus.bytes) / time / 1e6;
  };
  std::printf("%-18s %6.0f %8.0f %8.0f %7.0f | %6.0f %8.0f %7.0f | %5.2f %5.2f\n",
              std::string(shipped.name).c_str(), static_cast<double>(mapped.bytes) / count,
              seconds[0] / count * 1e9, count / seconds[0] / 1e3, megabytes_of(mapped, seconds[0]),
              static_cast<double>(plain.bytes) / count, seconds[1] / count * 1e9,
              megabytes_of(plain, seconds[1]), seconds[1] / seconds[0],
              megabytes_of(mapped, seconds[0]) / megabytes_of(plain, seconds[1]));
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app("Shipped mappings against the native decoder");
  std::string cases = "tests/cases/mappings/presets";
  std::string name;
  std::size_t megabytes = 2;
  int rounds = 15;
  app.add_option("--cases", cases, "a folder for each mapping");
  app.add_option("--mapping", name, "this one only");
  app.add_option("--megabytes", megabytes, "of documents, at least");
  app.add_option("--rounds", rounds);
  CLI11_PARSE(app, argc, argv);
  std::printf("%-18s %6s %8s %8s %7s | %6s %8s %7s | %s\n", "mapping", "bytes", "ns/post",
              "kposts/s", "MB/s", "bytes", "native", "MB/s", "of native: posts/s, MB/s");
  for (const vigie::mapping::ShippedMapping& shipped : vigie::mapping::shipped_mappings()) {
    if (!name.empty() && name != shipped.name) continue;
    vigie::bench::run(shipped, cases, megabytes, rounds);
  }
}
