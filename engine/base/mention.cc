#include "engine/base/mention.h"

#include <array>
#include <cstddef>

#include "engine/base/counters.h"
#include "engine/base/fact.h"

namespace vigie {
namespace {

constexpr std::array<std::string_view, kOps> kOpWords{"upsert", "delete", "metrics", "increment",
                                                      "delete_author"};
constexpr std::array<std::string_view, kUpdateKinds> kUpdates{"delete", "delete_author", "metrics",
                                                              "increment", "edit"};
constexpr std::array<std::string_view, 4> kSentiments{"unscored", "negative", "neutral",
                                                      "positive"};
constexpr std::array<std::string_view, 4> kMediaTypes{"owned", "paid", "earned", "shared"};
constexpr std::array<std::string_view, 8> kKinds{"post",    "reply",  "repost",  "quote",
                                                 "comment", "review", "article", "message"};
constexpr std::array<std::string_view, kRejectReasons> kReasons{
    "empty",      "too_large", "not_json", "not_an_object", "too_deep", "missing_field",
    "wrong_type", "bad_value", "bad_time", "bad_envelope",  "unmapped", "too_many_posts"};
constexpr std::array<std::string_view, kRejectActions> kActions{"dead_letter", "none", "drop",
                                                                "fail"};
constexpr std::array<std::string_view, kRepairs> kRepairNames{
    "invalid_utf8", "lone_surrogate", "duplicate_key", "dropped_value",
    "long_list",    "large_ext",      "future_time"};

template <class Enum, std::size_t N>
std::optional<Enum> parse(const std::array<std::string_view, N>& words, std::string_view text) {
  for (std::size_t i = 0; i < N; ++i) {
    if (words[i] == text) return static_cast<Enum>(i);
  }
  return std::nullopt;
}

}  // namespace

std::string_view to_text(SentimentSource source) {
  return source == SentimentSource::model ? "model" : "given";
}

std::string_view to_text(Sentiment sentiment) {
  return kSentiments[static_cast<std::size_t>(sentiment)];
}
std::string_view to_text(MediaType type) { return kMediaTypes[static_cast<std::size_t>(type)]; }

std::string_view country_of(const Mention& mention) {
  const bool placed = mention.geo && !mention.geo->country.empty();
  return placed ? mention.geo->country : mention.author.country;
}

std::string_view to_text(Op op) { return kOpWords[static_cast<std::size_t>(op)]; }
std::string_view to_text(Kind kind) { return kKinds[static_cast<std::size_t>(kind)]; }
std::string_view to_text(PostUpdate::Kind kind) { return kUpdates[static_cast<std::size_t>(kind)]; }
std::optional<Op> parse_op(std::string_view text) { return parse<Op>(kOpWords, text); }
std::optional<Kind> parse_kind(std::string_view text) { return parse<Kind>(kKinds, text); }

std::string_view to_text(RejectReason reason) { return kReasons[static_cast<std::size_t>(reason)]; }
std::string_view to_text(RejectAction action) { return kActions[static_cast<std::size_t>(action)]; }
std::string_view to_text(Repair repair) { return kRepairNames[static_cast<std::size_t>(repair)]; }

}  // namespace vigie
