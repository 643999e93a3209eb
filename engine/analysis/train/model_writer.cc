#include "engine/analysis/train/model_writer.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstddef>
#include <cstring>

#include "engine/analysis/sentiment/model.h"

namespace vigie::train {
namespace {

static_assert(std::endian::native == std::endian::little, "files are written as memory has them");

constexpr float kInt8Max = 127;

template <class T>
void put(const T& value, std::size_t at, std::string* file) {
  std::memcpy(file->data() + at, &value, sizeof value);
}

std::int8_t cut(float weight, float scale) {
  return static_cast<std::int8_t>(std::clamp(std::round(weight / scale), -kInt8Max, kInt8Max));
}

// The scale that loses least: few weights are large, and cutting them off leaves more steps for
// the others.
float best_scale(std::span<const std::array<float, 2>> buckets, std::size_t k) {
  float most = 0;
  for (const auto& bucket : buckets) most = std::max(most, std::abs(bucket[k]));
  if (most == 0) return 1;
  float best = 1;
  double least = -1;
  for (int part = 4; part <= 20; ++part) {
    const float scale = most * static_cast<float>(part) / (20 * kInt8Max);
    double lost = 0;
    for (const auto& bucket : buckets) {
      if (bucket[k] == 0) continue;
      const float off = bucket[k] - scale * static_cast<float>(cut(bucket[k], scale));
      lost += double{off} * off;
    }
    if (least < 0 || lost < least) {
      least = lost;
      best = scale;
    }
  }
  return best;
}

}  // namespace

std::string model_file(const Learnt& learnt, const Columns& columns, Language language,
                       const Calibration& calibration) {
  std::string file(sentiment::kModelHeaderBytes, '\0');
  std::memcpy(file.data(), sentiment::kModelMagic.data(), sentiment::kModelMagic.size());
  put(sentiment::kModelVersion, 4, &file);
  put(static_cast<std::uint32_t>(language), 8, &file);
  for (std::size_t i = 0; i < kGroups; ++i) {
    const auto group = static_cast<Group>(i);
    if (!columns.has(group)) continue;
    const std::uint32_t count = columns.count(group);
    put(static_cast<std::uint8_t>(std::countr_zero(count)), 12 + i, &file);
    const std::span buckets(learnt.buckets.data() + columns.first(group), count);
    const std::array<float, 2> scales{best_scale(buckets, 0), best_scale(buckets, 1)};
    for (std::size_t k = 0; k < 2; ++k) {
      put(scales[k] / calibration.temperature, 20 + 8 * i + 4 * k, &file);
    }
    for (const auto& bucket : buckets) {
      for (std::size_t k = 0; k < 2; ++k) file += static_cast<char>(cut(bucket[k], scales[k]));
    }
  }
  for (std::size_t k = 0; k < 2; ++k) {
    put(learnt.bias[k] / calibration.temperature, 60 + 4 * k, &file);
  }
  put(calibration.confusion, 68, &file);
  put(calibration.temperature, 104, &file);
  put(calibration.shared, 108, &file);
  return file;
}

}  // namespace vigie::train
