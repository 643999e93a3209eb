#include <array>

#include "connectors/mapping_program.h"

namespace vigie::mapping {
namespace {

constexpr std::array<std::string_view, kTargets> kWords{
    "id",
    "platform",
    "kind",
    "text",
    "title",
    "created_at",
    "edited_at",
    "observed_at",
    "lang",
    "url",
    "author.id",
    "author.handle",
    "author.name",
    "author.country",
    "author.followers",
    "author.following",
    "author.verified",
    "author.bot",
    "author.created_at",
    "parent_id",
    "root_id",
    "shared_id",
    "quoted_id",
    "parent_author_id",
    "replaces_id",
    "shared_text",
    "metrics.likes",
    "metrics.shares",
    "metrics.comments",
    "metrics.quotes",
    "metrics.views",
    "metrics.clicks",
    "metrics.saves",
    "metrics.reach",
    "metrics.as_of",
    "rating.value",
    "rating.max",
    "geo.country",
    "geo.region",
    "geo.city",
    "geo.lat",
    "geo.lon",
    "sentiment.label",
    "sentiment.score",
    "sentiment.source",
    "channel.id",
    "channel.name",
    "visibility",
    "sensitive",
    "ext",
};
static_assert(kWords[static_cast<std::size_t>(Target::metrics_as_of)] == "metrics.as_of");
static_assert(kWords[static_cast<std::size_t>(Target::ext)] == "ext");

constexpr std::array<std::string_view, kListTargets> kListWords{"hashtags", "mentions", "urls",
                                                                "media"};

}  // namespace

std::string_view to_text(Target target) { return kWords[static_cast<std::size_t>(target)]; }
std::string_view to_text(ListTarget target) { return kListWords[static_cast<std::size_t>(target)]; }

}  // namespace vigie::mapping
