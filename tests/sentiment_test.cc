// Sentiment: features agree with their oracle, scores with what the models say, and strange texts
// do no harm.
#include "engine/analysis/sentiment/sentiment.h"

#include <doctest/doctest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "engine/analysis/sentiment/features.h"
#include "engine/analysis/sentiment/model.h"
#include "engine/analysis/sentiment/model_files.h"
#include "engine/base/text.h"
#include "rules/fold.h"
#include "rules/tokens.h"
#include "tests/allocations.h"
#include "tests/sentiment_naive.h"

namespace vigie::sentiment {
namespace {

// A text with what matching makes of it.
struct Prepared {
  explicit Prepared(std::string_view written) : original(written) {
    rules::fold(original, &folded);
    rules::tokenise(folded, rules::HashSeed::from(9), &tokens);
  }
  [[nodiscard]] Text text() const { return {original, folded.view(), tokens.all()}; }

  std::string original;
  rules::FoldedText folded;
  rules::Tokens tokens;
};

Score score(std::string_view text, Language language) {
  static Scorer scorer;
  return scorer.score(Prepared(text).text(), language);
}
Language identify(std::string_view text) {
  static Scorer scorer;
  return scorer.identify(Prepared(text).text());
}

const std::vector<std::string_view> kTexts{
    "C'est pas bien du tout, encore une panne !!!",
    "RT @ann: I LOOOVE it :D https://example.com/a?b=c#d the best!!!!!! #SoGood 😍😍",
    "No. Never again; not good",
    "日本語 и русский mixed with ünïcödé",
    "@a @b http http://x.y z",
    "1111111 222 a aa aaa aaaa",
    "Nicht schlecht, aber ohne Akku :-( <3 ^^",
};

TEST_CASE("features are those of the oracle") {
  Features features;
  for (const std::string_view original : kTexts) {
    for (std::size_t i = 0; i < kLanguages; ++i) {
      const auto language = static_cast<Language>(i);
      const Prepared prepared(original);
      features.read(prepared.text(), language);
      const auto expected = naive_features(prepared.text(), language);
      for (std::size_t group = 0; group < expected.size(); ++group) {
        std::vector<std::uint32_t> found;
        for (const Feature& feature : features.of(static_cast<Group>(group))) {
          found.push_back(feature.hash);
        }
        std::ranges::sort(found);
        CAPTURE(original);
        CAPTURE(group);
        CHECK(found == expected[group]);
      }
    }
  }
}

TEST_CASE("a score is that of the oracle, and its probabilities are some") {
  for (const std::string_view original : kTexts) {
    for (std::size_t i = 1; i < kLanguages; ++i) {
      const auto language = static_cast<Language>(i);
      const Score found = score(original, language);
      const auto expected = naive_score(Prepared(original).text(), language);
      double sum = 0;
      for (std::size_t k = 0; k < 3; ++k) {
        sum += found.probabilities[k];
        CHECK(std::abs(found.probabilities[k] - expected[k]) < 1e-4);
      }
      CHECK(std::abs(sum - 1) < 1e-5);
      const auto best = std::ranges::max_element(expected) - expected.begin();
      CHECK(found.label == static_cast<Sentiment>(best + 1));
      CHECK(found.confidence() == found.probabilities[static_cast<std::size_t>(best)]);
      CHECK(found.score() == found.probabilities[2] - found.probabilities[0]);
    }
  }
}

TEST_CASE("plain praise and plain blame are told apart in each language") {
  const std::vector<std::array<std::string_view, 3>> cases{
      {"en", "I love it, the best phone ever, thank you", "Worst service ever, I hate it, awful"},
      {"fr", "J'adore, c'est magnifique, merci et bravo", "C'est nul, une honte, scandaleux"},
      {"de", "Ich liebe es, super und wunderbar, danke", "So ein Mist, furchtbar und schlecht"},
      {"it", "Bellissimo, lo adoro, grazie, fantastico", "Che schifo, una vergogna, pessimo"},
      {"pt", "Amo isso, maravilhoso, obrigada, lindo", "Que merda, odeio isso, pessimo e horrivel"},
      {"es", "Me encanta, es genial, gracias, el mejor", "Que asco, es horrible, lo odio, fatal"},
  };
  for (const auto& [tag, good, bad] : cases) {
    CAPTURE(tag);
    CHECK(score(good, language_of(tag)).label == Sentiment::positive);
    CHECK(score(bad, language_of(tag)).label == Sentiment::negative);
  }
}

TEST_CASE("handles and links count as such, whatever they hold") {
  const Score one = score("Bravo @anna https://example.com/merde", Language::french);
  const Score other = score("Bravo @bert http://x.org", Language::french);
  CHECK(one.probabilities == other.probabilities);
}

TEST_CASE("what cannot be judged is unscored") {
  for (const std::string_view text :
       {"", " ", "@user http", "https://example.com", "123 456", "!!!"}) {
    CAPTURE(text);
    const Score none = score(text, Language::french);
    CHECK(none.label == Sentiment::unscored);
    CHECK(none.score() == 0);
    CHECK(none.confidence() == 0);
  }
  CHECK(score("merveilleux", Language::none).label == Sentiment::unscored);
}

TEST_CASE("emoji are judged in any language") {
  CHECK(score("😍😍", Language::none).label == Sentiment::positive);
  CHECK(score("😡", Language::none).label == Sentiment::negative);
  CHECK(score("😍 @user", Language::none).label == Sentiment::positive);
  CHECK(score("😍", Language::german).label == Sentiment::positive);
}

TEST_CASE("tags name languages") {
  using enum Language;
  const std::vector<std::pair<std::string_view, Language>> cases{
      {"en", english},       {"EN_us", english}, {"fr-CA", french}, {"de", german}, {"it", italian},
      {"pt-BR", portuguese}, {"es", spanish},    {"und", none},     {"", none},     {"nl", none},
      {"french", none},      {"f", none},        {"-", none}};
  for (const auto& [tag, language] : cases) {
    CAPTURE(tag);
    CHECK(language_of(tag) == language);
  }
  CHECK(to_text(none) == "und");
  CHECK(to_text(portuguese) == "pt");
}

TEST_CASE("languages are identified, and others are not guessed") {
  using enum Language;
  const std::vector<std::pair<std::string_view, Language>> cases{
      {"I have been waiting for my parcel for two weeks now", english},
      {"J'attends mon colis depuis deux semaines maintenant", french},
      {"Ich warte jetzt seit zwei Wochen auf mein Paket", german},
      {"Aspetto il mio pacco da due settimane ormai", italian},
      {"Estou esperando minha encomenda há duas semanas", portuguese},
      {"Llevo dos semanas esperando mi paquete", spanish},
      {"Ik wacht nu al twee weken op mijn pakket", none},
      {"Czekam na moja paczke juz od dwoch tygodni", none},
      {"iki haftadir paketimi bekliyorum", none},
      {"Я жду посылку уже две недели", none},
      {"荷物をもう二週間待っています", none},
      {"أنتظر طردي منذ أسبوعين", none},
      {"", none},
      {"😍", none},
      {"ok", none}};
  for (const auto& [text, language] : cases) {
    CAPTURE(text);
    CHECK(to_text(identify(text)) == to_text(language));
  }
}

TEST_CASE("an explanation adds up and names what moved the score") {
  Scorer scorer;
  const Prepared prepared("C'est pas bien, une panne :(");
  const Explanation all = scorer.explain(prepared.text(), Language::french, 1000);
  CHECK(all.score.probabilities == scorer.score(prepared.text(), Language::french).probabilities);
  const LogOdds bias = model_of(Language::french).bias;
  double negative = bias.negative;
  double positive = bias.positive;
  for (const Reason& reason : all.reasons) {
    negative += reason.weights[0] - reason.weights[1];
    positive += reason.weights[2] - reason.weights[1];
  }
  const double total = std::exp(negative) + 1 + std::exp(positive);
  CHECK(std::abs(std::exp(negative) / total - all.score.probabilities[0]) < 1e-4);
  CHECK(std::ranges::any_of(
      all.reasons, [](const Reason& reason) { return reason.feature == "word: NOT bien"; }));
  REQUIRE(all.negated.size() == 1);
  CHECK(all.negated[0].first == 3);
  CHECK(all.negated[0].last == 4);
  CHECK(scorer.explain(prepared.text(), Language::french, 3).reasons.size() == 3);
  CHECK(scorer.explain(Prepared("").text(), Language::french, 3).reasons.empty());
}

TEST_CASE("huge and hostile texts are judged by their beginning") {
  std::string words;
  for (int i = 0; i < 8000; ++i) words += "super ";
  std::string zalgo = "a";
  for (int i = 0; i < 20000; ++i) zalgo += "\u0301";
  // U+202E turns the writing; in two pieces, so that this file reads as it is.
  const std::vector<std::string> texts{
      words,
      std::string(40'000, 'a'),
      std::string(40'000, '!'),
      std::string(40'000, ' '),
      std::string(40'000, '@'),
      std::string(40'000, '\xF0'),
      std::string(40'000, '\0'),
      zalgo,
      std::string("\xE2\x80").append("\xAE").append("abc\u200B\u200D\uFEFF"),
      "\xED\xA0\x80 lone",
      "http" + std::string(40'000, '/')};
  for (const std::string& text : texts) {
    for (std::size_t i = 0; i < kLanguages; ++i) {
      const Score found = score(text, static_cast<Language>(i));
      for (const float share : found.probabilities) CHECK(std::isfinite(share));
    }
    (void)identify(text);
  }
  std::string more = words;
  for (int i = 0; i < 100; ++i) more += "horrible ";
  CHECK(score(words, Language::french).probabilities ==
        score(more, Language::french).probabilities);
}

TEST_CASE("a stretch is judged alone") {
  const Prepared prepared("Le train est super. Mais la gare est horrible !");
  const auto tokens = prepared.tokens.all();
  Scorer scorer;
  Text first = prepared.text();
  first.tokens = tokens.first(4);
  Text second = prepared.text();
  second.tokens = tokens.subspan(4);
  CHECK(scorer.score(first, Language::french).score() >
        scorer.score(second, Language::french).score());
}

TEST_CASE("scoring allocates nothing once warm") {
  Scorer scorer;
  std::vector<Prepared> prepared;
  prepared.reserve(kTexts.size());
  for (const std::string_view text : kTexts) prepared.emplace_back(text);
  const auto score_all = [&] {
    float sum = 0;
    for (const Prepared& one : prepared) {
      sum += scorer.score(one.text(), Language::french).score();
      sum += scorer.identify(one.text()) == Language::none ? 1.F : 0.F;
    }
    return sum;
  };
  const float before = score_all();
  const std::size_t warm = allocations;
  const float after = score_all();
  CHECK(allocations == warm);
  CHECK(before == after);
}

TEST_CASE("each model knows how it errs, and all together are small") {
  std::size_t bytes = languages_file().size();
  for (std::size_t i = 0; i < kLanguages; ++i) bytes += model_file(static_cast<Language>(i)).size();
  CHECK(bytes <= 4U << 20);
  for (std::size_t i = 1; i < kLanguages; ++i) {
    const Confusion& found = confusion(static_cast<Language>(i));
    for (std::size_t row = 0; row < 3; ++row) {
      CHECK(found.texts[row] == 721);  // of train and val
      CHECK(found.called[row][row] > 0.4F);
      float sum = 0;
      for (const float share : found.called[row]) sum += share;
      CHECK(std::abs(sum - 1) < 1e-5F);
    }
  }
}

}  // namespace
}  // namespace vigie::sentiment
