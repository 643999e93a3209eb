#include "engine/analysis/train/language_model.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <cstring>

#include "engine/analysis/sentiment/language_table.h"
#include "engine/analysis/train/matrix.h"

namespace vigie::train {
namespace {

using sentiment::kLanguages;
using sentiment::LanguageRow;

// Added to the counts of a stretch, over all languages together: what is rare says little.
constexpr double kSmoothing = 2;

struct Counts {
  std::vector<std::array<double, kLanguages>> buckets{sentiment::kLanguageBuckets};
  std::array<double, kLanguages> totals{};
};

Counts count(std::span<const Written> texts) {
  Counts counts;
  TextReader reader;
  for (const Written& written : texts) {
    const auto at = static_cast<std::size_t>(written.language);
    for (const sentiment::Feature& feature :
         reader.read(*written.text, Language::none).of(Group::characters)) {
      ++counts.buckets[sentiment::language_bucket(feature.hash)][at];
      ++counts.totals[at];
    }
  }
  return counts;
}

LanguageRow row(const std::array<double, kLanguages>& counts,
                const std::array<double, kLanguages>& totals) {
  std::array<double, kLanguages> rates{};
  double mean = 0;
  for (std::size_t k = 0; k < kLanguages; ++k) {
    // Each language as if it had as many texts as the others.
    rates[k] = counts[k] / std::max(totals[k], 1.0);
    mean += rates[k] / kLanguages;
  }
  double all = 0;
  for (const double total : totals) all += total / kLanguages;
  LanguageRow cut{};
  for (std::size_t k = 0; k < kLanguages; ++k) {
    const double smoothed = (rates[k] * all + kSmoothing) / (mean * all + kSmoothing);
    const double units = std::log(smoothed) * sentiment::kLanguageUnits;
    cut[k] = static_cast<std::int8_t>(std::clamp(std::round(units), -127.0, 127.0));
  }
  return cut;
}

}  // namespace

std::string language_file(std::span<const Written> texts) {
  const Counts counts = count(texts);
  std::string file(sentiment::kLanguageHeaderBytes, '\0');
  std::memcpy(file.data(), sentiment::kLanguageMagic.data(), sentiment::kLanguageMagic.size());
  for (const auto& bucket : counts.buckets) {
    const LanguageRow cut = row(bucket, counts.totals);
    file.append(reinterpret_cast<const char*>(cut.data()), cut.size());
  }
  return file;
}

}  // namespace vigie::train
