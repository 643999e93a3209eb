// Logistic regression with three classes: the weights that make the labels likely and stay small.
// One thread and no random numbers: the same rows give the same weights, bit for bit.
#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "engine/analysis/train/matrix.h"

namespace vigie::train {

// Of one column, for negative, neutral and positive; the fourth is not used: vectors of four are
// read at once.
using Weights = std::array<float, 4>;

struct TrainingRow {
  std::span<const Cell> cells;
  std::uint32_t source = 0;  // each has a bias of its own: their shares of the classes differ
  float weight = 1;
  Label label = Label::neutral;
  bool without_neutral = false;  // its source says nothing of neutral: it is ruled out
};

struct Solution {
  std::vector<Weights> columns;
  std::vector<Weights> sources;  // biases
};

// Minimises the summed loss of the rows + |weights - start|^2 / (2 cost), from `start`.
struct Problem {
  std::vector<TrainingRow> rows;
  std::uint32_t columns = 0;
  std::uint32_t sources = 0;
  float cost = 1;
};
[[nodiscard]] Solution solve(const Problem& problem);

// exp, normalised.
[[nodiscard]] std::array<float, 3> shares(const std::array<float, 3>& odds);

}  // namespace vigie::train
