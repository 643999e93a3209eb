#include "engine/app/rules_diff.h"

#include <algorithm>
#include <tuple>
#include <unordered_map>
#include <utility>

#include "engine/app/explain_output.h"

namespace vigie {
namespace {

// The brand of each place, by name; made where it is new.
class Places {
 public:
  explicit Places(std::vector<BrandDiff>* brands) : brands_(*brands) {
    for (std::size_t i = 0; i < brands_.size(); ++i) places_.emplace(brands_[i].name, i);
  }
  std::size_t of(const std::string& name) {
    const auto [place, added] = places_.try_emplace(name, brands_.size());
    if (added) brands_.emplace_back().name = name;
    return place->second;
  }

 private:
  std::vector<BrandDiff>& brands_;
  std::unordered_map<std::string, std::size_t> places_;
};

}  // namespace

RulesDiff::RulesDiff(const std::shared_ptr<const rules::RuleSet>& before,
                     const std::shared_ptr<const rules::RuleSet>& after, std::size_t samples)
    : samples_(samples), before_(before), after_(after) {
  Places places(&brands_);
  for (const std::string& name : rules::brand_names(*before)) {
    before_.places.push_back(places.of(name));
    brands_[before_.places.back()].in_before = true;
  }
  for (const std::string& name : rules::brand_names(*after)) {
    after_.places.push_back(places.of(name));
    brands_[after_.places.back()].in_after = true;
  }
  before_.seen.resize(brands_.size());
  after_.seen.resize(brands_.size());
}

void RulesDiff::match(const Mention& post, std::uint64_t number, Side* side) {
  side->matcher.match(post, &side->hits);
  for (const rules::Hit& hit : side->hits.hits) side->seen[side->places[hit.brand]] = number;
}

void RulesDiff::sample(const Mention& post, std::size_t place, std::vector<SamplePost>* samples) {
  if (samples->size() >= samples_) return;
  // The same text over and over teaches nothing.
  if (std::ranges::find(*samples, post.text, &SamplePost::text) != samples->end()) return;
  std::string reason;
  const auto brand = std::ranges::find(after_.places, place);
  if (brand != after_.places.end()) {
    const auto number = static_cast<std::uint32_t>(brand - after_.places.begin());
    reason = reason_of(after_.matcher.explain(post, number).front());
  }
  samples->push_back({std::string(post.id), std::string(post.platform), std::string(post.text),
                      std::move(reason)});
}

void RulesDiff::add(const Mention& post) {
  if (post.op != Op::upsert) return;
  ++posts_;
  match(post, posts_, &before_);
  match(post, posts_, &after_);
  for (const rules::Hit& hit : before_.hits.hits) {
    const std::size_t place = before_.places[hit.brand];
    BrandDiff& brand = brands_[place];
    if (after_.seen[place] == posts_) {
      ++brand.common;
      continue;
    }
    ++brand.lost;
    sample(post, place, &brand.lost_samples);
  }
  for (const rules::Hit& hit : after_.hits.hits) {
    const std::size_t place = after_.places[hit.brand];
    if (before_.seen[place] == posts_) continue;
    ++brands_[place].gained;
    sample(post, place, &brands_[place].gained_samples);
  }
}

std::vector<BrandDiff> RulesDiff::take() {
  std::ranges::sort(brands_, [](const BrandDiff& a, const BrandDiff& b) {
    return std::tuple(b.gained + b.lost, a.name) < std::tuple(a.gained + a.lost, b.name);
  });
  return std::move(brands_);
}

}  // namespace vigie
