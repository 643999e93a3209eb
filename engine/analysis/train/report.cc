#include "engine/analysis/train/report.h"

#include <array>
#include <cstdio>
#include <functional>
#include <string_view>

#include "engine/analysis/train/recipe.h"
#include "engine/base/text.h"

namespace vigie::train {
namespace {

constexpr std::array<std::string_view, 3> kLabels{"negative", "neutral", "positive"};

std::string fixed(double value, int digits) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.*f", digits, value);
  return text.data();
}

void add_scores(const Workshop& shop, const std::vector<Tested>& tested, std::string* out) {
  append_to(out,
            "## Scores\n\nMacro-F1 in percent, of five-fold cross-validation over train and val: "
            "in float, by the\nint8 file, and of val's texts alone. Loss in nats; error of "
            "calibration (ECE, ten bins).\n\n"
            "| language | float | int8 | lost | val | loss | temperature | ECE |\n"
            "|---|---|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < tested.size(); ++i) {
    const Tested& one = tested[i];
    const double whole = macro_f1(confusions(one.judgements));
    const double cut = macro_f1(confusions(one.cut));
    append_to(out, "| ", shop.recipes()[i].name, " | ", fixed(whole, 2), " | ", fixed(cut, 2),
              " | ", fixed(whole - cut, 2), " | ", fixed(macro_f1(confusions(one.validation)), 2),
              " | ", fixed(log_loss(one.cut, one.temperature), 4), " | ", fixed(one.temperature, 2),
              " | ", fixed(calibration_error(calibration(one.cut, one.temperature)), 3), " |\n");
  }
}

void add_texts(const Workshop& shop, std::string* out) {
  append_to(out,
            "\n## Texts\n\n| language | set | weight | negative | neutral | positive |\n"
            "|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < shop.recipes().size(); ++i) {
    for (const Source& source : shop.corpus(i).sources) {
      append_to(out, "| ", shop.recipes()[i].name, " | ", source.name, " | ",
                fixed(source.weight, 2));
      for (const std::uint32_t texts : source.texts) append_to(out, " | ", texts);
      append_to(out, " |\n");
    }
  }
}

void add_confusions(const Workshop& shop, const std::vector<Tested>& tested, std::string* out) {
  append_to(out,
            "\n## Confusions\n\nTexts by what they are (row) and what the model calls them.\n");
  for (std::size_t i = 0; i < tested.size(); ++i) {
    append_to(out, "\n| ", shop.recipes()[i].name,
              " | negative | neutral | positive |\n|---|---|---|---|\n");
    const Confusions counts = confusions(tested[i].cut);
    for (std::size_t row = 0; row < 3; ++row) {
      append_to(out, "| ", kLabels[row]);
      for (const std::uint32_t count : counts[row]) append_to(out, " | ", count);
      append_to(out, " |\n");
    }
  }
}

void add_calibration(const Workshop& shop, const std::vector<Tested>& tested, std::string* out) {
  append_to(out,
            "\n## Calibration\n\nOf texts with a confidence in a range: how many, their mean "
            "confidence, and how many are right,\nin percent.\n\n| language");
  for (std::size_t k = 3; k < kBins; ++k) append_to(out, " | ", k * 10, " to ", k * 10 + 10);
  append_to(out, " |\n|---|---|---|---|---|---|---|---|\n");
  for (std::size_t i = 0; i < tested.size(); ++i) {
    append_to(out, "| ", shop.recipes()[i].name);
    const auto bins = calibration(tested[i].cut, tested[i].temperature);
    for (std::size_t k = 3; k < kBins; ++k) {
      append_to(out, " | ", bins[k].texts, ": ", fixed(100 * bins[k].confidence, 0), ", ",
                fixed(100 * bins[k].right, 0));
    }
    append_to(out, " |\n");
  }
}

void add_languages(const Workshop& shop, std::string* out) {
  append_to(out,
            "\n## Languages\n\nTexts of the first fold by what they are (row) and what the "
            "model, trained on the others,\ncalls them.\n\n| language");
  for (std::size_t k = 0; k < sentiment::kLanguages; ++k) {
    append_to(out, " | ", sentiment::to_text(static_cast<Language>(k)));
  }
  append_to(out, " |\n|---|---|---|---|---|---|---|---|\n");
  const Workshop::Called called = shop.test_languages(0);
  for (std::size_t i = 1; i < called.size(); ++i) {
    append_to(out, "| ", sentiment::to_text(static_cast<Language>(i)));
    for (const std::uint32_t count : called[i]) append_to(out, " | ", count);
    append_to(out, " |\n");
  }
}

struct Ablation {
  std::string_view name;
  std::function<void(Recipe*)> change;
};

std::vector<Ablation> changes() {
  const auto without = [](Group group) {
    return [group](Recipe* recipe) { recipe->bits[static_cast<std::size_t>(group)] = 0; };
  };
  return {{"all", [](Recipe*) {}},
          {"no extra texts", [](Recipe* recipe) { recipe->extra.clear(); }},
          {"no lexicon", [](Recipe* recipe) { recipe->lexicons.clear(); }},
          {"no lists of our own",
           [](Recipe* recipe) {
             std::erase(recipe->lexicons, "own");
             std::erase(recipe->lexicons, "mild");
           }},
          {"no naive Bayes factors", [](Recipe* recipe) { recipe->smoothing = 1e6F; }},
          {"no pairs", without(Group::pairs)},
          {"no characters", without(Group::characters)},
          {"no signs", without(Group::signs)},
          {"no style", without(Group::style)}};
}

}  // namespace

std::string report(const Workshop& shop, const std::vector<Tested>& tested) {
  std::string out =
      "# What the models of sentiment score\n\nWritten by `sentiment_train --report`; "
      "bench/sentiment.md explains it.\n\n";
  add_scores(shop, tested, &out);
  add_texts(shop, &out);
  add_confusions(shop, tested, &out);
  add_calibration(shop, tested, &out);
  add_languages(shop, &out);
  return out;
}

Result<std::string> ablations(const std::string& data, const std::string& words,
                              std::string_view only) {
  std::vector<Recipe> chosen(recipes().begin(), recipes().end());
  std::erase_if(chosen, [&](const Recipe& recipe) {
    return !only.empty() && only.find(recipe.name) == only.npos;
  });
  std::string out = "| |";
  for (const Recipe& recipe : chosen) append_to(&out, ' ', recipe.name, " |");
  append_to(&out, "\n|---|");
  for (std::size_t i = 0; i < chosen.size(); ++i) append_to(&out, "---|");
  append_to(&out, '\n');
  for (const Ablation& one : changes()) {
    std::vector<Recipe> changed = chosen;
    for (Recipe& recipe : changed) one.change(&recipe);
    auto shop = Workshop::open(data, words, std::move(changed), shared_recipe());
    if (!shop) return std::unexpected(shop.error());
    append_to(&out, "| ", one.name);
    for (const Tested& tested : (*shop)->cross_validate()) {
      append_to(&out, " | ", fixed(macro_f1(confusions(tested.judgements)), 2));
    }
    append_to(&out, " |\n");
  }
  return out;
}

}  // namespace vigie::train
