#include "engine/analysis/train/softmax.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <deque>

namespace vigie::train {
namespace {

// L-BFGS, as in Nocedal and Wright, Numerical Optimization, chapter 7.
constexpr int kStepsMax = 50;
constexpr int kHalvingsMax = 12;
constexpr std::size_t kMemory = 6;  // pairs of differences that stand for the curvature
constexpr double kEnough = 1e-4;    // of the loss, gained by a step: less ends the search
constexpr double kArmijo = 1e-4;
constexpr float kBiasFreedom = 0.1F;  // biases are held back less

using Vector = std::vector<float>;

double dot(const Vector& a, const Vector& b) {
  std::array<double, 8> sums{};
  const std::size_t whole = a.size() / 8 * 8;
  for (std::size_t i = 0; i < whole; i += 8) {
    for (std::size_t k = 0; k < 8; ++k) sums[k] += double{a[i + k]} * b[i + k];
  }
  for (std::size_t i = whole; i < a.size(); ++i) sums[0] += double{a[i]} * b[i];
  double total = 0;
  for (const double sum : sums) total += sum;
  return total;
}

// *a += factor * b
void add(double factor, const Vector& b, Vector* a) {
  const auto by = static_cast<float>(factor);
  for (std::size_t i = 0; i < b.size(); ++i) (*a)[i] += by * b[i];
}

std::array<float, 3> odds_of(const TrainingRow& row, const Vector& at, std::size_t biases) {
  Weights odds{};
  for (const Cell& cell : row.cells) {
    const float* weights = &at[std::size_t{4} * cell.column];
    for (std::size_t k = 0; k < 4; ++k) odds[k] += cell.value * weights[k];
  }
  const float* bias = &at[biases + std::size_t{4} * row.source];
  for (std::size_t k = 0; k < 4; ++k) odds[k] += bias[k];
  return {odds[0], odds[1], odds[2]};
}

// The loss of a row; adds its gradient.
double add_row(const TrainingRow& row, const Vector& at, std::size_t biases, Vector* gradient) {
  std::array<float, 3> odds = odds_of(row, at, biases);
  if (row.without_neutral) odds[1] = -1e9F;
  const std::array<float, 3> share = shares(odds);
  const auto truth = static_cast<std::size_t>(row.label);
  Weights error{};
  for (std::size_t k = 0; k < 3; ++k) error[k] = row.weight * (share[k] - (k == truth ? 1.F : 0.F));
  for (const Cell& cell : row.cells) {
    float* weights = &(*gradient)[std::size_t{4} * cell.column];
    for (std::size_t k = 0; k < 4; ++k) weights[k] += cell.value * error[k];
  }
  float* bias = &(*gradient)[biases + std::size_t{4} * row.source];
  for (std::size_t k = 0; k < 4; ++k) bias[k] += error[k];
  return -double{row.weight} * std::log(std::max(share[truth], 1e-9F));
}

double loss_at(const Problem& problem, const Vector& at, Vector* gradient) {
  const std::size_t biases = std::size_t{4} * problem.columns;
  const float hold = 1 / problem.cost;
  double held = 0;
  for (std::size_t i = 0; i < at.size(); ++i) {
    const float factor = i < biases ? hold : hold * kBiasFreedom;
    (*gradient)[i] = factor * at[i];
    held += 0.5 * double{factor} * at[i] * at[i];
  }
  double loss = 0;
  for (const TrainingRow& row : problem.rows) loss += add_row(row, at, biases, gradient);
  return loss + held;
}

struct Difference {
  Vector step;
  Vector gradient;
  double inverse = 0;  // 1 / (step . gradient)
};

// The direction to go against, by what has been learnt of the curvature.
Vector direction_of(const Vector& gradient, const std::deque<Difference>& past) {
  Vector direction = gradient;
  std::vector<double> alphas(past.size());
  for (std::size_t i = past.size(); i-- > 0;) {
    alphas[i] = past[i].inverse * dot(past[i].step, direction);
    add(-alphas[i], past[i].gradient, &direction);
  }
  const double scale =
      past.empty() ? 1 / std::sqrt(std::max(dot(gradient, gradient), 1e-30))
                   : 1 / (past.back().inverse * dot(past.back().gradient, past.back().gradient));
  for (float& value : direction) value *= static_cast<float>(scale);
  for (std::size_t i = 0; i < past.size(); ++i) {
    const double beta = past[i].inverse * dot(past[i].gradient, direction);
    add(alphas[i] - beta, past[i].step, &direction);
  }
  return direction;
}

Difference difference(const Vector& from, const Vector& to, const Vector& gradient_from,
                      const Vector& gradient_to) {
  Difference found{.step = to, .gradient = gradient_to};
  add(-1, from, &found.step);
  add(-1, gradient_from, &found.gradient);
  const double product = dot(found.step, found.gradient);
  found.inverse = product > 1e-12 ? 1 / product : 0;
  return found;
}

Vector minimise(const Problem& problem, std::size_t size) {
  Vector at(size);
  Vector gradient(size);
  Vector there(size);
  Vector gradient_there(size);
  std::deque<Difference> past;
  double loss = loss_at(problem, at, &gradient);
  for (int step = 0; step < kStepsMax; ++step) {
    const Vector direction = direction_of(gradient, past);
    const double slope = dot(gradient, direction);
    double length = 1;
    double loss_there = loss;
    int halvings = 0;
    for (; halvings < kHalvingsMax; ++halvings, length /= 2) {
      there = at;
      add(-length, direction, &there);
      loss_there = loss_at(problem, there, &gradient_there);
      if (loss_there <= loss - kArmijo * length * slope) break;
    }
    if (halvings == kHalvingsMax) break;
    Difference found = difference(at, there, gradient, gradient_there);
    if (found.inverse > 0) past.push_back(std::move(found));
    if (past.size() > kMemory) past.pop_front();
    at.swap(there);
    gradient.swap(gradient_there);
    const double gained = loss - loss_there;
    loss = loss_there;
    if (gained < kEnough * loss) break;
  }
  return at;
}

}  // namespace

std::array<float, 3> shares(const std::array<float, 3>& odds) {
  const float most = std::max({odds[0], odds[1], odds[2]});
  std::array<float, 3> share{};
  float total = 0;
  for (std::size_t k = 0; k < 3; ++k) total += share[k] = std::exp(odds[k] - most);
  for (float& one : share) one /= total;
  return share;
}

Solution solve(const Problem& problem) {
  const std::size_t columns = problem.columns;
  const Vector found = minimise(problem, 4 * (columns + problem.sources));
  Solution solution;
  solution.columns.resize(columns);
  solution.sources.resize(problem.sources);
  for (std::size_t i = 0; i < 4 * columns; ++i) solution.columns[i / 4][i % 4] = found[i];
  for (std::size_t i = 0; i < 4 * std::size_t{problem.sources}; ++i) {
    solution.sources[i / 4][i % 4] = found[4 * columns + i];
  }
  return solution;
}

}  // namespace vigie::train
