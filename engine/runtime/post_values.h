// What facts tell of a post, read from what its record says.
#pragma once

#include <cstdint>
#include <string_view>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/mention.h"

namespace vigie {

// When the counters of the post, its text and its author were as it tells them.
[[nodiscard]] EventTime counted_at(const Mention& mention);

// The id of the first post of its thread, or of the one that it shares or quotes; the one that it
// answers where no more is known. Empty where it is the first one itself.
[[nodiscard]] std::string_view root_id_of(const Mention& mention);

// From 1 to 5, of whatever scale it has been given on; 0 where it cannot be told.
[[nodiscard]] float stars_of(const Mention& mention);

// Of the account when the post was written; -1 where it is not known.
[[nodiscard]] std::int32_t account_days_of(const Mention& mention);

// The words that vendors have for it, of whatever case.
[[nodiscard]] Sentiment sentiment_of(const Mention& mention);

// How much, from -1 to 1; 0 where it is not told on that scale.
[[nodiscard]] float given_score_of(const Mention& mention);

// Whether it may have been told before.
[[nodiscard]] bool is_edited(const Mention& mention);

// By which its author is known: the handle where there is no id. Empty where there is none either.
[[nodiscard]] std::string_view author_id_of(const Mention& mention);

// Whether the platform, or a moderator, has taken it out of sight.
[[nodiscard]] bool is_moderated(const Mention& mention);

}  // namespace vigie
