// Hits as a text, for comparing two matchers and for showing how they differ.
#pragma once

#include <string>

#include "rules/rules.h"

namespace vigie::rules {

// One line a brand: its place and its spans.
inline std::string described(const Hits& hits) {
  std::string out;
  for (const Hit& hit : hits.hits) {
    out += "brand " + std::to_string(hit.brand) + ":";
    for (std::uint32_t i = 0; i < hit.span_count; ++i) {
      const Span& span = hits.spans[hit.first_span + i];
      out += " " + std::to_string(static_cast<int>(span.field)) + "/" + std::to_string(span.first) +
             "+" + std::to_string(span.count);
    }
    out += "\n";
  }
  return out;
}

}  // namespace vigie::rules
