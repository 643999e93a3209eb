#include "engine/analysis/snapshot.h"

namespace vigie {
namespace {

constexpr std::array<std::string_view, kTopKinds> kTopNames{
    "hashtags", "words", "links", "sites", "authors", "posts", "hashtag_pairs"};

}  // namespace

std::string_view to_text(TopKind kind) { return kTopNames[static_cast<std::size_t>(kind)]; }

}  // namespace vigie
