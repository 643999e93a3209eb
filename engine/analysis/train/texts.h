// The labelled texts that models are trained on: `text<TAB>label` a line, plain or gzip.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <vector>

#include "engine/analysis/train/recipe.h"
#include "engine/base/result.h"

namespace vigie::train {

enum class Label : std::uint8_t { negative, neutral, positive };

struct Example {
  std::string text;
  Label label = Label::neutral;
  std::uint32_t source = 0;  // in Corpus::sources
  std::uint32_t fold = 0;    // of source 0: in which it is tested; kNoFold for others
  bool validation = false;   // from the val file
};
inline constexpr std::uint32_t kNoFold = 0xFFFFFFFF;

struct Source {
  std::string name;
  float weight = 1;                      // of one of its texts
  bool without_neutral = false;          // says nothing of what is neutral
  std::array<std::uint32_t, 3> texts{};  // by label
};

// The texts of one language. Source 0 is the benchmark, train and val: models are tested on it by
// cross-validation; the others only ever train.
struct Corpus {
  std::vector<Source> sources;
  std::vector<Example> examples;
};

// Reads LANGUAGE.train.tsv, LANGUAGE.val.tsv and extra/LANGUAGE.SET.tsv.gz of the folder, and
// templates/LANGUAGE.tsv of `words`.
// Errors: unreadable, corrupt (a line that has no label).
[[nodiscard]] Result<Corpus> read_corpus(const std::string& folder, const std::string& words,
                                         const Recipe& recipe);

// The lines of a file as text and what stands behind the last tab.
struct Line {
  std::string text;
  std::string value;
};
[[nodiscard]] Result<std::vector<Line>> read_lines(const std::string& path);

}  // namespace vigie::train
