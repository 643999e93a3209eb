// Sentiment of a post of some 250 bytes: alone, as the engine has it (matching has folded the text
// and cut it into words), and with that work; the scores checked before the time.
#include <array>
#include <cmath>
#include <cstdio>
#include <span>
#include <string>
#include <vector>

#include "bench/measure.h"
#include "bench/posts.h"
#include "engine/analysis/sentiment/features.h"
#include "engine/analysis/sentiment/sentiment.h"
#include "rules/fold.h"
#include "rules/tokens.h"
#include "tests/sentiment_naive.h"

namespace vigie::bench {
namespace {

using sentiment::Language;
using sentiment::Text;

constexpr std::size_t kPosts = 2000;
constexpr int kRounds = 31;

struct Prepared {
  rules::FoldedText folded;
  rules::Tokens tokens;
  Text text;
};

std::vector<Prepared> prepare(const std::vector<std::string>& posts, rules::HashSeed seed) {
  std::vector<Prepared> prepared(posts.size());
  for (std::size_t i = 0; i < posts.size(); ++i) {
    Prepared& one = prepared[i];
    rules::fold(posts[i], &one.folded);
    rules::tokenise(one.folded, seed, &one.tokens);
    one.text = {posts[i], one.folded.view(), one.tokens.all()};
  }
  return prepared;
}

bool answers_agree(std::span<const Prepared> prepared, sentiment::Scorer* scorer) {
  for (const Prepared& one : prepared) {
    const sentiment::Score found = scorer->score(one.text, Language::french);
    const std::array<double, 3> expected = sentiment::naive_score(one.text, Language::french);
    for (std::size_t k = 0; k < 3; ++k) {
      if (std::abs(found.probabilities[k] - expected[k]) < 1e-4) continue;
      std::printf("%.5f instead of %.5f: %s\n", static_cast<double>(found.probabilities[k]),
                  expected[k], std::string(one.text.original).c_str());
      return false;
    }
  }
  return true;
}

int run() {
  const std::vector<std::string> posts = made_posts(kPosts, {}, 1);
  const rules::HashSeed seed = rules::HashSeed::from(1);
  const std::vector<Prepared> prepared = prepare(posts, seed);
  sentiment::Scorer scorer;
  if (!answers_agree(prepared, &scorer)) return 1;
  sentiment::Features features;
  rules::FoldedText folded;
  rules::Tokens tokens;
  float sum = 0;
  const auto score_all = [&] {
    for (const Prepared& one : prepared) sum += scorer.score(one.text, Language::french).score();
  };
  const auto score_in_turn = [&] {
    std::size_t language = 0;
    for (const Prepared& one : prepared) {
      sum += scorer.score(one.text, static_cast<Language>(1 + language++ % 6)).score();
    }
  };
  const auto with_folding = [&] {
    for (const std::string& post : posts) {
      rules::fold(post, &folded);
      rules::tokenise(folded, seed, &tokens);
      sum += scorer.score({post, folded.view(), tokens.all()}, Language::french).score();
    }
  };
  // What the scorer is spared, as matching has done it.
  const auto folding_alone = [&] {
    for (const std::string& post : posts) {
      rules::fold(post, &folded);
      rules::tokenise(folded, seed, &tokens);
      sum += static_cast<float>(tokens.all().size());
    }
  };
  const auto features_alone = [&] {
    for (const Prepared& one : prepared) features.read(one.text, Language::french);
  };
  const auto identify_all = [&] {
    for (const Prepared& one : prepared) sum += static_cast<float>(scorer.identify(one.text));
  };
  const std::array<Contender, 6> contenders{
      Contender{"score", score_all},
      Contender{"score, six languages in turn", score_in_turn},
      Contender{"fold, tokenise and score", with_folding},
      Contender{"fold and tokenise", folding_alone},
      Contender{"features alone", features_alone},
      Contender{"identify", identify_all}};
  const std::vector<double> seconds = median_seconds(contenders, kRounds);
  std::size_t stretches = 0;
  for (const Prepared& one : prepared) {
    features.read(one.text, Language::french);
    stretches += features.of(sentiment::Group::characters).size();
  }
  std::printf(
      "%zu posts of some 250 bytes, %zu stretches of characters each; medians of %d rounds\n",
      posts.size(), stretches / posts.size(), kRounds);
  for (std::size_t i = 0; i < contenders.size(); ++i) {
    std::printf("%-30s %7.0f ns a post\n", contenders[i].name.c_str(), seconds[i] * 1e9 / kPosts);
  }
  std::printf("(%g)\n", static_cast<double>(sum));
  return 0;
}

}  // namespace
}  // namespace vigie::bench

int main() { return vigie::bench::run(); }
