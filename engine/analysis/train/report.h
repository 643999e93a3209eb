// What cross-validation has found, as a page of tables.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "engine/analysis/train/workshop.h"

namespace vigie::train {

// Markdown.
[[nodiscard]] std::string report(const Workshop& shop, const std::vector<Tested>& tested);

// The macro-F1 of the languages with one thing left out at a time. Takes as long as nine trainings.
// `only`: names of languages, parted by commas; empty: all.
[[nodiscard]] Result<std::string> ablations(const std::string& data, const std::string& words,
                                            std::string_view only);

}  // namespace vigie::train
