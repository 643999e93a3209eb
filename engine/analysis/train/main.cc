// sentiment_train --data DIR [--lexicons DIR] [--out DIR]: trains the models of sentiment, writes
// them to the folder, and prints how good they are on texts that they were not trained on.
#include <cstdio>
#include <fstream>
#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/train/evaluate.h"
#include "engine/analysis/train/recipe.h"
#include "engine/analysis/train/workshop.h"
#include "engine/base/text.h"

namespace vigie::train {
namespace {

struct Arguments {
  std::string data;
  std::string lexicons = "engine/analysis/train/lexicons";
  std::string out;
};

Result<Arguments> read_arguments(const std::vector<std::string>& words) {
  Arguments arguments;
  for (std::size_t i = 0; i < words.size(); i += 2) {
    std::string* value = nullptr;
    if (words[i] == "--data") value = &arguments.data;
    if (words[i] == "--lexicons") value = &arguments.lexicons;
    if (words[i] == "--out") value = &arguments.out;
    if (value == nullptr || i + 1 == words.size()) {
      return fail(ErrorKind::config, cat("cannot read the argument ", words[i],
                                         "; usage: sentiment_train --data DIR [--lexicons DIR]"
                                         " [--out DIR]"));
    }
    *value = words[i + 1];
  }
  if (arguments.data.empty()) {
    return fail(ErrorKind::config, "--data DIR is missing: the folder of the labelled texts");
  }
  return arguments;
}

void print(const Recipe& recipe, const Tested& tested) {
  const double whole = macro_f1(confusions(tested.judgements));
  const double cut = macro_f1(confusions(tested.cut));
  const double error = calibration_error(calibration(tested.judgements, tested.temperature));
  std::printf("%-11.*s F1 %.2f  int8 %.2f  val %.2f  loss %.4f  T %.2f  ECE %.3f\n",
              static_cast<int>(recipe.name.size()), recipe.name.data(), whole, cut,
              macro_f1(confusions(tested.validation)),
              log_loss(tested.judgements, tested.temperature), tested.temperature, error);
}

Result<void> write(const std::string& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary);
  file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
  if (!file.flush()) return fail(ErrorKind::unreadable, "cannot be written", path);
  return {};
}

Result<void> run(const std::vector<std::string>& words) {
  auto arguments = read_arguments(words);
  if (!arguments) return std::unexpected(arguments.error());
  auto shop = Workshop::open(arguments->data, arguments->lexicons,
                             {recipes().begin(), recipes().end()}, shared_recipe());
  if (!shop) return std::unexpected(shop.error());
  const std::vector<Tested> tested = (*shop)->cross_validate();
  for (std::size_t i = 0; i < tested.size(); ++i) print((*shop)->recipes()[i], tested[i]);
  if (arguments->out.empty()) return {};
  const std::vector<std::string> files = (*shop)->files(tested);
  for (std::size_t i = 0; i < files.size(); ++i) {
    const std::string_view name = i == 0 ? shared_recipe().name : (*shop)->recipes()[i - 1].name;
    if (auto done = write(cat(arguments->out, '/', name, ".model"), files[i]); !done) return done;
  }
  return {};
}

}  // namespace
}  // namespace vigie::train

int main(int count, char** words) {
  const auto done = vigie::train::run({words + 1, words + count});
  if (done) return 0;
  std::fprintf(stderr, "sentiment_train: %s\n", done.error().text().c_str());
  return 2;
}
