// Which part of a post is scored for which brand. What the scores are is for the model's own tests;
// here only what nobody could doubt.
#include "engine/runtime/post_scorer.h"

#include <doctest/doctest.h>

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/text.h"

namespace vigie {
namespace {

class Desk {
 public:
  // By brand, in the order of their names: the clauses that were scored, or "whole".
  std::vector<std::string> scored(const Mention& mention) {
    matcher_.match(mention, &hits_);
    scorer_.score(mention, &matcher_, hits_);
    std::vector<std::string> out;
    for (const BrandScore& brand : scorer_.scores()) {
      std::string& of = out.emplace_back();
      for (const rules::Span& span : scorer_.clauses(brand)) {
        const std::string_view text = span.field == rules::Field::title  ? mention.title
                                      : span.field == rules::Field::text ? mention.text
                                                                         : mention.shared_text;
        append_to(&of, of.empty() ? "" : " | ", text.substr(span.first, span.count));
      }
      if (brand.clause_count == 0) of = "whole";
    }
    return out;
  }
  std::vector<std::string> scored(std::string_view text) {
    Mention mention;
    mention.text = text;
    mention.lang = "fr";
    return scored(mention);
  }
  [[nodiscard]] const PostScorer& scorer() const { return scorer_; }

 private:
  static std::shared_ptr<const rules::RuleSet> rules() {
    const std::vector<rules::Brand> brands{{.name = "Acme"}, {.name = "Bolt"}, {.name = "Corex"}};
    return rules::compile(brands, {}, nullptr).value();
  }
  rules::Matcher matcher_{rules()};
  rules::Hits hits_;
  PostScorer scorer_;
};

using Texts = std::vector<std::string>;

TEST_CASE("a post with one brand is scored as a whole") {
  Desk desk;
  CHECK(desk.scored("Acme est nul. Il fait beau.") == Texts{"whole"});
  CHECK(desk.scored("Il fait beau.").empty());
}

TEST_CASE("brands in different clauses are scored by theirs") {
  Desk desk;
  CHECK(desk.scored("Acme est nul à chier ! Bolt est super, merci") ==
        Texts{"Acme est nul à chier", "Bolt est super, merci"});
  CHECK(desk.scorer().scores()[0].score.label == Sentiment::negative);
  CHECK(desk.scorer().scores()[1].score.label == Sentiment::positive);
  CHECK(desk.scored("Acme rame mais Bolt marche. Acme est cher.") ==
        Texts{"Acme rame | Acme est cher", "Bolt marche"});
}

TEST_CASE("brands in the same clause are scored by the whole text") {
  Desk desk;
  CHECK(desk.scored("Acme et Bolt sont nuls. Il fait beau.") == Texts{"whole", "whole"});
}

TEST_CASE("a brand that the text does not name is scored by the whole text") {
  Desk desk;
  Mention mention;
  mention.text = "Acme est nul. Bolt est super.";
  mention.lang = "fr";
  const std::string_view tags[] = {"corex"};
  mention.hashtags = tags;
  CHECK(desk.scored(mention) == Texts{"Acme est nul", "Bolt est super", "whole"});
}

TEST_CASE("title and text are one, and what is shared is read where they are empty") {
  Desk desk;
  Mention mention;
  mention.lang = "fr";
  mention.title = "Acme en panne";
  mention.text = "Chez Bolt tout va bien. Enfin presque.";
  CHECK(desk.scored(mention) == Texts{"Acme en panne", "Chez Bolt tout va bien"});
  mention.title = mention.text = "";
  mention.shared_text = "Acme est nul. Bolt est super.";
  CHECK(desk.scored(mention) == Texts{"Acme est nul", "Bolt est super"});
  mention.text = "Mon avis";
  CHECK(desk.scored(mention) == Texts{"whole", "whole"});
}

TEST_CASE("a language that the model does not know is not scored") {
  Desk desk;
  Mention mention;
  mention.text = "Acme is verschrikkelijk. Bolt is geweldig.";
  mention.lang = "nl";
  CHECK(desk.scored(mention) == Texts{"whole", "whole"});
  CHECK(desk.scorer().scores()[0].score.label == Sentiment::unscored);
  CHECK(desk.scorer().scores()[0].language == sentiment::Language::none);
}

TEST_CASE("long lists of names and texts without words are no trouble") {
  Desk desk;
  std::string list;
  for (int i = 0; i < 500; ++i) list += "Acme, Bolt. ";
  CHECK(desk.scored(list).size() == 2);
  CHECK(desk.scored("Acme\xE2\x80\x8D\xE2\x80\x8D").size() == 1);
}

}  // namespace
}  // namespace vigie
