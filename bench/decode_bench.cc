// The decoder against what anyone gets from simdjson's on-demand reader: the native decoder fills a
// whole mention and checks every byte of the record, the plain reader takes 12 fields and leaves
// the rest unread. Both see the same lines in place. First the 12 fields are compared.
//
//   decode_bench [--posts N] [--rounds N] [--texts REDDIT.ndjson.gz]
#include <simdjson.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "bench/corpus.h"
#include "bench/measure.h"
#include "connectors/decode.h"
#include "engine/base/check.h"
#include "engine/base/limits.h"

namespace vigie::bench {
namespace {

namespace ondemand = simdjson::ondemand;

struct PlainPost {
  std::string_view id, platform, kind, text, created_at, lang, url, author_id, handle;
  std::int64_t followers = 0, likes = 0, shares = 0;
};

class PlainReader {
 public:
  // The texts of the post are valid until the next call.
  void read(std::string_view line, PlainPost* post) {
    ondemand::document document;
    ondemand::object object;
    CHECK(parser_.iterate(line, line.size() + kRecordPaddingBytes).get(document) ==
          simdjson::SUCCESS);
    CHECK(document.get_object().get(object) == simdjson::SUCCESS);
    for (auto field : object) {
      const ondemand::raw_json_string key = field.key();
      if (key == "id")
        take(field.value(), &post->id);
      else if (key == "platform")
        take(field.value(), &post->platform);
      else if (key == "kind")
        take(field.value(), &post->kind);
      else if (key == "text")
        take(field.value(), &post->text);
      else if (key == "created_at")
        take(field.value(), &post->created_at);
      else if (key == "lang")
        take(field.value(), &post->lang);
      else if (key == "url")
        take(field.value(), &post->url);
      else if (key == "author")
        read_author(field.value(), post);
      else if (key == "metrics")
        read_metrics(field.value(), post);
    }
  }

 private:
  static void take(ondemand::value value, std::string_view* to) {
    CHECK(value.get_string().get(*to) == simdjson::SUCCESS);
  }
  static void take(ondemand::value value, std::int64_t* to) {
    CHECK(value.get_int64().get(*to) == simdjson::SUCCESS);
  }
  static void read_author(ondemand::value value, PlainPost* post) {
    ondemand::object author;
    CHECK(value.get_object().get(author) == simdjson::SUCCESS);
    for (auto field : author) {
      const ondemand::raw_json_string key = field.key();
      if (key == "id")
        take(field.value(), &post->author_id);
      else if (key == "handle")
        take(field.value(), &post->handle);
      else if (key == "followers")
        take(field.value(), &post->followers);
    }
  }
  static void read_metrics(ondemand::value value, PlainPost* post) {
    ondemand::object metrics;
    CHECK(value.get_object().get(metrics) == simdjson::SUCCESS);
    for (auto field : metrics) {
      const ondemand::raw_json_string key = field.key();
      if (key == "likes")
        take(field.value(), &post->likes);
      else if (key == "shares")
        take(field.value(), &post->shares);
    }
  }

  ondemand::parser parser_;
};

// Views of the lines of `corpus`, which has padding behind it.
Batch to_batch(std::string_view corpus) {
  Batch batch;
  while (!corpus.empty()) {
    const std::size_t end = corpus.find('\n');
    batch.records.emplace_back().value = corpus.substr(0, end);
    corpus.remove_prefix(end + 1);
  }
  return batch;
}

void check_answer(const Batch& batch, Decoder* decoder) {
  PlainReader plain;
  MentionBatch mentions;
  for (std::size_t i = 0; i < batch.records.size();) {
    i += decoder->decode(batch, i, batch.records.size() - i, &mentions);
  }
  CHECK(mentions.rejects.empty() && mentions.mentions.size() == batch.records.size());
  for (std::size_t i = 0; i < batch.records.size(); ++i) {
    const Mention& m = mentions.mentions[i];
    PlainPost post;
    plain.read(batch.records[i].value, &post);
    CHECK(m.id == post.id && m.platform == post.platform && to_text(m.kind) == post.kind);
    CHECK(m.text == post.text && m.lang == post.lang && m.url == post.url);
    CHECK(m.created_at == parse_rfc3339(post.created_at));
    CHECK(m.author.id == post.author_id && m.author.handle == post.handle);
    CHECK(m.author.followers == post.followers);
    CHECK(m.metrics.likes == post.likes && m.metrics.shares == post.shares);
  }
}

void decode_all(const Batch& batch, Decoder* decoder, MentionBatch* mentions) {
  for (std::size_t first = 0; first < batch.records.size(); first += kSliceRecords) {
    mentions->clear();
    decoder->decode(batch, first, std::min(kSliceRecords, batch.records.size() - first), mentions);
  }
}

void run(std::size_t posts, int rounds, const std::string& texts_path) {
  const auto texts = texts_path.empty() ? std::vector<std::string>{} : real_texts(texts_path);
  std::string corpus = make_corpus({.posts = posts, .texts = texts, .names = make_names(1000, 2)});
  const std::size_t bytes = corpus.size();
  corpus.append(kRecordPaddingBytes, '\0');
  const Batch batch = to_batch({corpus.data(), bytes});
  const auto best = make_native_decoder({});
  const auto scalar = make_native_decoder({.simd = DecodeSettings::Simd::none});
  const auto none = std::make_shared<const MappingSet>();
  const auto unwrapping = make_decoder({}, none, kNativeMapping);
  const auto automatic = make_decoder({}, none, kAutoMapping);
  check_answer(batch, best.get());
  check_answer(batch, unwrapping.get());
  check_answer(batch, automatic.get());
  check_answer(batch, scalar.get());

  PlainReader plain;
  MentionBatch mentions;
  const std::vector<Contender> contenders{
      {"simdjson on-demand, 12 fields",
       [&] {
         PlainPost post;
         for (const Record& record : batch.records) plain.read(record.value, &post);
       }},
      {"native decoder, whole mention", [&] { decode_all(batch, best.get(), &mentions); }},
      {"the same, with envelopes looked for",
       [&] { decode_all(batch, unwrapping.get(), &mentions); }},
      {"mention/1 found by auto", [&] { decode_all(batch, automatic.get(), &mentions); }},
      {"native decoder, no vector instructions",
       [&] { decode_all(batch, scalar.get(), &mentions); }},
  };
  const std::vector<double> seconds = median_seconds(contenders, rounds);
  std::printf("%zu posts of %zu bytes, on-demand compiled for %s, first stage by %s\n", posts,
              bytes / posts, SIMDJSON_STRINGIFY(SIMDJSON_BUILTIN_IMPLEMENTATION),
              simdjson::get_active_implementation()->name().c_str());
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::printf("%-40s %7.1f ns a post  %5.2f of the first\n", contenders[i].name.c_str(),
                seconds[i] / static_cast<double>(posts) * 1e9, seconds[i] / seconds[0]);
  }
}

}  // namespace
}  // namespace vigie::bench

int main(int argc, char** argv) {
  CLI::App app("The native decoder against simdjson's on-demand reader");
  std::size_t posts = 20'000;
  int rounds = 9;
  std::string texts;
  app.add_option("--posts", posts);
  app.add_option("--rounds", rounds);
  app.add_option("--texts", texts);
  CLI11_PARSE(app, argc, argv);
  vigie::bench::run(posts, rounds, texts);
}
