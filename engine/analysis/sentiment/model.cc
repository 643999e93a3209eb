#include "engine/analysis/sentiment/model.h"

#include <bit>
#include <cstring>

#include "engine/analysis/sentiment/model_files.h"
#include "engine/base/check.h"

namespace vigie::sentiment {
namespace {

static_assert(std::endian::native == std::endian::little, "models are read in place");

template <class T>
T read(std::string_view file, std::size_t at) {
  T value;
  std::memcpy(&value, file.data() + at, sizeof value);
  return value;
}

LogOdds sum(std::span<const Feature> features, const Table& table) {
  std::int32_t negative = 0;
  std::int32_t positive = 0;
  for (const Feature& feature : features) {
    const std::int8_t* bucket = table.weights + std::size_t{2} * (feature.hash >> table.shift);
    negative += bucket[0];
    positive += bucket[1];
  }
  return {table.scale.negative * static_cast<float>(negative),
          table.scale.positive * static_cast<float>(positive)};
}

}  // namespace

Model read_model(std::string_view file) {
  CHECK(file.size() >= kModelHeaderBytes);
  CHECK(file.starts_with(kModelMagic));
  CHECK(read<std::uint32_t>(file, 4) == kModelVersion);
  Model model;
  std::size_t at = kModelHeaderBytes;
  for (std::size_t i = 0; i < kGroups; ++i) {
    const auto bits = read<std::uint8_t>(file, 12 + i);
    Table& table = model.tables[i];
    table.scale = {read<float>(file, 20 + 8 * i), read<float>(file, 24 + 8 * i)};
    if (bits == 0) continue;
    CHECK(bits < 32);
    table.weights = reinterpret_cast<const std::int8_t*>(file.data() + at);
    table.shift = 32 - bits;
    at += std::size_t{2} << bits;
  }
  CHECK(at == file.size());
  model.bias = {read<float>(file, 60), read<float>(file, 64)};
  model.confusion = read<std::array<std::array<std::uint32_t, 3>, 3>>(file, 68);
  model.temperature = read<float>(file, 104);
  model.shared = read<float>(file, 108);
  return model;
}

const Model& model_of(Language language) {
  static const std::array<Model, kLanguages> kModels = [] {
    std::array<Model, kLanguages> models;
    for (std::size_t i = 0; i < kLanguages; ++i) {
      models[i] = read_model(model_file(static_cast<Language>(i)));
    }
    return models;
  }();
  return kModels[static_cast<std::size_t>(language)];
}

LogOdds sum(const Model& model, const Features& features) {
  LogOdds total;
  for (std::size_t i = 0; i < kGroups; ++i) {
    if (model.tables[i].weights == nullptr) continue;
    const auto group = static_cast<Group>(i);
    const LogOdds part = sum(features.of(group), model.tables[i]);
    const float norm = features.norm(group);
    total.negative += part.negative * norm;
    total.positive += part.positive * norm;
  }
  return total;
}

}  // namespace vigie::sentiment
