// What is kept of one post that concerns a brand: all that it adds to the brand's numbers can be
// told from it, so that it can be taken back when the post is edited, deleted or counted again.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"

namespace vigie {

enum class AuthorTier : std::uint8_t { unknown, nano, micro, macro };
[[nodiscard]] std::string_view to_text(AuthorTier tier);

// A slice of a brand's mentions, see slices.h; kNoSlice for none.
using SliceId = std::uint16_t;
inline constexpr SliceId kNoSlice = 0xFFFF;
inline constexpr std::size_t kPostSlicesMax = 14;

inline constexpr std::uint32_t kUnknownCount32 = 0xFFFFFFFF;
inline constexpr std::uint32_t kNotAnswered = 0xFFFFFFFF;
inline constexpr std::uint32_t kNoCascade = 0xFFFFFFFF;

struct PostState {
  Key128 key;
  Key128 author;
  EventTime event_time;
  EventTime told_at;  // of the counters
  Origin edited;      // the edit that it was last part of
  // By Counter; above 4,294,967,294 they stay there.
  std::array<std::uint32_t, kCounters> counters{};
  std::uint32_t followers = kUnknownCount32;
  std::uint32_t answered_after = kNotAnswered;  // seconds until an owned reply
  std::uint32_t campaigns = 0;                  // bits, as in Fact
  std::uint32_t rejected = 0;
  std::uint32_t cascade = kNoCascade;  // the root that it belongs to, see cascades.h
  std::uint16_t defences = 0;          // positive replies to it
  std::uint16_t rating = 0;            // hundredths; 0: none
  std::uint8_t depth = 0;              // below the root of its cascade
  Kind kind = Kind::post;
  MediaType media = MediaType::shared;
  AuthorTier tier = AuthorTier::unknown;
  Sentiment sentiment = Sentiment::unscored;
  bool live : 1 = false;   // it counts; false for a tombstone of a post that is gone
  bool owned : 1 = false;  // these are as in Fact
  bool addressed : 1 = false;
  bool owned_link : 1 = false;
  bool linked : 1 = false;  // it has a link
  bool moderated : 1 = false;
  bool recommends : 1 = false;
  bool advises_against : 1 = false;
  bool first_of_group : 1 = false;  // no near-duplicate came before it, see near_duplicates.h
  bool near_identical : 1 = false;  // it came into a group that was large already
  bool young_author : 1 = false;    // its account was younger than kYoungAccountDays
  bool unfollowed_author : 1 = false;
  std::array<SliceId, kPostSlicesMax> slices{};  // those it counts in, then kNoSlice
};

}  // namespace vigie
