// What shadow queries would change, as one worker sees it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <vector>

#include "engine/base/match_report.h"
#include "engine/base/mention.h"
#include "rules/rules.h"

namespace vigie {

// Counts changes by brand and keeps the last posts of each brand and change, at most
// kShadowSamplesMax, of at most kShadowBrandsMax brands. Counts never fall; samples are those of
// the rules in use. One thread.
class ShadowLog {
 public:
  void add(const Mention& mention, std::span<const rules::ShadowChange> changes);

  // When the rules are replaced: what was sampled may have come from another query.
  void forget_samples();

  // Sorted by brand.
  [[nodiscard]] std::vector<ShadowReport> report() const;

 private:
  struct Ring {
    std::vector<ShadowSample> samples;
    std::size_t next = 0;  // the oldest, once it is full
    void add(const Mention& mention);
  };
  struct Brand {
    std::uint64_t gained = 0;
    std::uint64_t lost = 0;
    Ring gained_samples;
    Ring lost_samples;
  };

  [[nodiscard]] bool may_sample(const Brand& brand) const;

  std::map<BrandId, Brand> brands_;
  std::size_t sampled_ = 0;  // brands with at least one sample
};

}  // namespace vigie
