#include "tests/sentiment_naive.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>

#include "engine/analysis/sentiment/model.h"
#include "engine/analysis/sentiment/negations.h"

namespace vigie::sentiment {
namespace {

struct NaiveWord {
  std::string bytes;
  bool negated = false;
};

bool is_space(char c) { return static_cast<unsigned char>(c) <= ' '; }

bool ends_negation(std::string_view gap) { return gap.find_first_of(".,;!?:") != gap.npos; }

// At most two of the same in a row, digits apart.
std::string shortened(std::string_view word) {
  std::string out;
  for (const char c : word.substr(0, kSentimentWordBytesMax)) {
    const bool third = out.size() >= 2 && out.ends_with(std::string(2, c));
    if (!third || (c >= '0' && c <= '9')) out += c;
  }
  return out;
}

std::uint64_t number_of(std::string_view bytes) {
  std::uint64_t number = 0;
  for (std::size_t i = bytes.size(); i-- > 0;) {
    number = number << 8 | static_cast<unsigned char>(bytes[i]);
  }
  return number;
}

std::vector<NaiveWord> words_of(const Text& text, Language language) {
  std::vector<NaiveWord> words;
  std::size_t end = 0;
  int negated = 0;
  bool in_link = false;
  for (const Token& token : text.tokens) {
    const std::string_view gap = text.folded.substr(end, token.begin - end);
    end = token.end;
    const bool parted = std::ranges::any_of(gap, is_space);
    if (in_link && !parted) continue;
    in_link = false;
    if (ends_negation(gap)) negated = 0;
    const std::string_view bytes = text.folded.substr(token.begin, token.end - token.begin);
    std::string word = shortened(bytes);
    if (gap.ends_with('@')) {
      word = "@user";
    } else if (bytes == "http" || bytes == "https") {
      word = "http";
      in_link = true;
    }
    words.push_back({word, negated > 0});
    if (negated > 0) --negated;
    if (word.size() <= 8 && is_negation(number_of(word), language)) negated = kNegationWords;
  }
  return words;
}

}  // namespace

std::array<std::vector<std::uint32_t>, 3> naive_features(const Text& text, Language language) {
  constexpr std::uint64_t kMix = 0x9E3779B97F4A7C15U;
  constexpr std::uint64_t kEnd = 0x632BE59BD9B4E019U;
  constexpr std::array<std::uint64_t, 3> kStretch{0xA0761D6478BD642FU, 0xE7037ED1A0B428DBU,
                                                  0x8EBC6AF09C88C6E3U};
  std::array<std::vector<std::uint32_t>, 3> found;
  const auto upper = [](std::uint64_t hash) { return static_cast<std::uint32_t>(hash >> 32); };
  const std::vector<NaiveWord> words = words_of(text, language);
  std::uint64_t before = kEnd;
  for (const NaiveWord& word : words) {
    const std::uint64_t hash = Features::word_hash(word.bytes);
    found[0].push_back(Features::word_feature(hash, false));
    if (word.negated) found[0].push_back(Features::word_feature(hash, true));
    found[1].push_back(upper((before + std::rotl(hash, 32)) * kMix));
    before = hash;
    const std::string framed = "_" + word.bytes + "_";
    for (std::size_t n = 3; n <= 5; ++n) {
      for (std::size_t i = 0; i + n <= framed.size(); ++i) {
        const std::string_view stretch = std::string_view(framed).substr(i, n);
        found[2].push_back(upper(number_of(stretch) * kStretch[n - 3]));
      }
    }
  }
  if (!words.empty()) found[1].push_back(upper((before + std::rotl(kEnd, 32)) * kMix));
  for (auto& hashes : found) std::ranges::sort(hashes);
  return found;
}

std::array<double, 3> naive_score(const Text& text, Language language) {
  const Model& model = model_of(language);
  const auto hashes = naive_features(text, language);
  Features features;
  features.read(text, language);
  double negative = model.bias.negative;
  double positive = model.bias.positive;
  for (std::size_t i = 0; i < kGroups; ++i) {
    const auto group = static_cast<Group>(i);
    std::vector<std::uint32_t> own;
    for (const Feature& feature : features.of(group)) own.push_back(feature.hash);
    const std::vector<std::uint32_t>& use = i < hashes.size() ? hashes[i] : own;
    const double norm =
        i < hashes.size() && !use.empty() ? 1 / std::sqrt(static_cast<double>(use.size())) : 1;
    for (const std::uint32_t hash : use) {
      const Cut cut = weights_of(model, group, hash);
      negative += norm * model.tables[i].scale.negative * cut.negative;
      positive += norm * model.tables[i].scale.positive * cut.positive;
    }
  }
  const double total = std::exp(negative) + 1 + std::exp(positive);
  return {std::exp(negative) / total, 1 / total, std::exp(positive) / total};
}

}  // namespace vigie::sentiment
