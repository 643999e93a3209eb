// The files of models/, as the assembler has put them into the program (model_files.S).
#pragma once

#include <string_view>

#include "engine/analysis/sentiment/sentiment.h"

namespace vigie::sentiment {

// That of none is the shared one.
[[nodiscard]] std::string_view model_file(Language language);
// That which tells languages.
[[nodiscard]] std::string_view languages_file();

}  // namespace vigie::sentiment
