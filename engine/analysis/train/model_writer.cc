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

using Scales = std::array<float, 2>;

sentiment::Cut cut(const std::array<float, 2>& bucket, const Scales& scales) {
  return {cut(bucket[0], scales[0]), cut(bucket[1], scales[1])};
}

float size_of(const std::array<float, 2>& bucket) {
  return std::max(std::abs(bucket[0]), std::abs(bucket[1]));
}

std::vector<sentiment::WordBucket> word_table(std::span<const std::array<float, 2>> learnt,
                                              const Learner& learner, const Scales& scales) {
  const Columns& columns = learner.matrix().columns();
  std::vector<std::uint32_t> words = columns.words();
  const auto bucket_of = [&](std::uint32_t hash) {
    return learnt[columns.of(Group::words, hash) - columns.first(Group::words)];
  };
  std::ranges::stable_sort(words, std::ranges::greater{},
                           [&](std::uint32_t hash) { return size_of(bucket_of(hash)); });
  std::vector<sentiment::WordBucket> table(std::size_t{1} << learner.recipe().word_bits);
  for (const std::uint32_t hash : words) {
    const sentiment::Cut weights = cut(bucket_of(hash), scales);
    if (weights.negative == 0 && weights.positive == 0) continue;
    for (sentiment::WordSlot& slot : table[hash >> (32 - learner.recipe().word_bits)]) {
      if (slot.fingerprint == sentiment::fingerprint(hash)) break;
      if (slot.fingerprint != 0) continue;
      slot = {sentiment::fingerprint(hash), weights};
      break;
    }
  }
  return table;
}

template <class T>
void append(const std::vector<T>& values, std::string* file) {
  file->append(reinterpret_cast<const char*>(values.data()), values.size() * sizeof(T));
}

}  // namespace

std::string model_file(const Learnt& learnt, const Learner& learner,
                       const Calibration& calibration) {
  std::string file(sentiment::kModelHeaderBytes, '\0');
  std::memcpy(file.data(), sentiment::kModelMagic.data(), sentiment::kModelMagic.size());
  put(sentiment::kModelVersion, 4, &file);
  put(static_cast<std::uint32_t>(learner.recipe().language), 8, &file);
  const Columns& columns = learner.matrix().columns();
  for (std::size_t i = 0; i < kGroups; ++i) {
    const auto group = static_cast<Group>(i);
    if (!columns.has(group)) continue;
    const std::span buckets(learnt.buckets.data() + columns.first(group), columns.count(group));
    const Scales scales{best_scale(buckets, 0), best_scale(buckets, 1)};
    for (std::size_t k = 0; k < 2; ++k) {
      put(scales[k] / calibration.temperature, 20 + 8 * i + 4 * k, &file);
    }
    const int bits = group == Group::words ? learner.recipe().word_bits : learner.recipe().bits[i];
    put(static_cast<std::uint8_t>(bits), 12 + i, &file);
    if (group == Group::words) {
      append(word_table(buckets, learner, scales), &file);
    } else {
      std::vector<sentiment::Cut> table;
      for (const auto& bucket : buckets) table.push_back(cut(bucket, scales));
      append(table, &file);
    }
  }
  for (std::size_t k = 0; k < 2; ++k) {
    put(learnt.bias[k] / calibration.temperature, 60 + 4 * k, &file);
  }
  put(calibration.confusion, 68, &file);
  put(calibration.temperature, 104, &file);
  return file;
}

}  // namespace vigie::train
