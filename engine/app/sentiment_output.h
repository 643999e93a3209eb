// How `vigie match` and `vigie explain` write the sentiment of a brand in a post.
#pragma once

#include <string>

#include "engine/base/mention.h"
#include "engine/runtime/post_scorer.h"

namespace vigie {

// With three decimals: "-0.612".
void append_thousandths(float value, std::string* out);

// "sentiment":{"label":"negative","score":-0.612,...}; `by` has the stretches that were scored.
void append_sentiment_json(const PostScorer& scorer, const BrandScore& brand, std::string* out);

// "negative, score -0.612, confidence 0.733, fr, by text[0:21] "Orvelane est en panne"", on a line.
void append_sentiment_text(const Mention& post, const PostScorer& scorer, const BrandScore& brand,
                           std::string* out);

}  // namespace vigie
