// How a word is written, where folding has thrown away what a query asks for: its capitals or its
// accents.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "rules/fold.h"

namespace vigie::rules {

// What of the writing counts.
struct SurfaceForm {
  bool match_case = false;
  bool match_accents = false;
};

// Scratch of written_form(). One thread.
struct SurfaceScratch {
  std::vector<std::int32_t> code_points;
  std::string form;
  FoldedText folded;  // of one letter
};

// The text with everything taken away that does not count: decomposed, without width and invisible
// characters, and without case or marks unless the form asks for them. Valid until the next call
// with the same scratch; empty when the text is not UTF-8.
[[nodiscard]] std::string_view written_form(std::string_view text, SurfaceForm form,
                                            SurfaceScratch* scratch);

[[nodiscard]] bool is_capital(std::uint32_t code_point);

}  // namespace vigie::rules
