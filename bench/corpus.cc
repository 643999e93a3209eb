#include "bench/corpus.h"

#include <simdjson.h>
#include <zlib.h>

#include <algorithm>
#include <array>
#include <random>
#include <set>
#include <string_view>

#include "engine/base/event_time.h"
#include "engine/base/text.h"

namespace vigie::bench {
namespace {

using Random = std::mt19937_64;

constexpr std::size_t kTextBytes = 254;
constexpr std::size_t kPostsPerSecond = 1000;

constexpr std::array<std::string_view, 96> kWords{
    "le",       "la",      "les",      "de",     "et",       "je",       "ne",
    "pas",      "pour",    "avec",     "c'est",  "déjà",     "très",     "être",
    "réseau",   "qualité", "service",  "client", "problème", "depuis",   "hier",
    "matin",    "facture", "crème",    "bonne",  "journée",  "merci",    "encore",
    "toujours", "jamais",  "rien",     "tout",   "the",      "and",      "of",
    "to",       "in",      "that",     "is",     "was",      "for",      "with",
    "this",     "have",    "from",     "they",   "would",    "there",    "what",
    "about",    "which",   "when",     "people", "because",  "really",   "think",
    "never",    "support", "delivery", "phone",  "bill",     "shop",     "today",
    "great",    "awful",   "waiting",  "hours",  "again",    "please",   "help",
    "broken",   "price",   "à",        "où",     "été",      "français", "été,",
    "bref.",    "voilà",   "ça",       "one",    "two",      "first",    "last",
    "week",     "month",   "email",    "answer", "@support", "#avis",    "https://example.org/a",
    "😡",       "!!",      "…",        "lol",    "ok"};

std::string made_up_text(Random* random) {
  std::string text;
  while (text.size() < kTextBytes) {
    if (!text.empty()) text.push_back(' ');
    text += kWords[(*random)() % kWords.size()];
  }
  return text;
}

// Cuts to at most `bytes`, not inside a code point.
void cut(std::size_t bytes, std::string* text) {
  if (text->size() <= bytes) return;
  while (bytes > 0 && (static_cast<unsigned char>((*text)[bytes]) & 0xC0) == 0x80) --bytes;
  text->resize(bytes);
}

std::string make_text(const CorpusOptions& options, Random* random) {
  std::string text = options.texts.empty() ? made_up_text(random)
                                           : options.texts[(*random)() % options.texts.size()];
  if (!options.names.empty() && (*random)() % options.named_one_in == 0) {
    const std::size_t space = text.find(' ', (*random)() % std::max<std::size_t>(1, text.size()));
    const std::string& name = options.names[(*random)() % options.names.size()];
    text.insert(space == std::string::npos ? text.size() : space, cat(" ", name, " "));
  }
  cut(kTextBytes, &text);
  return text;
}

// Twelve fields that are read, and a vendor's own part that is skipped.
std::string make_record(const CorpusOptions& options, std::size_t number, Random* random) {
  const EventTime time{std::chrono::seconds{1'767'225'600 + number / kPostsPerSecond}};
  const std::uint64_t author = (*random)() % 200'000;
  std::string out = cat("{\"id\":\"", 1'900'000'000'000'000'000 + number,
                        "\",\"platform\":\"mastodon\",\"kind\":\"post\",\"text\":");
  append_json_string(make_text(options, random), &out);
  out += cat(",\"created_at\":\"", to_rfc3339(time),
             "\",\"lang\":\"fr\",\"url\":\"https://social.example/@user", author, "/", number,
             "\",\"author\":{\"id\":\"", author, "\",\"handle\":\"user", author,
             "\",\"followers\":", (*random)() % 100'000,
             "},\"metrics\":{\"likes\":", (*random)() % 500, ",\"shares\":", (*random)() % 90,
             "},\"ext\":{\"app\":\"Made Up Client 4.2\",\"page\":", number % 100,
             ",\"card\":null,\"padding\":\"");
  const std::size_t end = options.record_bytes - 4;
  if (out.size() < end) out.append(end - out.size(), 'x');
  return out + "\"}}\n";
}

}  // namespace

std::string make_corpus(const CorpusOptions& options) {
  Random random(options.seed);
  std::string corpus;
  corpus.reserve(options.posts * (options.record_bytes + 8));
  for (std::size_t i = 0; i < options.posts; ++i) corpus += make_record(options, i, &random);
  return corpus;
}

std::vector<std::string> make_names(std::size_t count, std::uint64_t seed) {
  constexpr std::string_view kConsonants = "bcdfghjklmnprstvz";
  constexpr std::string_view kVowels = "aeiou";
  Random random(seed);
  const auto word = [&] {
    std::string text;
    const std::size_t syllables = 3 + random() % 3;
    for (std::size_t i = 0; i < syllables; ++i) {
      text.push_back(kConsonants[random() % kConsonants.size()]);
      text.push_back(kVowels[random() % kVowels.size()]);
    }
    return text;
  };
  std::set<std::string> names;
  while (names.size() < count) names.insert(random() % 3 == 0 ? word() + " " + word() : word());
  return {names.begin(), names.end()};
}

std::vector<std::string> real_texts(const std::string& path) {
  std::vector<std::string> texts;
  gzFile file = gzopen(path.c_str(), "rb");
  if (file == nullptr) return texts;
  simdjson::dom::parser parser;
  std::vector<char> line(1UL << 20);
  while (gzgets(file, line.data(), static_cast<int>(line.size())) != nullptr) {
    simdjson::dom::element post;
    if (parser.parse(std::string(line.data())).get(post) != simdjson::SUCCESS) continue;
    std::string text;
    for (const char* field : {"title", "selftext"}) {
      std::string_view value;
      if (post[field].get(value) == simdjson::SUCCESS) text.append(value).append(" ");
    }
    if (text.size() < kTextBytes) continue;  // as long as the text of a social post with a reply
    cut(kTextBytes, &text);
    texts.push_back(std::move(text));
  }
  gzclose(file);
  return texts;
}

}  // namespace vigie::bench
