#include "engine/analysis/train/evaluate.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "engine/analysis/train/softmax.h"

namespace vigie::train {
namespace {

std::size_t predicted(const Judgement& judgement) {
  const auto [negative, positive] = judgement.odds;
  if (negative >= positive && negative >= 0) return 0;
  return positive > 0 ? 2 : 1;
}

}  // namespace

Confusions confusions(std::span<const Judgement> judgements) {
  Confusions counts{};
  for (const Judgement& one : judgements) {
    ++counts[static_cast<std::size_t>(one.truth)][predicted(one)];
  }
  return counts;
}

double macro_f1(const Confusions& counts) {
  double total = 0;
  for (std::size_t k = 0; k < 3; ++k) {
    double truly = 0;
    double called = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      truly += counts[k][i];
      called += counts[i][k];
    }
    if (truly + called > 0) total += 2 * counts[k][k] / (truly + called);
  }
  return 100 * total / 3;
}

std::array<float, 3> probabilities(const Judgement& judgement, float temperature) {
  return shares({judgement.odds[0] / temperature, 0, judgement.odds[1] / temperature});
}

double log_loss(std::span<const Judgement> judgements, float temperature) {
  double loss = 0;
  for (const Judgement& one : judgements) {
    const auto share = probabilities(one, temperature);
    loss -= std::log(std::max(share[static_cast<std::size_t>(one.truth)], 1e-9F));
  }
  return loss / static_cast<double>(std::max<std::size_t>(judgements.size(), 1));
}

float best_temperature(std::span<const Judgement> judgements) {
  float best = 1;
  double least = log_loss(judgements, best);
  for (int step = 30; step <= 300; ++step) {
    const float temperature = static_cast<float>(step) / 100;
    const double loss = log_loss(judgements, temperature);
    if (loss < least) {
      least = loss;
      best = temperature;
    }
  }
  return best;
}

std::array<Bin, kBins> calibration(std::span<const Judgement> judgements, float temperature) {
  std::array<Bin, kBins> bins{};
  for (const Judgement& one : judgements) {
    const auto share = probabilities(one, temperature);
    const auto best = std::ranges::max_element(share);
    Bin& bin = bins[std::min(kBins - 1, static_cast<std::size_t>(*best * kBins))];
    ++bin.texts;
    bin.confidence += *best;
    bin.right += best - share.begin() == static_cast<std::ptrdiff_t>(one.truth) ? 1 : 0;
  }
  for (Bin& bin : bins) {
    if (bin.texts == 0) continue;
    bin.confidence /= bin.texts;
    bin.right /= bin.texts;
  }
  return bins;
}

double calibration_error(const std::array<Bin, kBins>& bins) {
  double texts = 0;
  double error = 0;
  for (const Bin& bin : bins) {
    texts += bin.texts;
    error += bin.texts * std::abs(bin.confidence - bin.right);
  }
  return texts == 0 ? 0 : error / texts;
}

}  // namespace vigie::train
