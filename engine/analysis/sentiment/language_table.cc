#include "engine/analysis/sentiment/language_table.h"

#include <algorithm>

#include "engine/base/check.h"

namespace vigie::sentiment {
namespace {

// How far the likeliest language must be ahead, in nats. bench/sentiment.md has what it costs.
constexpr double kAheadMin = 2;
// How much likelier than on the average its stretches must be, in nats each: a language that the
// model has never seen is a little nearer to one of the six than to the others, and far from all.
constexpr double kTypicalMin = 0.03;
// Texts with loan words, names and handles are not typical; where the likeliest is this far ahead
// of all others, in nats a stretch, they are of its language nevertheless.
constexpr double kFarAhead = 0.4;

}  // namespace

Language language_by(std::string_view file, const Features& features) {
  CHECK(file.size() == kLanguageHeaderBytes + kLanguageBuckets * sizeof(LanguageRow));
  CHECK(file.starts_with(kLanguageMagic));
  if (!features.has_words()) return Language::none;
  const auto* rows = reinterpret_cast<const LanguageRow*>(file.data() + kLanguageHeaderBytes);
  std::array<std::int32_t, 8> sums{};
  for (const Feature& feature : features.of(Group::characters)) {
    const LanguageRow& row = rows[language_bucket(feature.hash)];
    for (std::size_t k = 0; k < row.size(); ++k) sums[k] += row[k];
  }
  const auto end = sums.begin() + kLanguages;
  const auto best = std::max_element(sums.begin(), end);
  std::int32_t second = INT32_MIN;
  for (auto at = sums.begin(); at != end; ++at) {
    if (at != best) second = std::max(second, *at);
  }
  if (*best - second < kAheadMin * kLanguageUnits) return Language::none;
  const auto stretches = static_cast<double>(features.of(Group::characters).size());
  const bool typical = *best >= kTypicalMin * kLanguageUnits * stretches;
  if (!typical && *best - second < kFarAhead * kLanguageUnits * stretches) return Language::none;
  return static_cast<Language>(best - sums.begin());
}

}  // namespace vigie::sentiment
