// The model that tells languages: how much more likely a stretch of characters is in each of the
// six, and in all others together, than on the average.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "engine/analysis/train/recipe.h"
#include "engine/analysis/train/texts.h"

namespace vigie::train {

// A text in a language; none: in one that the models do not know.
struct Written {
  const std::string* text;
  Language language;
};

// The bytes of models/languages.model.
[[nodiscard]] std::string language_file(std::span<const Written> texts);

}  // namespace vigie::train
