#include "engine/runtime/shadow_log.h"

#include <string>

#include "engine/base/limits.h"
#include "engine/base/utf8.h"

namespace vigie {

void ShadowLog::Ring::add(const Mention& mention) {
  if (samples.size() < kShadowSamplesMax) samples.emplace_back();
  ShadowSample& sample = samples[next];
  next = (next + 1) % kShadowSamplesMax;
  sample.id = whole_characters(mention.id, kShadowAddressBytesMax);
  sample.platform = whole_characters(mention.platform, kShadowAddressBytesMax);
  sample.url = whole_characters(mention.url, kShadowAddressBytesMax);
  sample.created_at = mention.created_at;
  sample.text = whole_characters(mention.text, kShadowTextBytesMax);
}

bool ShadowLog::may_sample(const Brand& brand) const {
  return sampled_ < kShadowBrandsMax || !brand.gained_samples.samples.empty() ||
         !brand.lost_samples.samples.empty();
}

void ShadowLog::add(const Mention& mention, std::span<const rules::ShadowChange> changes) {
  for (const rules::ShadowChange& change : changes) {
    Brand& brand = brands_[change.brand];
    ++(change.gained ? brand.gained : brand.lost);
    if (!may_sample(brand)) continue;
    if (brand.gained_samples.samples.empty() && brand.lost_samples.samples.empty()) ++sampled_;
    (change.gained ? brand.gained_samples : brand.lost_samples).add(mention);
  }
}

void ShadowLog::forget_samples() {
  sampled_ = 0;
  for (auto& [id, brand] : brands_) {
    brand.gained_samples = {};
    brand.lost_samples = {};
  }
}

std::vector<ShadowReport> ShadowLog::report() const {
  std::vector<ShadowReport> out;
  out.reserve(brands_.size());
  for (const auto& [id, brand] : brands_) {
    out.push_back({.brand = id,
                   .gained = brand.gained,
                   .lost = brand.lost,
                   .gained_samples = brand.gained_samples.samples,
                   .lost_samples = brand.lost_samples.samples});
  }
  return out;
}

}  // namespace vigie
