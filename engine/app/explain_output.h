// What `vigie explain` writes of one post.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "engine/base/mention.h"
#include "engine/runtime/post_scorer.h"
#include "rules/rules.h"

namespace vigie {

struct ExplainedPost {
  const Mention* post = nullptr;
  bool alone = false;  // it needs no name to be told from others
  std::vector<rules::SeenToken> tokens;
  std::vector<rules::Explanation> brands;           // those to be told in full
  std::size_t others = 0;                           // neither woken nor matched
  const std::vector<std::string>* names = nullptr;  // of all brands
  const rules::Hits* hits = nullptr;                // these two where sentiment is asked for
  const PostScorer* scorer = nullptr;

  // Null where it is not asked for, or the post does not mention the brand.
  [[nodiscard]] const BrandScore* score_of(const rules::Explanation& brand) const;
};

// What decided, to stand behind "because".
[[nodiscard]] std::string reason_of(const rules::Explanation& brand);

// For people.
void append_explained_text(const ExplainedPost& explained, std::string* out);
// One line of JSON.
void append_explained_json(const ExplainedPost& explained, std::string* out);

}  // namespace vigie
