// Model files (engine/analysis/sentiment/models/README.md): what was learnt, cut to int8.
#pragma once

#include <string>

#include "engine/analysis/train/evaluate.h"
#include "engine/analysis/train/learner.h"

namespace vigie::train {

struct Calibration {
  float temperature = 1;
  float shared = 1;  // what the shared model's log odds are multiplied by
  Confusions confusion{};
};

// The bytes of the file. The temperature divides scales and bias.
[[nodiscard]] std::string model_file(const Learnt& learnt, const Columns& columns,
                                     Language language, const Calibration& calibration);

}  // namespace vigie::train
