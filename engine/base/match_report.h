// What the matching of one worker has cost and what its shadow queries have shown, since the start
// of the process: over every rule set that was in use.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "engine/base/event_time.h"
#include "engine/base/fact.h"

namespace vigie {

struct BrandCost {
  std::uint64_t candidates = 0;     // posts in which the index woke the brand
  std::uint64_t verifications = 0;  // queries that were evaluated
  std::uint64_t matches = 0;        // posts that mention the brand
  std::uint64_t failures = 0;       // queries given up because they went over their budget
  double seconds = 0;               // of evaluation, from a sample of it
};

// A post on which a brand's query and its shadow do not agree.
struct ShadowSample {
  std::string id;
  std::string platform;
  std::string url;
  EventTime created_at;
  std::string text;  // its beginning
};

struct ShadowReport {
  BrandId brand = 0;
  std::uint64_t gained = 0;                  // posts that the shadow matches and the query does not
  std::uint64_t lost = 0;                    // the other way round
  std::vector<ShadowSample> gained_samples;  // the last ones, in no order
  std::vector<ShadowSample> lost_samples;
};

// Immutable once published: a worker stores a fresh one in a Cell<MatchReport> about twice a
// second.
struct MatchReport {
  std::vector<BrandCost> costs;       // by BrandId; brands beyond the end have cost nothing
  std::vector<ShadowReport> shadows;  // sorted by brand; only those with a change
};

}  // namespace vigie
