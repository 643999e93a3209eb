// sentiment_train --data DIR [--words DIR] [--out DIR] [--report FILE] [--ablations FILE]
//   [--languages NAME,NAME]: trains
// the models of sentiment and tests them by cross-validation. With --ablations it trains them with
// one part left out each instead, those of --languages alone, and writes the scores.
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/train/evaluate.h"
#include "engine/analysis/train/recipe.h"
#include "engine/analysis/train/report.h"
#include "engine/analysis/train/workshop.h"
#include "engine/base/text.h"

namespace vigie::train {
namespace {

struct Arguments {
  std::string data;                             // the labelled texts
  std::string words = "engine/analysis/train";  // lexicons and words of other languages
  std::string out;                              // where the models are written
  std::string report;                           // where the tables are written
  std::string ablations;
  std::string languages;  // for ablations; empty: all
};

Result<Arguments> read_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    std::string* value = nullptr;
    if (words[i] == "--data") value = &arguments.data;
    if (words[i] == "--words") value = &arguments.words;
    if (words[i] == "--out") value = &arguments.out;
    if (words[i] == "--report") value = &arguments.report;
    if (words[i] == "--ablations") value = &arguments.ablations;
    if (words[i] == "--languages") value = &arguments.languages;
    if (value == nullptr || i + 1 == words.size()) {
      return fail(ErrorKind::config,
                  cat("cannot read the argument ", words[i],
                      "; usage: sentiment_train --data DIR [--words DIR] [--out DIR]"
                      " [--report FILE] [--ablations FILE [--languages NAME,NAME]]"));
    }
    *value = words[i + 1];
  }
  if (arguments.data.empty()) {
    return fail(ErrorKind::config, "--data DIR is missing: the folder of the labelled texts");
  }
  return arguments;
}

void print(const Recipe& recipe, const Tested& tested) {
  std::printf("%-11s F1 %.2f  int8 %.2f  val %.2f  loss %.4f  T %.2f  ECE %.3f\n",
              std::string(recipe.name).c_str(), macro_f1(confusions(tested.judgements)),
              macro_f1(confusions(tested.cut)), macro_f1(confusions(tested.validation)),
              log_loss(tested.judgements, tested.temperature),
              static_cast<double>(tested.temperature),
              calibration_error(calibration(tested.cut, tested.temperature)));
}

Result<void> write(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) return fail(ErrorKind::unreadable, "cannot be written", path);
  return {};
}

Result<void> write_models(const std::string& folder, const Workshop& shop,
                          const std::vector<Tested>& tested) {
  const std::vector<std::string> files = shop.files(tested);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string_view name = i == 0 ? shared_recipe().name : shop.recipes()[i - 1].name;
    if (auto done = write(cat(folder, '/', name, ".model"), files[i]); !done) return done;
  }
  return write(cat(folder, "/languages.model"), shop.languages(kNoFold));
}

Result<void> train(const Arguments& arguments) {
  auto shop = Workshop::open(arguments.data, arguments.words, {recipes().begin(), recipes().end()},
                             shared_recipe());
  if (!shop) return std::unexpected(shop.error());
  const std::vector<Tested> tested = (*shop)->cross_validate();
  for (std::size_t i = 0; i < tested.size(); ++i) print((*shop)->recipes()[i], tested[i]);
  if (!arguments.report.empty()) {
    if (auto done = write(arguments.report, report(**shop, tested)); !done) return done;
  }
  return arguments.out.empty() ? Result<void>{} : write_models(arguments.out, **shop, tested);
}

Result<void> run(const std::vector<std::string>& words) {
  auto arguments = read_arguments(words);
  if (!arguments) return std::unexpected(arguments.error());
  if (arguments->ablations.empty()) return train(*arguments);
  auto table = ablations(arguments->data, arguments->words, arguments->languages);
  if (!table) return std::unexpected(table.error());
  return write(arguments->ablations, *table);
}

}  // namespace
}  // namespace vigie::train

int main(int count, char** words) {
  const auto done = vigie::train::run({words + 1, words + count});
  if (done) return 0;
  std::fprintf(stderr, "sentiment_train: %s\n", done.error().text().c_str());
  return 2;
}
