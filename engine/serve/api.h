// The JSON that the server answers with.
#pragma once

#include <string>
#include <string_view>

#include "engine/base/status.h"
#include "engine/serve/match_totals.h"
#include "engine/serve/view.h"

namespace vigie {

// An array with one object per brand, in the order of the configuration:
//   {"brand": "...", "mentions": 12, "late": 0, "backdated": 0,
//    "windows": {"5m": {"current": 3, "previous": 2, "yesterday": 0,
//                       "growth": 0.5, "growth_yesterday": null}, "15m": ..., "1h": ..., "24h":
//                       ...},
//    "platforms": [{"platform": "mastodon", "mentions": 12}]}
// Growth is null when there was nothing before.
[[nodiscard]] std::string brands_json(const View& view);

// An array with one object per brand that has a shadow query, in the order of the configuration:
//   {"brand": "...", "gained": 2, "lost": 0,
//    "samples": [{"change": "gained", "id": "...", "platform": "...", "url": "...",
//                 "created_at": "2026-11-22T12:00:00Z", "text": "..."}]}
// Counts are since the start; samples come from the rules in use: the last few posts that each
// worker saw, those gained first, the latest first.
[[nodiscard]] std::string shadow_json(const View& view, const MatchTotals& matching);

// {"ready": false, "not_ready": ["assigned", "draining"]}; null: nothing is known yet.
[[nodiscard]] std::string ready_json(const EngineStatus* status);

[[nodiscard]] std::string version_json(std::string_view version);

// {"reloaded": true, "detail": "..."}
[[nodiscard]] std::string reloaded_json(std::string_view detail);

// A problem of RFC 9457 for an HTTP status, without a type of its own.
[[nodiscard]] std::string problem_json(int status, std::string_view detail);
// "Not Found"; "Error" for a status that this server never gives.
[[nodiscard]] std::string_view reason_phrase(int status);

}  // namespace vigie
