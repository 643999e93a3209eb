#include "connectors/demo_words.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "engine/base/text.h"

namespace vigie {
namespace {

constexpr std::string_view kCampaignTag = "MaFibreEnFete";

constexpr std::array<std::string_view, 24> kFirstNames = {
    "camille", "lea",   "hugo",  "manon", "lucas", "emma",  "jules", "chloe",
    "nathan",  "ines",  "louis", "sarah", "adam",  "zoe",   "paul",  "lina",
    "max",     "alice", "tom",   "nina",  "yanis", "julia", "leo",   "anouk"};
constexpr std::array<std::string_view, 20> kThings = {
    "du_phare", "lit",     "cuisine", "velo",   "photo",    "jardin", "code",
    "rando",    "musique", "cafe",    "cinema", "voyages",  "tricot", "vagues",
    "foot",     "plantes", "bd",      "nuages", "montagne", "chats"};

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

// Fills the slots of one line.
class Filler {
 public:
  Filler(const DemoTopic& topic, const DemoPhrases& phrases, DemoRandom* random, DemoWords* words)
      : topic_(topic), phrases_(phrases), random_(*random), words_(*words) {}

  void line(std::string_view line) {
    for (std::size_t from = 0; from < line.size();) {
      const std::size_t slot = std::min(line.find('{', from), line.size());
      words_.text.append(line.substr(from, slot - from));
      if (slot == line.size()) return;
      fill(line[slot + 1]);
      from = slot + 3;
    }
  }

  void hashtag(std::string_view tag) {
    words_.text += '#';
    words_.text += tag;
    words_.hashtags.emplace_back(tag);
  }

 private:
  void fill(char slot) {
    switch (slot) {
      case 'b': return brand();
      case 'p': return append(random_.pick(demo_brands()[topic_.brand].products));
      case 'c': return competitor();
      case 'v': return append(random_.pick(phrases_.towns));
      case 'd': return append(random_.pick(phrases_.days));
      case 'n': return append_number(2 + random_.below(8), &words_.text);
      case 'u': {
        std::string handle;
        append_demo_handle(random_.next(), &handle);
        return append(words_.handles.emplace_back(std::move(handle)));
      }
      default: return;
    }
  }

  void append(std::string_view text) { words_.text.append(text); }

  // As people write it: mostly by its name, sometimes in lower case, as a handle or as a hashtag.
  void brand() {
    const DemoBrand& brand = demo_brands()[topic_.brand];
    const std::uint64_t way = random_.below(100);
    if (way < 62) return append(brand.names[0]);
    if (way < 74) return append(random_.pick(brand.names));
    if (way < 84) {
      for (const char c : brand.names[0]) words_.text += lower(c);
      return;
    }
    if (way < 93) return hashtag(brand.hashtags[0]);
    words_.text += '@';
    append(words_.handles.emplace_back(brand.handles[0]));
  }

  // One of the two others of its sector.
  void competitor() {
    const std::size_t first = topic_.brand / 3 * 3;
    const std::size_t other = first + (topic_.brand - first + 1 + random_.below(2)) % 3;
    append(demo_brands()[other].names[0]);
  }

  const DemoTopic& topic_;
  const DemoPhrases& phrases_;
  DemoRandom& random_;
  DemoWords& words_;
};

DemoLines lines_for(const DemoTopic& topic, const DemoPhrases& phrases, DemoRandom* random) {
  if (topic.theme == kThemeNoise) return phrases.noise;
  if (topic.theme == kThemeCrisis) return phrases.crisis;
  if (topic.theme == kThemeCampaign) return phrases.campaign;
  if (topic.is_answer && random->chance(0.5)) return phrases.replies;
  const auto sector = static_cast<std::size_t>(demo_brands()[topic.brand].sector);
  return phrases.usual[sector][static_cast<std::size_t>(topic.tone)];
}

}  // namespace

void compose_demo_words(const DemoTopic& topic, DemoRandom* random, DemoWords* words) {
  words->text.clear();
  words->hashtags.clear();
  words->handles.clear();
  const bool french = topic.language == DemoLanguage::french;
  const DemoPhrases& phrases = french ? french_phrases() : english_phrases();
  const auto tone = static_cast<std::size_t>(topic.tone);
  Filler filler(topic, phrases, random, words);
  const bool is_statement = topic.theme != kThemeNoise && !topic.is_answer;
  if (is_statement && random->chance(0.35)) {
    filler.line(random->pick(phrases.openers[tone]));
    words->text += ' ';
  }
  const DemoLines lines = lines_for(topic, phrases, random);
  filler.line(random->pick(lines));
  if (words->text.find(kCampaignTag) != std::string::npos) {
    words->hashtags.emplace_back(kCampaignTag);
  }
  if (is_statement && random->chance(0.5)) {
    const char last = words->text.back();
    words->text += last == '.' || last == '!' || last == '?' ? " " : ". ";
    filler.line(random->pick(phrases.tails[tone]));
  }
  if (topic.theme != kThemeNoise && random->chance(0.12)) {
    words->text += ' ';
    filler.hashtag(demo_brands()[topic.brand].hashtags[0]);
  }
}

void append_demo_handle(std::uint64_t key, std::string* out) {
  DemoRandom random({key});
  out->append(random.pick(kFirstNames));
  *out += '_';
  out->append(random.pick(kThings));
  append_number(random.below(1000), out);
}

void append_demo_name(std::uint64_t key, std::string* out) {
  DemoRandom random({key});
  const std::string_view first = random.pick(kFirstNames);
  *out += static_cast<char>(first[0] - 'a' + 'A');
  out->append(first.substr(1));
  *out += ' ';
  *out += static_cast<char>('A' + random.below(26));
  *out += '.';
}

}  // namespace vigie
