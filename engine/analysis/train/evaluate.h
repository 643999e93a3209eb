// How good predictions are: counts of confusions, macro-F1, calibration.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/analysis/train/texts.h"

namespace vigie::train {

// What a model says of a text that it was not trained on: log odds of negative and of positive
// against neutral.
struct Judgement {
  std::array<float, 2> odds{};
  Label truth = Label::neutral;
};

// By truth (row) and prediction.
using Confusions = std::array<std::array<std::uint32_t, 3>, 3>;
[[nodiscard]] Confusions confusions(std::span<const Judgement> judgements);
// Mean of the F1 of the three classes, in percent.
[[nodiscard]] double macro_f1(const Confusions& counts);

// Probabilities of negative, neutral and positive.
[[nodiscard]] std::array<float, 3> probabilities(const Judgement& judgement, float temperature);
// Mean loss of the truth, in nats.
[[nodiscard]] double log_loss(std::span<const Judgement> judgements, float temperature);
// That with the least loss.
[[nodiscard]] float best_temperature(std::span<const Judgement> judgements);

// Texts whose confidence lies in [i/10, (i+1)/10).
struct Bin {
  std::uint32_t texts = 0;
  double confidence = 0;  // mean
  double right = 0;       // share
};
inline constexpr std::size_t kBins = 10;
[[nodiscard]] std::array<Bin, kBins> calibration(std::span<const Judgement> judgements,
                                                 float temperature);
// Mean distance of confidence and share that is right, weighted by texts.
[[nodiscard]] double calibration_error(const std::array<Bin, kBins>& bins);

}  // namespace vigie::train
