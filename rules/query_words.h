// Terms as people write them, cut into what is looked for: words, wildcards, texts in braces.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/base/result.h"
#include "rules/query.h"

namespace vigie::rules {

// How the words of a term are taken, beside what is written in them.
struct TermForm {
  Term like;            // what every term has, its text apart
  bool quoted = false;  // a '?' at the end of a word is punctuation
};

// The terms of `text` in order, adjacent in a post: mostly one. `{` and `}` inside of a quoted text
// make the case of the words between them count.
// Errors: config, what is wrong with the term and what to write instead.
[[nodiscard]] Result<std::vector<Term>> cut_term(std::string_view text, const TermForm& form);

// The words of a folded text, joined by single spaces: what two texts have in common that match
// alike.
[[nodiscard]] std::string folded_words(std::string_view text);

// Checks and completes a term of one word with ~1 behind it.
[[nodiscard]] Result<Term> typo_of(std::string_view text, const TermForm& form);

}  // namespace vigie::rules
