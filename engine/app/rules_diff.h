// Two versions of the rules on the same posts: what the second gains and loses, brand by brand.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "engine/base/mention.h"
#include "rules/rules.h"

namespace vigie {

struct SamplePost {
  std::string id;
  std::string platform;
  std::string text;
  std::string reason;  // what decides in the second version; nothing where it has no such brand
};

// The two versions of one brand, which go by the same name.
struct BrandDiff {
  std::string name;
  bool in_before = false;
  bool in_after = false;
  std::uint64_t gained = 0;
  std::uint64_t lost = 0;
  std::uint64_t common = 0;
  std::vector<SamplePost> gained_samples;  // the first ones, each text once
  std::vector<SamplePost> lost_samples;
};

class RulesDiff {
 public:
  RulesDiff(const std::shared_ptr<const rules::RuleSet>& before,
            const std::shared_ptr<const rules::RuleSet>& after, std::size_t samples);
  void add(const Mention& post);

  [[nodiscard]] std::uint64_t posts() const { return posts_; }
  // Those with the most changes first, then by name.
  [[nodiscard]] std::vector<BrandDiff> take();

 private:
  // One version of the rules.
  struct Side {
    explicit Side(std::shared_ptr<const rules::RuleSet> rules) : matcher(std::move(rules)) {}
    rules::Matcher matcher;
    rules::Hits hits;
    std::vector<std::size_t> places;  // of its brands, in brands_
    std::vector<std::uint64_t> seen;  // by place in brands_: the last post that mentioned it
  };
  void sample(const Mention& post, std::size_t place, std::vector<SamplePost>* samples);
  static void match(const Mention& post, std::uint64_t number, Side* side);

  std::size_t samples_;
  std::uint64_t posts_ = 0;
  std::vector<BrandDiff> brands_;
  Side before_;
  Side after_;
};

}  // namespace vigie
