// What is kept of one post that concerns a brand: all that it adds to the brand's numbers can be
// told from it, so that it can be taken back when the post is edited, deleted or counted again.
#pragma once

#include <array>
#include <cstdint>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"
#include "engine/base/limits.h"

namespace vigie {

enum class AuthorTier : std::uint8_t { unknown, nano, micro, macro };
[[nodiscard]] std::string_view to_text(AuthorTier tier);

// A slice of a brand's mentions, see slices.h; kNoSlice for none.
using SliceId = std::uint16_t;
inline constexpr SliceId kNoSlice = 0xFFFF;
inline constexpr std::size_t kPostSlicesMax = 14;

inline constexpr std::uint32_t kUnknownCount32 = 0xFFFFFFFF;
inline constexpr std::uint32_t kNotAnswered = 0x3FFFFF;
inline constexpr std::uint16_t kNoCascade = 0xFFFF;

// Of times after the post's own: milliseconds, at most these.
inline constexpr std::uint32_t kAgeMax = 0xFFFFFFFF;

// Of PostState::campaigns and rejected: campaigns whose bits others have taken, see
// BrandState::campaign_names. Beside kCampaignsMax bits of those that are known.
inline constexpr std::uint32_t kPastCampaigns = 1U << 31;
static_assert(kCampaignsMax <= 31);

inline constexpr std::uint8_t kNoSeries = 0x3F;

// Scores from -1 to 1 are kept as 0 to 2 * kScoreSteps.
inline constexpr int kScoreSteps = 30;

// Laid out without a gap: its bytes are a row of the saved state, as state.md describes it.
struct PostState {
  Key128 key;
  Key128 author;
  EventTime event_time;
  std::uint64_t signature = 0;  // see near_duplicates.h; 0: none
  // By Counter; above 4,294,967,294 they stay there.
  std::array<std::uint32_t, kCounters> counters = unknown_counters32();
  std::uint32_t counted_at = 0;  // when its counters were so: milliseconds after event_time
  std::uint32_t written_at = 0;  // when its text was so, likewise
  std::uint32_t followers = kUnknownCount32;
  std::uint32_t answered_after : 22 = kNotAnswered;  // seconds until an owned reply
  std::uint32_t score : 6 = kScoreSteps;             // see score_steps()
  std::uint32_t language : 3 = 0;  // as in Fact: of the model, 0: not scored by it
  std::uint32_t crisis : 1 = 0;    // it holds words of a crisis
  std::uint32_t campaigns = 0;     // bits, as BrandState::campaign_names
  std::uint32_t rejected = 0;
  std::array<SliceId, kPostSlicesMax> slices = no_slices();  // those it counts in, then kNoSlice
  std::uint16_t cascade = kNoCascade;  // the root that it belongs to, see cascades.h
  std::uint16_t defences = 0;          // positive replies to it

  Kind kind : 3 = Kind::post;
  MediaType media : 2 = MediaType::shared;
  AuthorTier tier : 2 = AuthorTier::unknown;
  bool live : 1 = false;  // it counts; false for one that is late, backdated or gone

  Sentiment sentiment : 2 = Sentiment::unscored;  // the one that counts
  std::uint8_t depth : 4 = 0;                     // below the root of its cascade
  bool owned : 1 = false;                         // these are as in Fact
  bool addressed : 1 = false;

  std::uint16_t rating : 9 = 0;  // hundredths of a star; 0: none
  bool owned_link : 1 = false;
  bool linked : 1 = false;  // it has a link
  bool moderated : 1 = false;
  bool recommends : 1 = false;
  bool advises_against : 1 = false;
  bool first_of_group : 1 = false;  // no near-duplicate came before it, see near_duplicates.h
  bool near_identical : 1 = false;  // it came into a group that was large already

  std::uint32_t same_author : 18 = 0;   // how far back the author's post before lies; 0: none is
  std::uint8_t series : 6 = kNoSeries;  // whose minutes it counts in: of BrandState::series
  bool young_author : 1 = false;        // its account was younger than kYoungAccountDays
  bool unfollowed_author : 1 = false;
  bool apart : 1 = false;         // late or backdated: it never counts
  bool deleted : 1 = false;       // it does not come back
  bool waiting : 1 = false;       // it is in BrandState::unanswered
  bool answers_only : 1 = false;  // it does not mention the brand, which answers with it: not live
  Sentiment given : 2 = Sentiment::unscored;  // as in FactPost

 private:
  static constexpr std::array<std::uint32_t, kCounters> unknown_counters32() {
    std::array<std::uint32_t, kCounters> counters{};
    counters.fill(kUnknownCount32);
    return counters;
  }
  static constexpr std::array<SliceId, kPostSlicesMax> no_slices() {
    std::array<SliceId, kPostSlicesMax> slices{};
    slices.fill(kNoSlice);
    return slices;
  }
};
static_assert(sizeof(PostState) == 144);

// The score in steps of 1 / kScoreSteps, from -kScoreSteps on.
[[nodiscard]] constexpr int score_steps(const PostState& post) {
  return static_cast<int>(post.score) - kScoreSteps;
}
[[nodiscard]] std::uint32_t packed_score(float score);

// Makes a row of version 1 one of today: there `answered_after` had the bits of the score, the
// language and `crisis`, and those of `given` were zero.
void upgrade_row(PostState* row);

}  // namespace vigie
