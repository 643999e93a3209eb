#include "engine/analysis/train/texts.h"

#include <zlib.h>

#include <array>
#include <memory>
#include <numeric>
#include <optional>
#include <string_view>
#include <utility>

#include "engine/base/text.h"

namespace vigie::train {
namespace {

std::optional<Label> label_of(std::string_view word) {
  if (word == "negative") return Label::negative;
  if (word == "neutral") return Label::neutral;
  if (word == "positive") return Label::positive;
  return std::nullopt;
}

Result<std::string> read_file(const std::string& path) {
  const std::unique_ptr<gzFile_s, int (*)(gzFile)> file(gzopen(path.c_str(), "rb"), gzclose);
  if (file == nullptr) {
    return fail(ErrorKind::unreadable, "cannot be opened; is the folder of the texts right?", path);
  }
  std::string all;
  std::array<char, 1 << 16> part{};
  int count = 0;
  while ((count = gzread(file.get(), part.data(), part.size())) > 0) {
    all.append(part.data(), static_cast<std::size_t>(count));
  }
  if (count < 0) return fail(ErrorKind::corrupt, "cannot be unpacked", path);
  return all;
}

Result<void> add(const std::string& path, std::uint32_t source, bool validation, Corpus* corpus) {
  auto lines = read_lines(path);
  if (!lines) return std::unexpected(lines.error());
  std::size_t number = 0;
  for (Line& line : *lines) {
    ++number;
    const std::optional<Label> label = label_of(line.value);
    if (!label) {
      return fail(ErrorKind::corrupt, "does not end in a tab and negative, neutral or positive",
                  cat(path, ':', number));
    }
    ++corpus->sources[source].texts[static_cast<std::size_t>(*label)];
    corpus->examples.push_back({.text = std::move(line.text),
                                .label = *label,
                                .source = source,
                                .fold = kNoFold,
                                .validation = validation});
  }
  return {};
}

std::vector<std::string> paths_of(const ExtraTexts& extra, const std::string& folder,
                                  const std::string& words, const Recipe& recipe) {
  if (extra.name == "+templates") return {cat(words, "/templates/", recipe.name, ".tsv")};
  if (!extra.name.starts_with('@')) {
    return {cat(folder, "/extra/", recipe.name, '.', extra.name, ".tsv.gz")};
  }
  const std::string stem = cat(folder, '/', extra.name.substr(1));
  return {cat(stem, ".train.tsv"), cat(stem, ".val.tsv")};
}

// Deals the benchmark's texts out to the folds, the same way each time.
void deal(Corpus* corpus) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < corpus->examples.size(); ++i) {
    if (corpus->examples[i].source == 0) order.push_back(i);
  }
  std::uint32_t state = 12345;
  for (std::size_t i = order.size(); i-- > 1;) {
    state = state * 1664525 + 1013904223;
    std::swap(order[i], order[(state >> 8) % (i + 1)]);
  }
  for (std::size_t i = 0; i < order.size(); ++i) {
    corpus->examples[order[i]].fold = static_cast<std::uint32_t>(i % kFolds);
  }
}

}  // namespace

Result<std::vector<Line>> read_lines(const std::string& path) {
  auto bytes = read_file(path);
  if (!bytes) return std::unexpected(bytes.error());
  std::vector<Line> lines;
  for (std::string_view rest = *bytes; !rest.empty();) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    if (line.ends_with('\r')) line.remove_suffix(1);
    const std::size_t tab = line.rfind('\t');
    if (tab == line.npos) {
      lines.push_back({.text = std::string(line), .value = {}});
    } else {
      lines.push_back(
          {.text = std::string(line.substr(0, tab)), .value = std::string(line.substr(tab + 1))});
    }
  }
  return lines;
}

Result<Corpus> read_corpus(const std::string& folder, const std::string& words,
                           const Recipe& recipe) {
  Corpus corpus;
  corpus.sources.push_back({.name = "umsab", .weight = 1});
  const std::string stem = cat(folder, '/', recipe.name);
  if (auto read = add(cat(stem, ".train.tsv"), 0, false, &corpus); !read) {
    return std::unexpected(read.error());
  }
  if (auto read = add(cat(stem, ".val.tsv"), 0, true, &corpus); !read) {
    return std::unexpected(read.error());
  }
  for (const ExtraTexts& extra : recipe.extra) {
    const auto source = static_cast<std::uint32_t>(corpus.sources.size());
    corpus.sources.push_back({.name = std::string(extra.name), .weight = extra.weight});
    for (const std::string& path : paths_of(extra, folder, words, recipe)) {
      if (auto read = add(path, source, false, &corpus); !read) {
        return std::unexpected(read.error());
      }
    }
    Source& added = corpus.sources.back();
    added.without_neutral = added.texts[static_cast<std::size_t>(Label::neutral)] == 0;
  }
  deal(&corpus);
  return corpus;
}

}  // namespace vigie::train
