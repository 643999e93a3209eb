// Model files (engine/analysis/sentiment/models/README.md): what was learnt, cut to int8.
#pragma once

#include <string>

#include "engine/analysis/train/evaluate.h"
#include "engine/analysis/train/learner.h"

namespace vigie::train {

struct Calibration {
  float temperature = 1;
  Confusions confusion{};
};

// The bytes of the file. The temperature divides scales and bias. Where a bucket has no slot for a
// word, the words with the larger weights keep theirs.
[[nodiscard]] std::string model_file(const Learnt& learnt, const Learner& learner,
                                     const Calibration& calibration);

}  // namespace vigie::train
