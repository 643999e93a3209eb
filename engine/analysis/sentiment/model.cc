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

struct Sum {
  std::int32_t negative = 0;
  std::int32_t positive = 0;

  void add(Cut weights) {
    negative += weights.negative;
    positive += weights.positive;
  }
};

Sum sum(std::span<const Feature> features, const Table& table) {
  Sum total;
  for (const Feature& feature : features) total.add(table.buckets[feature.hash >> table.shift]);
  return total;
}

// At most one slot of a bucket has the fingerprint.
Cut find(const WordBucket& bucket, std::uint32_t hash) {
  Cut found;
  for (const WordSlot& slot : bucket) {
    if (slot.fingerprint == fingerprint(hash)) found = slot.weights;
  }
  return found;
}

Sum sum(std::span<const Feature> features, const WordBucket* words, int shift) {
  Sum total;
  for (const Feature& feature : features) {
    total.add(find(words[feature.hash >> shift], feature.hash));
  }
  return total;
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
    table.shift = 32 - bits;
    if (static_cast<Group>(i) == Group::words) {
      model.words = reinterpret_cast<const WordBucket*>(file.data() + at);
      at += sizeof(WordBucket) << bits;
    } else {
      table.buckets = reinterpret_cast<const Cut*>(file.data() + at);
      at += sizeof(Cut) << bits;
    }
  }
  CHECK(at == file.size());
  model.bias = {read<float>(file, 60), read<float>(file, 64)};
  model.confusion = read<std::array<std::array<std::uint32_t, 3>, 3>>(file, 68);
  model.temperature = read<float>(file, 104);
  return model;
}

const Model& model_of(Language language) {
  static const std::array<Model, kLanguages> all_models = [] {
    std::array<Model, kLanguages> models;
    for (std::size_t i = 0; i < kLanguages; ++i) {
      models[i] = read_model(model_file(static_cast<Language>(i)));
    }
    return models;
  }();
  return all_models[static_cast<std::size_t>(language)];
}

Cut weights_of(const Model& model, Group group, std::uint32_t hash) {
  const Table& table = model.tables[static_cast<std::size_t>(group)];
  if (group == Group::words) {
    return model.words == nullptr ? Cut{} : find(model.words[hash >> table.shift], hash);
  }
  return table.buckets == nullptr ? Cut{} : table.buckets[hash >> table.shift];
}

LogOdds sum(const Model& model, const Features& features) {
  LogOdds total;
  for (std::size_t i = 0; i < kGroups; ++i) {
    const auto group = static_cast<Group>(i);
    const Table& table = model.tables[i];
    Sum part;
    if (group == Group::words) {
      if (model.words == nullptr) continue;
      part = sum(features.of(group), model.words, table.shift);
    } else {
      if (table.buckets == nullptr) continue;
      part = sum(features.of(group), table);
    }
    const float norm = features.norm(group);
    total.negative += table.scale.negative * norm * static_cast<float>(part.negative);
    total.positive += table.scale.positive * norm * static_cast<float>(part.positive);
  }
  return total;
}

}  // namespace vigie::sentiment
